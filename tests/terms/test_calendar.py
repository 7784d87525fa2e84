"""Semi-monthly dates, the month-end rule, business days, and parts of a year."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.business_days import BusinessDays, Shift
from ledger.terms.dates import Interval, month_end
from ledger.terms.day_counts import DayCount, commercial_days, year_part
from ledger.terms.refusals import DateOutOfRange, MonthEndNeedsMonths

TWICE = Interval.parse("semi-monthly")
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def day(text: str) -> date:
    """Return a day of 2026 written without its year, or any day in full."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


@pytest.mark.parametrize(
    "dues",
    [
        "01-01 01-16 02-01 02-16 03-01",
        "01-14 01-29 02-14 02-28 03-14",
        "01-15 01-31 02-15 02-28 03-15 03-31 04-15 04-30",
        "01-31 02-15 02-28 03-15 03-31",
        "02-28 03-15 03-31",
        "01-16 02-01 02-16 03-01",
        "01-20 02-05 02-20 03-05",
        "01-30 02-15 02-28 03-15 03-30",
    ],
)
def test_twice_a_month(dues: str) -> None:
    """A day pairs with the one fifteen days on or back; the 15th with the last of the month."""
    expected = [day(text) for text in dues.split()]
    assert [TWICE.after(expected[0], index) for index in range(len(expected))] == expected


@given(DAYS, st.integers(1, 100))
def test_twice_a_month_is_twice_a_month(first: date, times: int) -> None:
    """Two steps are a month, on the same day where the month has it; every step goes forward."""
    days = [TWICE.after(first, index) for index in range(2 * times + 1)]
    assert all(before < after for before, after in pairwise(days))
    months = (days[-1].year - first.year) * 12 + days[-1].month - first.month
    assert months == times
    assert (
        days[-1].day == first.day or month_end(first) == first or days[-1] == (month_end(days[-1]))
    )


@pytest.mark.parametrize(
    ("first", "dues"),
    [
        ("04-30", "04-30 05-31 06-30 07-31"),
        ("02-28", "02-28 03-31 04-30 05-31"),
        ("04-29", "04-29 05-29 06-29 07-29"),
    ],
)
def test_month_end_rule(first: str, dues: str) -> None:
    """From a last day of a month all dues are last days; from another the rule says nothing."""
    month = Interval.parse("1 month")
    found = [month.after(day(first), index, month_end=True) for index in range(4)]
    assert found == [day(text) for text in dues.split()]


def test_month_end_needs_months() -> None:
    """Weeks have no month ends."""
    with pytest.raises(MonthEndNeedsMonths):
        Interval.parse("2 weeks").after(day("01-31"), 1, month_end=True)


@pytest.mark.parametrize(
    ("shift", "given_day", "found"),
    [
        ("none", "01-31", "01-31"),
        ("following", "01-31", "02-02"),
        ("modified_following", "01-31", "01-30"),
        ("following", "01-24", "01-26"),
        ("modified_following", "01-24", "01-26"),
        ("following", "04-04", "04-07"),
        ("following", "01-30", "01-30"),
    ],
)
def test_business_days(shift: Shift, given_day: str, found: str) -> None:
    """Saturdays, Sundays and Easter Monday are no business days (31 January is a Saturday)."""
    assert BusinessDays(shift, frozenset([day("04-06")])).shifted(day(given_day)) == day(found)


def test_no_business_day_is_left() -> None:
    """Past the end of the calendar there is no business day."""
    with pytest.raises(DateOutOfRange):
        BusinessDays("following", frozenset([date.max])).shifted(date.max)


@given(st.lists(DAYS, min_size=2, max_size=10), st.sampled_from(["following"]))
def test_shifts_keep_the_order(days: list[date], shift: Shift) -> None:
    """Days in order are still in order once they have moved."""
    moved = [BusinessDays(shift).shifted(one) for one in sorted(days)]
    assert moved == sorted(moved)


@pytest.mark.parametrize(
    ("start", "end", "day_count", "part"),
    [
        ("01-15", "02-15", "30/360", Fraction(30, 360)),
        ("01-31", "02-28", "30/360", Fraction(30, 360)),
        ("01-31", "03-31", "30/360", Fraction(60, 360)),
        ("01-15", "03-31", "30/360", Fraction(76, 360)),
        ("01-31", "03-15", "30/360", Fraction(45, 360)),
        ("01-15", "02-15", "actual/360", Fraction(31, 360)),
        ("01-15", "02-15", "actual/364", Fraction(31, 364)),
        ("01-15", "02-15", "actual/365", Fraction(31, 365)),
        ("01-15", "2027-01-15", "actual/actual", Fraction(1)),
        # ISDA's own example (memorandum of 1999): 61 days of 2003, 121 of leap year 2004.
        ("2003-11-01", "2004-05-01", "actual/actual", Fraction(61, 365) + Fraction(121, 366)),
    ],
)
def test_part_of_a_year(start: str, end: str, day_count: DayCount, part: Fraction) -> None:
    """A day count says what part of a year lies between two days."""
    assert year_part(day(start), day(end), day_count) == part


@given(DAYS, st.integers(1, 48))
def test_commercial_months(first: date, months: int) -> None:
    """Whole months are thirty days each, also between month ends."""
    assert commercial_days(first, Interval.parse("1 month").after(first, months)) == 30 * months


def test_per_year() -> None:
    """A year has 12 months, 4 quarters, 24 half months, 52 weeks, or 365 days."""
    texts = ["1 month", "1 quarter", "1 year", "semi-monthly", "2 weeks", "10 days"]
    found = [Interval.parse(text).per_year for text in texts]
    assert found == [12, 4, 1, 24, 26, Fraction(365, 10)]
