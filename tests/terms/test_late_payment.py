"""French late payment: days by half-year, floor, rounding, and what a consumer does not owe."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.late_payment import (
    BusinessLaw,
    HalfYearRates,
    consumer_limit,
    contract_rate,
    half_year_start,
    late_interest,
    late_segments,
    recovery_fee,
    statutory_rate,
)
from ledger.terms.refusals import HalfYearRateUnknown, RecoveryFeeToConsumer

LAW = BusinessLaw(
    points=Decimal(10),
    floor_multiple=Decimal(3),
    recovery_fee=Decimal("40.00"),
    recovery_fee_currency="EUR",
)
CENTRAL = HalfYearRates(
    "central rate",
    "rates.toml",
    {date(2023, 7, 1): Decimal(4), date(2024, 1, 1): Decimal("4.5")},
)
LEGAL = HalfYearRates(
    "legal rate",
    "legal.toml",
    {date(2023, 7, 1): Decimal("4.22"), date(2024, 1, 1): Decimal("5.07")},
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(-10, 2000))
def test_segments_are_the_days_late(due_on: date, days: int) -> None:
    """Segments follow each other from the day after the due day to the day paid, none elsewhere."""
    paid_on = due_on + timedelta(days=days)
    segments = late_segments(due_on, paid_on, lambda day: Decimal(half_year_start(day).toordinal()))
    assert sum(segment.days for segment in segments) == max(days, 0)
    reached = due_on
    for segment in segments:
        assert segment.first == reached + timedelta(days=1)
        assert half_year_start(segment.first) == half_year_start(segment.last)
        assert segment.percent == half_year_start(segment.first).toordinal()
        reached = segment.last
    assert reached == max(due_on, paid_on) or days < 0


def test_the_rate_changes_with_the_half_year() -> None:
    """Due 20 December, paid 10 January: 11 days at 14.00 % and 10 at 14.50 %."""
    rate = statutory_rate(CENTRAL, LAW)
    segments = late_segments(date(2023, 12, 20), date(2024, 1, 10), rate)
    assert [(part.percent, part.days) for part in segments] == [(14, 11), (Decimal("14.5"), 10)]


def test_a_contract_rate_is_raised_to_the_floor() -> None:
    """A contract's 14 % stays above 3 x 4.22 and is raised to 3 x 5.07 from January on."""
    rate = contract_rate(Decimal(14), LEGAL, LAW)
    segments = late_segments(date(2023, 12, 20), date(2024, 1, 10), rate)
    assert [part.percent for part in segments] == [Decimal(14), Decimal("15.21")]


def test_the_floor_does_not_bind_the_statutory_rate() -> None:
    """The central rate and 10 points are owed, though three times the legal rate is more."""
    assert statutory_rate(CENTRAL, LAW)(date(2024, 3, 1)) == Decimal("14.5")


def test_an_unknown_half_year_is_refused() -> None:
    """The refusal names the day, the file and the row to add."""
    with pytest.raises(HalfYearRateUnknown) as refused:
        statutory_rate(CENTRAL, LAW)(date(2024, 7, 1))
    assert str(refused.value) == (
        "the central rate of 2024-07-01 is not known: add the row 'from = 2024-07-01' to rates.toml"
    )


def test_interest_is_rounded_once() -> None:
    """Two segments of 0.4 cents are a cent together; 366 days of a leap year are over 365."""
    percent = Decimal("0.4") * 365
    assert late_interest(100, [(percent, 1), (percent, 1)]) == 1
    assert late_interest(36_500, [(Decimal(10), 366)]) == 3660
    assert late_interest(10_000, []) == 0


def test_a_consumer_owes_no_lump_sum() -> None:
    """40 EUR of a business; of a consumer a refusal with its reason."""
    assert recovery_fee("business", LAW) == Decimal("40.00")
    with pytest.raises(RecoveryFeeToConsumer, match="L312-38"):
        recovery_fee("consumer", LAW)


def test_consumer_limit_is_rounded_half_up() -> None:
    """8 % of 85.19 is 6.8152; 4 % of 1.25 is 0.05."""
    assert consumer_limit(Decimal(8), 8519) == 682
    assert consumer_limit(Decimal(4), 125) == 5
