"""Invoice lines: one number makes one plan; a cancelled line reduces the one it can mean."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ledger.imports import Imported

Take = Callable[[str, str], Imported]

MAP = """
kind = "invoice_line"
prefix = "S-"
due_days = 30
cancellation_prefix = "C"
[columns]
invoice = "invoice"
article = "article"
quantity = "quantity"
unit_price = "price"
billed_on = "moment"
customer = "customer"
[dates]
format = "%Y-%m-%d %H:%M"
[currency]
code = "GBP"
decimals = 2
"""
HEADER = "invoice,article,quantity,price,moment,customer\n"
SOLD = "100,A,6,2.55,2025-01-02 09:00,17"


def _take(take: Take, *rows: str) -> Imported:
    return take(MAP, HEADER + "".join(f"{row}\n" for row in rows))


def _credits(imported: Imported) -> list[dict[str, Any]]:
    return [one.command for one in imported.commands if one.command["command"] == "credit"]


def test_the_lines_of_an_invoice_make_one_plan(take: Take) -> None:
    imported = _take(take, SOLD, "100,B,1,3.4,2025-01-02 09:01,17")
    opening, charging = imported.commands
    assert opening.command == {
        "command": "open_plan",
        "id": "S-100-open",
        "on": "2025-01-02",
        "plan": "S-100",
        "customer": "17",
        "currency": "GBP",
        "schedule": {
            "kind": "custom",
            "instalments": [{"due": "2025-02-01", "amount": "18.70", "billed_on": "2025-01-02"}],
        },
        "document": "100",
    }
    assert opening.carries == ((2, Decimal("15.30")), (3, Decimal("3.4")))
    assert charging.command["command"] == "charge_due"
    assert imported.total == Decimal("18.70")


def test_a_cancelled_line_credits_the_one_invoice_that_it_fits(take: Take) -> None:
    """The same customer, article and price, no later, with that quantity left."""
    imported = _take(
        take,
        SOLD,
        "101,A,6,2.60,2025-01-02 09:00,17",
        "102,A,6,2.55,2025-01-02 09:00,18",
        "103,A,6,2.55,2025-01-09 09:00,17",
        "C9,A,-2,2.55,2025-01-05 09:00,17",
        "C9,A,-1,2.55,2025-01-05 09:00,17",
    )
    assert _credits(imported) == [
        {
            "command": "credit",
            "id": "S-C9-100-credit",
            "on": "2025-01-05",
            "plan": "S-100",
            "amount": "7.65",
            "kind": "annulled",
            "reason": "cancelled by invoice C9",
        }
    ]
    assert imported.findings == []
    (credit,) = [one for one in imported.commands if one.command["command"] == "credit"]
    assert credit.carries == ((6, Decimal("-5.10")), (7, Decimal("-2.55")))


def test_a_quantity_is_cancelled_once(take: Take) -> None:
    """Cancellations are matched in the order of their moments, wherever they stand in the file."""
    imported = _take(
        take,
        "C2,A,-4,2.55,2025-01-06 09:00,17",
        "C1,A,-4,2.55,2025-01-05 09:00,17",
        SOLD,
    )
    assert [one["reason"] for one in _credits(imported)] == ["cancelled by invoice C1"]
    assert [(one.line, one.amount) for one in imported.findings] == [(2, Decimal("-10.20"))]


def test_lines_of_one_invoice_are_cancelled_together(take: Take) -> None:
    imported = _take(take, SOLD, SOLD, "C1,A,-10,2.55,2025-01-05 09:00,17")
    assert [one["amount"] for one in _credits(imported)] == ["25.50"]


def test_a_cancelled_line_that_fits_several_invoices_or_none_is_listed(take: Take) -> None:
    imported = _take(
        take,
        SOLD,
        "101,A,6,2.55,2025-01-02 09:00,17",
        "C1,A,-2,2.55,2025-01-05 09:00,17",
        "C1,A,-7,2.55,2025-01-05 09:00,17",
        "C2,A,-2,2.55,2025-01-01 09:00,17",
    )
    assert _credits(imported) == []
    none = (
        "no invoice of this customer up to that day has the same article at the same price with "
        "this quantity left"
    )
    assert [(one.line, one.reason) for one in imported.findings] == [
        (4, "several invoices fit this cancellation, and the file does not say which: 100, 101"),
        (5, none),
        (6, none),
    ]


def test_rows_that_cannot_be_taken_are_listed(take: Take) -> None:
    imported = _take(
        take,
        SOLD,
        "101,A,1,1.00,2025-01-02 09:00,",
        "101,A,1,0,2025-01-02 09:00,17",
        "101,A,1,-3.00,2025-01-02 09:00,17",
        "101,A,-1,4.00,2025-01-02 09:00,17",
        "C1,A,1,5.00,2025-01-02 09:00,17",
        "101,A,1,0.005,2025-01-02 09:00,17",
        "101,A,9999999999999,6.00,2025-01-02 09:00,17",
        "101,,1,7.00,2025-01-02 09:00,17",
        "101,A,1,8.00,9999-12-31 09:00,17",
    )
    assert [(one.line, one.reason, str(one.amount)) for one in imported.findings] == [
        (3, "column 'customer' is empty", "1.00"),
        (4, "0 must be above zero: a reduction has a command of its own", "0"),
        (5, "-3.00 must be above zero: a reduction has a command of its own", "-3.00"),
        (6, "quantity -1 is below zero, but the invoice number has no 'C' in front", "-4.00"),
        (7, "a cancelled quantity is written below zero, this one is 1", "5.00"),
        (8, "0.005 has more decimals than GBP has (2)", "0.005"),
        (
            9,
            "column 'quantity': '59999999999994.00' is not a number of the form that the map gives",
            "0",
        ),
        (10, "column 'article' is empty", "7.00"),
        (11, "a date counted from 9999-12-31 falls outside the calendar", "8.00"),
    ]


def test_an_invoice_of_two_customers_or_days_is_listed(take: Take) -> None:
    imported = _take(take, SOLD, "100,B,1,3.00,2025-01-03 09:00,17")
    assert imported.commands == []
    reason = "the rows of invoice 100 give different customers, currencies or days (lines 2, 3)"
    assert [one.reason for one in imported.findings] == [reason, reason]
