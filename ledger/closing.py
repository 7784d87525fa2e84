"""Closing a month and opening it again: what is asked of the months before, and what is recorded.

A month is closed by two events. The first fixes at its position what belongs to the month; the
second says what that comes to, in figures that are handed in. Whatever happens in between, the
same command goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.draft import Draft
from ledger.events import (
    PERIOD_STREAM,
    AgingTotals,
    BookTotals,
    PeriodClosed,
    PeriodClosing,
    PeriodReopened,
)
from ledger.intentions import ClosePeriod, ReopenPeriod
from ledger.period import Periods, month_of
from ledger.refusals import (
    NotAMonthsEnd,
    PeriodClosedAlready,
    PeriodNotClosed,
    PeriodNotNext,
    PeriodNotOver,
    ReopeningNeedsApprover,
)
from ledger.terms.dates import month_end

APPROVAL = "approval"
REOPENING = "reopen_period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the events up to a position come to, of a month; `root` is that of their tree."""

    position: int
    root: str
    books: tuple[BookTotals, ...]
    edges: tuple[int, ...]
    aging: tuple[AgingTotals, ...]
    digest: str


def begin_close(command: ClosePeriod, draft: Draft) -> None:
    """Fix what belongs to a month; nothing where that was done and the month is not closed yet.

    Raises NotAMonthsEnd, PeriodClosedAlready, PeriodNotNext.
    """
    _require_end(command.on)
    periods = _periods(draft)
    wanted = periods.next_end
    if wanted is not None and command.on < wanted:
        raise PeriodClosedAlready(month=month_of(command.on), open_from=str(periods.open_from))
    if wanted is not None and command.on > wanted:
        raise PeriodNotNext(month=month_of(command.on), wanted=month_of(wanted))
    if periods.closing is None:
        closing = PeriodClosing(month=month_of(command.on), since=periods.since, through=command.on)
        draft.record(PERIOD_STREAM, command.on, closing)


def require_over(command: ClosePeriod, today: date) -> None:
    """Refuse a month that goes on. Raises PeriodNotOver."""
    if command.on > today:
        raise PeriodNotOver(month=month_of(command.on), today=today.isoformat())


def finish_close(command: ClosePeriod, figures: Figures, draft: Draft) -> None:
    """Record what a month comes to that is being closed."""
    closed = PeriodClosed(
        month=month_of(command.on),
        since=_periods(draft).since,
        through=command.on,
        position=figures.position,
        root=figures.root,
        books=figures.books,
        edges=figures.edges,
        aging=figures.aging,
        digest=figures.digest,
    )
    draft.record(PERIOD_STREAM, command.on, closed)


def reopen_period(command: ReopenPeriod, draft: Draft) -> None:
    """Open a closed month again, and all behind it, for what is recorded from now on.

    Raises NotAMonthsEnd, PeriodNotClosed, ReopeningNeedsApprover.
    """
    _require_end(command.on)
    open_from, first = _periods(draft).open_from, command.on.replace(day=1)
    if open_from is None or first >= open_from:
        raise PeriodNotClosed(month=month_of(command.on))
    asked = draft.ledger.policy(APPROVAL, command.on).get(REOPENING, {}).get("approver", False)
    if asked and command.approver is None:
        raise ReopeningNeedsApprover(month=month_of(command.on))
    reopened = PeriodReopened(
        month=month_of(command.on), reason=command.reason, approver=command.approver
    )
    draft.record(PERIOD_STREAM, first, reopened)


def _periods(draft: Draft) -> Periods:
    return draft.find(PERIOD_STREAM, Periods) or Periods()


def _require_end(on: date) -> None:
    if on != month_end(on):
        raise NotAMonthsEnd(on=on.isoformat(), end=month_end(on).isoformat())
