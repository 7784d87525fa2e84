"""The append: the one way events get into the log.

One call appends a group of commands in one transaction. Under the lock of the head row: known keys
and stream heads are looked up, losers dropped, survivors stamped (recorded_at, posted_on, leaf) and
inserted, the head advanced. An event of the stream `period` moves the first open day for what
follows it. Each command has its own outcome; a failing one takes no other with it,
but for those behind it in its streams: they were decided from what is not stored, and are in
conflict.
On Postgres the database does all this in one function; the SQLite half below follows it line by
line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from ledger.envelope import moment_of
from ledger.events import PERIOD_STREAM, PeriodClosing, PeriodReopened
from ledger.store.arrays import days, numbers, octets, texts
from ledger.store.database import among, many
from ledger.store.leaf import leaf_hash
from ledger.store.log import stream_versions
from ledger.store.rows import insert_rows
from ledger.store.schema import command_keys, events, ledger_head

UNKNOWN = 2**31 - 2  # The head of a stream that no version follows.
NEW_STREAM = -1  # Versions of a new stream start at 1; the library's own recorders start at 0 too.


class Answer(StrEnum):
    """What became of one command."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    OTHER_CONTENT = "other_content"
    CONFLICT = "conflict"
    RECORDED_EARLIER = "recorded_earlier"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append. `effective_on` None stands for the day of recording (UTC)."""

    stream: str
    version: int
    type: str
    payload: bytes
    schema_version: int = 1
    effective_on: date | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class NewCommand:
    """The events of one command; its id is an idempotency key where there is a request hash.

    `reads` are the streams that it was decided from without adding to them, each with its version
    (0: no such stream): it is refused as a conflict if one of them has moved. With reads alone it
    only asks whether that is so.
    `recorded_us` is the recording time given in a simulated ledger; where none is given, it is
    `default_recorded_us` there, or a microsecond after the last moment. A real ledger ignores both.
    """

    events: Sequence[NewEvent]
    command_id: str = ""
    request_hash: bytes | None = None
    recorded_us: int | None = None
    default_recorded_us: int = 0
    reads: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one command; position and moment are set where events were stored."""

    answer: Answer
    first_position: int | None = None
    recorded_us: int | None = None


def append(
    connection: Connection, commands: Sequence[NewCommand], clock_us: Callable[[], int]
) -> list[Outcome]:
    """Append `commands` as one group in the caller's writing transaction; answers in their order.

    `clock_us` gives UTC microseconds on SQLite; Postgres uses the clock of its server.
    """
    if connection.dialect.name == "postgresql":
        return _append_postgres(connection, commands)
    return _append_sqlite(connection, commands, clock_us)


# Postgres ---------------------------------------------------------------------------------------

_CALL = (
    "SELECT acquit_append(%s::text[], %s::bytea[], %s::bigint[], %s::bigint[], %s::text[], "
    "%s::integer[], %s::integer[], %s::integer[], %s::text[], %s::integer[], %s::date[], "
    "%s::text[], %s::bytea[], %s::integer[], %s::integer[], %s::integer[])"
)


def _append_postgres(connection: Connection, commands: Sequence[NewCommand]) -> list[Outcome]:
    numbered = [(i, event) for i, command in enumerate(commands, 1) for event in command.events]
    streams: dict[str, int] = {}
    for _, event in numbered:
        streams.setdefault(event.stream, len(streams) + 1)
    reads = [(i, *read) for i, command in enumerate(commands, 1) for read in command.reads]
    for _, stream, _ in reads:
        streams.setdefault(stream, len(streams) + 1)
    new_events = [event for _, event in numbered]
    parameters = (
        texts(command.command_id for command in commands),
        octets(command.request_hash for command in commands),
        numbers(command.recorded_us for command in commands),
        numbers(command.default_recorded_us for command in commands),
        texts(streams),
        numbers(i for i, _ in numbered),
        numbers(streams[event.stream] for event in new_events),
        numbers(event.version for event in new_events),
        texts(event.type for event in new_events),
        numbers(event.schema_version for event in new_events),
        days(event.effective_on for event in new_events),
        texts(event.actor for event in new_events),
        octets(event.payload for event in new_events),
        numbers(i for i, _, _ in reads),
        numbers(streams[stream] for _, stream, _ in reads),
        numbers(version for _, _, version in reads),
    )
    answers: list[str | None] = connection.exec_driver_sql(_CALL, parameters).scalar_one()
    thirds = zip(answers[::3], answers[1::3], answers[2::3], strict=True)
    return [
        Outcome(Answer(answer or ""), _number(first), _number(moment))
        for answer, first, moment in thirds
    ]


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


# SQLite -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Head:
    """The head row while a group is being appended."""

    position: int
    recorded_us: int
    open_from: date | None
    ledger_id: str
    simulated: bool
    streams: dict[str, int] = field(default_factory=dict)


def _append_sqlite(
    connection: Connection, commands: Sequence[NewCommand], clock_us: Callable[[], int]
) -> list[Outcome]:
    row = connection.execute(select(ledger_head)).one()
    head = _Head(row.position, row.recorded_at, row.open_from, row.ledger_id, row.simulated)
    known = known_keys(connection, [c.command_id for c in commands if c.request_hash is not None])
    head.streams = _stream_heads(connection, commands)
    outcomes, event_rows, key_rows = [], [], []
    for command in commands:
        outcome = _judge(command, head, known, clock_us)
        outcomes.append(outcome)
        if outcome.answer is not Answer.ACCEPTED:
            head.streams |= {event.stream: UNKNOWN for event in command.events}
        if outcome.answer is not Answer.ACCEPTED or outcome.recorded_us is None:
            continue
        event_rows.extend(_rows(command, head, outcome.recorded_us))
        _advance(command, head, outcome.recorded_us)
        if command.request_hash is not None:
            key_rows.append(
                {
                    "command_id": command.command_id,
                    "request_hash": command.request_hash,
                    "first_position": outcome.first_position,
                }
            )
    insert_rows(connection, command_keys, key_rows)
    insert_rows(connection, events, event_rows)
    connection.execute(
        update(ledger_head).values(
            position=head.position, recorded_at=head.recorded_us, open_from=head.open_from
        )
    )
    return outcomes


def known_keys(connection: Connection, command_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the request hashes of those commands that were accepted before."""
    if not command_ids:
        return {}
    is_postgres = connection.dialect.name == "postgresql"
    which = among("command_id", is_postgres)
    statement = f"SELECT command_id, request_hash FROM command_keys WHERE {which}"  # noqa: S608 - our own names
    rows = connection.exec_driver_sql(statement, many(command_ids, is_postgres))
    return {command_id: bytes(request_hash) for command_id, request_hash in rows}


def _stream_heads(connection: Connection, commands: Sequence[NewCommand]) -> dict[str, int]:
    written = [event.stream for command in commands for event in command.events]
    read = [stream for command in commands for stream, _ in command.reads]
    names = list(dict.fromkeys([*written, *read]))
    return {**dict.fromkeys(names, NEW_STREAM), **stream_versions(connection, names)}


def _judge(
    command: NewCommand,
    head: _Head,
    known: Mapping[str, bytes],
    clock_us: Callable[[], int],
) -> Outcome:
    """Decide one command's outcome against the group so far, changing nothing."""
    stored_hash = known.get(command.command_id)
    if stored_hash is not None and command.request_hash is not None:
        same = stored_hash == command.request_hash
        return Outcome(Answer.REPEATED if same else Answer.OTHER_CONTENT)
    if not _versions_follow(command, head.streams):
        return Outcome(Answer.CONFLICT)
    if not command.events and command.request_hash is None:
        return Outcome(Answer.ACCEPTED)
    if not head.simulated:
        moment = max(clock_us(), head.recorded_us + 1)
    elif command.recorded_us is None:
        moment = max(head.recorded_us + 1, command.default_recorded_us)
    elif command.recorded_us < head.recorded_us:
        return Outcome(Answer.RECORDED_EARLIER)
    else:
        moment = command.recorded_us
    first = head.position + 1 if command.events else None
    return Outcome(Answer.ACCEPTED, first, moment)


def _versions_follow(command: NewCommand, heads: Mapping[str, int]) -> bool:
    for stream, version in command.reads:
        if max(heads[stream], 0) != version:
            return False
    trial: dict[str, int] = {}
    for event in command.events:
        last = trial.get(event.stream, heads[event.stream])
        if event.version != last + 1 and not (last == NEW_STREAM and event.version == 1):
            return False
        trial[event.stream] = event.version
    return True


def _rows(command: NewCommand, head: _Head, recorded_us: int) -> list[dict[str, Any]]:
    """Return the rows of a surviving command, stamped; the leaf covers the stamp."""
    rows = []
    for number, event in enumerate(command.events, head.position + 1):
        effective_on = event.effective_on or moment_of(recorded_us).date()
        posted_on = max(effective_on, head.open_from) if head.open_from else effective_on
        leaf = leaf_hash(
            ledger_id=head.ledger_id,
            stream=event.stream,
            type_name=event.type,
            actor=event.actor,
            command_id=command.command_id,
            version=event.version,
            schema_version=event.schema_version,
            effective_on=effective_on,
            payload=event.payload,
            posted_on=posted_on,
            recorded_at_us=recorded_us,
        )
        rows.append(
            {
                "position": number,
                "stream": event.stream,
                "version": event.version,
                "type": event.type,
                "schema_version": event.schema_version,
                "effective_on": effective_on,
                "posted_on": posted_on,
                "recorded_at": recorded_us,
                "actor": event.actor,
                "command_id": command.command_id,
                "payload": event.payload,
                "leaf": leaf,
            }
        )
    return rows


def _advance(command: NewCommand, head: _Head, recorded_us: int) -> None:
    head.position += len(command.events)
    head.recorded_us = recorded_us
    for event in command.events:
        head.streams[event.stream] = event.version
        if event.stream == PERIOD_STREAM:
            head.open_from = _opened(event, head.open_from)


def _opened(event: NewEvent, open_from: date | None) -> date | None:
    """Return the first open day behind an event of the stream `period`."""
    if event.effective_on is None:
        return open_from
    if event.type == PeriodClosing.TOPIC:
        return event.effective_on + timedelta(days=1)
    return event.effective_on if event.type == PeriodReopened.TOPIC else open_from
