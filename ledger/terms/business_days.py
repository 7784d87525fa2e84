"""Business days: where a due date goes that falls on a weekend or a holiday.

Only the due date itself moves. The dates of a schedule are counted, and its interest is computed,
from the days as they were before the shift (unadjusted periods).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ledger.terms.refusals import DateOutOfRange

Shift = Literal["none", "following", "modified_following"]
SHIFTS: tuple[Shift, ...] = ("none", "following", "modified_following")
_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """How due dates are shifted; weekends and `holidays` are no business days."""

    shift: Shift = "none"
    holidays: frozenset[date] = frozenset()

    def shifted(self, day: date) -> date:
        """Return the day to which `day` moves. Raises DateOutOfRange.

        `following` is the next business day; `modified_following` too, unless that is in the next
        month: then the business day before (the ISDA business day conventions).
        """
        if self.shift == "none":
            return day
        following = self._next(day, _DAY)
        if self.shift == "modified_following" and following.month != day.month:
            return self._next(day, -_DAY)
        return following

    def _next(self, day: date, step: timedelta) -> date:
        try:
            while day.weekday() >= _SATURDAY or day in self.holidays:
                day += step
        except OverflowError:
            raise DateOutOfRange from None
        return day


AS_THEY_FALL = BusinessDays()
"""No shift: a due date is where it falls."""
