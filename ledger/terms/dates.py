"""Days between instalments: intervals and month ends.

Every due date is counted from the first one, never from the one before it, so that a schedule that
starts on the 31st falls on the last day of short months and comes back to the 31st afterwards.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.terms.refusals import DateOutOfRange, IntervalUnknown

_INTERVAL = re.compile(r"([1-9][0-9]{0,2}) (day|week|month|quarter|year)s?\Z", re.ASCII)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Interval:
    """A count of days or of months; one of the two is zero."""

    days: int
    months: int

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read "1 month", "2 weeks", "1 quarter". Raises IntervalUnknown."""
        match = _INTERVAL.match(text)
        if match is None:
            raise IntervalUnknown(text=text[:40])
        count, unit = int(match[1]), match[2]
        return cls(days=count * _DAYS.get(unit, 0), months=count * _MONTHS.get(unit, 0))

    def after(self, first: date, times: int) -> date:
        """Return the day `times` intervals after `first`. Raises DateOutOfRange."""
        try:
            if self.months:
                return add_months(first, self.months * times)
            return first + timedelta(days=self.days * times)
        except (OverflowError, ValueError):
            raise DateOutOfRange from None


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
