"""`acquit export parquet`: the journal, row by row, as `acquit journal` tells it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from projections.exports import parquet
from tests.command_line.lines import story
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.command_line.conftest import Shell

ENTRY = ("position", "book", "event", "stream", "journal", "document", "narration")
LEG = ("account", "role", "currency", "customer", "plan", "charge")


def told_by_journal(shell: Shell, *options: str) -> list[dict[str, Any]]:
    """Return what the journal report says, a row a posting, by day and position."""
    entries = shell.on_ledger("journal", "--format", "json", *options).json()
    return [
        {
            **{name: entry[name] for name in ENTRY},
            **{name: posting[name] for name in LEG},
            "line": line,
            "days": (entry["posted_on"], entry["effective_on"]),
            "moment": entry["recorded_at"],
            "amount": posting["amount"],
        }
        for entry in sorted(entries, key=lambda entry: (entry["posted_on"], entry["position"]))
        for line, posting in enumerate(entry["postings"], 1)
    ]


def exported(file: Path | io.BytesIO) -> list[dict[str, Any]]:
    """Return what a Parquet file says, in the same form."""
    found = []
    for row in pq.read_table(file).to_pylist():
        minor = row.pop("debit_minor") - row.pop("credit_minor")
        days = row.pop("posted_on").isoformat(), row.pop("effective_on").isoformat()
        moment = row.pop("recorded_at").strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        amount = f"{Decimal(minor).scaleb(-row.pop('exponent'))}"
        found.append({**row, "days": days, "moment": moment, "amount": amount})
    return found


@pytest.mark.parametrize("options", [(), ("--book", "pcg"), ("--functional",)], ids=str)
def test_it_is_the_journal(told: Shell, options: tuple[str, ...]) -> None:
    """Row by row the file says what the journal report says, in either book; on both databases."""
    said = told.on_ledger("export", "parquet", "journal.parquet", *options)
    rows = told_by_journal(told, *options)
    assert said.out == f"Wrote {len(rows)} postings to journal.parquet\n"
    assert exported(told.folder / "journal.parquet") == rows != []


def test_amounts_are_minor_units_and_one_side_is_zero(told: Shell) -> None:
    """Debits equal credits by currency, all are integers not below zero, one of each pair is 0."""
    told.on_ledger("export", "parquet", "journal.parquet")
    table = pq.read_table(told.folder / "journal.parquet")
    debits, credits_ = table["debit_minor"].to_pylist(), table["credit_minor"].to_pylist()
    assert sum(debits) == sum(credits_) > 0
    assert all(min(pair) == 0 for pair in zip(debits, credits_, strict=True))
    assert {str(table.schema.field(name).type) for name in ("debit_minor", "credit_minor")} == {
        "int64"
    }


def test_the_file_says_what_it_is(told: Shell) -> None:
    """Its metadata name ledger, book and coordinates; what was not known yet is not in it."""
    told.on_ledger("export", "parquet", "all.parquet")
    bounds = ("--as-of", "2026-01-31", "--known-at", "2026-02-01")
    told.on_ledger("export", "parquet", "early.parquet", *bounds)
    about = json.loads(pq.read_schema(told.folder / "early.parquet").metadata[parquet.METADATA])
    assert (about["book"], about["as_of"], about["simulated"]) == ("generic", "2026-01-31", True)
    early, whole = (exported(told.folder / f"{name}.parquet") for name in ("early", "all"))
    known = [
        row
        for row in whole
        if row["position"] <= about["position"] and row["days"][0] <= about["as_of"]
    ]
    assert early == known


def test_many_rows_are_many_groups(told: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows a group has, the file holds the same rows."""
    told.on_ledger("export", "parquet", "one.parquet")
    monkeypatch.setattr(parquet, "_ROWS_A_GROUP", 7)
    told.on_ledger("export", "parquet", "many.parquet")
    assert pq.ParquetFile(told.folder / "many.parquet").metadata.num_row_groups > 1
    assert exported(told.folder / "many.parquet") == exported(told.folder / "one.parquet")


def test_an_empty_journal_is_a_file(shell: Shell) -> None:
    """A ledger in which nothing was posted has a file without rows."""
    said = shell.on_ledger("export", "parquet", "journal.parquet")
    assert said.out == "Wrote 0 postings to journal.parquet\n"
    assert exported(shell.folder / "journal.parquet") == []


def test_a_pipe_and_standard_output(shown: Shell) -> None:
    """A pipe stays a pipe, and gets the bytes that a file would hold; so does standard output."""
    shown.on_ledger("export", "parquet", "journal.parquet")
    content = (shown.folder / "journal.parquet").read_bytes()
    os.mkfifo(shown.folder / "pipe")
    with subprocess.Popen(["cat", str(shown.folder / "pipe")], stdout=subprocess.PIPE) as reader:
        assert shown.on_ledger("export", "parquet", "pipe").status == 0
        assert reader.communicate()[0] == content
    command = [sys.executable, "-m", "cli", "export", "parquet", "-", "--ledger", shown.url]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout == content


def test_where_it_fails_the_old_file_stays(shown: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, or the book, the file is what it was, and no other is left behind."""
    (shown.folder / "journal.parquet").write_text("old", encoding="utf-8")
    before = sorted(path.name for path in shown.folder.iterdir())
    assert shown.on_ledger("export", "parquet", "journal.parquet", "--book", "ifrs").status == 2
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = shown.on_ledger("export", "parquet", "journal.parquet")
    words = "Error: this needs the package pyarrow: pip install 'acquit[archive]'\n"
    assert (said.status, said.err) == (2, words)
    assert (shown.folder / "journal.parquet").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in shown.folder.iterdir()) == before


def test_any_currency(shell: Shell) -> None:
    """Yen without decimals and dinars with three are integers beside their exponent."""
    lines = [
        {"command": "receive_payment", "id": f"p-{currency}", "on": "2026-01-15"}
        | {"payment": f"pay-{currency}", "amount": amount, "currency": currency}
        for currency, amount in (("EUR", "1.20"), ("JPY", "7"), ("BHD", "0.001"))
    ]
    rates = [line for line in story() if line["command"] == "set_rate"]
    shell.record([*rates, *lines])
    shell.on_ledger("export", "parquet", "journal.parquet")
    table = pq.read_table(shell.folder / "journal.parquet").to_pylist()
    found = {(row["currency"], row["exponent"], row["debit_minor"]) for row in table}
    assert found >= {("EUR", 2, 120), ("JPY", 0, 7), ("BHD", 3, 1)}
