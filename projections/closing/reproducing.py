"""A closed month comes to the same again: its figures are recomputed and held against the recorded.

What differs is named by month, book, account and amount. It serves the check `periods`; a rebuild
asks it of tables of its own before it may take the place of the live ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, FromClause, case, select

from ledger.audit.sealing import MissingEventsError, root_at
from ledger.envelope import RecordedEvent
from ledger.events import (
    PERIOD_STREAM,
    AccountTotals,
    BookTotals,
    PeriodClosed,
    PeriodClosing,
    PeriodReopened,
)
from ledger.period import next_day
from ledger.row_digest import hex_of, together
from ledger.store.log import read_stream
from ledger.store.schema import events, ledger_head
from ledger.terms.money import amount_text
from projections.closing.history import in_force, periods_of
from projections.closing.turnover import (
    LEGS,
    Key,
    Span,
    Turned,
    View,
    digest_of_book,
    turned_over,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an account of a closed month turned over when it was closed, and what it does now."""

    month: str
    key: Key
    recorded_minor: tuple[int, int]
    found_minor: tuple[int, int]

    @property
    def text(self) -> str:
        """The difference in words, to the minor unit."""
        book, view, account, currency, exponent = self.key
        sides = zip(("debits", "credits"), self.recorded_minor, self.found_minor, strict=True)
        said = [
            f"{name} are {amount_text(found, exponent)}, were {amount_text(recorded, exponent)} "
            f"(difference {amount_text(found - recorded, exponent)} {currency})"
            for name, recorded, found in sides
            if recorded != found
        ]
        worth = "" if view == "journal" else ", in the ledger's own currency"
        return f"month {self.month}, book {book}, account {account}{worth}: {', '.join(said)}"


def differences(
    connection: Connection, reached: int, legs: Mapping[View, FromClause] = LEGS
) -> list[Difference]:
    """Return what the closed months in force do not reproduce, from the legs of a journal.

    `reached` is how far that journal is: a month that was closed after it is not looked at.
    """
    told = in_force(read_stream(connection, PERIOD_STREAM))
    closes = [closed for closed in told if closed.position <= reached]
    found = turned_over(connection, [Span.of(closed) for closed in closes], legs)
    return [
        difference
        for closed, turned in zip(closes, found, strict=True)
        for difference in _compared(closed, turned)
    ]


def _compared(closed: PeriodClosed, found: Turned) -> Iterator[Difference]:
    recorded = recorded_of(closed)
    for key in sorted(recorded.keys() | found.keys()):
        was, is_now = recorded.get(key, (0, 0)), found.get(key, (0, 0))
        if was != is_now:
            yield Difference(closed.month, key, was, is_now)


def recorded_of(closed: PeriodClosed) -> Turned:
    """Return what accounts turned over in a month, as it was recorded; those that moved."""
    return {
        (book.book, view, row.account, row.currency, row.exponent): turned
        for book in closed.books
        for view, rows in _views(book)
        for row in rows
        if any(turned := (row.debit_minor, row.credit_minor))
    }


def _views(book: BookTotals) -> tuple[tuple[View, tuple[AccountTotals, ...]], ...]:
    return ("journal", book.accounts), ("functional", book.functional)


def check_periods(connection: Connection, reached: int) -> Iterator[str]:
    """Closed months come to what was recorded, and what came late was posted behind them."""
    told = read_stream(connection, PERIOD_STREAM)
    open_from = connection.execute(select(ledger_head.c.open_from)).scalar_one()
    wanted = periods_of(told).open_from
    if open_from != wanted:
        yield f"the first open day is {open_from or 'any'}, the closed months say {wanted or 'any'}"
    yield from _stamps(connection, told)
    for difference in differences(connection, reached):
        yield difference.text
    yield from _digests(told)
    yield from _root(connection, told)


def _stamps(connection: Connection, told: list[RecordedEvent]) -> Iterator[str]:
    """Every event was posted on its own day, or on the first open one where that was closed."""
    after, open_from = 0, None
    ends = [(one.position, one) for one in told if _moves(one)]
    for end, one in [*ends, (None, None)]:
        columns = events.c
        first = open_from or date.min
        day = case((columns.effective_on < first, first), else_=columns.effective_on)
        query = (
            select(columns.position, columns.posted_on, columns.effective_on)
            .where(columns.position > after, columns.posted_on != day)
            .order_by(columns.position)
        )
        within = query if end is None else query.where(columns.position <= end)
        for position, posted_on, effective_on in connection.execute(within):
            yield (
                f"position {position}: dated {effective_on}, posted on {posted_on}, "
                f"while the first open day was {open_from or 'any'}"
            )
        if one is not None:
            after, open_from = one.position, _opened(one)


def _moves(one: RecordedEvent) -> bool:
    return isinstance(one.fact, PeriodClosing | PeriodReopened)


def _opened(one: RecordedEvent) -> date:
    closes = isinstance(one.fact, PeriodClosing)
    return next_day(one.effective_on) if closes else one.effective_on


def _digests(told: list[RecordedEvent]) -> Iterator[str]:
    """The digest of a closed month is that of the figures recorded with it."""
    for closed in in_force(told):
        recorded = recorded_of(closed)
        digests = {book.book: digest_of_book(recorded, book.book) for book in closed.books}
        said = {book.book: book.digest for book in closed.books}
        if {book: hex_of(found) for book, found in digests.items()} != said or closed.digest != (
            hex_of(together(digests.values()))
        ):
            yield f"month {closed.month}: its digest is not that of the figures recorded with it"


def _root(connection: Connection, told: list[RecordedEvent]) -> Iterator[str]:
    """The tree of the events that the last closed month took in has the root recorded with it."""
    for closed in in_force(told)[-1:]:
        try:
            same = root_at(connection, closed.position).hex() == closed.root
        except MissingEventsError as error:
            yield f"month {closed.month}: {error}"
            continue
        if not same:
            yield (
                f"month {closed.month}: the events up to position {closed.position} do not have "
                "the root recorded with it: run acquit audit verify"
            )
