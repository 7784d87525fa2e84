"""Balances: what every account turned over on every day, so that a trial balance is a short sum.

It answers what is known now; what was known at an earlier moment is summed from the journal.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Date, Select, SmallInteger, Table, select

from ledger.envelope import RecordedEvent
from ledger.store.schema import BYTEWISE
from projections.journal import postings
from projections.projection import Books, Changes, Projection, Row, metadata

turnovers = Table(
    "balances_1_turnovers@live",
    metadata,
    Column("book", BYTEWISE, primary_key=True),
    Column("account", BYTEWISE, primary_key=True),
    Column("role", BYTEWISE, primary_key=True),
    Column("currency", BYTEWISE, primary_key=True),
    Column("exponent", SmallInteger, primary_key=True, autoincrement=False),
    Column("posted_on", Date, primary_key=True),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
)
_KEY = tuple(column.name for column in turnovers.primary_key)


def fold(events: Sequence[RecordedEvent], books: Books) -> Changes:
    """Add up the turnovers of a batch by account and day."""
    sums: dict[tuple[object, ...], list[int]] = {}
    for event in events:
        for chart, entry in books.entries(event):
            if entry.functional:
                continue
            for posting in entry.postings:
                key = (
                    chart.book,
                    chart.by_role[posting.role].account,
                    posting.role,
                    entry.currency,
                    entry.exponent,
                    event.posted_on,
                )
                turned = sums.setdefault(key, [0, 0])
                turned[posting.amount_minor < 0] += abs(posting.amount_minor)
    rows = [
        {**dict(zip(_KEY, key, strict=True)), "debit_minor": debit, "credit_minor": credit}
        for key, (debit, credit) in sums.items()
    ]
    return Changes(raised={turnovers.name: rows} if rows else {})


def _events_of(row: Row) -> Select[tuple[int]]:
    """Return the positions of the events that turned over an account on a day."""
    named = [postings.c[name] == row[name] for name in _KEY]
    return select(postings.c.position).where(*named).distinct().order_by(postings.c.position)


BALANCES = Projection("balances", 1, {turnovers.name: turnovers}, fold, events_of=_events_of)
