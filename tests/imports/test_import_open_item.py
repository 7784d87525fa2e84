"""Loans in mid-life: each is taken over with its balance on the cut-off date."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from ledger.imports import Finding, Imported

Take = Callable[[str, str], Imported]

MAP = """
kind = "open_item"
cut_off = 2018-06-30
due_day = "last"
[columns]
id = "loan"
amount = "balance"
issued = "issued"
term_months = "term"
[dates]
issued = "%b-%Y"
[currency]
code = "USD"
decimals = 2
"""
HEADER = "loan,balance,issued,term\n"


def test_a_loan_is_taken_over_with_its_balance(take: Take) -> None:
    """Without a column for the customer the loan stands for him; without a prefix ids are bare."""
    imported = take(MAP, HEADER + "7,27015.86,Jan-2018,36\n")
    assert [sourced.command for sourced in imported.commands] == [
        {
            "command": "open_balance",
            "id": "7-open",
            "on": "2018-06-30",
            "plan": "7",
            "customer": "7",
            "currency": "USD",
            "items": [{"document": "7", "due": "2021-01-31", "amount": "27015.86"}],
        }
    ]
    assert imported.commands[0].carries == ((2, Decimal("27015.86")),)


@pytest.mark.parametrize(("choice", "due"), [("first", "2020-02-01"), ("last", "2020-02-29")])
def test_the_map_says_which_day_of_the_month(take: Take, choice: str, due: str) -> None:
    imported = take(MAP.replace('"last"', f'"{choice}"'), HEADER + "7,5,Feb-2018,24\n")
    assert imported.commands[0].command["items"][0]["due"] == due


def test_a_maturity_before_the_cut_off_is_taken(take: Take) -> None:
    imported = take(MAP, HEADER + "7,5,Feb-2014,36\n")
    assert imported.commands[0].command["items"][0]["due"] == "2017-02-28"


def test_a_column_gives_customer_and_document(take: Take) -> None:
    text = MAP.replace('id = "loan"', 'id = "loan"\ncustomer = "who"\ndocument = "paper"')
    rows = "7,5,Feb-2018,36,C-1,D-1\n8,5,Feb-2018,36,,D-2\n"
    imported = take(text, "loan,balance,issued,term,who,paper\n" + rows)
    (sourced,) = imported.commands
    assert sourced.command["customer"] == "C-1"
    assert sourced.command["items"][0]["document"] == "D-1"
    assert imported.findings == [Finding(3, "column 'who' is empty", Decimal(5))]


def test_rows_that_cannot_be_taken_are_listed(take: Take) -> None:
    rows = (
        "7,0.00,Jan-2018,36\n"
        "8,-1,Jan-2018,36\n"
        "9,5,2018-01,36\n"
        "10,6,Jan-2018,3.5\n"
        "11,7,Jan-2018,9999999999999\n"
        "12,8,Jan-2018,36\n"
        "12,9,Jan-2018,36\n"
    )
    imported = take(MAP, HEADER + rows)
    assert [(one.line, one.reason, str(one.amount)) for one in imported.findings] == [
        (2, "nothing is open: the balance is 0.00", "0.00"),
        (3, "-1 must be above zero: a reduction has a command of its own", "-1"),
        (4, "column 'issued': '2018-01' is not a date of the format %b-%Y", "5"),
        (5, "column 'term': '3.5' is not a whole number", "6"),
        (6, "a date counted from 2018-01-01 falls outside the calendar", "7"),
        (8, "'12' stands in line 7 already", "9"),
    ]
