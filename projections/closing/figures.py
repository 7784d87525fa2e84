"""What a month comes to when it is closed: trial balances, aging, the root of the events' tree.

It serves the closing through a port. The figures are those of the events up to the position of the
month's PeriodClosing, whatever was appended since.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from ledger.audit.sealing import root_at
from ledger.closing import Figures
from ledger.events import (
    LEDGER_STREAM,
    PERIOD_STREAM,
    AgingTotals,
    BookTotals,
    PeriodClosing,
    RulesAdopted,
)
from ledger.row_digest import hex_of, together
from ledger.store.database import Database
from ledger.store.log import read_stream, recorded_us_at
from ledger.store.schema import events
from projections.aging import CREDIT, EDGES, bucket_names, open_items, sums_by_currency
from projections.closing.turnover import (
    Span,
    Turned,
    digest_of_book,
    summed,
    totals_of,
    turned_over,
)
from projections.coordinates import Coordinates
from projections.engine import Engine


class FiguresPort:
    """The figures as the closing may see them: read models brought up to date, then read."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine

    def of_closing(self, version: int) -> Figures:
        """Return what the month comes to whose PeriodClosing is that version of its stream."""
        self._engine.catch_up()
        with self._database.reading() as connection:
            return figures_of(connection, span_of_closing(connection, version))


def span_of_closing(connection: Connection, version: int) -> Span:
    """Return the span of the month that one event of the stream `period` fixes."""
    query = select(events.c.position).where(
        events.c.stream == PERIOD_STREAM, events.c.version == version
    )
    position = connection.execute(query).scalar_one()
    fact = read_stream(connection, PERIOD_STREAM)[version - 1].fact
    if not isinstance(fact, PeriodClosing):
        message = f"version {version} of the stream {PERIOD_STREAM} closes no month"
        raise TypeError(message)
    return Span(fact.since, fact.through, position)


def figures_of(connection: Connection, span: Span) -> Figures:
    """Return what a month comes to."""
    before, month = _before_and_in(connection, span)
    ever = summed(before, month)
    books = sorted({key[0] for key in ever})
    digests = {book: digest_of_book(month, book) for book in books}
    return Figures(
        position=span.position,
        root=root_at(connection, span.position).hex(),
        books=tuple(
            BookTotals(
                book=book,
                rules_digest=rules_digest(connection, book, span),
                digest=hex_of(digests[book]),
                accounts=totals_of(month, ever, book, "journal"),
                functional=totals_of(month, ever, book, "functional"),
            )
            for book in books
        ),
        edges=EDGES,
        aging=aging_of(connection, span),
        digest=hex_of(together(digests.values())),
    )


def _before_and_in(connection: Connection, span: Span) -> tuple[Turned, Turned]:
    """Return the turnovers before a month and in it."""
    if span.since is None:
        return {}, turned_over(connection, [span])[0]
    last = date.fromordinal(span.since.toordinal() - 1)
    before, month = turned_over(connection, [Span(None, last, span.position), span])
    return before, month


def rules_digest(connection: Connection, book: str, span: Span) -> str:
    """Return the digest of a book's rules in force on the last day of a month, "" for none."""
    adopted = [
        (event.effective_on, event.position, event.fact.digest)
        for event in read_stream(connection, LEDGER_STREAM)
        if isinstance(event.fact, RulesAdopted) and event.fact.book == book
        if event.effective_on <= span.through and event.position <= span.position
    ]
    return max(adopted)[2] if adopted else ""


def aging_of(connection: Connection, span: Span) -> tuple[AgingTotals, ...]:
    """Return what is owed on the last day of a month by age, a row for each currency."""
    known_us = recorded_us_at(connection, span.position)
    items = open_items(connection, Coordinates(span.through, known_us, span.position))
    return tuple(
        AgingTotals(
            currency=currency,
            exponent=row["total"].exponent,
            buckets_minor=tuple(row[name].minor for name in bucket_names(EDGES)),
            credit_minor=row[CREDIT].minor,
        )
        for currency, row in sums_by_currency(items, span.through, EDGES)
    )
