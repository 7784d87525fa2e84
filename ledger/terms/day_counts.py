"""Day counts: what part of a year lies between two days.

Conventions after the ISDA definitions (2006, section 4.16): actual/actual divides the days in leap
years by 366 and the others by 365; 30/360 counts every month as 30 days.
"""

from __future__ import annotations

import calendar
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.terms.dates import add_months

DayCount = Literal["period", "30/360", "actual/360", "actual/364", "actual/365", "actual/actual"]
DAY_COUNTS: tuple[DayCount, ...] = (
    "period",
    "30/360",
    "actual/360",
    "actual/364",
    "actual/365",
    "actual/actual",
)
_COMMERCIAL_YEAR = 360
_COMMERCIAL_MONTH = 30


def year_part(start: date, end: date, day_count: DayCount) -> Fraction:
    """Return the part of a year from `start` to `end`, exactly; "period" has none of its own."""
    if day_count == "actual/actual":
        return _actual_actual(start, end)
    if day_count == "30/360":
        return Fraction(commercial_days(start, end), _COMMERCIAL_YEAR)
    return Fraction((end - start).days, int(day_count.removeprefix("actual/")))


def commercial_days(start: date, end: date) -> int:
    """Return the days from `start` to `end` in months of 30 days (bond basis).

    Whole months count 30 days each even between month ends, as from 31 January to 28 February.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) == end:
        return months * _COMMERCIAL_MONTH
    first = min(start.day, _COMMERCIAL_MONTH)
    last = _COMMERCIAL_MONTH if end.day > _COMMERCIAL_MONTH == first else end.day
    return months * _COMMERCIAL_MONTH + last - first


def _actual_actual(start: date, end: date) -> Fraction:
    part = Fraction(0)
    for year in range(start.year, end.year + 1):
        first = max(start, date(year, 1, 1))
        following = min(end.toordinal(), date(year, 12, 31).toordinal() + 1)
        part += Fraction(following - first.toordinal(), 366 if calendar.isleap(year) else 365)
    return part
