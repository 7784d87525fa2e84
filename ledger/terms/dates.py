"""Days between instalments: intervals and month ends.

Every due date is counted from the first one, never from the one before it, so that a schedule that
starts on the 31st falls on the last day of short months and comes back to the 31st afterwards.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from ledger.terms.refusals import DateOutOfRange, IntervalUnknown, MonthEndNeedsMonths

_INTERVAL = re.compile(r"([1-9][0-9]{0,2}) (day|week|month|quarter|year)s?\Z", re.ASCII)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_SEMI_MONTHLY = ("semi-monthly", "semimonthly", "semi_monthly")
_HALF_MONTH_DAYS = 15


@dataclass(frozen=True, slots=True)
class Interval:
    """A count of days, of months or of half months; two of the three are zero."""

    days: int
    months: int
    half_months: int = 0

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read "1 month", "2 weeks", "1 quarter", "semi-monthly". Raises IntervalUnknown."""
        if text in _SEMI_MONTHLY:
            return cls(days=0, months=0, half_months=1)
        match = _INTERVAL.match(text)
        if match is None:
            raise IntervalUnknown(text=text[:40])
        count, unit = int(match[1]), match[2]
        return cls(days=count * _DAYS.get(unit, 0), months=count * _MONTHS.get(unit, 0))

    def after(self, first: date, times: int, *, month_end: bool = False) -> date:
        """Return the day `times` intervals after `first`.

        With `month_end`, days counted from the last day of a month are last days of months. Raises
        DateOutOfRange, MonthEndNeedsMonths.
        """
        if month_end and self.days:
            raise MonthEndNeedsMonths
        try:
            if self.half_months:
                return _half_months_after(first, self.half_months * times)
            if self.months:
                day = add_months(first, self.months * times)
                return _month_end(day) if month_end and first == _month_end(first) else day
            return first + timedelta(days=self.days * times)
        except (OverflowError, ValueError):
            raise DateOutOfRange from None

    @property
    def commercial_days(self) -> int:
        """The length in days of a year of 360, twelve months of 30; 0 for a count of days."""
        return self.months * 30 + self.half_months * _HALF_MONTH_DAYS

    @property
    def per_year(self) -> Fraction:
        """How many of it are a year: of 12 months, 24 half months, 52 weeks, else 365 days."""
        if self.commercial_days:
            return Fraction(360, self.commercial_days)
        weeks, odd_days = divmod(self.days, 7)
        return Fraction(365, self.days) if odd_days else Fraction(52, weeks)


def _half_months_after(first: date, times: int) -> date:
    """Return a day of the pair to which `first` belongs.

    The 15th pairs with the last day of the month, and so does a last day with the 15th. Any other
    day d up to the 14th pairs with d + 15, any other from the 16th on with d - 15, each on the last
    day of a month that has no such day.
    """
    last = first == _month_end(first)
    if first.day == _HALF_MONTH_DAYS or last:
        low, high = _HALF_MONTH_DAYS, 31
    else:
        low = first.day if first.day < _HALF_MONTH_DAYS else first.day - _HALF_MONTH_DAYS
        high = low + _HALF_MONTH_DAYS
    months, second = divmod(times + (first.day > low), 2)
    month = add_months(first.replace(day=1), months)
    wanted = high if second else low
    return month.replace(day=min(wanted, days_in_month(month.year, month.month)))


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day if it is shorter.

    Raises ValueError past the calendar's end.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    """Return 28 to 31. Raises ValueError for a year outside 1 to 9999."""
    return date(year, month, calendar.monthrange(year, month)[1]).day


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return day.replace(day=days_in_month(day.year, day.month))


_month_end = month_end  # Interval.after has a parameter of that name.
