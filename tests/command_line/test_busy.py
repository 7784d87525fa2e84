"""A lock that somebody else holds: a sentence and status 2, nothing half stored, and the way on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

import cli
from bootstrap import open_ledger
from ledger.store.database import Database
from ledger.store.database_errors import sentence
from tests.command_line.lines import story

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold what every writer waits for, in an open transaction of another connection."""
    database = Database(url)
    with database.writing() as connection:  # On SQLite that is BEGIN IMMEDIATE.
        if database.is_postgres:
            connection.execute(text("SELECT * FROM ledger_head FOR UPDATE"))
        yield
    database.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACQUIT_LOCK_SECONDS", "0.05")


def test_a_command_gives_up_and_is_accepted_later(each_shell: Shell) -> None:
    """It says what is in the way and what to do; once the lock is free the same file goes in."""
    before = each_shell.stored()
    with locked(each_shell.url):
        said = each_shell.record(story())
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("Error: the database is busy: another program held a lock")
    assert "ACQUIT_LOCK_SECONDS" in said.err
    assert each_shell.stored() == before
    assert each_shell.record(story()).status == 0
    assert each_shell.stored() > before


def test_each_of_a_group_is_told(each_shell: Shell) -> None:
    """Threads whose commands wait together all get the error; later each command is accepted."""
    acquit = open_ledger(each_shell.url)
    payment = {"command": "receive_payment", "on": "2026-01-05", "currency": "EUR"}
    commands = [
        {**payment, "id": f"p{number}", "payment": f"M{number}", "amount": "10.00"}
        for number in range(4)
    ]
    errors: list[Exception] = []

    def ask(number: int) -> None:
        try:
            acquit.application.execute(commands[number])
        except Exception as error:  # noqa: BLE001 - what is raised is looked at below
            errors.append(error)

    with locked(each_shell.url):
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [sentence(error)[:24] for error in errors] == ["the database is busy: an"] * 4
    verdicts = [acquit.application.execute(command).verdict for command in commands]
    assert verdicts == ["accepted"] * 4
    acquit.close()


def test_a_report_does_not_wait_for_a_writer(told: Shell) -> None:
    """Reading goes on while somebody holds the lock of the log."""
    assert told.on_ledger("balances").status == 0
    with locked(told.url):
        assert told.on_ledger("replay", "P-1").status in {0, 2}
        assert told.on_ledger("events", "check").status == 0


def test_a_setting_that_cannot_be(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said which variable is wrong."""
    monkeypatch.setenv("ACQUIT_LOCK_SECONDS", "soon")
    said = shell.on_ledger("balances")
    assert (said.status, "ACQUIT_LOCK_SECONDS is 'soon'" in said.err) == (2, True)


def test_a_server_that_is_not_there(shell: Shell) -> None:
    """The address is told, the password is not."""
    said = shell.run("balances", "--ledger", "postgresql://u:s3cret@127.0.0.1:1/none")
    assert said.status == cli.FAILED
    assert said.err.startswith("Error: the database refused: connection to server")
    assert "s3cret" not in said.err
