"""A backup restores into any database, the same to the byte; damaged, it restores nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bootstrap import Acquit, make_store, open_ledger
from ledger import backing_up
from ledger.audit.sealing import seal
from ledger.audit.verifying import verify
from ledger.backing_up import TABLES, BackupError, back_up, restore
from ledger.store.database import Database
from ledger.store.log import head_position
from projections.checks import CHECKS, run
from tests.audit.conftest import KEY, NOW_US, execute, record

NewUrl = Callable[[], str]


def quiet(_done: int, _total: int) -> None:
    """Report no progress."""


@pytest.fixture
def sqlite_urls(_places: Any) -> NewUrl:
    """Give a function that returns the URL of an empty store in a SQLite file."""
    new: NewUrl = _places.sqlite
    return new


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the store."""
    with database.reading() as connection:
        return {
            name: [tuple(row) for row in connection.execute(_ordered(table))]
            for name, table in TABLES.items()
        }


def _ordered(table: Any) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def empty(url: str) -> Database:
    """Make the tables of a store."""
    return make_store(url).database


@pytest.fixture
def lived(acquit: Acquit) -> Acquit:
    """Give a ledger with a plan, sealed, and one plan more."""
    record(acquit, "A")
    seal(acquit.database, acquit.identity, KEY, NOW_US)
    record(acquit, "B")
    return acquit


@pytest.fixture
def file(lived: Acquit, tmp_path: Path) -> Path:
    """Give its backup."""
    path = tmp_path / "ledger.backup"
    assert back_up(lived.database, path, quiet) > 40
    return path


def test_it_restores_into_both_databases(
    lived: Acquit, file: Path, tmp_path: Path, sqlite_url: str, new_url: NewUrl
) -> None:
    """From any database into any other and back, every row is the same, and commands go on."""
    there = [empty(sqlite_url), empty(new_url())]
    for database in there:
        restore(database, file, quiet)
        assert contents(database) == contents(lived.database)
    again = tmp_path / "again.backup"
    back_up(there[1], again, quiet)
    assert gzip.decompress(again.read_bytes()) == gzip.decompress(file.read_bytes())
    for database in there:
        database.close()
    restored = open_ledger(sqlite_url)
    record(restored, "C")
    restored.engine.catch_up()
    with restored.database.reading() as connection:
        assert list(verify(connection)) == []
        assert [name for name in CHECKS if run(connection, name)] == []
    restored.close()


def test_what_was_accepted_stays_accepted(file: Path, sqlite_url: str) -> None:
    """A command that was accepted before the backup is not applied again after the restore."""
    database = empty(sqlite_url)
    restore(database, file, quiet)
    database.close()
    restored = open_ledger(sqlite_url)
    line = {"command": "charge_due", "id": "bill-A", "on": "2027-12-31", "plan": "A"}
    assert restored.application.execute(line).verdict == "repeated"
    restored.close()


def test_others_may_write_meanwhile(
    lived: Acquit, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded while a backup is written is not in it, and the backup is whole."""
    monkeypatch.setattr(backing_up, "_ROWS_A_BATCH", 10)
    with lived.database.reading() as connection:
        before = head_position(connection)
    written: list[int] = []

    def write(done: int, _total: int) -> None:
        if not written:
            fee = {"plan": "A", "kind": "fee", "amount": "1.00"}
            execute(lived, "charge_fee", "late", "2028-02-01", **fee)
        written.append(done)

    path = tmp_path / "busy.backup"
    assert back_up(lived.database, path, write) == before
    assert len(written) > 1
    database = empty(sqlite_url)
    assert restore(database, path, quiet) == before
    database.close()


class Killed(Exception):  # noqa: N818 - what a test does
    """The process is killed."""


def killed(done: int, _total: int) -> None:
    """Stop in the middle."""
    if done:
        raise Killed


def test_stopped_in_the_middle_the_same_command_goes_on(
    lived: Acquit, file: Path, tmp_path: Path, new_url: NewUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that is stopped leaves no file, a restore that is stopped no row."""
    monkeypatch.setattr(backing_up, "_ROWS_A_BATCH", 10)
    path = tmp_path / "half.backup"
    with pytest.raises(Killed):
        back_up(lived.database, path, killed)
    assert [found.name for found in tmp_path.glob("*half*")] == []
    database = empty(new_url())
    with pytest.raises(Killed):
        restore(database, file, killed)
    with database.reading() as connection:
        assert head_position(connection) == 0
    restore(database, file, quiet)
    assert contents(database) == contents(lived.database)
    database.close()


def test_a_ledger_is_never_restored_over(lived: Acquit, file: Path) -> None:
    """A database that holds a ledger is not touched."""
    with pytest.raises(BackupError, match="holds a ledger already: restore into a new one"):
        restore(lived.database, file, quiet)


def test_a_changed_event_is_not_backed_up_in_silence(lived: Acquit, tmp_path: Path) -> None:
    """A history that was changed is found while it is backed up."""
    with lived.database.writing() as connection:
        if lived.database.is_postgres:
            connection.exec_driver_sql("ALTER TABLE events DISABLE TRIGGER ALL")
        else:
            connection.exec_driver_sql("DROP TRIGGER events_no_update")
        connection.exec_driver_sql("UPDATE events SET actor = 'nobody' WHERE position = 4")
    with pytest.raises(BackupError, match="position 4 is not what was stored"):
        back_up(lived.database, tmp_path / "bad.backup", quiet)
    assert list(tmp_path.glob("*bad*")) == []


def test_a_place_that_cannot_be_written(lived: Acquit, tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
        back_up(lived.database, tmp_path / "nowhere" / "x.backup", quiet)


def test_a_file_that_is_not_there(sqlite_url: str, tmp_path: Path) -> None:
    """It is named, and the store stays empty."""
    database = empty(sqlite_url)
    with pytest.raises(BackupError, match="there is no file"):
        restore(database, tmp_path / "none.backup", quiet)
    database.close()


Change = Callable[[list[str]], list[str]]
CHANGED: dict[str, tuple[Change, str]] = {
    "cut off": (lambda lines: lines[:-3], "it ends after"),
    "an event left out": (lambda lines: [*lines[:5], *lines[6:]], "is not what was stored|it ends"),
    "of the future": (lambda lines: [lines[0].replace("p-1", "p-9"), *lines[1:]], "no backup"),
    "another root": (
        lambda lines: [json.dumps({**json.loads(lines[0]), "root": "00" * 32}), *lines[1:]],
        "do not have the root",
    ),
    "no table": (lambda lines: [*lines[:3], '{"table":"x","row":[]}'], "is of no table"),
    "a short row": (lambda lines: [*lines[:3], '{"table":"events","row":[1]}'], "cannot be read"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_backup_restores_nothing(name: str, file: Path, sqlite_url: str) -> None:
    """What was cut, left out or changed is found before anything is kept."""
    change, said = CHANGED[name]
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    file.write_bytes(gzip.compress("\n".join(change(lines)).encode()))
    database = empty(sqlite_url)
    with pytest.raises(BackupError, match=said):
        restore(database, file, quiet)
    with database.reading() as connection:
        assert head_position(connection) == 0
    database.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 100_000), junk=st.binary(max_size=4), cut=st.integers(0, 4))
def test_damage_anywhere_is_said_in_a_sentence(
    file: Path, sqlite_urls: NewUrl, place: int, junk: bytes, cut: int
) -> None:
    """Bytes put in or taken out: it restores what was backed up, or says that it is damaged."""
    good = file.read_bytes()
    start = place % len(good)
    path = file.with_name("damaged.backup")
    path.write_bytes(good[:start] + junk + good[start + cut :])
    database = empty(sqlite_urls())
    said = ""
    try:
        restore(database, path, quiet)
    except BackupError as error:
        said = str(error)
    with database.reading() as connection:
        assert bool(said) == (head_position(connection) == 0)
    assert not said or str(path) in said or "position" in said
    database.close()
