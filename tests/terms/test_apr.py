"""Both annual percentage rates: what they mean, and where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.apr import (
    UnitFlow,
    eu_apr,
    eu_apr_of,
    eu_interval,
    single_payment_period,
    unit_period_of,
    unit_periods,
    us_apr,
    us_apr_of,
)
from ledger.terms.apr.eu import PeriodUnit
from ledger.terms.dates import Interval

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
TIMES = st.fractions(Fraction(1, 52), 10, max_denominator=366)
PAYMENTS = st.lists(st.tuples(TIMES, st.integers(1, 10**6)), min_size=1, max_size=12)
UNIT_TIMES = st.tuples(st.integers(0, 60), st.fractions(Fraction(1, 30), Fraction(29, 30)))
UNIT_PAYMENTS = st.lists(st.tuples(UNIT_TIMES, st.integers(1, 10**6)), min_size=1, max_size=12)
TOLERANCE = Decimal("1e-20")
RateOf = Callable[[date, int, Sequence[tuple[date, int]]], Decimal | None]


def monthly(
    first: str, count: int, amount_minor: int, every: str = "1 month"
) -> list[tuple[date, int]]:
    """Return equal payments on the days of a schedule."""
    start, interval = date.fromisoformat(first), Interval.parse(every)
    return [(interval.after(start, index), amount_minor) for index in range(count)]


@given(PAYMENTS, st.integers(1, 10**6))
def test_payments_are_worth_the_drawdown_at_the_european_rate(
    payments: list[tuple[Fraction, int]], cost: int
) -> None:
    """Discounted at the rate found, the payments are the drawdown."""
    drawn = max(1, sum(amount for _, amount in payments) - cost)
    rate = eu_apr([(Fraction(0), Decimal(drawn))], [(t, Decimal(paid)) for t, paid in payments])
    if rate is None:
        assert sum(amount for _, amount in payments) < drawn or cost > drawn
        return
    with localcontext() as context:
        context.prec = 60
        growth = 1 + rate / 100
        powers = [growth ** (-Decimal(t.numerator) / t.denominator) for t, _ in payments]
        pairs = zip(payments, powers, strict=True)
        worth = sum((paid * power for (_, paid), power in pairs), Decimal(0))
        assert abs(worth - drawn) < TOLERANCE * drawn


@given(UNIT_PAYMENTS, st.integers(0, 10**6), st.sampled_from([1, 4, 12, 24, 26, 52, 365]))
def test_payments_are_worth_the_advance_at_the_american_rate(
    payments: list[tuple[tuple[int, Fraction], int]], cost: int, per_year: int
) -> None:
    """Discounted with compound unit-periods and simple odd fractions, they are the advance."""
    advanced = max(1, sum(amount for _, amount in payments) - cost)
    flows = [UnitFlow(Decimal(amount), full, odd) for (full, odd), amount in payments]
    rate = us_apr([UnitFlow(Decimal(advanced), 0)], flows, Fraction(per_year))
    if rate is None:
        assert cost > advanced
        return
    with localcontext() as context:
        context.prec = 60
        unit_rate = rate / 100 / per_year
        worth = Decimal(0)
        for flow in flows:
            odd = 1 + unit_rate * flow.odd.numerator / flow.odd.denominator
            worth += flow.amount / (odd * (1 + unit_rate) ** flow.full)
        assert abs(worth - advanced) < TOLERANCE * advanced


@given(DAYS, st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 10**6)), min_size=1))
def test_free_credit_costs_nothing(start: date, later: list[tuple[int, int]]) -> None:
    """Payments that add up to the advance have the rate zero, on whatever days."""
    payments = [(start + timedelta(days=days), amount) for days, amount in later]
    advanced = sum(amount for _, amount in payments)
    assert eu_apr_of(start, advanced, payments) == us_apr_of(start, advanced, payments) == 0


@pytest.mark.parametrize("rate_of", [eu_apr_of, us_apr_of])
def test_where_there_is_no_rate(rate_of: RateOf) -> None:
    """Nothing advanced, less paid than advanced, or all of it paid at once: no rate."""
    start = date(2026, 1, 15)
    assert rate_of(start, 0, []) is None
    assert rate_of(start, 0, monthly("2026-02-15", 3, 100)) is None
    assert rate_of(start, 1000, []) is None
    assert rate_of(start, 1000, monthly("2026-02-15", 3, 333)) is None
    assert rate_of(start, 1000, [(start, 1001)]) is None
    assert rate_of(start, 1000, [(start, 1000), *monthly("2026-02-15", 3, 100)]) is None


@pytest.mark.parametrize("rate_of", [eu_apr_of, us_apr_of])
def test_a_deposit_is_never_financed(rate_of: RateOf) -> None:
    """What is paid on the day of the sale lowers what is financed, and nothing else."""
    start, later = date(2026, 1, 15), monthly("2026-02-15", 3, 26_000)
    assert rate_of(start, 100_000, [(start, 25_000), *later]) == rate_of(start, 75_000, later)


def test_a_fee_of_2_2_percent_on_four_payments() -> None:
    """A "free" 4x with a fee of 2.2 % with the first of four payments is 19.6 % a year."""
    start = date(2026, 1, 15)
    payments = [(start, 2500 + 220), *monthly("2026-02-15", 3, 2500)]
    rate = eu_apr_of(start, 10_000, payments)
    assert rate is not None
    assert abs(rate - Decimal("19.6")) < Decimal("0.1")


@pytest.mark.parametrize(
    ("advanced", "first", "every", "european"),
    [
        ("2026-01-15", "2026-02-15", "1 month", "12.68"),
        ("2026-01-31", "2026-02-28", "1 month", "12.68"),
        ("2024-01-30", "2024-02-29", "1 month", "12.68"),
    ],
)
def test_a_month_is_a_month(advanced: str, first: str, every: str, european: str) -> None:
    """At 1 % a month the rates are 12.00 nominal and 12.68 effective, through short months too."""
    start = date.fromisoformat(advanced)
    days = [Interval.parse(every).after(start, number) for number in range(1, 13)]
    assert days[0] == date.fromisoformat(first)
    payments = [(day, 10_000) for day in days[:-1]] + [(days[-1], 1_010_000)]
    assert us_apr_of(start, 1_000_000, payments) == Decimal("12.00")
    assert eu_apr_of(start, 1_000_000, payments) == Decimal(european)


@given(DAYS, st.integers(0, 4000), st.sampled_from(["year", "month", "week", "day"]))
def test_intervals_are_near_the_days_over_365(start: date, days: int, unit: PeriodUnit) -> None:
    """However an interval is counted, it is within a week of its days."""
    interval = eu_interval(start, start + timedelta(days=days), unit)
    slack = Fraction(days, 52 * 365) if unit == "week" else Fraction(7, 365)
    assert abs(interval - Fraction(days * 4, 1461)) < slack + Fraction(7, 365)


@pytest.mark.parametrize(
    ("from_day", "to_day", "unit", "expected"),
    [
        ("2013-02-26", "2013-03-29", "month", Fraction(1, 12) + Fraction(2, 366)),
        ("2012-02-26", "2012-03-29", "month", Fraction(1, 12) + Fraction(3, 366)),
        ("2026-01-01", "2026-01-16", "week", Fraction(2, 52) + Fraction(1, 365)),
        ("2026-01-01", "2026-01-16", "day", Fraction(15, 365)),
        ("0001-01-01", "0001-02-03", "month", Fraction(1, 12) + Fraction(2, 366)),
        ("9999-12-01", "9999-12-31", "month", Fraction(30, 365)),
    ],
)
def test_intervals(from_day: str, to_day: str, unit: PeriodUnit, expected: Fraction) -> None:
    """Days are over the year that ends with them: SWD(2012)128, section 4.1.1; no end of time."""
    assert eu_interval(date.fromisoformat(from_day), date.fromisoformat(to_day), unit) == expected


@pytest.mark.parametrize(
    ("advanced", "first", "every", "unit", "per_year"),
    [
        ("2026-01-15", "2026-02-15", "1 month", "month", 12),
        ("2026-01-10", "2026-02-28", "1 month", "month", 12),
        ("2026-02-01", "2026-03-01", "4 weeks", "week", 13),
        ("2026-01-01", "2026-04-01", "1 quarter", "month", 4),
        ("2026-01-01", "2026-01-20", "1 week", "week", 52),
        ("2026-01-01", "2026-03-01", "1 year", "month", 1),
        ("2026-01-01", "2026-01-16", "15 days", "month", 24),
        ("2026-01-01", "2026-02-05", "1 day", "day", 365),
    ],
)
def test_unit_period(advanced: str, first: str, every: str, unit: str, per_year: int) -> None:
    """The unit-period is the most common interval, whatever the first one is."""
    days = [day for day, _ in monthly(first, 5, 1, every)]
    period = unit_period_of([date.fromisoformat(advanced), *days])
    assert period.kind == unit
    assert period.per_year == per_year


def test_unit_period_without_a_common_interval() -> None:
    """Without a common interval it is the average: of months in months, the lower of two."""
    start = date(2026, 1, 1)
    assert unit_period_of([start, date(2026, 2, 1), date(2026, 4, 1)]).per_year == 12
    assert unit_period_of([start, date(2026, 1, 9), date(2026, 1, 21)]).length == 7
    assert unit_period_of([start, date(2029, 1, 1), date(2032, 1, 1)]).per_year == 1


def test_semimonthly_days_are_of_months_of_30() -> None:
    """From 23 February to 15 March are 20 days, one half month and a third of another."""
    period = unit_period_of(
        [date(1978, 2, 23), date(1978, 3, 15), date(1978, 4, 1), date(1978, 4, 15)]
    )
    assert period.per_year == 24
    days = [date(1978, 3, 15), date(1978, 4, 1)]
    assert unit_periods(date(1978, 2, 23), days, period) == [
        (1, Fraction(1, 3)),
        (2, Fraction(6, 15)),
    ]


def test_single_payment_period() -> None:
    """One payment's term is the unit-period: in months if whole, in days if not, a year at most."""
    start = date(2026, 1, 10)
    assert single_payment_period(start, date(2026, 7, 10)).per_year == 2
    assert single_payment_period(start, date(2026, 7, 11)).per_year == Fraction(365, 182)
    assert single_payment_period(start, date(2027, 1, 10)).per_year == 1
    assert single_payment_period(start, date(2028, 7, 10)).per_year == 1


def test_years_and_odd_days() -> None:
    """Past full years, whole months are twelfths and other days are of 365."""
    start = date(2026, 1, 10)
    period = single_payment_period(start, date(2028, 1, 10))
    assert unit_periods(start, [date(2028, 7, 10)], period) == [(2, Fraction(1, 2))]
    assert unit_periods(start, [date(2028, 1, 12)], period) == [(2, Fraction(2, 365))]


def test_hundreds_of_payments() -> None:
    """A mortgage of 600 months is solved: 1,000,000 at 0.5 % a month, within a cent a payment."""
    payments = monthly("2026-02-15", 600, 526_405)
    assert us_apr_of(date(2026, 1, 15), 100_000_000, payments) == Decimal("6.00")
