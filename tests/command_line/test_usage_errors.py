"""What could not be done at all: one sentence on standard error, exit status 2, never a trace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from tests.command_line.lines import PAYMENT, PRELUDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command_line.conftest import Said, Shell

REPORTS = ["balances", "aging", "journal", "check"]
UNREADABLE_ON_LEDGER = {
    "unknown book, balances": (["balances", "--book", "x"], "there is no book 'x': known are"),
    "unknown book, journal": (["journal", "--book", "x"], "there is no book 'x': known are"),
    "unknown check": (["check", "x"], "unknown check 'x': known are aging, balances"),
    "as-of not a day": (["aging", "--as-of", "x"], "'x' is not a day"),
    "as-of not in the calendar": (["balances", "--as-of", "2026-02-30"], "is not a day"),
    "as-of in short form": (["aging", "--as-of", "2026-1-5"], "'2026-1-5' is not a day"),
    "as-of empty": (["aging", "--as-of", ""], "'' is not a day"),
    "from not a day": (["balances", "--from", "x"], "'x' is not a day"),
    "to not a day": (["journal", "--to", "x"], "'x' is not a day"),
    "statement from no day": (["statement", "P-1", "--from", "x"], "'x' is not a day"),
    "known-at not a moment": (["aging", "--known-at", "x"], "'x' is not a moment"),
    "known-at half a moment": (["aging", "--known-at", "2026-01-05T"], "is not a moment"),
    "known-at not in the calendar": (["journal", "--known-at", "2026-02-30"], "is not a moment"),
    "edges no numbers": (["aging", "--edges", "a,b"], "'a,b' are not bucket edges"),
    "edges empty": (["aging", "--edges", ""], "'' are not bucket edges"),
    "edges falling": (["aging", "--edges", "60,30"], "are not bucket edges"),
    "edges equal": (["aging", "--edges", "30,30"], "are not bucket edges"),
    "edges from zero": (["aging", "--edges", "0,30"], "are not bucket edges"),
    "edges negative": (["aging", "--edges=-30,30"], "are not bucket edges"),
    "edges in fractions": (["aging", "--edges", "30.5"], "are not bucket edges"),
    "level unknown": (["aging", "--by", "town"], "'town' is not one of"),
    "format unknown": (["aging", "--format", "xml"], "'xml' is not one of"),
    "statement of nobody": (
        ["statement", "x"],
        "nothing has moved for a plan or customer named 'x'",
    ),
    "statement in no currency": (["statement", "P-1", "--currency", "USD"], "no movement in USD"),
    "statement in several": (["statement", "C-1"], "several currencies: choose one of EUR, JPY"),
    "replay of nothing": (["replay", "x"], "there is no stream or plan named 'x'"),
    "tax from no day": (["tax", "--from", "x", "--to", "2026-01-31"], "'x' is not a day"),
    "tax to no day": (["tax", "--from", "2026-01-01", "--to", "x"], "'x' is not a day"),
    "tax of a period turned round": (
        ["tax", "--from", "2026-02-01", "--to", "2026-01-31"],
        "the period would end on 2026-01-31, before it starts on 2026-02-01",
    ),
    "no such file": (["record", "missing.jsonl"], "'missing.jsonl': No such file"),
    "init otherwise": (["init"], "there is a ledger already, with entity 'Test'"),
}
WRONG_URLS = {
    "no URL": ("nonsense", "is not a database URL: write sqlite:///FILE or"),
    "empty": ("", "is not a database URL: write sqlite:///FILE or"),
    "in memory": ("sqlite://", "a ledger lives in a SQLite file or in Postgres"),
    "another database": ("mysql://u@h/d", "a ledger lives in a SQLite file or in Postgres"),
    "no folder": ("sqlite:///none/a.db", "there is no file none/a.db: make a ledger with"),
    "nobody listens": ("postgresql://127.0.0.1:1/d", "the database refused: connection to server"),
}
WRONG_SETTINGS = {
    "currency": (["--currency", "EURO"], "'EURO' is not an ISO 4217 currency"),
    "time zone": (["--timezone", "Mars/Base"], "'Mars/Base' is not an IANA time zone"),
    "time zone outside": (["--timezone", "../etc/passwd"], "is not an IANA time zone"),
    "fiscal year": (["--fiscal-year-start", "02-30"], "'02-30' is not a day of the year"),
    "recorded, real": (["--recorded", "2026-01-01T00:00:00Z"], "--recorded is for simulated"),
    "recorded, no moment": (["--simulated", "--recorded", "x"], "'x' is not a timestamp"),
}


def assert_one_sentence(said: Said, sentence: str) -> None:
    assert said.status == 2
    assert said.out == ""
    last = said.err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert sentence in last
    assert "Traceback" not in said.err
    assert "unforeseen" not in said.err


@pytest.fixture
def filled(shell: Shell) -> Shell:
    """Give a ledger with two currencies of one customer."""
    opened = {**PRELUDE[0], "id": "yen-plan", "plan": "P-Y", "currency": "JPY"}
    opened["schedule"] = {**PRELUDE[0]["schedule"], "total": "1000"}
    due = {"command": "charge_due", "id": "due-2", "on": "2026-01-15"}
    assert shell.record([*PRELUDE, opened, due]).status == 0
    return shell


@pytest.mark.parametrize("case", UNREADABLE_ON_LEDGER)
def test_what_cannot_be_read_is_said_in_a_sentence(filled: Shell, case: str) -> None:
    """A wrong option, name or file of any command."""
    arguments, sentence = UNREADABLE_ON_LEDGER[case]
    assert_one_sentence(filled.on_ledger(*arguments), sentence)


@pytest.mark.parametrize(
    "arguments", [["teleport"], ["aging", "--colour", "red"], ["record"], ["tax"]]
)
def test_a_wrong_command_line_shows_its_usage(filled: Shell, arguments: list[str]) -> None:
    """Unknown commands and options and missing arguments name the command to ask for help."""
    said = filled.run(*arguments)
    assert said.status == 2
    assert said.err.startswith("Usage: acquit")
    assert "--help" in said.err


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("case", WRONG_URLS)
def test_a_wrong_ledger_is_said_in_a_sentence(
    new_shell: Callable[[str], Shell], case: str, report: str
) -> None:
    """A URL that cannot be used, or where nobody answers."""
    url, sentence = WRONG_URLS[case]
    assert_one_sentence(new_shell(url).on_ledger(report), sentence)


@pytest.mark.parametrize("report", [*REPORTS, "init"])
def test_a_file_of_another_kind_is_said_in_a_sentence(
    new_shell: Callable[[str], Shell], report: str, tmp_path: Path
) -> None:
    """A file that is no database is left as it is."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear customer, " * 100)
    shell = new_shell(f"sqlite:///{path}")
    assert_one_sentence(shell.on_ledger(report), "the database refused: file is not a database")
    assert path.read_text() == "Dear customer, " * 100


@pytest.mark.parametrize("report", REPORTS)
def test_a_database_without_a_ledger_says_how_to_make_one(
    new_shell: Callable[[str], Shell], report: str, tmp_path: Path
) -> None:
    """A database of another program is left as it is."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    engine.dispose()
    assert_one_sentence(new_shell(url).on_ledger(report), "there is no ledger here: make one with")


@pytest.mark.parametrize("report", REPORTS)
def test_a_store_without_event_zero_says_how_to_make_a_ledger(
    new_shell: Callable[[str], Shell], new_url: Callable[[], str], report: str
) -> None:
    """Tables alone are no ledger, on either database."""
    said = new_shell(new_url()).on_ledger(report)
    assert_one_sentence(said, "there is no ledger here: make one with `acquit init`")


def test_a_missing_ledger_says_how_to_make_one(
    new_shell: Callable[[str], Shell], tmp_path: Path
) -> None:
    """The default is a file in the working folder; its absence is said, whatever the command."""
    shell = new_shell("sqlite:///acquit.db")
    for arguments in (["aging"], ["check"], ["replay", "P-1"]):
        assert_one_sentence(shell.run(*arguments), "there is no file acquit.db: make a ledger with")
    assert shell.run("init").status == 0
    assert (tmp_path / "acquit.db").exists()


def test_a_report_does_not_make_a_file(new_shell: Callable[[str], Shell], tmp_path: Path) -> None:
    """A mistyped name of a ledger leaves nothing behind."""
    new_shell("sqlite:///mistyped.db").on_ledger("aging")
    assert list(tmp_path.iterdir()) == []


def assert_only_readable(filled: Shell) -> None:
    before = filled.stored()
    assert_one_sentence(filled.record([PAYMENT]), "the database refused: attempt to write a readon")
    assert filled.on_ledger("aging").status == 0
    assert filled.stored() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every file")
def test_a_file_that_may_only_be_read_is_said_in_a_sentence(filled: Shell) -> None:
    """Nothing is recorded; a report that needs no catching up is given all the same."""
    assert filled.on_ledger("aging").status == 0
    Path(filled.url.removeprefix("sqlite:///")).chmod(0o444)
    assert_only_readable(filled)


def test_a_ledger_opened_for_reading_only_is_said_in_a_sentence(filled: Shell) -> None:
    """The same, where the ledger's URL itself asks for it."""
    assert filled.on_ledger("aging").status == 0
    path = filled.url.removeprefix("sqlite:///")
    filled.url = f"sqlite:///file:{path}?mode=ro&uri=true"
    assert_only_readable(filled)


@pytest.mark.parametrize("case", WRONG_SETTINGS)
def test_a_wrong_setting_of_a_new_ledger_is_said_in_a_sentence(
    new_shell: Callable[[str], Shell], sqlite_url: str, case: str
) -> None:
    """Nothing is opened: the same place takes a ledger with right settings after."""
    options, sentence = WRONG_SETTINGS[case]
    shell = new_shell(sqlite_url)
    assert_one_sentence(shell.on_ledger("init", *options), sentence)
    assert shell.on_ledger("init").status == 0


def test_a_port_that_is_no_number_is_said_in_a_sentence(new_shell: Callable[[str], Shell]) -> None:
    """It is a wrong URL like any other."""
    shell = new_shell("postgresql://u@h:port/d")
    assert_one_sentence(shell.on_ledger("aging"), "is not a database URL")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_a_moment_outside_the_calendar_is_said_in_a_sentence(filled: Shell, moment: str) -> None:
    """In UTC it is in the year 0 or 10000."""
    assert_one_sentence(filled.on_ledger("aging", "--known-at", moment), "is not a moment")


def test_the_last_day_of_the_calendar_is_a_known_at(filled: Shell) -> None:
    """9999-12-31, often written for "for ever", is a day like any other."""
    assert filled.on_ledger("aging", "--known-at", "9999-12-31").status == 0


@pytest.mark.parametrize("day", ["20260115", "2026-W03-4"])
def test_days_are_written_in_one_way(filled: Shell, day: str) -> None:
    """Reports take days as command files do, and as their message says."""
    assert_one_sentence(filled.on_ledger("aging", "--as-of", day), "is not a day")


def test_a_fiscal_year_starts_on_a_day(new_shell: Callable[[str], Shell], sqlite_url: str) -> None:
    """A week is not one."""
    said = new_shell(sqlite_url).on_ledger("init", "--fiscal-year-start", "W01-1")
    assert_one_sentence(said, "is not a day of the year")


def test_a_continent_is_no_time_zone(new_shell: Callable[[str], Shell], sqlite_url: str) -> None:
    """The message names the setting, not a file of the installation."""
    said = new_shell(sqlite_url).on_ledger("init", "--timezone", "Europe")
    assert_one_sentence(said, "'Europe' is not an IANA time zone")
