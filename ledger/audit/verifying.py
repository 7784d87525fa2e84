"""Verifying a ledger against its seals: what is wrong, at which position.

Every event is read once: its place, its stream's order, its time, its leaf hash, and the tree at
each seal. A published checkpoint that somebody kept is checked as one more seal; whoever can change
the database can remake all of it, but not that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from ledger.audit.note import Note, NoteError, VerifierKey
from ledger.audit.sealing import KEPT_LEVELS, known_keys, seals
from ledger.audit.tree import Frontier
from ledger.store.leaf import leaf_of
from ledger.store.log import head_position
from ledger.store.schema import audit_nodes, events, ledger_head

_ROWS_A_READ = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: at a position (None: of the whole), of a kind, in words.

    Kinds: changed, missing, reordered, replaced, re-signed, stamp.
    """

    position: int | None
    kind: str
    text: str


@dataclass(slots=True)
class Reading:
    """What was seen of the log so far."""

    ledger_id: str
    frontier: Frontier = field(default_factory=Frontier)
    last: int = 0
    moment: int = 0
    versions: dict[str, int] = field(default_factory=dict)


def verify(
    connection: Connection, kept: Sequence[Note] = (), trusted: Sequence[VerifierKey] = ()
) -> Iterator[Finding]:
    """Yield what is wrong: with the seals, then with the log in the order of positions.

    `kept` are checkpoints from outside; `trusted` are the keys that count, by default those that
    the ledger names itself.
    """
    keys = trusted or known_keys(connection)
    notes = [*kept]
    for found in seals(connection):
        try:
            note = found.signature
        except NoteError as error:
            yield Finding(found.checkpoint.size, "re-signed", f"the seal cannot be read: {error}")
            continue
        if (note.checkpoint.size, note.checkpoint.root) != (
            found.checkpoint.size,
            found.checkpoint.root,
        ):
            yield Finding(found.checkpoint.size, "re-signed", "the seal is not what its note says")
        notes.append(note)
    yield from _unsigned(notes, keys)
    yield from _log(connection, notes)


def _unsigned(notes: Iterable[Note], keys: Sequence[VerifierKey]) -> Iterator[Finding]:
    for note in notes:
        if not any(note.signed_by(key) for key in keys):
            size = note.checkpoint.size
            text = f"the checkpoint of {size} events is signed by none of the known keys"
            yield Finding(size, "re-signed", text)


def _log(connection: Connection, notes: Sequence[Note]) -> Iterator[Finding]:
    query = select(ledger_head.c.ledger_id)
    reading = Reading(connection.execute(query).scalar_one())
    roots: dict[int, set[bytes]] = {}
    for note in notes:
        roots.setdefault(note.checkpoint.size, set()).add(note.checkpoint.root)
    nodes = _kept_nodes(connection)
    rows = connection.execution_options(yield_per=_ROWS_A_READ).execute(
        select(events).order_by(events.c.position)
    )
    for row in rows:
        leaf = leaf_of(reading.ledger_id, row)
        yield from _event(row, leaf, reading)
        for level, number, found in reading.frontier.add(leaf):
            known = nodes.get((level, number))
            if known is not None and known != found:
                yield _stretch(level, number)
        yield from _root(reading, roots)
    yield from _end(connection, reading, roots)


def _kept_nodes(connection: Connection) -> dict[tuple[int, int], bytes]:
    query = select(audit_nodes).where(audit_nodes.c.level == KEPT_LEVELS[0])
    return {(row.level, row.number): bytes(row.hash) for row in connection.execute(query)}


def _stretch(level: int, number: int) -> Finding:
    first, last = (number << level) + 1, (number + 1) << level
    text = f"positions {first} to {last} are not the events that were sealed there"
    return Finding(first, "replaced", text)


def _event(row: Any, leaf: bytes, reading: Reading) -> Iterator[Finding]:
    """Yield what is wrong with one event: its place, its stream, its time, its content."""
    position = row.position
    if position != reading.last + 1:
        text = f"position {reading.last + 1} is missing: {position} follows {reading.last}"
        yield Finding(reading.last + 1, "missing", text)
    expected = reading.versions.get(row.stream, 0) + 1
    if row.version != expected:
        kind = "reordered" if row.version < expected else "missing"
        text = (
            f"position {position}: version {row.version} of {row.stream} where {expected} belongs"
        )
        yield Finding(position, kind, text)
    if row.recorded_at < reading.moment:
        text = f"position {position} was recorded before the event in front of it"
        yield Finding(position, "reordered", text)
    if leaf != bytes(row.leaf):
        text = f"position {position}: {row.type} of {row.stream} is not what its leaf hash says"
        yield Finding(position, "changed", text)
    reading.last, reading.moment = position, row.recorded_at
    reading.versions[row.stream] = row.version


def _root(reading: Reading, roots: dict[int, set[bytes]]) -> Iterator[Finding]:
    """Compare the tree with the seals of its size."""
    sealed = roots.pop(reading.frontier.size, None)
    if sealed and sealed != {reading.frontier.root}:
        size = reading.frontier.size
        text = (
            f"the first {size} events are not those that the checkpoint of {size} covers: "
            "one was changed, inserted, moved or left out"
        )
        yield Finding(size, "replaced", text)


def _end(
    connection: Connection, reading: Reading, roots: dict[int, set[bytes]]
) -> Iterator[Finding]:
    """Find what is missing at the end of the log."""
    count = reading.frontier.size
    for size in sorted(roots):
        text = (
            f"a checkpoint covers {size} events, and there are {count}: the last ones are missing"
        )
        yield Finding(count + 1, "missing", text)
    head = head_position(connection)
    if head != reading.last:
        text = f"the log ends at position {reading.last}, its head says {head}"
        yield Finding(min(head, reading.last) + 1, "missing", text)
