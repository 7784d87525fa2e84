"""The VAT return: by rate and tax point, late items shown, tied to the accounts of every book."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update

from ledger.events import LEDGER_STREAM
from ledger.store.log import read_stream
from ledger.store.schema import ledger_head
from projections.checks import run
from projections.coordinates import resolve
from projections.projection import Books
from projections.tax_base import bases
from projections.tax_return import PeriodError, tax_return, ties

if TYPE_CHECKING:
    from bootstrap import Acquit

RECEIPT = {"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}
INVOICE = {**RECEIPT, "due": "invoice"}


def do(acquit: Acquit, command: str, on: str, **fields: Any) -> None:
    """Carry out a command on plan P."""
    line = {"command": command, "id": f"{command} {on}", "on": on, "plan": "P", **fields}
    result = acquit.application.execute({key: value for key, value in line.items() if value})
    assert result.refusal is None, result.refusal


def agree(acquit: Acquit, *tax: dict[str, str]) -> None:
    """Agree 24.00 on 31 January and on 28 February."""
    rows = [{"due": day, "amount": "24.00"} for day in ("2026-01-31", "2026-02-28")]
    schedule = {"kind": "custom", "instalments": rows}
    whose = {"customer": "C", "currency": "EUR"}
    do(acquit, "open_plan", "2026-01-01", schedule=schedule, tax=list(tax), **whose)


def pay(acquit: Acquit, on: str, amount: str) -> None:
    """Receive a payment for the plan."""
    money = {"payment": f"pay {on}", "amount": amount, "currency": "EUR"}
    do(acquit, "receive_payment", on, **money)


def returned(acquit: Acquit, since: str, until: str) -> dict[str, Any]:
    """Return the VAT return of a period; it agrees with the accounts, and so do all checks."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        at = resolve(connection, acquit.identity, until)
        value = tax_return(connection, books, at, date.fromisoformat(since))
        assert run(connection, "tax") == []
    assert ties(value)
    return value


def figures(value: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return rate, base and tax of each row."""
    return [(row["rate"], row["base"], row["tax"]) for row in value["rows"]]


def test_tax_on_receipt_follows_the_money(acquit: Acquit) -> None:
    """Nothing in January, when it was charged; what was paid of it in February."""
    agree(acquit, RECEIPT)
    do(acquit, "charge_due", "2026-01-31")
    pay(acquit, "2026-02-10", "12.00")
    assert figures(returned(acquit, "2026-01-01", "2026-01-31")) == []
    assert figures(returned(acquit, "2026-02-01", "2026-02-28")) == [("20", "10.00", "2.00")]


def test_tax_on_invoice_follows_the_charge(acquit: Acquit) -> None:
    """All of it in January, whenever it is paid; a credit note takes its part back."""
    agree(acquit, INVOICE)
    do(acquit, "charge_due", "2026-01-31")
    pay(acquit, "2026-02-10", "24.00")
    do(acquit, "credit", "2026-02-15", amount="6.00", kind="discount", reason="because")
    assert figures(returned(acquit, "2026-01-01", "2026-01-31")) == [("20", "20.00", "4.00")]
    assert figures(returned(acquit, "2026-02-01", "2026-02-28")) == [("20", "-5.00", "-1.00")]


def test_an_advance_is_taxed_when_it_comes_in_and_never_again(acquit: Acquit) -> None:
    """Money for both instalments is taxed in January; February's charge adds nothing."""
    agree(acquit, RECEIPT)
    pay(acquit, "2026-01-10", "48.00")
    do(acquit, "charge_due", "2026-02-28")
    assert figures(returned(acquit, "2026-01-01", "2026-01-31")) == [("20", "40.00", "8.00")]
    assert figures(returned(acquit, "2026-02-01", "2026-02-28")) == []


def test_two_rates_add_up(acquit: Acquit) -> None:
    """Bases and taxes of both rates are what was paid, to the cent."""
    five = {**RECEIPT, "code": "FR5", "rate": "5.5", "gross": "18.00"}
    agree(acquit, {**RECEIPT, "gross": "30.00"}, five)
    do(acquit, "charge_due", "2026-02-28")
    pay(acquit, "2026-03-01", "48.00")
    rows = returned(acquit, "2026-03-01", "2026-03-31")["rows"]
    assert [row["tax"] for row in rows] == ["5.00", "0.94"]
    assert sum(int(row[name].replace(".", "")) for row in rows for name in ("base", "tax")) == 4800


def test_a_late_item_is_listed_and_in_the_total(acquit: Acquit) -> None:
    """A payment of January recorded after it was closed is in February, with its reason."""
    agree(acquit, RECEIPT)
    do(acquit, "charge_due", "2026-01-31")
    with acquit.database.writing() as connection:
        connection.execute(update(ledger_head).values(open_from=date(2026, 2, 1)))
    pay(acquit, "2026-01-31", "24.00")
    value = returned(acquit, "2026-02-01", "2026-02-28")
    assert figures(value) == [("20", "20.00", "4.00")]
    assert [(row["reason"], row["tax_point"]) for row in value["late"]] == [
        ("recorded_late", "2026-01-31")
    ]


def test_a_dispute_takes_the_tax_back(acquit: Acquit) -> None:
    """A contested payment owes no tax until the dispute is won."""
    agree(acquit, RECEIPT)
    do(acquit, "charge_due", "2026-01-31")
    pay(acquit, "2026-01-31", "24.00")
    payment = {"plan": "", "payment": "pay 2026-01-31"}
    do(acquit, "open_dispute", "2026-02-10", **payment, amount="24.00")
    do(acquit, "close_dispute", "2026-03-10", **payment, outcome="won")
    assert figures(returned(acquit, "2026-02-01", "2026-02-28")) == [("20", "-20.00", "-4.00")]
    assert figures(returned(acquit, "2026-03-01", "2026-03-31")) == [("20", "20.00", "4.00")]


def test_the_check_can_fail(acquit: Acquit) -> None:
    """A movement that is not what was posted is found by position."""
    agree(acquit, INVOICE)
    do(acquit, "charge_due", "2026-01-31")
    acquit.engine.catch_up()
    with acquit.database.writing() as connection:
        connection.execute(text("UPDATE tax_1_movements SET tax_minor = tax_minor + 1"))
    with acquit.database.reading() as connection:
        findings = run(connection, "tax")
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        at = resolve(connection, acquit.identity, "2026-01-31")
        assert not ties(tax_return(connection, books, at, date(2026, 1, 1)))
    assert any("tax_payable are only posted" in finding for finding in findings)


def test_a_period_ends_after_it_starts(acquit: Acquit) -> None:
    """A period that ends before it starts is refused."""
    agree(acquit, INVOICE)
    with pytest.raises(PeriodError, match="would end on 2026-01-31"):
        returned(acquit, "2026-02-01", "2026-01-31")


def test_no_tax_no_base() -> None:
    """An amount without tax has no base."""
    assert bases(2400, []) == []
