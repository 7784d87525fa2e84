"""The stream `period`: which months are closed, and what they came to.

`PeriodClosing` fixes which events belong to a month, at its own position; `PeriodClosed` says what
they come to. From the one on, and until a reopening, what is dated in the month or before is posted
from the first open day on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.events.base import Fact, event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTotals:
    """What an account turned over in the month, and ever: perpetual totals never start anew."""

    account: str
    currency: str
    exponent: int
    debit_minor: int
    credit_minor: int
    debit_ever_minor: int
    credit_ever_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotals:
    """The trial balance of a book, under the rules in force on the last day of the month.

    `functional` are the amounts in the ledger's own currency of what moved in foreign ones.
    """

    book: str
    rules_digest: str
    digest: str
    accounts: tuple[AccountTotals, ...]
    functional: tuple[AccountTotals, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgingTotals:
    """What is owed on the last day by age: not due, up to each edge, over the last one; credit."""

    currency: str
    exponent: int
    buckets_minor: tuple[int, ...]
    credit_minor: int


@event("PeriodClosing")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodClosing(Fact):
    """A month is being closed: what is recorded later is posted later. `since` None: all before."""

    month: str
    since: date | None
    through: date


@event("PeriodClosed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodClosed(Fact):
    """A month is closed: what the events up to `position` come to; `root` is that of their tree."""

    month: str
    since: date | None
    through: date
    position: int
    root: str
    books: tuple[BookTotals, ...]
    edges: tuple[int, ...]
    aging: tuple[AgingTotals, ...]
    digest: str


@event("PeriodReopened")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReopened(Fact):
    """A month is open again, and all behind it; it is effective on the month's first day."""

    month: str
    reason: str
    approver: str | None = None
