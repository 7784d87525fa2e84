"""The contract of the VAT return: keys, figures, CSV, exit status."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sqlalchemy import text

from ledger.store.database import Database

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell

PERIOD = ("tax", "--from", "2026-02-01", "--to", "2026-02-28")
ROW_KEYS = ["currency", "section", "category", "rate", "code", "base", "tax"]
MOVEMENT_KEYS = [
    *("position", "posted_on", "effective_on", "tax_point", "event", *ROW_KEYS),
    *("customer", "plan", "charge", "payment", "document"),
]


def test_help_shows_examples(shell: Shell) -> None:
    """What the command is for, its options, and lines to copy."""
    said = shell.run("tax", "--help")
    assert said.status == 0
    options = ("--from", "--to", "--known-at", "--detail", "--format", "Examples:")
    assert all(word in said.out for word in options)


def test_the_return_as_json(told: Shell) -> None:
    """The report's own keys; 50.00 paid of a plan at 20 %, the fee of 5.00 is not taxed."""
    said = told.on_ledger(*PERIOD, "--format", "json")
    value = said.json()
    assert said.status == 0
    assert list(value) == ["from", "to", "known_at", "position", "rows", "late", "totals", "tie"]
    assert (value["from"], value["to"]) == ("2026-02-01", "2026-02-28")
    assert [list(row) for row in value["rows"]] == [ROW_KEYS]
    assert list(value["rows"][0].values())[:5] == ["EUR", "output", "S", "20", "FR20"]
    assert value["rows"][0]["tax"] == "8.34"
    assert value["totals"] == [
        {
            "currency": "EUR",
            "output": "8.34",
            "reverse_charge": "0.00",
            "deductible": "0.00",
            "payable": "8.34",
        }
    ]
    assert value["tie"] == [
        {
            "book": book,
            "role": "tax_payable",
            "currency": "EUR",
            "returned": "8.34",
            "posted": "8.34",
            "difference": "0.00",
        }
        for book in ("generic", "pcg")
    ]


def test_every_movement_with_its_tax_point(told: Shell) -> None:
    """--detail adds the movements: one for each charge that the money met."""
    value = told.on_ledger(*PERIOD, "--detail", "--format", "json").json()
    assert [list(row) for row in value["movements"]] == [MOVEMENT_KEYS] * 2
    assert {row["tax_point"] for row in value["movements"]} == {"2026-02-21"}
    assert [row["charge"] for row in value["movements"]] == ["P-1/1", "P-1/2"]


def test_csv_has_the_rows_or_the_movements(told: Shell) -> None:
    """A header, then the rows of the JSON form; with --detail the movements."""
    for options, keys, name in ((), ROW_KEYS, "rows"), (("--detail",), MOVEMENT_KEYS, "movements"):
        said = told.on_ledger(*PERIOD, *options, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(said.out)))
        value = told.on_ledger(*PERIOD, *options, "--format", "json").json()[name]
        assert [list(row) for row in rows] == [keys] * len(value)
        assert rows == [
            {key: "" if cell is None else str(cell) for key, cell in row.items()} for row in value
        ]


def test_a_table_says_where_it_stands(told: Shell) -> None:
    """The period, the moment and the position stand in the title; an empty period says so."""
    said = told.on_ledger(*PERIOD)
    title = "Tax from 2026-02-01 to 2026-02-28, known at 2026-02-22 00:00:00 UTC"
    assert said.status == 0
    assert title in said.out
    assert "8.34" in said.out
    empty = told.on_ledger("tax", "--from", "2025-01-01", "--to", "2025-01-31")
    assert empty.status == 0
    assert "nothing" in empty.out


def test_known_before_the_payment(told: Shell) -> None:
    """As known on the day before the payment, no tax was due."""
    said = told.on_ledger(*PERIOD, "--known-at", "2026-02-20", "--format", "json")
    assert said.json()["rows"] == []


def test_a_return_that_does_not_tie_is_said_so(told: Shell) -> None:
    """A movement that is not what was posted: the difference is shown, exit status 1."""
    assert told.on_ledger(*PERIOD).status == 0
    database = Database(told.url)
    with database.writing() as connection:
        connection.execute(text("UPDATE tax_1_movements SET tax_minor = tax_minor + 1"))
    database.close()
    said = told.on_ledger(*PERIOD, "--format", "json")
    assert said.status == 1
    assert [row["difference"] for row in said.json()["tie"]] == ["0.02", "0.02"]
    assert told.on_ledger("check", "tax").status == 1
