"""The engine reads the log once and feeds every projection that is behind.

A batch's changes and each checkpoint are committed together. A checkpoint moves by compare-and-set,
so when two engines fold the same batch one of them commits and the other starts over from where
the log now stands. An event that cannot be read stops the engine with its position; it is never
skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    Table,
    delete,
    func,
    inspect,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from ledger.events import LEDGER_STREAM
from ledger.progress import Progress
from ledger.store.database import Database
from ledger.store.log import head_position, read_range, read_stream, stream_versions
from ledger.store.rows import insert_rows
from ledger.store.schema import BYTEWISE
from projections.projection import Books, Changes, Projection, Row, metadata

EVENTS_A_BATCH = 2000
_PREPARING = 7_221_001
_log = structlog.get_logger()
_KEYS_A_STATEMENT = 500

checkpoints = Table(
    "projection_checkpoints",
    metadata,
    Column("projection", BYTEWISE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)


class CheckpointMovedError(RuntimeError):
    """Another engine has applied this batch."""


class Engine:
    """Keeps a set of projections up to date."""

    def __init__(self, database: Database, projections: Sequence[Projection]) -> None:
        self.database = database
        self.projections = projections
        self._is_prepared = False
        self._adoptions: tuple[int, Books] | None = None

    def prepare(self) -> None:
        """Make the tables that are missing, and a checkpoint for each projection; once."""
        if self._is_prepared:
            return
        with self.database.reading() as connection:
            if inspect(connection).has_table(checkpoints.name):
                known = set(self._positions(connection))
                self._is_prepared = known.issuperset(self.projections_keys())
        if not self._is_prepared:
            self._make_tables()

    def _make_tables(self) -> None:
        with self.database.writing() as connection:
            if self.database.is_postgres:  # Two programs may start at once.
                connection.execute(select(func.pg_advisory_xact_lock(_PREPARING)))
            metadata.create_all(connection)
            rows = [
                {"projection": name, "version": version, "position": 0}
                for name, version in self.projections_keys()
            ]
            dialect = postgresql if self.database.is_postgres else sqlite
            connection.execute(dialect.insert(checkpoints).on_conflict_do_nothing(), rows)

    def projections_keys(self) -> list[tuple[str, int]]:
        """Return name and version of each projection."""
        return [(projection.name, projection.version) for projection in self.projections]

    def _positions(self, connection: Connection) -> dict[tuple[str, int], int]:
        query = select(checkpoints.c.projection, checkpoints.c.version, checkpoints.c.position)
        return {(name, version): position for name, version, position in connection.execute(query)}

    def only(self, projection: Projection) -> Engine:
        """Return an engine for one of the projections."""
        return Engine(self.database, [projection])

    def catch_up(self, progress: Progress | None = None) -> int:
        """Fold everything that was recorded until now; return the position reached.

        Raises UnreadableEventError, naming the event that it stops at.
        """
        self.prepare()
        try:
            target, reached = self._stand()
        except (KeyError, DBAPIError):  # They may be dropped at any time, and are made anew.
            self._is_prepared = False
            self.prepare()
            target, reached = self._stand()
        while reached < target:
            reached = self._step(reached, min(reached + EVENTS_A_BATCH, target))
            if progress is not None:
                progress(reached, target)
        return reached

    def _stand(self) -> tuple[int, int]:
        """Return the last position, and how far all projections are."""
        with self.database.reading() as connection:
            return head_position(connection), self.reached(connection)

    def reached(self, connection: Connection) -> int:
        """Return how far all projections are, in the connection's view."""
        return min(self.positions(connection).values())

    def positions(self, connection: Connection) -> dict[tuple[str, int], int]:
        """Return how far each projection is, by name and version."""
        known = self._positions(connection)
        return {key: known[key] for key in self.projections_keys()}

    def _lowest(self) -> int:
        with self.database.reading() as connection:
            return self.reached(connection)

    def _step(self, after: int, through: int) -> int:
        """Fold the events between two positions; return how far all projections then are."""
        wanted = [projection.types for projection in self.projections]
        types = frozenset[str]().union(*wanted) if all(wanted) else frozenset[str]()
        with self.database.reading() as connection:
            events = read_range(connection, after, through, types)
            books = self._books(connection)
            positions = self._positions(connection)
        try:
            with self.database.writing(durable=False) as connection:
                for projection in self.projections:
                    since = positions[projection.name, projection.version]
                    if since < through:
                        self._advance(connection, projection, since, through)
                        fresh = [event for event in events if event.position > since]
                        write(connection, projection.tables, projection.fold(fresh, books))
        except CheckpointMovedError:
            _log.info("another engine was faster", after=after, through=through)
            return self._lowest()
        _log.debug("folded", after=after, through=through, events=len(events))
        return through

    def _books(self, connection: Connection) -> Books:
        """Return the charts that were adopted; they are read anew where another was."""
        version = stream_versions(connection, [LEDGER_STREAM]).get(LEDGER_STREAM, 0)
        if self._adoptions is None or self._adoptions[0] != version:
            self._adoptions = version, Books.of(read_stream(connection, LEDGER_STREAM))
        return Books(self._adoptions[1].adopted)

    def _advance(
        self, connection: Connection, projection: Projection, since: int, through: int
    ) -> None:
        """Move a checkpoint from one position to another. Raises CheckpointMovedError."""
        moved = connection.execute(
            update(checkpoints)
            .where(
                checkpoints.c.projection == projection.name,
                checkpoints.c.version == projection.version,
                checkpoints.c.position == since,
            )
            .values(position=through)
        )
        if moved.rowcount != 1:
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
