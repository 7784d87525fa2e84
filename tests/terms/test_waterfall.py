"""Orders of payment: which item a payment reaches first, and where a surplus goes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import policies
from ledger.terms.allocation import Open, Share, oldest_due_first
from ledger.terms.refusals import AllocationPolicyUnknown, WaterfallWrong
from ledger.terms.waterfall import (
    OLDEST_DUE_FIRST,
    Item,
    Kind,
    Waterfall,
    portions,
    read_waterfall,
    spread,
)

START = date(2026, 1, 1)
KINDS: list[Kind] = ["penalty", "fee", "interest", "principal"]
NAMES = policies.allocation_policies()
PLACES = [f"{timing} {kind}" for timing in ("past_due", "due", "in_advance") for kind in KINDS]
WATERFALLS = st.sampled_from([read_waterfall(policies.allocation_policy(name)) for name in NAMES])


def item(charge: str, group: int, kind: Kind, open_minor: int, due_on: date | None = None) -> Item:
    """Return an item of the instalment due on the 1st of month `group`, due with it or apart."""
    instalment_due = date(2026, group, 1)
    due = due_on or instalment_due
    return Item(
        charge=charge,
        instalment_due=instalment_due,
        group=group,
        due_on=due,
        kind=kind,
        order=group,
        open_minor=open_minor,
    )


@st.composite
def open_items(draw: st.DrawFn) -> list[Item]:
    """Draw items of up to six instalments, of every kind, due with their instalment or near it."""
    found = []
    for order in range(draw(st.integers(0, 12))):
        group = draw(st.integers(1, 6))
        instalment_due = START + timedelta(days=10 * group)
        apart = timedelta(days=draw(st.sampled_from([0, 0, 0, -7, 7])))
        found.append(
            Item(
                charge=f"P/{draw(st.integers(1, 8))}",
                instalment_due=instalment_due,
                group=group,
                due_on=instalment_due + apart,
                kind=draw(st.sampled_from(KINDS)),
                order=order,
                open_minor=draw(st.integers(0, 500)),
            )
        )
    return found


DAYS = st.integers(0, 80).map(lambda days: START + timedelta(days=days))


@given(st.integers(0, 4000), open_items(), DAYS, WATERFALLS)
def test_nothing_is_lost(
    amount_minor: int, items: list[Item], on: date, waterfall: Waterfall
) -> None:
    """Shares and rest are the amount; no share is empty or above what is open of its charge."""
    shares, rest = spread(amount_minor, items, on, waterfall)
    open_minor: dict[str, int] = {}
    for found in items:
        open_minor[found.charge] = open_minor.get(found.charge, 0) + found.open_minor
    assert sum(share.amount_minor for share in shares) + rest == amount_minor
    assert all(0 < share.amount_minor <= open_minor[share.charge] for share in shares)
    assert len({share.charge for share in shares}) == len(shares)
    payable = [found for found in items if waterfall.surplus != "credit" or found.due_on <= on]
    assert rest == max(0, amount_minor - sum(found.open_minor for found in payable))


@given(st.integers(0, 4000), open_items(), DAYS, WATERFALLS)
def test_what_is_due_comes_before_a_surplus(
    amount_minor: int, items: list[Item], on: date, waterfall: Waterfall
) -> None:
    """Where a surplus has a rule of its own, nothing in advance is paid while something is due."""
    if waterfall.surplus == "next":
        return
    paid, _ = portions(amount_minor, items, on, waterfall)
    due_minor = sum(found.open_minor for found in items if found.due_on <= on)
    paid_due_minor = sum(taken for found, taken in paid if found.due_on <= on)
    assert paid_due_minor == min(amount_minor, due_minor)


@given(st.integers(0, 4000), open_items(), DAYS, WATERFALLS, st.randoms())
def test_the_order_given_does_not_matter(
    amount_minor: int, items: list[Item], on: date, waterfall: Waterfall, shuffle: Any
) -> None:
    """Items may come in any order."""
    mixed = list(items)
    shuffle.shuffle(mixed)
    assert spread(amount_minor, mixed, on, waterfall) == spread(amount_minor, items, on, waterfall)


@given(st.integers(0, 4000), open_items(), DAYS)
def test_within_an_instalment_the_order_holds(
    amount_minor: int, items: list[Item], on: date
) -> None:
    """An item is paid only once all of its instalment that come before it are paid in full."""
    waterfall = read_waterfall(policies.allocation_policy("penalty_first_principal_in_advance"))
    paid, _ = portions(amount_minor, items, on, waterfall)
    taken = {found.order: amount for found, amount in paid}
    line = sorted(
        (found for found in items if found.open_minor),
        key=lambda found: (
            found.instalment_due,
            waterfall.order.index((found.timing(on), found.kind)),
            found.due_on,
            found.order,
        ),
    )
    left = [found.open_minor - taken.get(found.order, 0) for found in line]
    first_open = next((index for index, rest in enumerate(left) if rest), len(line))
    assert all(found.order not in taken for found in line[first_open + 1 :])


@given(st.integers(0, 4000), open_items(), DAYS)
def test_the_default_is_the_oldest_due_first(
    amount_minor: int, items: list[Item], on: date
) -> None:
    """The policy by due days is the plain rule, whatever kinds and instalments there are."""
    own = [Open(str(found.order), found.due_on, found.order, found.open_minor) for found in items]
    shares, rest = oldest_due_first(amount_minor, own)
    paid, policy_rest = portions(amount_minor, items, on, OLDEST_DUE_FIRST)
    assert [Share(str(found.order), taken) for found, taken in paid] == shares
    assert policy_rest == rest
    assert read_waterfall(policies.allocation_policy(NAMES[0])) == OLDEST_DUE_FIRST


@given(st.integers(0, 4000), st.lists(st.integers(0, 500), max_size=11))
def test_reamortising_leaves_no_instalment_behind(amount_minor: int, opens: list[int]) -> None:
    """Two instalments take the same but for odd units, unless one of them is paid in full."""
    items = [item(f"P/{n}", n, "principal", minor) for n, minor in enumerate(opens, 1)]
    waterfall = read_waterfall(policies.allocation_policy("due_then_reamortise"))
    paid, _ = portions(amount_minor, items, date(2025, 12, 31), waterfall)
    taken = {found.group: amount for found, amount in paid}
    partly = [taken.get(found.group, 0) for found in items if found.open_minor]
    full = [found.group for found in items if taken.get(found.group, 0) == found.open_minor]
    open_parts = [taken.get(found.group, 0) for found in items if found.group not in full]
    if open_parts:
        assert max(open_parts) - min(open_parts) < len(items)
        assert max(partly) <= max(open_parts)


def test_items_due_on_the_day_are_due() -> None:
    """An item is past due after its day, due on it, in advance before it."""
    found = item("P/2", 2, "fee", 1)
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2)]
    assert [found.timing(day) for day in days] == ["in_advance", "due", "past_due"]


def test_a_penalty_due_comes_before_principal_in_advance() -> None:
    """A penalty due comes first, then the principal of its instalment, then the rest of it."""
    on = date(2026, 1, 15)
    items = [
        item("P/2", 2, "principal", 1000),
        item("P/2", 2, "interest", 30),
        item("P/f1", 2, "penalty", 50, on),
        item("P/f2", 2, "penalty", 50, date(2026, 1, 20)),
        item("P/3", 3, "principal", 1000),
    ]
    waterfall = read_waterfall(policies.allocation_policy("penalty_first_principal_in_advance"))
    shares, rest = spread(1200, items, on, waterfall)
    assert shares == [Share("P/f1", 50), Share("P/2", 1030), Share("P/f2", 50), Share("P/3", 70)]
    assert rest == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("due_then_next", [("P/2", 100), ("P/3", 50)]),
        ("due_then_last", [("P/4", 100), ("P/3", 50)]),
        ("due_then_reamortise", [("P/2", 50), ("P/3", 50), ("P/4", 50)]),
        ("due_only", []),
    ],
)
def test_a_surplus_of_150(name: str, expected: list[tuple[str, int]]) -> None:
    """150 before anything is due, three instalments of 100 to come."""
    items = [item(f"P/{month}", month, "principal", 100) for month in (2, 3, 4)]
    waterfall = read_waterfall(policies.allocation_policy(name))
    shares, rest = spread(150, items, START, waterfall)
    assert [(share.charge, share.amount_minor) for share in shares] == expected
    assert rest == 150 - sum(taken for _, taken in expected)


def test_odd_units_of_a_surplus_go_to_the_last() -> None:
    """100 over three instalments is 33, 33, 34; what one cannot take goes to the others."""
    waterfall = read_waterfall(policies.allocation_policy("due_then_reamortise"))
    items = [item(f"P/{month}", month, "principal", 100) for month in (2, 3, 4)]
    shares, _ = spread(100, items, START, waterfall)
    assert [share.amount_minor for share in shares] == [33, 33, 34]
    items[2] = item("P/4", 4, "principal", 10)
    shares, _ = spread(100, items, START, waterfall)
    assert [share.amount_minor for share in shares] == [45, 45, 10]


def test_by_kind_interest_of_all_instalments_comes_first() -> None:
    """Across instalments, interest due is paid before any principal due."""
    items = [
        item("P/1", 1, "principal", 100),
        item("P/1", 1, "interest", 5),
        item("P/2", 2, "principal", 100),
        item("P/2", 2, "interest", 4),
    ]
    waterfall = read_waterfall(policies.allocation_policy("all_interest_before_principal"))
    paid, _ = portions(20, items, date(2026, 2, 1), waterfall)
    assert [(found.charge, found.kind, taken) for found, taken in paid] == [
        ("P/1", "interest", 5),
        ("P/2", "interest", 4),
        ("P/1", "principal", 11),
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "'by'"),
        ({"by": "size", "surplus": "next"}, "'by'.*due, instalment, kind"),
        ({"by": "due"}, "'surplus'.*next, last, reamortise, credit"),
        ({"by": ["due"], "surplus": "next"}, "'by'"),
        ({"by": "due", "surplus": "next", "order": PLACES}, "'order'.*leave it out"),
        ({"by": "due", "surplus": "next", "rest": 1}, "'rest'.*known are by, order, surplus"),
        ({"by": "kind", "surplus": "next"}, "'order'.*must list"),
        ({"by": "kind", "surplus": "next", "order": "due fee"}, "'order'.*must list"),
        ({"by": "kind", "surplus": "next", "order": [["due", "fee"]]}, "'order'.*is not one of"),
        ({"by": "kind", "surplus": "next", "order": ["due tax"]}, "'due tax' is not one of"),
        ({"by": "kind", "surplus": "next", "order": PLACES[:-1]}, "'in_advance principal' once"),
        ({"by": "kind", "surplus": "next", "order": [*PLACES, PLACES[0]]}, "penalty' once"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(value: dict[str, Any], said: str) -> None:
    """The refusal names the field and what may stand there."""
    with pytest.raises(WaterfallWrong, match=said):
        read_waterfall(value)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A policy's name is one of the packaged."""
    with pytest.raises(AllocationPolicyUnknown, match="known are oldest_due_first, "):
        policies.allocation_policy("newest_first")
