"""The functional amounts: the legs of events in foreign currencies, in the ledger's own.

Beside the journal, which has every event in its own currency. What is in the ledger's currency
anyway is in the journal alone, and so is what moved before its currency had a rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    SmallInteger,
    Table,
    and_,
    exists,
)

from ledger.books.accounts import Chart
from ledger.books.functional import EXCHANGE_ROLES, functional_postings
from ledger.books.posting import JournalEntry, Of, Posting
from ledger.envelope import RecordedEvent
from ledger.events import CurrencyOpened, Revalued
from ledger.held import functional_of
from ledger.store.schema import BYTEWISE
from projections.functional_tax import tax_rows, taxes
from projections.journal import postings
from projections.projection import Books, Changes, Projection, metadata

functional = Table(
    "functional_1_postings@live",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("book", BYTEWISE, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("posted_on", Date, nullable=False),
    Column("account", BYTEWISE, nullable=False),
    Column("role", BYTEWISE, nullable=False),
    Column("foreign_currency", BYTEWISE, nullable=False),
    Column("currency", BYTEWISE, nullable=False),
    Column("exponent", SmallInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("customer", BYTEWISE),
    Column("plan", BYTEWISE),
    Column("charge", BYTEWISE),
    Index("functional_1_postings_posted", "book", "posted_on"),
)


def fold(events: Sequence[RecordedEvent], books: Books) -> Changes:
    """Value a batch of events in every book."""
    changes = Changes()
    for event in events:
        for chart, legs in _legs(event, books):
            if chart.by_role.keys() >= EXCHANGE_ROLES:
                for line, leg in enumerate(legs, 1):
                    changes.add(functional, _row(event, chart, line, leg))
        _add_taxes(event, books, changes)
    return changes


def _add_taxes(event: RecordedEvent, books: Books, changes: Changes) -> None:
    """Value the tax of an event; on what is owed in tax the books agree, so one is asked."""
    amounts = functional_of(event.fact)
    if amounts is not None:
        for _, entry in books.entries(event)[:1]:
            for row in tax_rows(event, entry, amounts):
                changes.add(taxes, row)


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg, and the currency that it is in."""

    posting: Posting
    currency: str
    exponent: int
    foreign: str


def _legs(event: RecordedEvent, books: Books) -> Iterator[tuple[Chart, list[Leg]]]:
    """Yield the legs of an event by book: its worth, or what changes nothing but that."""
    fact = event.fact
    amounts = functional_of(fact)
    if isinstance(fact, CurrencyOpened):
        entries = {chart.book: entry for chart, entry in books.entries(event)}
        for chart in books.charts(event.posted_on, event.position):
            if chart.book == fact.book:
                yield chart, [*_changing(entries.get(chart.book), fact), *_taken_over(fact)]
    elif isinstance(fact, Revalued):
        for chart, entry in books.entries(event):
            yield chart, _changing(entry, fact)
    elif amounts is not None:
        for chart, entry in books.entries(event):
            postings = functional_postings(entry, amounts)
            yield (
                chart,
                [Leg(leg, amounts.currency, amounts.exponent, entry.currency) for leg in postings],
            )


def _changing(entry: JournalEntry | None, fact: Revalued | CurrencyOpened) -> list[Leg]:
    postings = entry.postings if entry else ()
    return [Leg(leg, fact.currency, fact.exponent, fact.foreign) for leg in postings]


def _taken_over(fact: CurrencyOpened) -> Iterator[Leg]:
    """Yield what takes the foreign amounts out of the view in which they now have their worth."""
    for line in fact.lines:
        posting = Posting.credit(line.role, line.amount_minor, Of())
        yield Leg(posting, fact.foreign, fact.foreign_exponent, fact.foreign)


def _row(event: RecordedEvent, chart: Chart, line: int, leg: Leg) -> dict[str, object]:
    posting = leg.posting
    return {
        "position": event.position,
        "book": chart.book,
        "line": line,
        "posted_on": event.posted_on,
        "account": chart.by_role[posting.role].account,
        "role": posting.role,
        "foreign_currency": leg.foreign,
        "currency": leg.currency,
        "exponent": leg.exponent,
        "amount_minor": posting.amount_minor,
        "customer": posting.customer,
        "plan": posting.plan,
        "charge": posting.charge,
    }


def is_valued() -> ColumnElement[bool]:
    """Return, for a query on the journal's postings, whether they have an amount in here."""
    return exists().where(
        and_(functional.c.position == postings.c.position, functional.c.book == postings.c.book)
    )


FUNCTIONAL = Projection("functional", 1, {table.name: table for table in (functional, taxes)}, fold)
