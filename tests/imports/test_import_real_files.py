"""The example maps take published files, and the figures are those of the files themselves.

The files are not ours to copy; they are read from the folder named by ACQUIT_SHARED. The figures
that a test expects are computed with plain csv beside it.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.imports import Imported, load_map, read

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ACQUIT_SHARED") or ROOT.parent / "shared") / "data"
Table = list[dict[str, str]]


def _taken(name: str, relative: str) -> tuple[Imported, Table, Counter[str]]:
    """Return the import, the rows read plainly, and the commands counted by name."""
    path = DATA / relative
    if not path.exists():
        pytest.skip(f"{relative} is not in {DATA}: set ACQUIT_SHARED")
    packed = path.suffix == ".gz"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    table = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    imported = read(load_map(ROOT / "examples" / "imports" / f"{name}.toml"), path)
    _check_ties(imported)
    return imported, table, Counter(one.command["command"] for one in imported.commands)


def _check_ties(imported: Imported) -> None:
    carried = [pair for sourced in imported.commands for pair in sourced.carries]
    listed = [(finding.line, finding.amount) for finding in imported.findings]
    assert sorted(line for line, _ in [*carried, *listed]) == sorted(range(2, imported.rows + 2))
    assert sum((amount for _, amount in [*carried, *listed]), Decimal(0)) == imported.total
    recorded = [sourced.command["recorded"] for sourced in imported.commands]
    assert recorded == sorted(recorded)
    assert len({sourced.command["id"] for sourced in imported.commands}) == len(imported.commands)


def test_ibm_invoices() -> None:
    """1,894 invoices of 113,650.30, each settled once and in full."""
    imported, table, counts = _taken("ibm", "ar/ibm_accounts_receivable.csv")
    assert imported.total == Decimal("113650.30")
    assert imported.total == sum(Decimal(row["InvoiceAmount"]) for row in table)
    assert imported.rows == len(table) == 1894
    assert counts == {"open_plan": 1894, "charge_due": 1894, "receive_payment": 1894}
    assert imported.findings == []


def test_highradius_invoices() -> None:
    """7,259 open invoices in two currencies; 19 are due before posting: the ledger's to refuse."""
    imported, table, counts = _taken("highradius", "ar/highradius_open_invoices.csv")
    assert imported.rows == len(table) == 7259
    assert counts == {"open_plan": 7259, "charge_due": 7259}
    for currency in ("USD", "CAD"):
        rows = [row for row in table if row["invoice_currency"] == currency]
        plain = sum(Decimal(row["total_open_amount"]) for row in rows)
        assert imported.currency_totals[currency] == plain
    openings = [one.command for one in imported.commands if one.command["command"] == "open_plan"]
    assert {command["document"] for command in openings} == {
        str(int(float(row["invoice_id"]))) for row in table
    }
    parts = [(one["on"], one["schedule"]["instalments"][0]) for one in openings]
    early = sum(part["due"] < on for on, part in parts)
    assert early == sum(row["due_in_date"] < row["posting_date"] for row in table) == 19


def test_homecredit_instalments() -> None:
    """7,347 payments of 1,772 credits; the one row of 0 is an instalment that was not paid."""
    imported, table, counts = _taken(
        "homecredit", "instalments/homecredit_installments_payments.csv"
    )
    assert imported.rows == len(table) == 7347
    assert imported.total == sum(Decimal(row["AMT_PAYMENT"]) for row in table)
    assert imported.findings == []
    due_days = {
        (row["SK_ID_PREV"], row["NUM_INSTALMENT_NUMBER"], int(row["NUM_INSTALMENT_VERSION"])): row
        for row in table
    }
    newest = {key[:2]: due_days[key]["DAYS_INSTALMENT"] for key in sorted(due_days)}
    days = {(plan, day) for (plan, _), day in newest.items()}
    paid = sum(Decimal(row["AMT_PAYMENT"]) > 0 for row in table)
    assert paid == 7346
    assert counts == {"open_plan": 1772, "charge_due": len(days), "receive_payment": paid}


def test_lendingclub_loans() -> None:
    """7,000 loans; on those fully paid nothing is open."""
    imported, table, counts = _taken("lendingclub", "instalments/lendingclub_openintro.csv")
    assert imported.rows == len(table) == 7000
    assert imported.total == sum(Decimal(row["balance"]) for row in table)
    closed = sum(Decimal(row["balance"]) == 0 for row in table)
    assert counts == {"open_balance": 7000 - closed}
    assert len(imported.findings) == closed
    assert all(finding.reason.startswith("nothing is open") for finding in imported.findings)


def test_online_retail_lines() -> None:
    """77,628 lines: 37 % without a customer, and every cancellation matched or listed."""
    imported, table, counts = _taken("online_retail", "retail/online_retail_2010-12_2011-01.csv.gz")
    assert imported.rows == len(table) == 77628
    plain = sum(int(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in table)
    assert imported.total == plain
    nameless = {line for line, row in enumerate(table, 2) if not row["CustomerID"]}
    listed = {one.line for one in imported.findings if one.reason == "column 'CustomerID' is empty"}
    assert listed == nameless
    sold = {
        row["InvoiceNo"]
        for row in table
        if row["CustomerID"] and int(row["Quantity"]) > 0 and Decimal(row["UnitPrice"]) > 0
    }
    assert counts["open_plan"] == counts["charge_due"] == len(sold)
    cancelled = {line for line, row in enumerate(table, 2) if row["InvoiceNo"].startswith("C")}
    matched = {
        line
        for one in imported.commands
        if one.command["command"] == "credit"
        for line in one.lines
    }
    assert counts["credit"] > 0
    assert matched < cancelled
    assert cancelled - matched <= {one.line for one in imported.findings}
