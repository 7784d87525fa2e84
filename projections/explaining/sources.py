"""Reads, for rows of a projection, the events that they come from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Row, func, select

from ledger.store.schema import events
from projections.explaining.between import Origin
from projections.journal import entries

SOURCE_COLUMNS = (
    events.c.type.label("source_event"),
    events.c.effective_on.label("source_effective_on"),
    events.c.recorded_at.label("source_recorded_at"),
    events.c.stream.label("source_stream"),
)


def with_sources(table: FromClause) -> FromClause:
    """Return rows of a projection, each beside its event."""
    return table.join(events, events.c.position == table.c.position)


def narration_of(table: FromClause) -> Any:
    """Return what the journal says of a row's event, whatever the book, as a column."""
    return (
        select(func.min(entries.c.narration))
        .where(entries.c.position == table.c.position)
        .correlate(table)
        .scalar_subquery()
        .label("narration")
    )


def origin_of(row: Row[Any]) -> Origin:
    """Return the event of a row that was read with SOURCE_COLUMNS and a narration."""
    return Origin(
        event=row.source_event,
        position=row.position,
        posted_on=row.posted_on,
        effective_on=row.source_effective_on,
        recorded_at_us=row.source_recorded_at,
        stream=row.source_stream,
        narration=row.narration,
    )
