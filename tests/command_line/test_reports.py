"""The contract of reports: the keys, rows and figures that programs rely on."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell

AS_OF = ("--as-of", "2026-02-28")
MOMENT = "2026-02-22T00:00:00.000000Z"
ROW_KEYS = [
    *("currency", "customer", "plan", "instalment", "charge", "kind", "state", "document"),
    *("due_on", "days_overdue", "bucket", "outstanding"),
]
ENTRY_KEYS = [
    *("position", "book", "posted_on", "effective_on", "recorded_at", "event", "stream"),
    *("journal", "document", "narration", "postings"),
]
LEG_KEYS = ["account", "role", "currency", "amount", "customer", "plan", "charge"]
BALANCE_KEYS = ["account", "role", "name", "currency", "debit", "credit", "balance"]


def test_balances_as_json(told: Shell) -> None:
    """Turnovers and balances as decimal strings, by account, role and currency in byte order."""
    rows = told.on_ledger("balances", *AS_OF, "--format", "json").json()
    assert [list(row) for row in rows] == [BALANCE_KEYS] * len(rows)
    assert [tuple(row.values()) for row in rows] == [
        ("1050", "clearing", "Payments clearing", "EUR", "57.00", "0.88", "56.12"),
        ("1200", "receivable", "Instalments receivable", "EUR", "85.00", "50.00", "35.00"),
        ("1200", "receivable", "Instalments receivable", "JPY", "500", "0", "500"),
        ("2100", "unapplied", "Unapplied payments", "EUR", "50.00", "57.00", "-7.00"),
        ("2200", "tax_pending", "Tax pending receipt", "EUR", "8.34", "13.34", "-5.00"),
        ("2210", "tax_payable", "Tax payable", "EUR", "0.00", "8.34", "-8.34"),
        ("3900", "opening", "Opening balances", "JPY", "0", "500", "-500"),
        ("4000", "revenue", "Revenue", "EUR", "0.00", "66.66", "-66.66"),
        ("4100", "late_fee_income", "Late fees", "EUR", "0.00", "5.00", "-5.00"),
        ("6000", "gateway_fees", "Gateway fees", "EUR", "0.88", "0.00", "0.88"),
    ]


def test_balances_of_a_window(told: Shell) -> None:
    """--from counts turnovers from a day on; accounts that did not move in it are left out."""
    window = ("--from", "2026-02-21", *AS_OF, "--format", "json")
    rows = told.on_ledger("balances", *window).json()
    assert {row["role"]: row["debit"] for row in rows} == {
        "clearing": "57.00",
        "receivable": "0.00",
        "unapplied": "50.00",
        "tax_pending": "8.34",
        "tax_payable": "0.00",
        "gateway_fees": "0.88",
    }


def test_aging_by_charge_as_json(told: Shell) -> None:
    """The report's own keys, a row an item, nulls where nothing is known, totals by currency."""
    report = told.on_ledger("aging", *AS_OF, "--format", "json").json()
    assert list(report) == ["as_of", "known_at", "position", "edges", "rows", "totals"]
    assert (report["as_of"], report["known_at"]) == ("2026-02-28", MOMENT)
    assert (report["position"], report["edges"]) == (13, [30, 60, 90])
    assert [list(row) for row in report["rows"]] == [ROW_KEYS] * 4
    state, due = "receivable", "2026-02-15"
    assert [tuple(row.values())[:10] for row in report["rows"]] == [
        ("EUR", None, None, None, None, "payment", "unapplied", "pay-2", None, None),
        ("EUR", "C-1", "P-1", 2, "P-1/2", "instalment", state, "INV-1", due, 13),
        ("EUR", "C-1", "P-1", None, "P-1/f1", "late_fee", state, None, "2026-03-01", 0),
        ("JPY", "C-2", "P-é", None, "P-é/1", "opening", state, "OLD-1", "2025-10-01", 150),
    ]
    assert [(row["bucket"], row["outstanding"]) for row in report["rows"]] == [
        ("credit", "-7.00"),
        ("1-30", "30.00"),
        ("not_due", "5.00"),
        ("over_90", "500"),
    ]
    names = ["currency", "not_due", "1-30", "31-60", "61-90", "over_90", "credit", "total"]
    assert [list(row) for row in report["totals"]] == [names] * 2
    assert [list(row.values()) for row in report["totals"]] == [
        ["EUR", "5.00", "30.00", "0.00", "0.00", "0.00", "-7.00", "28.00"],
        ["JPY", "0", "0", "0", "0", "500", "0", "500"],
    ]


@pytest.mark.parametrize(("by", "plan"), [("plan", "P-1"), ("customer", None)])
def test_aging_by_plan_and_by_customer_as_json(told: Shell, by: str, plan: str | None) -> None:
    """The same keys, a row for each bucket; what differs within it is null; the same totals."""
    whole = told.on_ledger("aging", *AS_OF, "--format", "json").json()
    report = told.on_ledger("aging", *AS_OF, "--by", by, "--format", "json").json()
    assert report["totals"] == whole["totals"]
    assert [list(row) for row in report["rows"]] == [ROW_KEYS] * 4
    known = ("currency", "customer", "plan", "bucket", "outstanding")
    assert [tuple(row[name] for name in known) for row in report["rows"]] == [
        ("EUR", None, None, "credit", "-7.00"),
        ("EUR", "C-1", plan, "1-30", "30.00"),
        ("EUR", "C-1", plan, "not_due", "5.00"),
        ("JPY", "C-2", "P-é" if plan else None, "over_90", "500"),
    ]
    assert all(row[name] is None for row in report["rows"] for name in set(ROW_KEYS) - set(known))


@pytest.mark.parametrize(
    ("as_of", "days", "bucket"),
    [
        ("2026-02-15", 0, "not_due"),
        ("2026-02-16", 1, "1-10"),
        ("2026-02-25", 10, "1-10"),
        ("2026-02-26", 11, "11-20"),
        ("2026-03-07", 20, "11-20"),
        ("2026-03-08", 21, "over_20"),
    ],
)
def test_edges_belong_to_the_bucket_that_they_close(
    told: Shell, as_of: str, days: int, bucket: str
) -> None:
    """Due today is not overdue; an upper edge is inclusive, the day after it is not."""
    options = ("--as-of", as_of, "--edges", "10,20", "--format", "json")
    report = told.on_ledger("aging", *options).json()
    assert report["edges"] == [10, 20]
    names = ["currency", "not_due", "1-10", "11-20", "over_20", "credit", "total"]
    assert list(report["totals"][0]) == names
    row = next(row for row in report["rows"] if row["charge"] == "P-1/2")
    assert (row["days_overdue"], row["bucket"]) == (days, bucket)


def test_journal_as_json(told: Shell) -> None:
    """Entries in the order of positions with their legs, debit positive, balanced."""
    entries = told.on_ledger("journal", *AS_OF, "--format", "json").json()
    assert [list(entry) for entry in entries] == [ENTRY_KEYS] * len(entries)
    assert all(list(leg) == LEG_KEYS for entry in entries for leg in entry["postings"])
    positions = [entry["position"] for entry in entries]
    assert positions == sorted(set(positions))
    billed = next(entry for entry in entries if entry["event"] == "InstalmentCharged")
    legs = billed.pop("postings")
    assert billed == {
        "position": 6,
        "book": "generic",
        "posted_on": "2026-01-15",
        "effective_on": "2026-01-15",
        "recorded_at": "2026-02-15T00:00:00.000000Z",
        "event": "InstalmentCharged",
        "stream": "plan:P-1",
        "journal": "sales",
        "document": "INV-1",
        "narration": "Instalment P-1/1",
    }
    assert [tuple(leg.values()) for leg in legs] == [
        ("1200", "receivable", "EUR", "40.00", "C-1", "P-1", "P-1/1"),
        ("4000", "revenue", "EUR", "-33.33", "C-1", "P-1", "P-1/1"),
        ("2200", "tax_pending", "EUR", "-6.67", "C-1", "P-1", "P-1/1"),
    ]


def test_journal_of_a_window_and_of_a_plan(told: Shell) -> None:
    """--from and --to bound posted_on, both inclusive; --plan keeps what touches the plan."""
    window = ("journal", "--from", "2026-02-15", "--to", "2026-02-20", "--format", "json")
    posted = [entry["posted_on"] for entry in told.on_ledger(*window).json()]
    assert posted == ["2026-02-15", "2026-02-20"]
    of_plan = told.on_ledger("journal", "--plan", "P-é", "--format", "json").json()
    assert [entry["event"] for entry in of_plan] == ["OpeningBalance"]
    assert told.on_ledger("journal", "--to", "2025-01-01", "--format", "json").json() == []


def test_statement_as_json(told: Shell) -> None:
    """Every movement with the balance after it, by day; opening and closing tie to them."""
    value = told.on_ledger("statement", "P-1", *AS_OF, "--format", "json").json()
    assert list(value) == ["customer", "plan", "opening", "movements", "closing", "aging"]
    assert (value["customer"], value["plan"]) == ("C-1", "P-1")
    assert (value["opening"], value["closing"]) == ("0.00", "35.00")
    keys = ["on", "event", "document", "charge", "matching", "amount", "balance"]
    assert [list(line) for line in value["movements"]] == [keys] * len(value["movements"])
    shown = [(line["on"], line["amount"], line["balance"]) for line in value["movements"]]
    assert shown[:3] == [
        ("2026-01-15", "40.00", "40.00"),
        ("2026-02-15", "40.00", "80.00"),
        ("2026-02-20", "5.00", "85.00"),
    ]
    assert value["movements"][-1]["balance"] == value["closing"] == value["aging"]["total"]
    since = told.on_ledger("statement", "P-1", "--from", "2026-02-20", *AS_OF, "--format", "json")
    assert since.json()["opening"] == "80.00"
    customer = told.on_ledger("statement", "C-2", *AS_OF, "--format", "json").json()
    assert (customer["plan"], customer["closing"]) == (None, "500")


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (["balances"], BALANCE_KEYS),
        (["aging"], ROW_KEYS),
        (["journal"], [*ENTRY_KEYS[:-1], *LEG_KEYS]),
        (
            ["statement", "P-1"],
            ["on", "event", "document", "charge", "matching", "amount", "balance"],
        ),
    ],
    ids=["balances", "aging", "journal", "statement"],
)
def test_csv_has_the_same_names_and_figures(
    told: Shell, arguments: list[str], columns: list[str]
) -> None:
    """A header, then the rows of the JSON form, with nothing where it has null."""
    said = told.on_ledger(*arguments, "--format", "csv")
    assert said.status == 0
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert list(rows[0]) == columns
    value = told.on_ledger(*arguments, "--format", "json").json()
    if isinstance(value, dict):
        value = value.get("rows", value.get("movements"))
    if arguments == ["journal"]:
        value = [entry | leg for entry in value for leg in entry["postings"]]
    expected = [{name: row[name] for name in columns} for row in value]
    assert rows == [
        {name: "" if cell is None else str(cell) for name, cell in row.items()} for row in expected
    ]


def test_known_at_takes_a_day_to_its_end(told: Shell) -> None:
    """As known on a day, what was recorded later is not there, though it was dated before."""
    for known_at, seen in (("2026-02-14", 2), ("2026-02-15", 4), ("2026-02-20T00:00:00Z", 5)):
        options = ("--as-of", "2026-03-31", "--known-at", known_at, "--format", "json")
        entries = told.on_ledger("journal", *options).json()
        assert len(entries) == seen - 1
    aging = told.on_ledger("aging", "--known-at", "2026-02-14", "--format", "json").json()
    assert (aging["as_of"], aging["known_at"]) == ("2026-02-14", "2026-02-14T23:59:59.999999Z")
    assert aging["position"] == 5


def test_tables_say_where_they_stand(told: Shell) -> None:
    """Every report for people names its two times, its position, and that it is simulated."""
    for arguments in (["balances"], ["aging"], ["journal"], ["statement", "P-1"]):
        said = told.on_ledger(*arguments, *AS_OF)
        assert said.status == 0
        stamp = "as of 2026-02-28, known at 2026-02-22 00:00:00 UTC (position 13, simulated ledger)"
        assert stamp in " ".join(said.out.split())
