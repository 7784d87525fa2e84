"""The journal as a report: entries with their legs, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from ledger.envelope import iso_moment
from ledger.terms.money import amount_text
from projections.coordinates import Coordinates
from projections.journal import entries
from projections.legs import legs as legs_in
from projections.rows import EntryRow, PostingRow


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which entries: of one book, posted from a day on, touching a plan (None: all).

    `functional` is the ledger's own currency where all amounts are wanted in it; None: each event
    in its own.
    """

    book: str = "generic"
    since: date | None = None
    plan: str | None = None
    functional: str | None = None


def journal(
    connection: Connection,
    at: Coordinates,
    wanted: JournalFilter,
    *,
    by_day: bool = False,
) -> Iterator[EntryRow]:
    """Yield entries by position, or by (posted_on, position) with `by_day`; legs in their order."""
    legs = legs_in(wanted.functional)
    query = select(entries, *(legs.c[name] for name in _LEG)).join(
        legs, and_(legs.c.position == entries.c.position, legs.c.book == entries.c.book)
    )
    query = _filtered(query, at, wanted)
    days = (entries.c.posted_on,) if by_day else ()
    query = query.order_by(*days, entries.c.position, legs.c.line)
    rows = connection.execution_options(yield_per=2000).execute(query)
    for _, of_entry in groupby(rows, key=lambda row: row.position):
        yield _entry(list(of_entry))


_LEG = (
    "account",
    "role",
    "currency",
    "exponent",
    "amount_minor",
    "customer",
    "plan",
    "charge",
)


def entry_count(connection: Connection, at: Coordinates, wanted: JournalFilter) -> int:
    """Return how many entries `journal` yields."""
    query = _filtered(select(func.count()).select_from(entries), at, wanted)
    return int(connection.execute(query).scalar_one())


def _filtered(query: Select[Any], at: Coordinates, wanted: JournalFilter) -> Select[Any]:
    query = query.where(
        entries.c.book == wanted.book,
        entries.c.position <= at.position,
        entries.c.posted_on <= at.as_of,
    )
    if wanted.since is not None:
        query = query.where(entries.c.posted_on >= wanted.since)
    if wanted.plan is not None:
        legs = legs_in(wanted.functional)
        touching = select(legs.c.position).where(legs.c.plan == wanted.plan)
        query = query.where(entries.c.position.in_(touching))
    return query


def _entry(rows: Sequence[Row[Any]]) -> EntryRow:
    first = rows[0]
    return EntryRow(
        position=first.position,
        book=first.book,
        posted_on=first.posted_on,
        effective_on=first.effective_on,
        recorded_at_us=first.recorded_at,
        event=first.event,
        stream=first.stream,
        journal=first.journal,
        document=first.document,
        narration=first.narration,
        postings=tuple(
            PostingRow(
                account=row.account,
                role=row.role,
                currency=row.currency,
                exponent=row.exponent,
                amount_minor=row.amount_minor,
                customer=row.customer,
                plan=row.plan,
                charge=row.charge,
            )
            for row in rows
        ),
    )


def entry_json(entry: EntryRow) -> dict[str, Any]:
    """Return an entry in the form of the contract."""
    return {
        "position": entry.position,
        "book": entry.book,
        "posted_on": entry.posted_on.isoformat(),
        "effective_on": entry.effective_on.isoformat(),
        "recorded_at": iso_moment(entry.recorded_at_us),
        "event": entry.event,
        "stream": entry.stream,
        "journal": entry.journal,
        "document": entry.document,
        "narration": entry.narration,
        "postings": [
            {
                "account": leg.account,
                "role": leg.role,
                "currency": leg.currency,
                "amount": amount_text(leg.amount_minor, leg.exponent),
                "customer": leg.customer,
                "plan": leg.plan,
                "charge": leg.charge,
            }
            for leg in entry.postings
        ],
    }


def exponents(connection: Connection, wanted: JournalFilter) -> dict[str, int]:
    """Return the currencies of a book, each with the largest exponent in use."""
    legs = legs_in(wanted.functional)
    query = (
        select(legs.c.currency, func.max(legs.c.exponent).label("largest"))
        .where(legs.c.book == wanted.book)
        .group_by(legs.c.currency)
        .order_by(legs.c.currency)
    )
    return {row.currency: row.largest for row in connection.execute(query)}
