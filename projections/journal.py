"""The journal: every posting of every event, in every book."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Date, Index, Integer, SmallInteger, Table

from ledger.books.posting import JournalEntry
from ledger.envelope import RecordedEvent
from ledger.store.schema import BYTEWISE
from projections.projection import Books, Changes, Projection, Row, metadata

entries = Table(
    "journal_1_entries@live",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("book", BYTEWISE, primary_key=True),
    Column("posted_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("event", BYTEWISE, nullable=False),
    Column("stream", BYTEWISE, nullable=False),
    Column("journal", BYTEWISE, nullable=False),
    Column("document", BYTEWISE),
    Column("narration", BYTEWISE, nullable=False),
    Index("journal_1_entries_posted", "book", "posted_on"),
)

postings = Table(
    "journal_1_postings@live",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("book", BYTEWISE, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("posted_on", Date, nullable=False),
    Column("account", BYTEWISE, nullable=False),
    Column("role", BYTEWISE, nullable=False),
    Column("currency", BYTEWISE, nullable=False),
    Column("exponent", SmallInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("customer", BYTEWISE),
    Column("plan", BYTEWISE),
    Column("charge", BYTEWISE),
    Index("journal_1_postings_plan", "plan"),
)


def fold(events: Sequence[RecordedEvent], books: Books) -> Changes:
    """Post a batch of events in every book."""
    changes = Changes()
    for event in events:
        for chart, entry in books.entries(event):
            changes.add(entries, _entry_row(event, entry))
            if entry.functional:  # Its legs are in the functional amounts alone.
                continue
            for line, posting in enumerate(entry.postings, 1):
                changes.add(
                    postings,
                    {
                        "position": event.position,
                        "book": entry.book,
                        "line": line,
                        "posted_on": event.posted_on,
                        "account": chart.by_role[posting.role].account,
                        "role": posting.role,
                        "currency": entry.currency,
                        "exponent": entry.exponent,
                        "amount_minor": posting.amount_minor,
                        "customer": posting.customer,
                        "plan": posting.plan,
                        "charge": posting.charge,
                    },
                )
    return changes


def _entry_row(event: RecordedEvent, entry: JournalEntry) -> Row:
    return {
        "position": event.position,
        "book": entry.book,
        "posted_on": event.posted_on,
        "effective_on": event.effective_on,
        "recorded_at": event.recorded_at_us,
        "event": event.type,
        "stream": event.stream,
        "journal": entry.journal,
        "document": entry.document,
        "narration": entry.narration,
    }


JOURNAL = Projection("journal", 1, {table.name: table for table in (entries, postings)}, fold)
