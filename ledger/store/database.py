"""Connections: one place that knows how SQLite and Postgres begin a transaction.

On SQLite a writing transaction takes the write lock at once (BEGIN IMMEDIATE), the log is a WAL and
every commit reaches the disk (synchronous FULL), but for what can be made again. On Postgres the
driver is psycopg2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from ledger.store.timeouts import DEFAULT, Timeouts, connection_arguments, is_set_by

_ENDLESS_SECONDS = 1_000_000
_SECRETS = ("password", "sslpassword")
_IDLE = "idle_in_transaction_session_timeout"
_WRITING = "acquit_writing"
_APPENDING = 6_513_249_130_164_583_796  # The lock that acquit_append takes on Postgres.

Found = TypeVar("Found")


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
    message = f"a ledger lives in a SQLite file or in Postgres, not at {_shown(parsed)!r}"
    raise LedgerAddressError(message)


def _shown(url: URL) -> str:
    hidden = {name: "***" for name in _SECRETS if name in url.query}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


class Database:
    """An engine, and the ways to use it: `reading`, `glance`, `append`, `writing`.

    All wait for locks as long as `timeouts` say; only `glance` and `append`, which are one
    statement each, have a limit on the statement itself.
    """

    def __init__(self, url: str, timeouts: Timeouts = DEFAULT) -> None:
        self.url = normalised(url)
        self.engine: Engine = _engine(self.url, timeouts)
        self.is_postgres = self.engine.dialect.name == "postgresql"
        self._glancing = self.engine
        self._idle_ms = 0
        if self.is_postgres:
            settings = {
                "plan_cache_mode": "force_generic_plan",
                "jit": "off",
                "lock_timeout": str(timeouts.lock_ms),
                "statement_timeout": str(timeouts.statement_ms),
            }
            self._glancing = create_engine(
                self.url,
                isolation_level="AUTOCOMMIT",
                connect_args=connection_arguments(self.url, timeouts, settings),
            )
            if not is_set_by(self.url, timeouts, _IDLE):
                self._idle_ms = timeouts.idle_ms

    @property
    def engines(self) -> tuple[Engine, ...]:
        """What connections come from, for those who listen to all of them."""
        return tuple({id(each): each for each in (self.engine, self._glancing)}.values())

    @property
    def shown(self) -> str:
        """The database's URL as it may be shown: without passwords, wherever they stand."""
        return _shown(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database; nothing is kept."""
        with self.engine.connect() as connection:
            if self.is_postgres:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def glance(self, work: Callable[[Connection], Found]) -> Found:
        """Return what work finds by one statement, with a view of its own.

        On Postgres that is one round trip: nothing tries the connection beforehand. One that is
        found to be lost is replaced and the work done once more, so it must bear that.
        """
        if not self.is_postgres:
            with self.reading() as connection:
                return work(connection)
        return self._glanced(work)

    def append(self, work: Callable[[Connection], Found]) -> Found:
        """Return the answer of the append: on Postgres one statement, which commits itself.

        It bears being done once more, as a lost connection does not tell whether it was done: its
        keys and versions do.
        """
        if not self.is_postgres:
            with self.writing() as connection:
                return work(connection)
        return self._glanced(work)

    def _glanced(self, work: Callable[[Connection], Found]) -> Found:
        try:
            with self._glancing.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with self._glancing.connect() as connection:
            return work(connection)

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction, committed on leaving, rolled back on an exception.

        One that is not `durable` need not be on the disk when it is left: what comes of events can
        be made of them again. It is there as a whole or not at all.
        """
        with self.engine.connect() as connection:
            options: dict[str, Any] = {_WRITING: True}
            flushing = self._flushing(connection, durable=durable)
            with flushing, connection.execution_options(**options).begin():
                if settings := self._settings(durable=durable):
                    connection.exec_driver_sql(f"SELECT {settings}")
                yield connection

    def _settings(self, *, durable: bool) -> str:
        """Return what is set for one transaction on Postgres, in one statement."""
        wanted = {}
        if self._idle_ms:
            wanted[_IDLE] = str(self._idle_ms)
        if self.is_postgres and not durable:
            wanted["synchronous_commit"] = "off"
        return ", ".join(f"set_config('{name}', '{value}', true)" for name, value in wanted.items())

    @contextmanager
    def _flushing(self, connection: Connection, *, durable: bool) -> Iterator[None]:
        """On SQLite, leave flushing to the next durable transaction."""
        driver: Any = connection.connection.driver_connection
        if self.is_postgres or durable:
            yield
            return
        driver.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            driver.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """One transaction in which nobody else can append; others wait until it is left."""
        with self.writing() as connection:
            if self.is_postgres:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_APPENDING})")
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
        self._glancing.dispose()


def among(column: str, is_postgres: bool) -> str:
    """Return the SQL for a text column being one of a list, which `many` makes one parameter of."""
    return f"{column} = ANY(%s)" if is_postgres else f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own names


def many(values: Sequence[str], is_postgres: bool) -> tuple[object]:
    """Return the parameter for `among`: one, however many values, so that the statement stays."""
    return (list(values),) if is_postgres else (json.dumps(list(values)),)


def _engine(url: URL, timeouts: Timeouts) -> Engine:
    if url.get_backend_name() == "postgresql":
        settings = {"lock_timeout": str(timeouts.lock_ms)}
        arguments = connection_arguments(url, timeouts, settings)
        return create_engine(url, pool_pre_ping=True, connect_args=arguments)
    wait_seconds = timeouts.lock_ms / 1000 or _ENDLESS_SECONDS
    engine = create_engine(url, connect_args={"timeout": wait_seconds})
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
