"""Whatever the terms: instalments add up, are above zero, in order, and repay everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.terms.business_days import SHIFTS, BusinessDays
from ledger.terms.dates import Interval
from ledger.terms.day_counts import DAY_COUNTS
from ledger.terms.instalments import Conditions, balances, instalments, unrounded_level
from ledger.terms.interest import FINALS, METHODS, Final, Interest, Method
from ledger.terms.refusals import Refusal
from ledger.terms.rounding import ROUNDINGS
from ledger.terms.schedule import (
    Custom,
    Deposit,
    Equal,
    Instalment,
    Progressive,
    Schedule,
    Weighted,
)
from ledger.terms.splitting import REMAINDERS

AGREED = date(2026, 1, 31)
EVERY = st.sampled_from(["1 day", "1 week", "2 weeks", "semi-monthly", "1 month", "1 quarter"])
TOTALS = st.integers(10_000, 10**9)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw a schedule of any kind but custom."""
    every = Interval.parse(draw(EVERY))
    count = draw(st.integers(1, 40))
    kind = draw(st.sampled_from(["equal", "weighted", "percent", "amount", "deposit"]))
    base: dict[str, Any] = {
        "total_minor": draw(TOTALS),
        "count": count,
        "first_due": draw(st.dates(AGREED, date(2026, 4, 30))),
        "every": every,
        "month_end": not every.days and draw(st.booleans()),
        "business_days": BusinessDays(draw(st.sampled_from(SHIFTS)), frozenset([date(2026, 4, 6)])),
        "multiple_minor": draw(st.sampled_from([1, 1, 5, 100])),
    }
    match kind:
        case "weighted":
            weights = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
            return Weighted(**base, weights=tuple(weights))
        case "percent":
            return Progressive(**base, growth_percent=draw(st.decimals(-10, 10, places=2)))
        case "amount":
            return Progressive(**base, growth_minor=draw(st.integers(-200, 200)))
        case "deposit":
            return Deposit(**base, deposit_minor=draw(st.integers(1, 9_999)), deposit_due=AGREED)
        case _:
            return Equal(**base)


@st.composite
def interests(draw: st.DrawFn, every: Interval) -> Interest:
    """Draw interest of up to 60 percent a year, by any method and day count."""
    annual = Fraction(draw(st.integers(0, 6000)), 10_000)
    return Interest(
        annual_rate=annual,
        period_rate=annual / every.per_year,
        method=draw(st.sampled_from(METHODS)),
        day_count=draw(st.sampled_from(DAY_COUNTS)),
        starts_on=draw(st.dates(AGREED, date(2026, 3, 31))),
        rounding=draw(st.sampled_from(ROUNDINGS)),
        final=draw(st.sampled_from(FINALS)),
    )


@st.composite
def agreements(draw: st.DrawFn) -> tuple[Schedule, Conditions, tuple[Instalment, ...]]:
    """Draw terms that are not refused, with their instalments."""
    schedule = draw(schedules())
    assert not isinstance(schedule, Custom)
    given_interest = draw(st.booleans())
    conditions = Conditions(
        rounding=draw(st.sampled_from(ROUNDINGS)),
        remainder=draw(st.sampled_from(REMAINDERS)),
        interest=draw(interests(schedule.every)) if given_interest else None,
        spread_fee_minor=draw(st.sampled_from([0, 1, 999])),
        financed_fee_minor=draw(st.sampled_from([0, 1, 999])),
        price_off_minor=draw(st.sampled_from([0, 0, 500])),
        first_off_minor=draw(st.sampled_from([0, 0, 10])),
        deposit_waived=isinstance(schedule, Deposit) and draw(st.booleans()),
    )
    try:
        return schedule, conditions, instalments(schedule, AGREED, conditions)
    except Refusal:
        assume(condition=False)
        raise


@given(agreements())
def test_everything_adds_up(
    agreed: tuple[Schedule, Conditions, tuple[Instalment, ...]],
) -> None:
    """Instalments are the total less promotions, plus interest, plus fees; each is above zero."""
    schedule, conditions, rows = agreed
    waived = isinstance(schedule, Deposit) and conditions.deposit_waived
    given_away = (
        conditions.price_off_minor
        + conditions.first_off_minor
        + (schedule.deposit_minor if isinstance(schedule, Deposit) and waived else 0)
    )
    fees = conditions.spread_fee_minor + conditions.financed_fee_minor
    assert sum(row.principal_minor for row in rows) == schedule.total_minor - given_away
    assert sum(row.fee_minor for row in rows) == fees
    interest = sum(row.interest_minor for row in rows)
    assert sum(row.amount_minor for row in rows) == schedule.total_minor - given_away + fees + (
        interest
    )
    assert all(row.amount_minor > 0 for row in rows)
    assert all(min(row.principal_minor, row.interest_minor, row.fee_minor) >= 0 for row in rows)


@given(agreements())
def test_balance_falls_to_zero(
    agreed: tuple[Schedule, Conditions, tuple[Instalment, ...]],
) -> None:
    """What is left to repay never grows and ends at nothing."""
    left = balances(*agreed)
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


@given(agreements())
def test_dates_keep_their_order(
    agreed: tuple[Schedule, Conditions, tuple[Instalment, ...]],
) -> None:
    """Instalments are numbered from 1, none is due before the one in front or the agreement."""
    _, _, rows = agreed
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    days = [AGREED, *(row.due_on for row in rows)]
    assert all(before <= after for before, after in pairwise(days))


@given(TOTALS, st.integers(1, 60), st.integers(0, 3000))
def test_least_level(total: int, count: int, basis_points: int) -> None:
    """Under not_above the last instalment is not above the level; a cent less and it would be."""
    schedule = monthly(total, count)
    found = [row.amount_minor for row in priced(schedule, basis_points, final="not_above")]
    assert found[-1] <= found[0]
    level = unrounded_level(schedule, Conditions(interest=monthly_interest(basis_points)))
    assert level is not None
    assert abs(found[0] - level) <= count


@given(TOTALS, st.integers(2, 60), st.integers(1, 3000))
def test_level_repays_at_present_value(total: int, count: int, basis_points: int) -> None:
    """The unrounded level, discounted month by month, is worth what is financed."""
    rate = Decimal(basis_points) / 10_000 / 12
    level = unrounded_level(
        monthly(total, count), Conditions(interest=monthly_interest(basis_points))
    )
    assert level is not None
    present = sum((level / (1 + rate) ** month for month in range(1, count + 1)), Decimal(0))
    assert abs(present - total) < Decimal("0.000001")


def monthly(total: int, count: int) -> Equal:
    """Return equal instalments from a month after the agreement on."""
    first_due = date(2026, 2, 28)
    return Equal(
        total_minor=total, count=count, first_due=first_due, every=Interval.parse("1 month")
    )


def monthly_interest(
    basis_points: int, method: Method = "level", final: Final = "amount"
) -> Interest:
    """Return interest by periods of a month."""
    annual = Fraction(basis_points, 10_000)
    return Interest(
        annual_rate=annual,
        period_rate=annual / 12,
        method=method,
        day_count="period",
        starts_on=AGREED,
        rounding="half_up",
        final=final,
    )


def priced(
    schedule: Schedule, basis_points: int, method: Method = "level", final: Final = "amount"
) -> Sequence[Instalment]:
    """Return the instalments at a rate a year; terms that are refused are passed over."""
    try:
        return instalments(
            schedule, AGREED, Conditions(interest=monthly_interest(basis_points, method, final))
        )
    except Refusal:
        assume(condition=False)
        raise


def test_level_of_a_textbook() -> None:
    """6,000 at 3.5 percent over 4 periods: 1,633.51 three times, then 1,633.50."""
    rows = priced(monthly(600_000, 4), 4200)
    assert [row.amount_minor for row in rows] == [163_351, 163_351, 163_351, 163_350]
    assert [row.interest_minor for row in rows] == [21_000, 16_018, 10_861, 5_524]


def test_level_that_keeps_its_last_amount() -> None:
    """The same, the last interest giving way by the cent that is missing."""
    rows = priced(monthly(600_000, 4), 4200, final="interest")
    assert [row.amount_minor for row in rows] == [163_351] * 4
    assert rows[-1].interest_minor == 5_525


@pytest.mark.parametrize(
    ("method", "interest"),
    [("constant_principal", [5000, 4000, 3000, 2000, 1000]), ("flat", [5000] * 5)],
)
def test_interest_on_top(method: Method, interest: list[int]) -> None:
    """Five times 1,000 at 1 percent a month: on what is left, or on what there was."""
    rows = priced(monthly(500_000, 5), 1200, method)
    assert [row.principal_minor for row in rows] == [100_000] * 5
    assert [row.interest_minor for row in rows] == interest


def test_long_and_precise_growth_is_quick() -> None:
    """A growth of twelve decimals over a hundred years of months is exact integer arithmetic."""
    schedule = Progressive(
        total_minor=10**14,
        count=1200,
        first_due=AGREED,
        every=Interval.parse("1 month"),
        growth_percent=Decimal("0.123456789012"),
    )
    rows = instalments(schedule, AGREED)
    assert sum(row.amount_minor for row in rows) == 10**14
