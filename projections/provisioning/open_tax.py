"""The tax inside what is open, by charge: what a base without tax leaves out.

Tax moves by document, cumulatively (DESIGN 4): of a document of gross g with tax t, of which x is
paid and o is open, the open part holds `share(t, x + o, g) - share(t, x, g)`, whether the tax is
due on receipt (then it is what is pending) or on the invoice (then it can be claimed back once the
claim is lost). Within a document the charges follow each other by due day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from ledger import events as facts
from ledger.charge import Document, joined
from ledger.events import TaxAmount
from ledger.store.log import recorded_event
from ledger.store.schema import events
from projections.aging import OpenItem
from projections.coordinates import Coordinates
from projections.receivables import charges, movements

Key = tuple[str, str, str]
"""Plan, charge, and the account that carries it."""

_A_QUERY = 500
_STATES = ("receivable", "doubtful", "disputed")


def tax_inside(
    connection: Connection, at: Coordinates, items: Sequence[OpenItem]
) -> dict[Key, int]:
    """Return the tax inside each open item that is a charge, in the item's minor units.

    `items` hold all that is open of their plans, since a document may bill several charges.
    """
    own = [item for item in items if item.charge is not None and item.plan is not None]
    plans = sorted({str(item.plan) for item in own})
    billed = _billed_at(connection, plans)
    by_document: dict[int, list[OpenItem]] = defaultdict(list)
    for item in own:
        by_document[billed[str(item.plan), str(item.charge)]].append(item)
    paid = _paid(connection, at, plans)
    found: dict[Key, int] = {}
    for position, fact in _facts(connection, list(by_document)):
        found.update(_divided(_document(fact, paid), by_document[position]))
    return found


def _divided(document: Document, items: Iterable[OpenItem]) -> Iterator[tuple[Key, int]]:
    low = document.allocated_minor
    for item in sorted(items, key=_order):
        high = low + item.outstanding_minor
        key = (str(item.plan), str(item.charge), item.state)
        yield key, document.tax_at(high) - document.tax_at(low)
        low = high


def _order(item: OpenItem) -> tuple[date, str, int]:
    return (item.due_on or date.max, item.charge or "", _STATES.index(item.state))


def _document(fact: Any, paid: dict[tuple[str, str], int]) -> Document:
    """Return the document that an event billed, as far as payments cover it."""
    parts = fact.parts if isinstance(fact, facts.PlanBilled) else (fact,)
    amount_minor = sum(part.amount_minor for part in parts)
    taxes: tuple[TaxAmount, ...] = ()
    for part in parts:
        taxes = joined(taxes, part.tax, 1)
    return Document(
        amount_minor=amount_minor,
        gross_minor=amount_minor,
        tax=taxes,
        allocated_minor=sum(paid.get((fact.plan, part.charge), 0) for part in parts),
    )


def _billed_at(connection: Connection, plans: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return the position of the event that billed each charge of some plans."""
    query = select(charges.c.plan, charges.c.charge, charges.c.position)
    return {
        (row.plan, row.charge): row.position
        for chunk in _chunks(plans)
        for row in connection.execute(query.where(charges.c.plan.in_(chunk)))
    }


def _paid(
    connection: Connection, at: Coordinates, plans: Sequence[str]
) -> dict[tuple[str, str], int]:
    """Return how much of each charge payments cover at a coordinate."""
    query = (
        select(movements.c.plan, movements.c.charge, -func.sum(movements.c.amount_minor))
        .where(
            movements.c.charge.is_not(None),
            movements.c.payment.is_not(None),
            movements.c.position <= at.position,
            movements.c.posted_on <= at.as_of,
        )
        .group_by(movements.c.plan, movements.c.charge)
    )
    return {
        (str(plan), str(charge)): int(paid)
        for chunk in _chunks(plans)
        for plan, charge, paid in connection.execute(query.where(movements.c.plan.in_(chunk)))
    }


def _facts(connection: Connection, positions: Sequence[int]) -> Iterator[tuple[int, Any]]:
    for chunk in _chunks(positions):
        for row in connection.execute(select(events).where(events.c.position.in_(chunk))):
            yield row.position, recorded_event(row).fact


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _A_QUERY):
        yield values[start : start + _A_QUERY]
