"""Intervals and month ends: every due date is counted from the first one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.terms.dates import Interval, add_months, days_in_month, month_end
from ledger.terms.refusals import DateOutOfRange, IntervalUnknown

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def days(*texts: str) -> list[date]:
    """Return days written as text."""
    return [date.fromisoformat(text) for text in texts]


def series(first: str, every: str, count: int) -> list[date]:
    """Return `count` due dates from `first` on."""
    interval = Interval.parse(every)
    return [interval.after(date.fromisoformat(first), index) for index in range(count)]


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("1 day", Interval(1, 0)),
        ("15 days", Interval(15, 0)),
        ("1 week", Interval(7, 0)),
        ("2 weeks", Interval(14, 0)),
        ("1 month", Interval(0, 1)),
        ("1 months", Interval(0, 1)),
        ("1 quarter", Interval(0, 3)),
        ("2 quarters", Interval(0, 6)),
        ("1 year", Interval(0, 12)),
        ("999 days", Interval(999, 0)),
    ],
)
def test_interval_is_read(text: str, interval: Interval) -> None:
    """An interval is a count and a unit: days and weeks are days, the others months."""
    assert Interval.parse(text) == interval


@pytest.mark.parametrize(
    "text",
    [
        *("month", "0 months", "-1 month", "1month", "1  month", "1 Month", " 1 month", "1 month "),
        *(
            "1 month\n",
            "1.5 months",
            "1000 days",
            "01 month",
            "1 fortnight",
            "",
            "\N{FULLWIDTH DIGIT ONE} month",
        ),
    ],
)
def test_interval_that_is_none(text: str) -> None:
    """Anything else is refused, with the way to write it."""
    with pytest.raises(IntervalUnknown, match="write a count and day, week, month"):
        Interval.parse(text)


def test_month_ends_come_back() -> None:
    """From the 31st, short months fall on their last day and long ones come back to the 31st."""
    assert series("2026-01-31", "1 month", 6) == days(
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"
    )


def test_leap_years() -> None:
    """29 February is there in leap years, also in 2000, and not in 1900."""
    assert series("2024-01-30", "1 month", 3) == days("2024-01-30", "2024-02-29", "2024-03-30")
    assert series("2024-02-29", "1 year", 5) == days(
        "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"
    )
    assert [days_in_month(year, 2) for year in (1900, 2000, 2023, 2024)] == [28, 29, 28, 29]
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)
    assert month_end(date(1900, 2, 28)) == date(1900, 2, 28)


def test_weeks() -> None:
    """Every two weeks is every fourteen days, over the ends of months and years."""
    assert series("2026-12-15", "2 weeks", 4) == days(
        "2026-12-15", "2026-12-29", "2027-01-12", "2027-01-26"
    )


def test_quarters_and_years() -> None:
    """A quarter is three months and a year twelve, counted from the first day."""
    assert series("2025-11-30", "1 quarter", 4) == days(
        "2025-11-30", "2026-02-28", "2026-05-30", "2026-08-30"
    )
    assert series("2026-05-31", "2 years", 2) == days("2026-05-31", "2028-05-31")


def test_due_dates_of_a_published_table() -> None:
    """Fifteen-day terms from 1 October 2023, as in Fineract's delinquency scenarios."""
    assert series("2023-10-01", "15 days", 4) == days(
        "2023-10-01", "2023-10-16", "2023-10-31", "2023-11-15"
    )


@given(DAYS, st.integers(1, 600))
def test_months_keep_the_day_or_end_the_month(first: date, months: int) -> None:
    """N months later is the same day of the right month, or the last day of a shorter one."""
    later = add_months(first, months)
    assert (later.year * 12 + later.month) - (first.year * 12 + first.month) == months
    if later.day != first.day:
        assert later.day < first.day
        assert (later + timedelta(days=1)).day == 1


@given(DAYS, st.integers(1, 40), st.integers(1, 40))
def test_anchored_on_the_first_day(first: date, count: int, times: int) -> None:
    """The k-th date does not pass through those before it: k intervals of n are one of k * n."""
    assume(count * times <= 999)
    step, leap = Interval.parse(f"{count} months"), Interval.parse(f"{count * times} months")
    assert step.after(first, times) == leap.after(first, 1)


@given(DAYS, st.integers(1, 400))
def test_days_are_days(first: date, times: int) -> None:
    """N weeks later is 7 * n days later."""
    assert (Interval.parse("1 week").after(first, times) - first).days == 7 * times


@pytest.mark.parametrize(
    ("first", "every", "times"),
    [("9999-12-31", "1 day", 1), ("9999-12-01", "1 month", 1), ("2026-01-01", "999 years", 999)],
)
def test_end_of_the_calendar(first: str, every: str, times: int) -> None:
    """A schedule that runs past the year 9999 is refused, not wrapped or cut."""
    with pytest.raises(DateOutOfRange, match="past the year 9999"):
        Interval.parse(every).after(date.fromisoformat(first), times)
    assert Interval.parse("1 month").after(date(9999, 11, 30), 1) == date(9999, 12, 30)
