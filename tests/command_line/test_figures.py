"""`--explain` of balances and aging, as an accountant reads it: every event behind a figure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell

AS_OF = ("--as-of", "2026-02-28")


def test_an_account_line_by_line(told: Shell) -> None:
    """Each posting with its event, and the balance after it, currency by currency."""
    lines = told.on_ledger("balances", "--explain", "1200", *AS_OF, "--format", "json").json()
    assert [
        tuple(line[name] for name in ("event", "charge", "currency", "debit", "credit", "balance"))
        for line in lines
    ] == [
        ("InstalmentCharged", "P-1/1", "EUR", "40.00", "0.00", "40.00"),
        ("InstalmentCharged", "P-1/2", "EUR", "40.00", "0.00", "80.00"),
        ("FeeCharged", "P-1/f1", "EUR", "5.00", "0.00", "85.00"),
        ("PaymentAllocated", "P-1/1", "EUR", "0.00", "40.00", "45.00"),
        ("PaymentAllocated", "P-1/2", "EUR", "0.00", "10.00", "35.00"),
        ("OpeningBalance", "P-é/1", "JPY", "500", "0", "500"),
    ]
    by_role = told.on_ledger("balances", "--explain", "receivable", *AS_OF, "--format", "json")
    assert by_role.json() == lines


def test_an_account_for_people_and_spreadsheets(told: Shell) -> None:
    """A table for each figure, the figure under it; a sheet with one line a posting."""
    table = told.on_ledger("balances", "--explain", "receivable", *AS_OF)
    assert table.status == 0
    assert "1200 receivable EUR: as of 2026-02-28" in table.out
    assert "1200 receivable JPY: as of 2026-02-28" in table.out
    sheet = told.on_ledger("balances", "--explain", "unapplied", *AS_OF, "--format", "csv").out
    assert sheet.startswith("account,role,currency,event,position,")
    assert sheet.splitlines()[-1].endswith(",-7.00")


def test_an_account_of_a_window_and_a_plan(told: Shell) -> None:
    """--from and --plan narrow the lines as they narrow the report."""
    window = ("--from", "2026-02-21", "--plan", "P-1", *AS_OF, "--format", "json")
    (row,) = [
        row for row in told.on_ledger("balances", *window).json() if row["role"] == "receivable"
    ]
    lines = told.on_ledger("balances", "--explain", "receivable", *window).json()
    assert (lines[-1]["balance"], row["balance"]) == ("-50.00", "-50.00")
    assert sum(Decimal(line["credit"]) for line in lines) == Decimal(row["credit"])


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_account_that_did_not_move_has_no_lines(told: Shell, form: str) -> None:
    """An account of the chart may be empty; the status is 0."""
    said = told.on_ledger("balances", "--explain", "doubtful", "--format", form)
    assert (said.status, said.err) == (0, "")


def test_an_account_that_is_not_in_the_chart_is_told(told: Shell) -> None:
    """The status is 2 and the sentence names what there is."""
    said = told.on_ledger("balances", "--explain", "4711")
    assert (said.status, said.out) == (2, "")
    assert "the book 'generic' has no account '4711': give a number of its chart or" in said.err


def test_a_charge_line_by_line(told: Shell) -> None:
    """Each movement with its event, and what was outstanding after it."""
    lines = told.on_ledger("aging", "--explain", "P-1/2", *AS_OF, "--format", "json").json()
    names = ("event", "payment", "due_on", "bucket", "amount", "outstanding")
    assert [tuple(line[name] for name in names) for line in lines] == [
        ("InstalmentCharged", None, "2026-02-15", "1-30", "40.00", "40.00"),
        ("PaymentAllocated", "pay-1", "2026-02-15", "1-30", "-10.00", "30.00"),
    ]


def test_a_plan_and_a_customer_show_what_is_open(told: Shell) -> None:
    """A paid charge is left out of its plan's figures, and shown when asked by its own name."""
    by_plan, by_customer = (
        told.on_ledger("aging", "--explain", name, *AS_OF, "--format", "json").json()
        for name in ("P-1", "C-1")
    )
    assert by_plan == by_customer
    assert [(line["charge"], line["outstanding"]) for line in by_plan] == [
        ("P-1/2", "40.00"),
        ("P-1/2", "30.00"),
        ("P-1/f1", "5.00"),
    ]
    paid = told.on_ledger("aging", "--explain", "P-1/1", *AS_OF, "--format", "json").json()
    assert [line["outstanding"] for line in paid] == ["40.00", "0.00"]


def test_a_payment_without_owner_is_asked_by_its_name(told: Shell) -> None:
    """Money that waits is a row of the aging too."""
    (line,) = told.on_ledger("aging", "--explain", "pay-2", *AS_OF, "--format", "json").json()
    assert (line["event"], line["bucket"], line["outstanding"]) == (
        *("PaymentReceived", "credit", "-7.00"),
    )


def test_items_for_people_and_spreadsheets(told: Shell) -> None:
    """A table for each figure; a sheet with one line a movement, from any day."""
    table = told.on_ledger("aging", "--explain", "C-1", *AS_OF)
    assert (table.status, "EUR C-1 P-1 P-1/2 receivable INV-1: as of" in table.out) == (0, True)
    sheet = told.on_ledger("aging", "--explain", "C-1", *AS_OF, "--format", "csv").out
    assert sheet.startswith("currency,customer,plan,instalment,charge,kind,state,document,due_on,")
    assert len(sheet.splitlines()) == 4
    before = told.on_ledger("aging", "--explain", "C-1", "--as-of", "2025-12-31")
    assert (before.status, "nothing" in before.out) == (0, True)


def test_an_item_that_is_not_there_and_other_figures_are_told(told: Shell) -> None:
    """The status is 2, and the sentence says what to do."""
    said = told.on_ledger("aging", "--explain", "P-9")
    assert (said.status, said.out) == (2, "")
    assert "nothing has moved for a charge, plan, customer or payment named 'P-9'" in said.err
    said = told.on_ledger("aging", "--explain", "P-1", "--by", "plan")
    assert (said.status, "leave --by plan out" in said.err) == (2, True)
