"""`acquit archive`: what it says, in tables, JSON and CSV, and its exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ledger.archiving.reader import Archive

if TYPE_CHECKING:
    import pytest

    from tests.command_line.conftest import Shell


def test_it_says_what_it_did(told: Shell) -> None:
    """The first run adds everything, the second nothing; --verify says what it compared."""
    size, _ = told.stored()
    said = told.on_ledger("archive", "events")
    assert (said.status, said.out) == (0, f"Archived {size} events into events: {size} in all\n")
    again = told.on_ledger("archive", "events", "--format", "json").json()
    assert (again["added"], again["events"], again["segments"]) == (0, size, 1)
    alone = told.run("archive", "events", "--verify")
    assert (alone.status, "not compared with a ledger" in alone.out) == (0, True)
    beside = told.on_ledger("archive", "events", "--verify")
    assert (beside.status, "equal to the ledger's" in beside.out) == (0, True)
    assert again["root"] in beside.out


def test_a_ledger_in_the_environment_is_compared(
    shown: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--verify compares with the ledger that ACQUIT_LEDGER names, as with one named by --ledger."""
    shown.on_ledger("archive", "events")
    monkeypatch.setenv("ACQUIT_LEDGER", shown.url)
    assert "equal to the ledger's" in shown.run("archive", "events", "--verify").out


def test_what_is_wrong_is_listed(shown: Shell) -> None:
    """A changed file leads to exit status 1 and a finding with its name, in every form."""
    shown.on_ledger("archive", "events")
    folder = shown.folder / "events"
    name = Archive.at(folder).manifest.segments[0].files[0].name
    (folder / name).write_bytes(b"PAR1 no more")
    said = shown.run("archive", "events", "--verify", "--format", "json")
    assert said.status == 1
    assert {found["file"] for found in said.json()["findings"]} == {name}
    assert said.json()["compared"] is False
    assert name in shown.run("archive", "events", "--verify").out
    assert name in shown.run("archive", "events", "--verify", "--format", "csv").out


def test_what_cannot_be_done_is_a_sentence(shown: Shell) -> None:
    """A folder that is none, and an archive that is not there, lead to exit status 2."""
    (shown.folder / "file").write_text("", encoding="utf-8")
    said = shown.on_ledger("archive", "file")
    assert (said.status, said.err.count("\n")) == (2, 1)
    said = shown.run("archive", "none", "--verify")
    assert (said.status, said.err.count("\n")) == (2, 1)


def test_without_the_package_it_says_what_to_install(
    shown: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pyarrow is not installed, the sentence names the extra; nothing is made."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    said = shown.on_ledger("archive", "events")
    words = "Error: this needs the package pyarrow: pip install 'acquit[archive]'\n"
    assert (said.status, said.err) == (2, words)
    assert not (shown.folder / "events").exists()
