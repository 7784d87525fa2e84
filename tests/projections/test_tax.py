"""The VAT return: by rate and tax point, late items shown, tied to the accounts of every book."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update

from ledger.events import LEDGER_STREAM, TaxAmount
from ledger.store.log import read_stream
from ledger.store.schema import ledger_head
from ledger.tax_base import bases
from projections.checks import run
from projections.coordinates import resolve
from projections.projection import Books
from projections.tax_return import Period, PeriodError, tax_return, ties

if TYPE_CHECKING:
    from bootstrap import Acquit

RECEIPT = {"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}
INVOICE = {**RECEIPT, "due": "invoice"}


def tax(rate: str, amount_minor: int) -> TaxAmount:
    """Return a tax due on receipt."""
    return TaxAmount(code=rate, rate=rate, category="S", due="receipt", amount_minor=amount_minor)


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
        value = tax_return(connection, books, Period(at, date.fromisoformat(since)))
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
        assert not ties(tax_return(connection, books, Period(at, date(2026, 1, 1))))
    assert any("tax_payable are only posted" in finding for finding in findings)


def test_a_period_ends_after_it_starts(acquit: Acquit) -> None:
    """A period that ends before it starts is refused."""
    agree(acquit, INVOICE)
    with pytest.raises(PeriodError, match="would end on 2026-01-31"):
        returned(acquit, "2026-02-01", "2026-01-31")


def test_no_tax_no_base() -> None:
    """An amount without tax has no base."""
    assert bases(2400, []) == []


def test_several_rates_leave_what_none_of_them_taxes() -> None:
    """The last base takes what rounding leaves; what is taxed at zero is in no base."""
    taxes = [tax("20", 500), tax("5.5", 94)]
    assert bases(4800, taxes) == [2500, 1706]
    assert bases(6800, taxes) == [2500, 1709]
    assert bases(2400, taxes[:1]) == [1900]


def test_money_applied_later_is_late_by_its_tax_point(acquit: Acquit) -> None:
    """Money of January, given to the plan in March, pays February's charge: taxed at receipt."""
    agree(acquit, RECEIPT)
    do(acquit, "charge_due", "2026-02-28")
    money = {"payment": "pay", "amount": "48.00", "currency": "EUR"}
    do(acquit, "receive_payment", "2026-01-20", **money, plan="")
    do(acquit, "allocate", "2026-03-02", payment="pay")
    value = returned(acquit, "2026-02-01", "2026-02-28")
    assert figures(value) == [("20", "20.00", "4.00")]
    assert [(row["reason"], row["tax_point"], row["charge"]) for row in value["late"]] == [
        ("paid_before", "2026-01-20", "P/2")
    ]
    assert returned(acquit, "2026-01-01", "2026-01-31")["late"] == []


def test_an_advance_that_is_paid_back_is_taken_back(acquit: Acquit) -> None:
    """Its tax was due in January; the refund of February takes it back, as a late item."""
    agree(acquit, RECEIPT)
    pay(acquit, "2026-01-10", "24.00")
    refund = {"plan": "", "payment": "pay 2026-01-10", "amount": "24.00", "reason": "because"}
    do(acquit, "refund", "2026-02-10", **refund)
    value = returned(acquit, "2026-02-01", "2026-02-28")
    assert figures(value) == [("20", "-20.00", "-4.00")]
    assert [row["reason"] for row in value["late"]] == ["taken_back"]


def test_relief_for_what_was_written_off(acquit: Acquit) -> None:
    """Tax on invoice is due whoever pays, claimed back when lost, and due again when recovered."""
    agree(acquit, INVOICE)
    do(acquit, "charge_due", "2026-01-31")
    do(acquit, "write_off", "2026-02-10", reason="gone")
    do(acquit, "claim_tax_relief", "2026-03-10", reason="gone")
    money = {"payment": "late", "amount": "6.00", "currency": "EUR"}
    do(acquit, "recover", "2026-04-10", **money)
    assert figures(returned(acquit, "2026-02-01", "2026-02-28")) == []
    assert figures(returned(acquit, "2026-03-01", "2026-03-31")) == [("20", "-20.00", "-4.00")]
    assert figures(returned(acquit, "2026-04-01", "2026-04-30")) == [("20", "5.00", "1.00")]


def test_tax_on_gateway_fees_has_sections_of_its_own(acquit: Acquit) -> None:
    """A charged tax is deductible; under reverse charge it is owed and deductible."""
    agree(acquit, RECEIPT)
    money = {"currency": "EUR", "amount": "6.00", "fee": "1.20", "plan": ""}
    for day, treatment in (("2026-01-10", "charged"), ("2026-01-11", "reverse_charge")):
        fee_tax = {"treatment": treatment, "amount": "0.20"}
        do(acquit, "receive_payment", day, **money, payment=treatment, fee_tax=fee_tax)
    value = returned(acquit, "2026-01-01", "2026-01-31")
    assert [(row["section"], row["base"], row["tax"]) for row in value["rows"]] == [
        ("deductible", "2.20", "0.40"),
        ("reverse_charge", "1.20", "0.20"),
    ]
    assert value["totals"][0]["payable"] == "-0.20"
