"""Money goes to the oldest charge due first."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.allocation import Open, Share, oldest_due_first


@st.composite
def open_charges(draw: st.DrawFn) -> list[Open]:
    """Draw charges with due dates that collide often."""
    days = draw(st.lists(st.integers(1, 5), max_size=12))
    amounts = [draw(st.integers(0, 500)) for _ in days]
    items = [
        Open(f"P/{order}", date(2026, 1, day), order, amount)
        for order, (day, amount) in enumerate(zip(days, amounts, strict=True))
    ]
    return draw(st.permutations(items))


def charge(name: str, due: str, order: int, amount_minor: int) -> Open:
    """Write an open charge in short."""
    return Open(name, date.fromisoformat(due), order, amount_minor)


def test_oldest_due_first_whatever_the_order_given() -> None:
    """The charge due first is paid first, though it was made and listed later."""
    items = [
        charge("fee", "2026-03-20", 2, 500),
        charge("2", "2026-02-15", 1, 2000),
        charge("1", "2026-01-15", 0, 2000),
    ]
    assert oldest_due_first(3000, items) == ([Share("1", 2000), Share("2", 1000)], 0)


def test_same_day_goes_by_order() -> None:
    """Of two charges due on one day the one made first is paid first."""
    items = [charge("later", "2026-01-15", 4, 300), charge("first", "2026-01-15", 3, 300)]
    assert oldest_due_first(400, items) == ([Share("first", 300), Share("later", 100)], 0)


def test_what_finds_no_charge_is_the_rest() -> None:
    """Money above what is open is left over, all of it where nothing is open."""
    assert oldest_due_first(50, [charge("1", "2026-01-15", 0, 20)]) == ([Share("1", 20)], 30)
    assert oldest_due_first(50, [charge("paid", "2026-01-15", 0, 0)]) == ([], 50)
    assert oldest_due_first(50, []) == ([], 50)


@given(st.integers(0, 4000), open_charges())
def test_nothing_is_lost(amount_minor: int, items: list[Open]) -> None:
    """Shares and rest add up to the amount; no share is empty or above what is open."""
    shares, rest = oldest_due_first(amount_minor, items)
    open_minor = {item.charge: item.amount_minor for item in items}
    assert sum(found.amount_minor for found in shares) + rest == amount_minor
    assert all(0 < found.amount_minor <= open_minor[found.charge] for found in shares)
    assert rest == max(0, amount_minor - sum(open_minor.values()))


@given(st.integers(0, 4000), open_charges())
def test_older_charges_are_full_before_newer_ones_begin(
    amount_minor: int, items: list[Open]
) -> None:
    """A charge that is paid in part is the last that is paid at all."""
    shares, _ = oldest_due_first(amount_minor, items)
    paid = {found.charge: found.amount_minor for found in shares}
    line = sorted(items, key=lambda item: (item.due_on, item.order))
    left = [item.amount_minor - paid.get(item.charge, 0) for item in line]
    first_open = next((index for index, rest in enumerate(left) if rest), len(line))
    assert all(item.charge not in paid for item in line[first_open + 1 :])
