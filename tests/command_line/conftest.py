"""The command line as a user meets it: arguments in; exit status, standard output and error out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import cli
from ledger.store.database import Database
from ledger.store.schema import command_keys, events
from tests.command_line.lines import story

Line = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return standard output, read as JSON."""
        return json.loads(self.out)


class Shell:
    """Runs command lines on one ledger."""

    def __init__(self, url: str, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self.folder = folder
        self._capture = capture

    def run(self, *arguments: str) -> Said:
        """Run a command line as it is."""
        self._capture.readouterr()
        status = cli.main(list(arguments))
        out, err = self._capture.readouterr()
        return Said(status, out, err)

    def said(self) -> str:
        """Return what has been printed since the last command."""
        return self._capture.readouterr().out

    def on_ledger(self, *arguments: str) -> Said:
        """Run a command line on the ledger."""
        return self.run(*arguments, "--ledger", self.url)

    def record(self, content: bytes | Iterable[Line], *options: str) -> Said:
        """Record a command file: its bytes, or lines to write into it."""
        file = self.folder / "commands.jsonl"
        file.write_bytes(content if isinstance(content, bytes) else jsonl(content))
        return self.on_ledger("record", str(file), *options)

    def stored(self) -> tuple[int, set[str]]:
        """Return the number of events and the ids of accepted commands."""
        database = Database(self.url)
        with database.reading() as connection:
            size = connection.execute(select(func.count()).select_from(events)).scalar_one()
            keys = set(connection.execute(select(command_keys.c.command_id)).scalars())
        database.close()
        return size, keys


def jsonl(lines: Iterable[Line]) -> bytes:
    """Write a command file."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.fixture
def new_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Shell]:
    """Give a function from a ledger's URL to a shell, in a folder and environment of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("ACQUIT_LEDGER", "ACQUIT_ACTOR", "ACQUIT_TRACE", "ACQUIT_TSA_URL"):
        monkeypatch.delenv(name, raising=False)
    return lambda url: Shell(url, tmp_path, capsys)


@pytest.fixture
def shell(new_shell: Callable[[str], Shell], sqlite_url: str) -> Shell:
    """Give a shell on a new simulated ledger in a SQLite file."""
    made = new_shell(sqlite_url)
    assert made.on_ledger("init", "--simulated", "--entity", "Test").status == 0
    return made


@pytest.fixture
def each_shell(new_shell: Callable[[str], Shell], new_url: Callable[[], str]) -> Shell:
    """Give a shell on a new simulated ledger; the test runs on both databases."""
    made = new_shell(new_url())
    assert made.on_ledger("init", "--simulated", "--entity", "Test").status == 0
    return made


@pytest.fixture
def told(each_shell: Shell) -> Shell:
    """Give a ledger with the story; the test runs on both databases."""
    assert each_shell.record(story()).status == 0
    return each_shell


@pytest.fixture
def shown(shell: Shell) -> Shell:
    """Give a ledger with the story, in a SQLite file."""
    assert shell.record(story()).status == 0
    return shell
