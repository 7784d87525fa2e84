"""Which months are closed: the state of the stream `period`, and how events change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.events import Fact, PeriodClosed, PeriodClosing, PeriodReopened
from ledger.terms.dates import month_end

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The closed months.

    `open_from` is the first open day, None while all days are open. `closed` are the last days of
    the months that are closed, in order: the first of them closed all before it too. `closing` is
    the last day of a month that is being closed: its events are fixed, its figures are not stored.
    """

    open_from: date | None = None
    closed: tuple[date, ...] = ()
    closing: date | None = None
    reopenings: int = 0

    @property
    def since(self) -> date | None:
        """The first day of what is closed next; None: all before."""
        return next_day(self.closed[-1]) if self.closed else None

    @property
    def next_end(self) -> date | None:
        """The last day of the month that is closed next; None: it may be any month."""
        if self.closing is not None:
            return self.closing
        return None if self.open_from is None else month_end(self.open_from)


def next_day(day: date) -> date:
    """Return the day behind a day that is not the last one there is."""
    return day + _ONE_DAY


def month_of(day: date) -> str:
    """Name the month of a day, as 2026-01."""
    return day.isoformat()[:7]


def evolve(periods: Periods | None, effective_on: date, fact: Fact) -> Periods:
    """Return the closed months after an event of the stream `period`."""
    before = periods or Periods()
    match fact:
        case PeriodClosing():
            return replace(before, open_from=next_day(fact.through), closing=fact.through)
        case PeriodClosed():
            return replace(before, closed=(*before.closed, fact.through), closing=None)
        case PeriodReopened():
            still = tuple(end for end in before.closed if end < effective_on)
            return Periods(open_from=effective_on, closed=still, reopenings=before.reopenings + 1)
        case _:
            return before
