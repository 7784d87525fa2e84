"""Invoices: one row becomes a plan, its charge and, if settled, its payment; or a finding."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from ledger.imports import Finding, Imported

Take = Callable[[str, str], Imported]

MAP = """
kind = "invoice"
prefix = "X-"
[columns]
id = { column = "No", drop_suffix = ".0" }
customer = "Customer"
billed_on = "Billed"
due = "Due"
settled = "Settled"
amount = "Amount"
currency = "Currency"
[dates]
format = "%d.%m.%Y"
[numbers]
decimal = ","
thousands = "."
[currency.decimals]
EUR = 2
JPY = 0
"""
HEADER = "No;Customer;Billed;Due;Settled;Amount;Currency\n"
GOOD = "17.0;C-9;02.01.2025;01.02.2025;05.02.2025;1.234,5;EUR\n"


def _take(take: Take, *rows: str) -> Imported:
    return take(f'delimiter = ";"\n{MAP}', HEADER + "".join(rows))


def test_a_settled_invoice_is_opened_charged_and_paid(take: Take) -> None:
    imported = _take(take, GOOD)
    assert [sourced.command for sourced in imported.commands] == [
        {
            "command": "open_plan",
            "id": "X-17-open",
            "on": "2025-01-02",
            "plan": "X-17",
            "customer": "C-9",
            "currency": "EUR",
            "schedule": {
                "kind": "custom",
                "instalments": [
                    {"due": "2025-02-01", "amount": "1234.50", "billed_on": "2025-01-02"}
                ],
            },
            "document": "17",
        },
        {"command": "charge_due", "id": "X-17-charge", "on": "2025-01-02", "plan": "X-17"},
        {
            "command": "receive_payment",
            "id": "X-17-settle",
            "on": "2025-02-05",
            "payment": "X-17-payment",
            "plan": "X-17",
            "amount": "1234.50",
            "currency": "EUR",
        },
    ]
    assert [sourced.carries for sourced in imported.commands] == [((2, Decimal("1234.5")),), (), ()]
    assert all(sourced.lines == (2,) for sourced in imported.commands)
    assert (imported.rows, imported.total, imported.findings) == (1, Decimal("1234.5"), [])


def test_an_open_invoice_has_no_payment(take: Take) -> None:
    imported = _take(take, "17;C-9;02.01.2025;01.02.2025;;10;JPY\n")
    assert [sourced.command["command"] for sourced in imported.commands] == [
        "open_plan",
        "charge_due",
    ]
    assert imported.commands[0].command["schedule"]["instalments"][0]["amount"] == "10"


def test_a_due_day_before_billing_is_left_to_the_ledger(take: Take) -> None:
    """The ledger has the rule; the import does not have it a second time."""
    imported = _take(take, "17;C-9;02.01.2025;01.01.2025;;10;EUR\n")
    assert len(imported.commands) == 2
    assert imported.findings == []


def test_commands_come_by_date_and_totals_by_currency(take: Take) -> None:
    imported = _take(
        take,
        "2;C;03.01.2025;03.02.2025;;5;JPY\n",
        "1;C;02.01.2025;03.02.2025;04.01.2025;7,25;EUR\n",
    )
    ids = [sourced.command["id"] for sourced in imported.commands]
    assert ids == ["X-1-open", "X-1-charge", "X-2-open", "X-2-charge", "X-1-settle"]
    assert imported.currency_totals == {"JPY": Decimal(5), "EUR": Decimal("7.25")}
    assert imported.total == Decimal("12.25")


@pytest.mark.parametrize(
    ("row", "reason", "amount"),
    [
        (";C;02.01.2025;01.02.2025;;10;EUR", "column 'No' is empty", "10"),
        ("1; ;02.01.2025;01.02.2025;;10;EUR", "column 'Customer' is empty", "10"),
        (
            "1;C;2025-01-02;01.02.2025;;10;EUR",
            "column 'Billed': '2025-01-02' is not a date of the format %d.%m.%Y",
            "10",
        ),
        (
            "1;C;02.01.2025;31.02.2025;;10;EUR",
            "column 'Due': '31.02.2025' is not a date of the format %d.%m.%Y",
            "10",
        ),
        (
            "1;C;02.01.2025;01.02.2025;soon;10;EUR",
            "column 'Settled': 'soon' is not a date of the format %d.%m.%Y",
            "10",
        ),
        (
            "1;C;02.01.2025;01.02.2025;;1.5;EUR",
            "column 'Amount': '1.5' is not a number of the form that the map gives",
            "0",
        ),
        ("1;C;02.01.2025;01.02.2025;;;EUR", "column 'Amount' is empty", "0"),
        (
            "1;C;02.01.2025;01.02.2025;;1e3;EUR",
            "column 'Amount': '1e3' is not a number of the form that the map gives",
            "0",
        ),
        (
            "1;C;02.01.2025;01.02.2025;;0,00;EUR",
            "0.00 must be above zero: a reduction has a command of its own",
            "0",
        ),
        (
            "1;C;02.01.2025;01.02.2025;;-3;EUR",
            "-3 must be above zero: a reduction has a command of its own",
            "-3",
        ),
        (
            "1;C;02.01.2025;01.02.2025;;1,005;EUR",
            "1.005 has more decimals than EUR has (2)",
            "1.005",
        ),
        (
            "1;C;02.01.2025;01.02.2025;;10;GBP",
            "the map gives no decimals for currency 'GBP'",
            "10",
        ),
        ("1;C;02.01.2025;01.02.2025;;10;", "column 'Currency' is empty", "10"),
        (
            "1;C;02.01.2025;01.02.2025;01.01.2025;10;EUR",
            "settled on 2025-01-01, before it was billed on 2025-01-02",
            "10",
        ),
        ("1;C;02.01.2025;01.02.2025;10;EUR", "the row has 6 columns, the header 7", "0"),
        ("1;C;02.01.2025;01.02.2025;;10;EUR;", "the row has 8 columns, the header 7", "0"),
    ],
)
def test_a_row_that_cannot_be_taken_is_listed(
    take: Take, row: str, reason: str, amount: str
) -> None:
    """It is named with its line and the reason, and the rows around it are taken."""
    imported = _take(take, GOOD, row + "\n", "18;C-9;02.01.2025;01.02.2025;;1;EUR\n")
    assert imported.findings == [Finding(3, reason, Decimal(amount))]
    assert len(imported.commands) == 5
    assert imported.total == Decimal("1235.5") + Decimal(amount)


def test_an_id_is_taken_once(take: Take) -> None:
    """The first row stands; what the second one means, nobody knows."""
    imported = _take(take, GOOD, GOOD.replace("1.234,5", "7"))
    assert imported.findings == [Finding(3, "'17' stands in line 2 already", Decimal(7))]


def test_importing_twice_gives_the_same_commands(take: Take) -> None:
    assert _take(take, GOOD) == _take(take, GOOD)
