"""Instalments: the rows of a plan make one agreement, and every row its own payment."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ledger.imports import Imported

Take = Callable[[str, str], Imported]

MAP = """
kind = "instalment"
prefix = "H-"
recorded = "on"
epoch = 2025-01-01
[columns]
plan = "plan"
customer = "customer"
number = "number"
version = "version"
due_day = "due_day"
paid_day = "paid_day"
amount_due = "due"
amount_paid = "paid"
[currency]
code = "BHD"
decimals = 3
"""
HEADER = "plan,customer,version,number,due_day,paid_day,due,paid\n"


def _take(take: Take, *rows: str) -> Imported:
    return take(MAP, HEADER + "".join(f"{row}\n" for row in rows))


def _named(imported: Imported, name: str) -> list[dict[str, Any]]:
    return [one.command for one in imported.commands if one.command["command"] == name]


def test_the_rows_of_a_plan_make_one_agreement(take: Take) -> None:
    imported = _take(take, "7,C,1,2,-10,-9,4.5,4.5", "7,C,1,1,-41,-50,4.125,4.125")
    commands = [sourced.command for sourced in imported.commands]
    assert commands[0] == {
        "command": "open_plan",
        "id": "H-7-open",
        "on": "2024-11-12",
        "plan": "H-7",
        "customer": "C",
        "currency": "BHD",
        "schedule": {
            "kind": "custom",
            "instalments": [
                {"due": "2024-11-21", "amount": "4.125"},
                {"due": "2024-12-22", "amount": "4.500"},
            ],
        },
        "recorded": "2024-11-12T12:00:00Z",
    }
    assert commands[1] == {
        "command": "receive_payment",
        "id": "H-7-1-v1-2024-11-12-4.125-receive",
        "on": "2024-11-12",
        "payment": "H-7-1-v1-2024-11-12-4.125",
        "plan": "H-7",
        "amount": "4.125",
        "currency": "BHD",
        "recorded": "2024-11-12T12:00:00Z",
    }
    assert [(one["command"], one["on"]) for one in commands[2:]] == [
        ("charge_due", "2024-11-21"),
        ("charge_due", "2024-12-22"),
        ("receive_payment", "2024-12-23"),
    ]
    assert imported.commands[0].lines == (2, 3)
    assert imported.commands[1].carries == ((3, Decimal("4.125")),)
    assert imported.total == Decimal("8.625")


def test_an_amount_due_that_repeats_counts_once(take: Take) -> None:
    """An instalment paid in several rows is due once and paid several times."""
    imported = _take(take, "7,C,1,1,-10,-12,9,4", "7,C,1,1,-10,-9,9,5")
    assert _named(imported, "open_plan")[0]["schedule"]["instalments"] == [
        {"due": "2024-12-22", "amount": "9.000"}
    ]
    assert [one["amount"] for one in _named(imported, "receive_payment")] == ["4.000", "5.000"]
    (charge,) = [one for one in imported.commands if one.command["command"] == "charge_due"]
    assert charge.lines == (2, 3)


def test_the_highest_version_replaces_the_others(take: Take) -> None:
    """Instalment by instalment; what was paid under an older version stays paid."""
    imported = _take(take, "7,C,1,1,-40,-40,9,9", "7,C,1,2,-10,-10,9,4", "7,C,2,2,-5,-5,5,5")
    assert _named(imported, "open_plan")[0]["schedule"]["instalments"] == [
        {"due": "2024-11-22", "amount": "9.000"},
        {"due": "2024-12-27", "amount": "5.000"},
    ]
    assert len(_named(imported, "receive_payment")) == 3


def test_an_instalment_that_contradicts_itself_is_listed(take: Take) -> None:
    """All its rows are, also those of older versions; the plan's other instalments are taken."""
    imported = _take(
        take,
        "7,C,1,1,-40,-40,9,9",
        "7,C,2,2,-10,-10,9,4",
        "7,C,2,2,-10,-9,8,4",
        "7,C,1,2,-20,-20,9,1",
    )
    reason = (
        "the rows of instalment 2 of plan H-7 give different due days or amounts due within one "
        "version (lines 3, 4, 5)"
    )
    assert [(one.line, one.reason, str(one.amount)) for one in imported.findings] == [
        (3, reason, "4"),
        (4, reason, "4"),
        (5, reason, "1"),
    ]
    assert len(_named(imported, "receive_payment")) == 1


def test_a_plan_of_two_customers_is_listed(take: Take) -> None:
    imported = _take(take, "7,C,1,1,-40,-40,9,9", "7,D,1,2,-10,-10,9,9")
    assert imported.commands == []
    reason = "the rows of plan H-7 give different customer (lines 2, 3)"
    assert [one.reason for one in imported.findings] == [reason, reason]


def test_an_unpaid_row_is_carried_by_the_opening(take: Take) -> None:
    imported = _take(take, "7,C,1,1,-40,,9,0")
    assert [one.command["command"] for one in imported.commands] == ["open_plan", "charge_due"]
    assert imported.commands[0].carries == ((2, Decimal(0)),)
    assert imported.findings == []


def test_rows_that_cannot_be_taken_are_listed(take: Take) -> None:
    imported = _take(
        take,
        "7,C,1,1,-40,-40,9,9",
        "7,C,1,1,-40,-40,9,9",
        "7,C,1,2,-40,-40,9,-1",
        "7,C,1,2,-40,,9,1",
        "7,C,1,2,-40,-40,0,2",
        "7,C,1,2,-40,-40,9,0.0001",
        "7,C,1,2,-40.5,-40,9,3",
        "7,C,1,2,-99999999,-40,9,4",
        "7,C,1,two,-40,-40,9,5",
        ",C,1,2,-40,-40,9,6",
        "8,C,1,1,-40,-40,9,",
    )
    assert [(one.line, one.reason, str(one.amount)) for one in imported.findings] == [
        (
            3,
            "the row equals line 2: one payment written twice, or two; the file cannot tell",
            "9",
        ),
        (4, "the amount paid, -1, is below zero: a refund has a command of its own", "-1"),
        (5, "an amount was paid, but column 'paid_day' is empty", "1"),
        (6, "0 must be above zero: a reduction has a command of its own", "2"),
        (7, "0.0001 has more decimals than BHD has (3)", "0.0001"),
        (8, "column 'due_day': '-40.5' is not a whole number", "3"),
        (9, "a date counted from 2025-01-01 falls outside the calendar", "4"),
        (10, "column 'number': 'two' is not a number of the form that the map gives", "5"),
        (11, "column 'plan' is empty", "6"),
        (12, "column 'paid' is empty", "0"),
    ]
    assert [one.command["command"] for one in imported.commands] == [
        "open_plan",
        "charge_due",
        "receive_payment",
    ]
