"""Sealing: bringing the tree up to the log's end, and signing its root.

Only events since the last seal are read. Roots of subtrees of 256, 65,536 and 16,777,216 events are
kept, so that a proof reads at most a few hundred events. Two that seal at once seal the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.audit.note import Checkpoint, Note, VerifierKey, signed, verifier_key
from ledger.audit.tree import Frontier, Subtree, node
from ledger.opening import LedgerIdentity
from ledger.store.database import Database
from ledger.store.log import head_position
from ledger.store.schema import audit_keys, audit_nodes, audit_seals, events

KEPT_LEVELS = (8, 16, 24)
HASH_BYTES = 32
_LEAVES_A_READ = 10_000


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed root of the log's first events."""

    checkpoint: Checkpoint
    note: str
    sealed_at_us: int
    peaks: tuple[bytes, ...]

    @property
    def signature(self) -> Note:
        """The note, read. Raises NoteError."""
        return Note.parse(self.note)


def origin_of(identity: LedgerIdentity) -> str:
    """Return the name under which a ledger's tree is signed."""
    return f"acquit/{identity.opened.ledger_id}"


def seal(
    database: Database, identity: LedgerIdentity, private: Ed25519PrivateKey, now_us: int
) -> Seal:
    """Seal everything that is recorded, and return the seal; the last one if nothing is new.

    Raises MissingEventsError when positions are not all there: what is missing cannot be signed.
    """
    origin = origin_of(identity)
    with database.reading() as connection:
        last = newest_seal(connection)
        size = head_position(connection)
        if last is not None and last.checkpoint.size == size:
            return last
        frontier = Frontier(last.checkpoint.size, last.peaks) if last else Frontier()
        made = [
            {"level": level, "number": number, "hash": found}
            for leaf in leaves(connection, frontier.size, size)
            for level, number, found in frontier.add(leaf)
            if level in KEPT_LEVELS
        ]
    if frontier.size != size:
        message = f"{size - frontier.size} events are missing: run acquit check positions"
        raise MissingEventsError(message)
    checkpoint = Checkpoint(origin, size, frontier.root)
    note, key = signed(checkpoint, private), verifier_key(origin, private)
    with database.writing() as connection:
        _add(connection, audit_keys, [{"key": key.text, "since_size": size}])
        _add(connection, audit_nodes, made)
        row = {"size": size, "root": checkpoint.root, "peaks": b"".join(frontier.peaks)}
        _add(connection, audit_seals, [{**row, "note": note, "sealed_at": now_us}])
    return Seal(checkpoint, note, now_us, tuple(frontier.peaks))


def _add(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    """Add rows; one that is there already stays as it is."""
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def leaves(connection: Connection, after: int, through: int) -> Iterator[bytes]:
    """Yield the stored leaf hashes of the events after one position and through another."""
    for start in range(after, through, _LEAVES_A_READ):
        query = (
            select(events.c.leaf)
            .where(
                events.c.position > start,
                events.c.position <= min(start + _LEAVES_A_READ, through),
            )
            .order_by(events.c.position)
        )
        for (leaf,) in connection.execute(query):
            yield bytes(leaf)


def seals(connection: Connection) -> list[Seal]:
    """Return all seals, the smallest tree first."""
    rows = connection.execute(select(audit_seals).order_by(audit_seals.c.size))
    return [
        Seal(
            Checkpoint(row.note.split("\n", 1)[0], row.size, bytes(row.root)),
            row.note,
            row.sealed_at,
            _split(bytes(row.peaks)),
        )
        for row in rows
    ]


def _split(peaks: bytes) -> tuple[bytes, ...]:
    return tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES))


def newest_seal(connection: Connection) -> Seal | None:
    """Return the seal of the largest tree, None if nothing was sealed."""
    found = seals(connection)
    return found[-1] if found else None


def root_at(connection: Connection, size: int) -> bytes:
    """Return the root of the log's first `size` events, from the last seal before on.

    Raises MissingEventsError.
    """
    query = select(audit_seals.c.size, audit_seals.c.peaks).where(audit_seals.c.size <= size)
    last = connection.execute(query.order_by(audit_seals.c.size.desc()).limit(1)).one_or_none()
    frontier = Frontier(last.size, _split(bytes(last.peaks))) if last else Frontier()
    for leaf in leaves(connection, frontier.size, size):
        for _ in frontier.add(leaf):
            pass
    if frontier.size != size:
        message = f"{size - frontier.size} events are missing: run acquit check positions"
        raise MissingEventsError(message)
    return frontier.root


def known_keys(connection: Connection) -> list[VerifierKey]:
    """Return the public keys that have signed, the first one first. Raises NoteError."""
    query = select(audit_keys.c.key).order_by(audit_keys.c.since_size, audit_keys.c.key)
    return [VerifierKey.parse(text) for (text,) in connection.execute(query)]


class MissingEventsError(LookupError):
    """A proof needs events or nodes that are not there any more."""


def stored_subtree(connection: Connection) -> Subtree:
    """Return how to read the tree of a ledger: whole subtrees from the nodes that are kept.

    What is returned raises MissingEventsError.
    """

    def hash_of(first: int, count: int) -> bytes:
        level = count.bit_length() - 1
        kept = max((found for found in KEPT_LEVELS if found <= level), default=0)
        if not kept:
            return _whole(list(leaves(connection, first, first + count)), count)
        start, many = first >> kept, count >> kept
        query = (
            select(audit_nodes.c.hash)
            .where(
                audit_nodes.c.level == kept,
                audit_nodes.c.number >= start,
                audit_nodes.c.number < start + many,
            )
            .order_by(audit_nodes.c.number)
        )
        return _whole([bytes(found) for (found,) in connection.execute(query)], many)

    return hash_of


def _whole(hashes: list[bytes], count: int) -> bytes:
    """Return the root over the roots of neighbouring subtrees, as many as a power of two."""
    if len(hashes) != count:
        message = "events that were sealed are missing: run acquit audit verify"
        raise MissingEventsError(message)
    while len(hashes) > 1:
        hashes = [node(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
