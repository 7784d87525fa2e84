"""`acquit query`: SQL over read models and an archive gives what is stored, and changes nothing."""

from __future__ import annotations

import csv
import io
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs
from sqlalchemy import select

from bootstrap import open_ledger
from ledger.archiving.manifest import load, save
from ledger.terms.money import amount_text
from projections.catalogue import PROJECTIONS
from projections.querying.query import plain
from projections.querying.sources import read_models
from tests.archiving.conftest import contents, log

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell

MODELS = read_models(PROJECTIONS)


def test_every_read_model_is_there_as_stored(told: Shell) -> None:
    """Each table comes back row by row: the same names, integers and days; on both databases."""
    asked = {name: told.on_ledger("query", f"FROM {name}", "--format", "json") for name in MODELS}
    acquit = open_ledger(told.url)
    with acquit.database.reading() as connection:
        for name, table in MODELS.items():
            rows = connection.execute(select(table)).mappings()
            stored = [{key: plain(value) for key, value in row.items()} for row in rows]
            assert sorted(asked[name].json(), key=str) == sorted(stored, key=str), name
    acquit.close()


def test_sums_of_postings_are_the_balances(told: Shell) -> None:
    """Minor units summed by a query are the amounts that `acquit balances` prints."""
    sql = (
        "SELECT account, currency, exponent, sum(amount_minor) AS minor "
        "FROM journal_postings JOIN journal_entries USING (position, book) "
        "WHERE book = 'generic' GROUP BY ALL ORDER BY ALL"
    )
    summed: dict[tuple[str, str], str] = {
        (row["account"], row["currency"]): amount_text(row["minor"], row["exponent"])
        for row in told.on_ledger("query", sql, "--format", "json").json()
    }
    balances: dict[tuple[str, str], str] = {
        (row["account"], row["currency"]): row["balance"]
        for row in told.on_ledger("balances", "--as-of", "9999-12-31", "--format", "json").json()
    }
    assert summed == balances != {}


def test_an_archive_is_asked_without_its_ledger(told: Shell) -> None:
    """With --archive the events are a table: as stored, the payload also as JSON."""
    told.on_ledger("archive", "events")
    acquit = open_ledger(told.url)
    stored = log(acquit.database)
    acquit.close()
    before = contents(told.folder / "events")
    columns = "position, stream, payload, leaf"
    sql = f"SELECT {columns}, fact->>'plan' AS plan FROM events ORDER BY position"
    rows = told.run("query", sql, "--archive", "events", "--format", "json").json()
    found = [tuple(row[name] for name in columns.split(", ")) for row in rows]
    assert found == [(row[0], row[1], row[10].hex(), row[11].hex()) for row in stored]
    assert "P-1" in {row["plan"] for row in rows}
    both = "SELECT count(*) AS n FROM events JOIN journal_entries USING (position)"
    said = told.on_ledger("query", both, "--archive", "events", "--format", "json")
    assert said.json()[0]["n"] > 0
    alone = told.run("query", both, "--archive", "events")
    assert (alone.status, "no table journal_entries" in alone.err) == (2, True)
    assert contents(told.folder / "events") == before


@pytest.mark.parametrize("number", [0, -1])
def test_an_archive_with_a_file_that_is_gone_or_none_is_a_sentence(
    shown: Shell, number: int
) -> None:
    """A file that is damaged or missing is never passed over: status 2, with what to do."""
    shown.on_ledger("archive", "events")
    file = sorted((shown.folder / "events").rglob("*.parquet"))[number]
    sql = "SELECT count(payload), max(payload) FROM events"
    for damage in (lambda: file.write_bytes(b"no Parquet"), file.unlink):
        damage()
        said = shown.run("query", sql, "--archive", "events")
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert file.name in said.err
        assert "unforeseen" not in said.err


def test_an_archive_without_segments_has_no_events(shown: Shell) -> None:
    """An archive that was stopped before its first segment is a table without rows."""
    folder = shown.folder / "events"
    shown.on_ledger("archive", "events")
    manifest = load(folder)
    save(folder, structs.replace(manifest, segments=[]))
    said = shown.run(
        "query", "SELECT count(*) AS n FROM events", "--archive", "events", "--format", "csv"
    )
    assert said.out == "n\n0\n"


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "INSTALL httpfs",
        "ATTACH 'x.db'",
        "DROP TABLE journal_entries",
        "SET threads = 1",
        "SELECT 1; SELECT 2",
        "",
        "FROM read_text('secret.txt')",
        "FROM read_csv('secret.txt')",
        "FROM 'secret.txt'",
        "FROM 'https://example.com/x.parquet'",
        "FROM glob('*')",
        "FROM nowhere",
        "SELEC 1",
        "SELECT 1 / nothing",
        "FROM query('FROM journal' || '_entries')",
        "SELECT CAST('x' AS INTEGER) FROM journal_entries",
    ],
)
def test_what_a_query_may_not_do_is_a_sentence(shown: Shell, sql: str) -> None:
    """What changes, opens other files or is no SQL ends with status 2, one line and no file."""
    (shown.folder / "secret.txt").write_text("secret", encoding="utf-8")
    before = sorted(path.name for path in shown.folder.iterdir())
    said = shown.on_ledger("query", sql)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("Error: ")
    assert "secret\n" not in said.err
    assert sorted(path.name for path in shown.folder.iterdir()) == before


def test_forms_of_an_answer(shown: Shell) -> None:
    """A table for people; JSON and CSV for programs, with names that come twice numbered."""
    sql = "SELECT 1 AS a, 2 AS a, true AS b, [1, 2] AS c, DATE '2026-01-15' AS d, NULL AS e"
    (row,) = shown.on_ledger("query", sql, "--format", "json").json()
    assert row == {"a": 1, "a_2": 2, "b": True, "c": [1, 2], "d": "2026-01-15", "e": None}
    said = shown.on_ledger("query", sql, "--format", "csv").out
    (cells,) = csv.DictReader(io.StringIO(said))
    assert cells == {"a": "1", "a_2": "2", "b": "true", "c": "[1, 2]", "d": "2026-01-15", "e": ""}
    table = shown.on_ledger("query", sql).out
    assert table.startswith("Query, known at ")
    assert "(position " in table
    assert shown.on_ledger("query", "SELECT 1 WHERE false", "--format", "json").json() == []


def test_a_query_from_standard_input(shown: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """- reads the SQL from standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT 40 + 2 AS answer"))
    assert shown.on_ledger("query", "-", "--format", "json").json() == [{"answer": 42}]


def test_tables_are_listed(shown: Shell) -> None:
    """--tables names every table and its columns, those of the archive too; no SQL is needed."""
    shown.on_ledger("archive", "events")
    listed: dict[str, Any] = defaultdict(list)
    said = shown.on_ledger("query", "--tables", "--archive", "events", "--format", "json")
    for row in said.json():
        listed[row["table"]] = row["columns"]
    assert set(listed) == {*MODELS, "events"}
    assert listed["journal_postings"] == MODELS["journal_postings"].columns.keys()
    assert {"payload", "leaf", "fact", "recorded"} < set(listed["events"])
    assert "journal_postings" in shown.on_ledger("query", "--tables").out
    assert "events," in shown.run("query", "--tables", "--archive", "events", "--format", "csv").out
    assert shown.on_ledger("query").status == 2


@pytest.mark.parametrize("package", ["pyarrow", "duckdb"])
def test_without_the_packages_it_says_what_to_install(
    shown: Shell, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """Where a package is not installed, the sentence names the extra."""
    monkeypatch.setitem(sys.modules, package, None)
    said = shown.on_ledger("query", "SELECT 1")
    words = f"Error: this needs the package {package}: pip install 'acquit[archive]'\n"
    assert (said.status, said.err) == (2, words)
