"""`acquit export` and the logs: files that appear whole or not at all, output for pipes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from ledger import output
from projections.exports import beancount
from tests.command_line.conftest import Shell


@pytest.mark.parametrize("program", ["beancount", "csv", "hledger"])
def test_an_export_goes_to_a_file_or_a_pipe(told: Shell, program: str) -> None:
    """The file and standard output hold the same lines; the number of lines is said."""
    piped = told.on_ledger("export", program, "-")
    said = told.on_ledger("export", program, "books.txt")
    content = (told.folder / "books.txt").read_text(encoding="utf-8")
    assert piped.out == content
    assert said.out == f"Wrote {len(content.splitlines())} lines to books.txt\n"
    assert "P-1" in content


def test_exported_beancount_is_accepted(told: Shell) -> None:
    """bean-check accepts what the command wrote."""
    told.on_ledger("export", "beancount", "books.beancount")
    checker = Path(sys.executable).parent / "bean-check"
    done = subprocess.run(
        [str(checker), str(told.folder / "books.beancount")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("options", [[], ["--functional"], ["--book", "pcg"]])
def test_exported_csv_is_the_journal(told: Shell, options: list[str]) -> None:
    """Each leg stands in a line, with both dates and its account's name; sums are the balances."""
    late = {"command": "receive_payment", "id": "late", "on": "2026-03-01", "payment": 'a,"b"'}
    assert told.record([late | {"amount": "7.00", "currency": "EUR"}]).status == 0
    assert told.on_ledger("export", "csv", "journal.csv", *options).status == 0
    with (told.folder / "journal.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    journal = told.on_ledger("journal", *options, "--format", "csv").out
    by_day = sorted(csv.DictReader(StringIO(journal)), key=lambda row: row["posted_on"])
    assert [{key: row[key] for key in row if key != "name"} for row in rows] == by_day
    sums: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        key = (row["account"], row["name"], row["currency"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
    balances = told.on_ledger("balances", *options, "--as-of", "9999-12-31", "--format", "json")
    assert sums == {
        (row["account"], row["name"], row["currency"]): Decimal(row["balance"])
        for row in balances.json()
    }
    assert {row["document"] for row in rows} >= {'a,"b"', "INV-1"}
    assert all(row["recorded_at"].endswith("Z") for row in rows)


def test_an_export_that_fails_leaves_the_old_file(
    shown: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing stops in the middle, the file is what it was, and no other is left behind."""
    target = shown.folder / "books.txt"
    target.write_text("old", encoding="utf-8")

    def broken(*_arguments: object) -> object:
        yield "first line"
        message = "disk full"
        raise OSError(28, message, "books.txt")

    monkeypatch.setattr(beancount, "lines", broken)
    before = sorted(path.name for path in shown.folder.iterdir())
    said = shown.on_ledger("export", "beancount", "books.txt")
    assert (said.status, said.err) == (2, "Error: disk full: books.txt\n")
    assert target.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in shown.folder.iterdir()) == before


def test_an_unknown_book_is_said_in_a_sentence(shown: Shell) -> None:
    """An export of a book that was not adopted names those that were."""
    said = shown.on_ledger("export", "hledger", "-", "--book", "ifrs")
    assert (said.status, said.err) == (
        2,
        "Error: there is no book 'ifrs': known are generic, pcg\n",
    )


def test_logs_hold_positions_and_no_content(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ACQUIT_LOG=debug each line on standard error is JSON, without names or amounts."""
    monkeypatch.setenv("ACQUIT_LOG", "debug")
    line = {"command": "receive_payment", "id": "p", "on": "2026-01-01", "payment": "secret-name"}
    payments = [
        line | {"amount": "1.23", "currency": "EUR"},
        line | {"id": "q", "payment": "other", "amount": "4.56", "currency": "EUR"},
    ]
    said = shell.record(payments)
    logs = [json.loads(text) for text in said.err.splitlines()]
    assert [log["event"] for log in logs] == ["group stored"]
    assert (logs[0]["commands"], logs[0]["level"]) == (2, "debug")
    assert "secret-name" not in said.err
    assert "1.23" not in said.err
    folded = shell.on_ledger("aging").err.splitlines()
    assert json.loads(folded[0])["event"] == "folded"


def test_an_unknown_log_level_is_said_in_a_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACQUIT_LOG takes one of four words."""
    monkeypatch.setenv("ACQUIT_LOG", "loud")
    said = shell.on_ledger("aging")
    assert (said.status, said.err.count("\n")) == (2, 1)
    assert "ACQUIT_LOG is 'loud'" in said.err


def test_an_export_follows_a_link_and_keeps_the_mode(shown: Shell) -> None:
    """A link stays a link to the file that it names, with that file's mode."""
    target, link = shown.folder / "real.txt", shown.folder / "link.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    assert shown.on_ledger("export", "hledger", "link.txt").status == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") != "old"
    assert target.stat().st_mode & 0o777 == 0o600


def test_an_export_into_a_pipe_leaves_it_a_pipe(shown: Shell) -> None:
    """What is no ordinary file is written to, never replaced."""
    pipe = shown.folder / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    said = shown.on_ledger("export", "hledger", "pipe")
    out, _ = reader.communicate()
    assert said.out == f"Wrote {len(out.splitlines())} lines to pipe\n"
    assert pipe.is_fifo()
    assert out.decode() == shown.on_ledger("export", "hledger", "-").out


@pytest.mark.parametrize(("path", "why"), [(".", "Is a directory"), ("no/x", "No such file")])
def test_an_export_names_the_path_that_it_was_given(shown: Shell, path: str, why: str) -> None:
    """A path that cannot be written is said as it was typed."""
    said = shown.on_ledger("export", "hledger", path)
    assert said.status == 2
    assert said.err.startswith(f"Error: {why}")
    assert "part" not in said.err


def test_the_last_month_of_the_calendar_is_exported(shell: Shell) -> None:
    """An entry of December 9999 is written; Beancount has no day after it to assert on."""
    line = {"command": "receive_payment", "id": "p", "on": "9999-12-31", "payment": "pay"}
    assert shell.record([line | {"amount": "1.00", "currency": "EUR"}]).status == 0
    said = shell.on_ledger("export", "beancount", "-")
    assert said.status == 0
    assert "9999-12-31 *" in said.out


def test_an_amount_is_never_cut_in_a_narrow_table(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow the terminal, figures stand whole; empty columns are left out."""
    monkeypatch.setattr(output, "_WIDTH_OF_FILES", 60)
    columns = ["currency", "document", "not_due", "1-30", "over_90", "credit", "total"]
    row = ["EUR", None, "0.00", "150000.00", "225000.00", "0.00", "375000.00"]
    output.print_table("Totals", columns, [row])
    said = shell.said()
    assert "document" not in said
    assert all(figure in said for figure in row[2:] if figure)
    assert "…" not in said.splitlines()[-2]


def test_an_empty_table_says_so(shell: Shell) -> None:
    """A report with nothing in it says so."""
    assert "nothing" in shell.on_ledger("aging").out
