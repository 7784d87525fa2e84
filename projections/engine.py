"""The engine reads the log once and feeds every slot of every projection that is behind.

A batch's changes and each slot's position are committed together. A position moves by
compare-and-set, so when two engines fold the same batch one of them commits and the other starts
over from where the log now stands. An event that cannot be read or folded stops the engine with its
position; it is never skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import structlog
from sqlalchemy import Connection, Table, delete, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from ledger.envelope import RecordedEvent
from ledger.events import LEDGER_STREAM
from ledger.progress import Progress
from ledger.store.database import Database
from ledger.store.log import head_position, read_range, read_stream, stream_versions
from ledger.store.rows import insert_rows
from projections.folding import folded
from projections.projection import Books, Changes, Projection, Row
from projections.slots import (
    FED,
    Key,
    Slot,
    State,
    all_slots,
    follow,
    move,
    prepare,
    standing,
)

EVENTS_A_BATCH = 2000
_log = structlog.get_logger()
_KEYS_A_STATEMENT = 500


class CheckpointMovedError(RuntimeError):
    """Another engine has applied this batch."""


class NotLiveError(LookupError):
    """A projection has no live slot yet, as it is being rebuilt; the message says what to do."""


class Engine:
    """Keeps a set of projections up to date."""

    def __init__(
        self,
        database: Database,
        projections: Sequence[Projection],
        states: tuple[State, ...] = FED,
    ) -> None:
        """Feed the slots that are in one of some states: by default, those that follow the log."""
        self.database = database
        self.projections = projections
        self.by_key: dict[Key, Projection] = {
            (each.name, each.version): each for each in projections
        }
        self._states = states
        self._is_prepared = False
        self._adoptions: tuple[int, Books] | None = None
        follow(database)

    def prepare(self) -> None:
        """Make what is missing, so that each projection has a slot; once."""
        if self._is_prepared:
            return
        with self.database.reading() as connection:
            try:
                known = {slot.key for slot in all_slots(connection)}
                self._is_prepared = self.by_key.keys() <= known
            except DBAPIError:  # There is no list of slots.
                self._is_prepared = False
        if not self._is_prepared:
            with self.database.writing() as connection:
                prepare(connection, self.projections)
            self._is_prepared = True

    def only(self, projection: Projection) -> Engine:
        """Return an engine for one of the projections."""
        return Engine(self.database, [projection])

    def catch_up(self, progress: Progress | None = None) -> int:
        """Fold everything that was recorded until now; return the position reached.

        Raises UnreadableEventError or UnfoldableEventError, naming the event that it stops at.
        """
        self.prepare()
        try:
            target, reached = self._stand()
        except (NotLiveError, DBAPIError):  # They may be dropped at any time, and are made anew.
            self._is_prepared = False
            self.prepare()
            target, reached = self._stand()
        while reached < target:
            reached = self._step(reached, min(reached + EVENTS_A_BATCH, target))
            if progress is not None:
                progress(reached, target)
        return reached

    def _stand(self) -> tuple[int, int]:
        """Return the last position, and how far all slots are."""
        with self.database.reading() as connection:
            return head_position(connection), self._lowest_of(self.fed(connection))

    def reached(self, connection: Connection) -> int:
        """Return how far all live slots are, in the connection's view."""
        return min(self.positions(connection).values())

    def positions(self, connection: Connection) -> dict[Key, int]:
        """Return how far each projection's live slot is. Raises NotLiveError."""
        live = [slot for slot in all_slots(connection) if slot.state == "active"]
        self._require(live)
        return {slot.key: slot.position for slot in live if slot.key in self.by_key}

    def fed(self, connection: Connection) -> list[Slot]:
        """Return the slots that the engine feeds."""
        return [
            slot
            for slot in all_slots(connection)
            if slot.key in self.by_key and slot.state in self._states
        ]

    def lag(self) -> int:
        """Return how many events lie behind the slot that is furthest behind."""
        target, reached = self._stand()
        return target - reached

    def _lowest_of(self, fed: Sequence[Slot]) -> int:
        """Return how far all slots are. Raises NotLiveError where a projection has none."""
        self._require(fed)
        return min(slot.position for slot in fed)

    def _require(self, found: Sequence[Slot]) -> None:
        for name, version in sorted(self.by_key.keys() - {slot.key for slot in found}):
            message = (
                f"projection {name}, version {version}, is not live yet: "
                "end its rebuild with acquit projections rebuild, then acquit projections activate"
            )
            raise NotLiveError(message)

    def _lowest(self) -> int:
        with self.database.reading() as connection:
            return self._lowest_of(self.fed(connection))

    def _step(self, after: int, through: int) -> int:
        """Fold the events between two positions; return how far all slots then are."""
        wanted = [projection.types for projection in self.projections]
        types = frozenset[str]().union(*wanted) if all(wanted) else frozenset[str]()
        with self.database.reading() as connection:
            events = read_range(connection, after, through, types)
            books = self.books(connection)
            fed = self.fed(connection)
        if any(slot.position < after for slot in fed):  # One that was not there to be seen before.
            return self._lowest_of(fed)
        try:
            with self.database.writing(durable=False) as connection:
                for slot in fed:
                    if slot.position < through:
                        self._advance(connection, slot, through)
                        fresh = [event for event in events if event.position > slot.position]
                        self._apply(connection, slot, fresh, books)
        except CheckpointMovedError:
            _log.info("another engine was faster", after=after, through=through)
            return self._lowest()
        _log.debug("folded", after=after, through=through, events=len(events))
        return through

    def _apply(
        self, connection: Connection, slot: Slot, events: Sequence[RecordedEvent], books: Books
    ) -> None:
        projection = self.by_key[slot.key]
        changes = folded(projection, events, books)
        write(connection, standing(projection, slot.number), changes)

    def books(self, connection: Connection) -> Books:
        """Return the charts that were adopted; they are read anew where another was."""
        version = stream_versions(connection, [LEDGER_STREAM]).get(LEDGER_STREAM, 0)
        if self._adoptions is None or self._adoptions[0] != version:
            self._adoptions = version, Books.of(read_stream(connection, LEDGER_STREAM))
        return Books(self._adoptions[1].adopted)

    def _advance(self, connection: Connection, slot: Slot, through: int) -> None:
        """Move a slot to a position. Raises CheckpointMovedError."""
        if not move(connection, slot, through, self._states):
            raise CheckpointMovedError


def write(connection: Connection, tables: Mapping[str, Table], changes: Changes) -> None:
    """Carry out a fold's changes in the caller's transaction."""
    for name, rows in changes.added.items():
        insert_rows(connection, tables[name], rows)
    for name, rows in changes.raised.items():
        _raise(connection, tables[name], rows)
    for name, keys in changes.gone.items():
        if keys:
            _strike(connection, tables[name], keys)


def _raise(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Add to the numbers of the rows with the same keys, or insert them."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    sums = {
        column.name: column + statement.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=table.primary_key, set_=sums), list(rows)
    )


def _strike(connection: Connection, table: Table, keys: Sequence[Row]) -> None:
    columns = tuple_(*(table.c[name] for name in keys[0]))
    for start in range(0, len(keys), _KEYS_A_STATEMENT):
        chunk = [tuple(key.values()) for key in keys[start : start + _KEYS_A_STATEMENT]]
        connection.execute(delete(table).where(columns.in_(chunk)))
