"""Connections: one place that knows how SQLite and Postgres begin a transaction.

On SQLite a writing transaction takes the write lock at once (BEGIN IMMEDIATE), the log is a WAL and
every commit reaches the disk (synchronous FULL). On Postgres the driver is psycopg2.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_BUSY_SECONDS = 30
_WRITING = "acquit_writing"


class LedgerAddressError(ValueError):
    """The ledger's URL cannot be used; the message says why."""


def normalised(url: str) -> URL:
    """Return `url` with the driver that Acquit uses. Raises LedgerAddressError."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        message = (
            "the ledger's address is not a database URL: "
            "write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        )
        raise LedgerAddressError(message) from None
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg2"}:
        return parsed.set(drivername="postgresql+psycopg2")
    if parsed.drivername == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed
    message = (
        f"a ledger lives in a SQLite file or in Postgres, not at {parsed.render_as_string()!r}"
    )
    raise LedgerAddressError(message)


class Database:
    """An engine, and the two ways to use it: `reading` and `writing`."""

    def __init__(self, url: str) -> None:
        self.url = normalised(url)
        self.engine: Engine = _engine(self.url)
        self.is_postgres = self.engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database; nothing is kept."""
        with self.engine.connect() as connection:
            if self.is_postgres:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed on leaving, rolled back on an exception."""
        with self.engine.connect() as connection:
            options: dict[str, Any] = {_WRITING: True}
            with connection.execution_options(**options).begin():
                yield connection

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, so that it can be IMMEDIATE.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
