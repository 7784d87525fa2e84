"""The four kinds of schedule: figures of published tables, sums to the cent, refusals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.dates import Interval
from ledger.terms.instalments import instalments
from ledger.terms.refusals import (
    DateOutOfRange,
    DepositNotBelowTotal,
    DueBeforeAgreement,
    InstalmentNotPositive,
    InstalmentsOutOfOrder,
    NoInstalment,
    Refusal,
    TooManyInstalments,
)
from ledger.terms.schedule import (
    MOST_INSTALMENTS,
    Custom,
    Deposit,
    Equal,
    Progressive,
    Schedule,
)
from ledger.terms.splitting import split_equally

MONTH = Interval.parse("1 month")
START = date(2026, 1, 15)
COUNTS = st.integers(1, 120)


def equal(total_minor: int, count: int, first_due: date = START) -> Equal:
    """Return a monthly schedule of equal instalments."""
    return Equal(total_minor=total_minor, count=count, first_due=first_due, every=MONTH)


def growing(
    total_minor: int, count: int, *, percent: str | None = None, by_minor: int | None = None
) -> Progressive:
    """Return a monthly schedule of growing instalments."""
    return Progressive(
        total_minor=total_minor,
        count=count,
        first_due=START,
        every=MONTH,
        growth_percent=None if percent is None else Decimal(percent),
        growth_minor=by_minor,
    )


def deposit(total_minor: int, deposit_minor: int, count: int) -> Deposit:
    """Return a deposit at agreement and monthly instalments a month later."""
    return Deposit(
        total_minor=total_minor,
        deposit_minor=deposit_minor,
        deposit_due=START,
        count=count,
        first_due=date(2026, 2, 15),
        every=MONTH,
    )


def custom(*parts: tuple[str, int]) -> Custom:
    """Return instalments given one by one, billed on their due dates."""
    dated = [(date.fromisoformat(due), amount) for due, amount in parts]
    return Custom(parts=tuple((due, due, amount) for due, amount in dated))


def amounts(schedule: Schedule, agreed_on: date = START) -> list[int]:
    """Return the amounts of a schedule's instalments."""
    return [part.amount_minor for part in instalments(schedule, agreed_on)]


@pytest.mark.parametrize(
    ("total", "count", "expected"),
    [
        (24000, 12, [2000] * 12),
        (10000, 3, [3333, 3333, 3334]),
        (11988, 7, [1713] * 6 + [1710]),
        (1000, 6, [167] * 5 + [165]),  # Fineract Loan.feature:5003, 1000 in whole units.
        (5000, 18, [278] * 17 + [274]),  # Fineract LoanRepayment.feature:311, the principal.
        (1, 1, [1]),
        (5, 2, [3, 2]),
    ],
)
def test_equal(total: int, count: int, expected: list[int]) -> None:
    """Equal parts are rounded half up and the last absorbs what rounding left."""
    assert amounts(equal(total, count)) == expected


def test_equal_is_dated_from_the_first_due_date() -> None:
    """Instalments are numbered from 1, due every interval, and billed when due."""
    parts = instalments(equal(3000, 3, date(2026, 1, 31)), START)
    assert [(part.number, part.due_on.isoformat()) for part in parts] == [
        (1, "2026-01-31"),
        (2, "2026-02-28"),
        (3, "2026-03-31"),
    ]
    assert all(part.billed_on == part.due_on for part in parts)


@pytest.mark.parametrize(
    ("total", "count", "percent", "expected"),
    [
        # Geometric series 1000 (1 + 1.1 + 1.21 + 1.331 + 1.4641) = 6105.10.
        (610510, 5, "10", [100000, 110000, 121000, 133100, 146410]),
        (70000, 3, "100", [10000, 20000, 40000]),
        (17500, 3, "-50", [10000, 5000, 2500]),
        (10000, 3, "0", [3333, 3333, 3334]),
        # 100 / (1 + 1.05 + 1.1025) = 31.7209: 31.72, 33.31, and the rest.
        (10000, 3, "5", [3172, 3331, 3497]),
    ],
)
def test_growing_by_percent(total: int, count: int, percent: str, expected: list[int]) -> None:
    """Each instalment is the one before grown by the percentage: a geometric series."""
    assert amounts(growing(total, count, percent=percent)) == expected


@pytest.mark.parametrize(
    ("total", "count", "by_minor", "expected"),
    [
        (55000, 10, 1000, [1000 * n for n in range(1, 11)]),  # Gauss: 1 + ... + 10 = 55.
        (650000, 5, -10000, [150000, 140000, 130000, 120000, 110000]),  # IUT 3.3.3, the totals.
        (10000, 3, 100, [3233, 3333, 3434]),
        (9000, 3, 0, [3000, 3000, 3000]),
    ],
)
def test_growing_by_an_amount(total: int, count: int, by_minor: int, expected: list[int]) -> None:
    """Each instalment is the one before plus the amount: an arithmetic series."""
    assert amounts(growing(total, count, by_minor=by_minor)) == expected


def test_deposit() -> None:
    """A deposit comes first, on its own day, and the rest is cut equally."""
    parts = instalments(deposit(100000, 25000, 3), START)
    assert [(part.due_on.isoformat(), part.amount_minor) for part in parts] == [
        ("2026-01-15", 25000),
        ("2026-02-15", 25000),
        ("2026-03-15", 25000),
        ("2026-04-15", 25000),
    ]
    assert amounts(deposit(10000, 1, 3)) == [1, 3333, 3333, 3333]
    assert amounts(deposit(10001, 1, 3)) == [1, 3333, 3333, 3334]


def test_custom() -> None:
    """Custom instalments are taken as given; one may be billed before it is due."""
    given_parts = ((date(2026, 2, 15), date(2026, 1, 15), 3000), (date(2026, 2, 15), START, 5000))
    parts = instalments(Custom(parts=given_parts), START)
    assert [(part.number, part.due_on, part.billed_on, part.amount_minor) for part in parts] == [
        (1, *given_parts[0]),
        (2, *given_parts[1]),
    ]


@given(st.integers(1, 10**14), COUNTS)
def test_equal_adds_up(total: int, count: int) -> None:
    """Equal parts add up exactly, and no two but the last differ."""
    parts = split_equally(total, count)
    assert sum(parts) == total
    assert len(parts) == count
    assert len(set(parts[:-1])) <= 1
    assert abs(parts[-1] - parts[0]) <= count


@given(st.integers(10**6, 10**14), COUNTS, st.decimals(-20, 20, places=3))
def test_growth_by_percent_adds_up(total: int, count: int, percent: Decimal) -> None:
    """A growing schedule adds up exactly, or is refused since an instalment came out empty."""
    try:
        parts = amounts(growing(total, count, percent=str(percent)))
    except InstalmentNotPositive:
        return
    assert sum(parts) == total
    for before, after in pairwise(parts[:-1]):
        assert abs(Decimal(after) - before * (1 + percent / 100)) <= 2


@given(st.integers(10**6, 10**14), COUNTS, st.integers(-5000, 5000))
def test_growth_by_an_amount_adds_up(total: int, count: int, by_minor: int) -> None:
    """The same for growth by an amount: neighbours differ by it, give or take a rounding."""
    try:
        parts = amounts(growing(total, count, by_minor=by_minor))
    except InstalmentNotPositive:
        return
    assert sum(parts) == total
    steps = [after - before for before, after in pairwise(parts[:-1])]
    assert all(abs(step - by_minor) <= 1 for step in steps)


@given(st.integers(2, 10**12), st.data(), COUNTS)
def test_deposit_adds_up(total: int, data: st.DataObject, count: int) -> None:
    """Deposit and instalments add up exactly, and the deposit is what was asked."""
    paid_down = data.draw(st.integers(1, total - 1))
    try:
        parts = amounts(deposit(total, paid_down, count))
    except InstalmentNotPositive:
        return
    assert sum(parts) == total
    assert parts[0] == paid_down
    assert len(parts) == count + 1


@pytest.mark.parametrize(
    ("schedule", "refusal"),
    [
        (equal(1000, 0), NoInstalment()),
        (equal(1000, -1), NoInstalment()),
        (growing(1000, 0, percent="5"), NoInstalment()),
        (deposit(1000, 100, 0), NoInstalment()),
        (custom(), NoInstalment()),
        (equal(10**9, 1201), TooManyInstalments(count=1201, most=1200)),
        (custom(*[("2026-01-15", 1)] * 1201), TooManyInstalments(count=1201, most=1200)),
        (equal(10**9, 10**18), TooManyInstalments(count=10**18, most=1200)),
        (growing(10000, 10, by_minor=2000), InstalmentNotPositive(number=1)),
        (growing(10000, 10, by_minor=-223), InstalmentNotPositive(number=10)),
        (growing(5, 10, percent="300"), InstalmentNotPositive(number=1)),
        (equal(5, 10), InstalmentNotPositive(number=10)),
        (custom(("2026-01-15", 0)), InstalmentNotPositive(number=1)),
        (deposit(1000, 1000, 3), DepositNotBelowTotal()),
        (deposit(1000, 1001, 3), DepositNotBelowTotal()),
        (deposit(1000, 0, 3), DepositNotBelowTotal()),
        (custom(("2026-02-15", 1), ("2026-02-14", 1)), InstalmentsOutOfOrder(number=2)),
        (
            custom(("2026-01-14", 1)),
            DueBeforeAgreement(number=1, day="2026-01-14", agreed_on="2026-01-15"),
        ),
        (
            Custom(parts=((date(2026, 2, 1), date(2026, 1, 1), 5),)),
            DueBeforeAgreement(number=1, day="2026-01-01", agreed_on="2026-01-15"),
        ),
        (equal(1000, 2, date(9999, 12, 15)), DateOutOfRange()),
    ],
)
def test_refused(schedule: Schedule, refusal: Refusal) -> None:
    """A schedule that cannot be is refused by the rule that it breaks, with its figures."""
    with pytest.raises(type(refusal)) as caught:
        instalments(schedule, START)
    assert str(caught.value) == str(refusal)


def test_longest_schedule() -> None:
    """A hundred years of months are the most."""
    parts = instalments(equal(MOST_INSTALMENTS * 10, MOST_INSTALMENTS), START)
    assert (len(parts), parts[-1].due_on) == (1200, date(2125, 12, 15))
