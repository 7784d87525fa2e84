"""Whole months between two days, counted back from the later one, and the days that remain.

Both laws count in this way: SWD(2012)128 section 4.1.1 (ii), and 12 CFR 1026 Appendix J (b)(5)(ii).
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from ledger.terms.dates import add_months

_LEAP_DAY = (2, 29)


def counted_back(start: date, end: date, months: int = 1) -> tuple[int, int]:
    """Return how many spans of `months` fit from `end` back to `start`, and the days that remain.

    A day that a month does not have is that month's last one, so that from 31 January to 28
    February is a whole month. `start` is not after `end`.
    """
    count = (12 * (end.year - start.year) + end.month - start.month) // months
    if add_months(start, count * months) == end:
        return count, 0
    if add_months(end, -count * months) < start:
        count -= 1
    return count, (add_months(end, -count * months) - start).days


def whole_months(start: date, end: date) -> int | None:
    """Return the number of months from `start` to `end`, None if days remain."""
    months, days = counted_back(start, end)
    return None if days else months


def months_and_days(start: date, days: Sequence[date]) -> list[tuple[int, int]]:
    """Return, for each of `days` in order, the months and days that it lies after `start`.

    A day that is whole months after the first is counted through it: payments at the end of each
    month stay a month apart through February ("adding one month to the interval of the previous
    payment", SWD(2012)128 section 4.1.1; the last day of each month, Appendix J (b)(3)).
    """
    counts = []
    for day in days:
        later = whole_months(days[0], day)
        months, odd_days = counted_back(start, day if later is None else days[0])
        counts.append((months + (later or 0), odd_days))
    return counts


def year_back(day: date) -> int:
    """Return the days of the year that ends on `day`, back to the same day a year before.

    366 where a 29 February lies in it, the day itself included and the one a year before not.
    """
    leap_day_passed = (day.month, day.day) >= _LEAP_DAY
    return 366 if calendar.isleap(day.year if leap_day_passed else day.year - 1) else 365


def days_as_years(start: date, days: int) -> tuple[int, int]:
    """Return `days` from `start` on as a fraction (numerator, denominator) of a year.

    The denominator is the year counted back from the last of these days: SWD(2012)128 section
    4.1.1 (iii).
    """
    return days, year_back(start + timedelta(days=days))
