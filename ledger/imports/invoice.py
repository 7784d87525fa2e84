"""Invoices, one a row: each becomes a plan of one instalment, charged when it was billed.

Where the file says when an invoice was settled, the whole amount is received on that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.imports.cells import Row
from ledger.imports.refusals import IdTwice, SettledBeforeBilled
from ledger.imports.result import Sourced, Taken
from ledger.imports.shapes import ImportMap, Shape
from ledger.terms.money import positive_minor_units
from ledger.terms.refusals import Refusal

SHAPE = Shape(
    required=frozenset({"id", "customer", "billed_on", "due", "amount"}),
    optional=frozenset({"settled", "document", "currency"}),
    dates=frozenset({"billed_on", "due", "settled"}),
    amount=("amount",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A bill to a customer, due once; `amount` is a decimal string of `currency`."""

    plan: str
    customer: str
    currency: str
    document: str
    billed_on: date
    due_on: date
    amount: str


def take(import_map: ImportMap, rows: Sequence[Row]) -> Taken:
    """Make plans, charges and payments of invoices. The plan's opening carries the row."""
    taken = Taken()
    first_lines: dict[str, int] = {}
    for row in rows:
        try:
            invoice, settled_on = _read(import_map, row)
            if invoice.plan in first_lines:
                raise IdTwice(identity=row.text("id"), line=first_lines[invoice.plan])
        except Refusal as reason:
            taken.refuse([(row.line, row.worth())], reason)
            continue
        first_lines[invoice.plan] = row.line
        opening, charging = billing(invoice)
        taken.commands.append(Sourced(opening, ((row.line, row.amount()),), (row.line,)))
        taken.commands.append(Sourced(charging, (), (row.line,)))
        if settled_on is not None:
            taken.commands.append(Sourced(_settling(invoice, settled_on), (), (row.line,)))
    return taken


def billing(invoice: Invoice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the commands that open the invoice's plan and charge it on the day it was billed."""
    billed_on = invoice.billed_on.isoformat()
    part = {"due": invoice.due_on.isoformat(), "amount": invoice.amount, "billed_on": billed_on}
    opening = {
        "command": "open_plan",
        "id": f"{invoice.plan}-open",
        "on": billed_on,
        "plan": invoice.plan,
        "customer": invoice.customer,
        "currency": invoice.currency,
        "schedule": {"kind": "custom", "instalments": [part]},
        "document": invoice.document,
    }
    charging = {
        "command": "charge_due",
        "id": f"{invoice.plan}-charge",
        "on": billed_on,
        "plan": invoice.plan,
    }
    return opening, charging


def _settling(invoice: Invoice, settled_on: date) -> dict[str, Any]:
    return {
        "command": "receive_payment",
        "id": f"{invoice.plan}-settle",
        "on": settled_on.isoformat(),
        "payment": f"{invoice.plan}-payment",
        "plan": invoice.plan,
        "amount": invoice.amount,
        "currency": invoice.currency,
    }


def _read(import_map: ImportMap, row: Row) -> tuple[Invoice, date | None]:
    """Return the invoice of a row, and the day it was settled. Raises Refusal."""
    identity = row.text("id")
    invoice = Invoice(
        plan=f"{import_map.prefix}{identity}",
        customer=row.text("customer"),
        currency=row.currency(),
        document=row.find("document") or identity,
        billed_on=row.day("billed_on"),
        due_on=row.day("due"),
        amount=row.money(row.minor(row.amount(), positive_minor_units)),
    )
    settled_on = row.day("settled") if row.find("settled") else None
    if settled_on is not None and settled_on < invoice.billed_on:
        raise SettledBeforeBilled(
            settled_on=settled_on.isoformat(), billed_on=invoice.billed_on.isoformat()
        )
    return invoice, settled_on
