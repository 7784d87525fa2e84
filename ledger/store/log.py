"""Reading the log: events by position or by stream, decoded; the head; positions at a moment."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Row, func, select

from ledger.envelope import Event, RecordedEvent
from ledger.store import codec
from ledger.store.codec import UnreadableEventError
from ledger.store.database import many
from ledger.store.schema import events, ledger_head

_STREAMS_A_QUERY = 500
_MOST_BYTES = 8_000_000
_POSITIVE = 2**63 - 1


def head_position(connection: Connection) -> int:
    """Return the last position, 0 for an empty log."""
    return int(connection.execute(select(ledger_head.c.position)).scalar_one())


def last_recorded_us(connection: Connection) -> int:
    """Return the last recorded moment in UTC microseconds, 0 for an empty log."""
    return int(connection.execute(select(ledger_head.c.recorded_at)).scalar_one())


def recorded_event(row: Row[Any]) -> RecordedEvent:
    """Decode one row of `events`. Raises UnreadableEventError, naming the position."""
    try:
        fact = codec.decode(row.type, row.schema_version, bytes(row.payload))
    except UnreadableEventError as error:
        message = f"position {row.position}, stream {row.stream}: {error}"
        raise UnreadableEventError(message) from error
    return RecordedEvent(
        position=row.position,
        stream=row.stream,
        version=row.version,
        type=row.type,
        schema_version=row.schema_version,
        effective_on=row.effective_on,
        posted_on=row.posted_on,
        recorded_at_us=row.recorded_at,
        actor=row.actor,
        command_id=row.command_id,
        fact=fact,
    )


def read_range(
    connection: Connection, after: int, through: int, types: Collection[str] = ()
) -> list[RecordedEvent]:
    """Return the events after one position and through another, of some types (none: all)."""
    query = (
        select(events)
        .where(events.c.position > after, events.c.position <= through)
        .order_by(events.c.position)
    )
    if types:
        query = query.where(events.c.type.in_(types))
    return [recorded_event(row) for row in connection.execute(query)]


def read_part(
    connection: Connection, after: int, through: int, part: int, of: int, most: int = 4000
) -> tuple[list[RecordedEvent], int]:
    """Return the next events of a part, and the position up to which these are all.

    A part has all events of its streams: every stream belongs to one of `of` parts. At most `most`
    events and about _MOST_BYTES of payload are returned.
    """
    is_postgres = connection.dialect.name == "postgresql"
    query = (
        select(events)
        .where(events.c.position > after, events.c.position <= through)
        .order_by(events.c.position)
    )
    if is_postgres and of > 1:
        hashed = func.hashtextextended(events.c.stream, 0).op("&")(_POSITIVE)
        query = query.where(func.mod(hashed, of) == part)
    found: list[RecordedEvent] = []
    size = 0
    with connection.execution_options(yield_per=1000).execute(query) as rows:
        for row in rows:
            if not is_postgres and crc32(row.stream.encode()) % of != part:
                continue
            found.append(recorded_event(row))
            size += len(row.payload)
            if len(found) == most or size > _MOST_BYTES:
                return found, found[-1].position
    return found, through


def stream_versions(connection: Connection, streams: Sequence[str]) -> dict[str, int]:
    """Return the last version of each stream; unknown streams are left out."""
    is_postgres = connection.dialect.name == "postgresql"
    names = "unnest(%s)" if is_postgres else "json_each(?)"
    column = "name" if is_postgres else "value"
    last = f"(SELECT max(version) FROM events WHERE stream = given.{column})"  # noqa: S608 - our own names
    statement = f"SELECT given.{column}, {last} FROM {names} AS given"  # noqa: S608 - our own names
    if is_postgres:
        statement += "(name)"
    rows = connection.exec_driver_sql(statement, many(streams, is_postgres))
    return {stream: version for stream, version in rows if version is not None}


def decided_events(connection: Connection, after: Mapping[str, int]) -> dict[str, list[Event]]:
    """Return the events of several streams behind a version, as they were decided, each in order.

    Streams without such events are left out. Raises UnreadableEventError, naming the stream.
    """
    found: dict[str, list[Event]] = {}
    for stream, version, kind, schema_version, on, payload in _behind(connection, after):
        try:
            fact = codec.decode(kind, schema_version, bytes(payload))
        except UnreadableEventError as error:
            message = f"stream {stream}, version {version}: {error}"
            raise UnreadableEventError(message) from error
        day = on if isinstance(on, date) else date.fromisoformat(on)
        found.setdefault(stream, []).append(Event(stream, version, day, fact))
    return found


_FACTS = "stream, version, events.type, schema_version, effective_on, payload"
_BEHIND_ON_POSTGRES = (
    f"SELECT {_FACTS} FROM unnest(%s::text[], %s::integer[]) AS seen(name, last) "  # noqa: S608 - our own names
    'JOIN events ON stream = seen.name COLLATE "C" AND version > seen.last ORDER BY stream, version'
)
_BEHIND_ON_SQLITE = (
    f"SELECT {_FACTS} FROM json_each(?) AS seen "  # noqa: S608 - our own names
    "CROSS JOIN events ON stream = seen.key AND version > seen.value ORDER BY stream, version"
)


def _behind(connection: Connection, after: Mapping[str, int]) -> Sequence[Any]:
    """Select what lies behind a version of each stream, by a statement that never changes."""
    if not after:
        return ()
    if connection.dialect.name == "postgresql":
        parameters: tuple[object, ...] = (list(after), list(after.values()))
        return connection.exec_driver_sql(_BEHIND_ON_POSTGRES, parameters).all()
    return connection.exec_driver_sql(_BEHIND_ON_SQLITE, (json.dumps(after),)).all()


def read_stream(connection: Connection, stream: str) -> list[RecordedEvent]:
    """Return the events of one stream, in order; empty if there is no such stream."""
    return read_streams(connection, [stream]).get(stream, [])


def read_streams(connection: Connection, streams: Sequence[str]) -> dict[str, list[RecordedEvent]]:
    """Return the events of several streams, each in order; unknown streams are left out."""
    found: dict[str, list[RecordedEvent]] = {}
    for start in range(0, len(streams), _STREAMS_A_QUERY):
        query = (
            select(events)
            .where(events.c.stream.in_(streams[start : start + _STREAMS_A_QUERY]))
            .order_by(events.c.stream, events.c.version)
        )
        for row in connection.execute(query):
            found.setdefault(row.stream, []).append(recorded_event(row))
    return found


def position_at(connection: Connection, recorded_us: int) -> int:
    """Return the last position recorded at or before a moment (UTC microseconds), 0 for none.

    Position order is time order, so this is a binary search on the primary key.
    """
    low, high = 0, head_position(connection)
    while low < high:
        middle = (low + high + 1) // 2
        query = select(events.c.recorded_at).where(events.c.position == middle)
        if connection.execute(query).scalar_one() <= recorded_us:
            low = middle
        else:
            high = middle - 1
    return low


def recorded_us_at(connection: Connection, position: int) -> int:
    """Return when the event at `position` was recorded, in UTC microseconds; 0 before the first."""
    query = select(events.c.recorded_at).where(events.c.position == position)
    return connection.execute(query).scalar_one_or_none() or 0
