"""What came too late for a month: dated in it, posted behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from ledger.envelope import iso_moment
from ledger.terms.money import amount_text
from projections.journal import entries, postings

LATE_KEYS = (
    "position",
    "effective_on",
    "posted_on",
    "recorded_at",
    "event",
    "stream",
    "document",
    "currency",
    "amount",
)


def late(connection: Connection, book: str, through: date) -> list[dict[str, Any]]:
    """Return the entries of a book that are dated in the month and posted after its last day.

    `amount` is what an entry moves, the sum of its debits; null where it moves nothing but worth.
    """
    moved = case((postings.c.amount_minor > 0, postings.c.amount_minor), else_=0)
    same = and_(entries.c.position == postings.c.position, entries.c.book == postings.c.book)
    key = (
        *(entries.c[name] for name in LATE_KEYS[:-2]),
        postings.c.currency,
        postings.c.exponent,
    )
    query = (
        select(*key, func.sum(moved).label("amount_minor"))
        .outerjoin_from(entries, postings, same)
        .where(
            entries.c.book == book,
            entries.c.effective_on >= through.replace(day=1),
            entries.c.effective_on <= through,
            entries.c.posted_on > through,
        )
        .group_by(*key)
        .order_by(entries.c.position)
    )
    return [
        {
            "position": row.position,
            "effective_on": row.effective_on.isoformat(),
            "posted_on": row.posted_on.isoformat(),
            "recorded_at": iso_moment(row.recorded_at),
            "event": row.event,
            "stream": row.stream,
            "document": row.document,
            "currency": row.currency,
            "amount": None
            if row.currency is None
            else amount_text(int(row.amount_minor), row.exponent),
        }
        for row in connection.execute(query)
    ]
