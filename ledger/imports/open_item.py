"""Loans in mid-life, one a row: each is taken over with what is open on the cut-off date.

The loan is due at its maturity, so many months after its issue; a maturity before the cut-off is
simply overdue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ledger.imports.cells import Row
from ledger.imports.refusals import DateOffCalendar, IdTwice, NothingOpen
from ledger.imports.result import Sourced, Taken
from ledger.imports.shapes import ImportMap, Shape
from ledger.terms.dates import add_months, month_end
from ledger.terms.money import positive_minor_units
from ledger.terms.refusals import Refusal

SHAPE = Shape(
    required=frozenset({"id", "amount", "issued", "term_months"}),
    optional=frozenset({"customer", "document", "currency"}),
    dates=frozenset({"issued"}),
    amount=("amount",),
    settings=frozenset({"cut_off", "due_day"}),
)


def take(import_map: ImportMap, rows: Sequence[Row]) -> Taken:
    """Make an opening balance of every row that has one."""
    taken = Taken()
    first_lines: dict[str, int] = {}
    for row in rows:
        try:
            command = _opening(import_map, row)
            if command["id"] in first_lines:
                raise IdTwice(identity=row.text("id"), line=first_lines[command["id"]])
        except Refusal as reason:
            taken.refuse([(row.line, row.worth())], reason)
            continue
        first_lines[command["id"]] = row.line
        taken.commands.append(Sourced(command, ((row.line, row.amount()),), (row.line,)))
    return taken


def _opening(import_map: ImportMap, row: Row) -> dict[str, Any]:
    """Return the command that takes the row's balance over. Raises Refusal."""
    identity, amount = row.text("id"), row.amount()
    if amount == 0:
        raise NothingOpen(amount=str(amount))
    item = {
        "document": row.find("document") or identity,
        "due": _maturity(import_map, row).isoformat(),
        "amount": row.money(row.minor(amount, positive_minor_units)),
    }
    return {
        "command": "open_balance",
        "id": f"{import_map.prefix}{identity}-open",
        "on": import_map.cut_off.isoformat(),
        "plan": f"{import_map.prefix}{identity}",
        "customer": row.text("customer") if "customer" in import_map.columns else identity,
        "currency": row.currency(),
        "items": [item],
    }


def _maturity(import_map: ImportMap, row: Row) -> date:
    """Return the first or last day of the month that is the term after the issue."""
    issued = row.day("issued").replace(day=1)
    try:
        first = add_months(issued, row.whole("term_months"))
    except (ValueError, OverflowError):
        raise DateOffCalendar(text=issued.isoformat()) from None
    return first if import_map.due_day == "first" else month_end(first)
