"""What stands behind a figure of the aging: every movement of an open item, with a running sum.

An item is what the report has a row for by charge: a charge on the account that carries it, or what
is held of a payment. The movements are those that the report adds up, so each sum ends in its
outstanding amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from ledger.terms.money import amount_text
from projections.aging import item_row, later_dues
from projections.coordinates import Coordinates
from projections.explaining.aging_explained import item_of
from projections.explaining.between import ORIGIN, origin_values, within
from projections.explaining.sources import SOURCE_COLUMNS, narration_of, origin_of, with_sources
from projections.receivables import charges, movements

ITEM = ("currency", "customer", "plan", "charge", "state", "document")
"""By which the rows of the report are told apart."""
COLUMNS = (
    *("currency", "customer", "plan", "instalment", "charge", "kind", "state", "document"),
    *("due_on", "days_overdue", "bucket"),
    *ORIGIN,
    *("line", "payment", "amount", "outstanding"),
)
_ORDER = ("currency", "customer", "plan", "charge", "state", "held", "exponent")


class ItemUnknownError(ValueError):
    """Nothing has moved for a charge, plan, customer or payment of that name."""


@dataclass(frozen=True, slots=True)
class Named:
    """Which movements a name stands for; `with_settled`: also of items that are no longer open."""

    condition: ColumnElement[bool]
    with_settled: bool


def named(connection: Connection, name: str) -> Named:
    """Return the movements of a charge, else of a plan, a customer, a payment of that name.

    A charge or payment is shown even where nothing of it is open any more, a plan or customer with
    what is open. Raises ItemUnknownError.
    """
    parts = name.split("/")
    plans = ["/".join(parts[:end]) for end in range(1, len(parts))]  # A charge is PLAN/something.
    held = and_(movements.c.payment == name, movements.c.charge.is_(None))
    for found in (
        Named(and_(movements.c.plan.in_(plans), movements.c.charge == name), with_settled=True),
        Named(movements.c.plan == name, with_settled=False),
        Named(movements.c.customer == name, with_settled=False),
        Named(held, with_settled=True),
    ):
        if connection.execute(select(movements.c.position).where(found.condition).limit(1)).first():
            return found
    message = (
        f"nothing has moved for a charge, plan, customer or payment named {name!r}: "
        "acquit aging shows their names"
    )
    raise ItemUnknownError(message)


def item_lines(
    connection: Connection, at: Coordinates, of: Named, edges: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Yield a line for each movement, item by item; `outstanding` is the sum up to there.

    Items go as in the report by charge, movements by posted_on, position and line.
    """
    later = later_dues(connection, at)
    rows = connection.execution_options(yield_per=2000).execute(_query(at, of))
    for _, of_item in groupby(rows, key=lambda row: tuple(getattr(row, name) for name in _ORDER)):
        outstanding = 0
        for row in of_item:
            outstanding += row.amount_minor
            item = item_of(row)
            due_on = later.get((row.plan, row.charge), item.due_on)
            item = replace(item, due_on=due_on, outstanding_minor=outstanding)
            yield {
                **item_row(item, at.as_of, edges),
                **origin_values(origin_of(row)),
                "line": row.line,
                "payment": row.payment,
                "amount": amount_text(row.amount_minor, row.exponent),
            }


def _query(at: Coordinates, of: Named) -> Select[Any]:
    held = case((movements.c.charge.is_(None), movements.c.payment), else_=None).label("held")
    item = [held if name == "held" else movements.c[name] for name in _ORDER]
    total = func.sum(movements.c.amount_minor).over(partition_by=item).label("total")
    found = select(movements, held, total).where(within(movements, at), of.condition).subquery()
    same = and_(charges.c.plan == found.c.plan, charges.c.charge == found.c.charge)
    query = (
        select(
            found,
            *(charges.c[name] for name in ("kind", "instalment", "document", "due_on")),
            *SOURCE_COLUMNS,
            narration_of(found),
        )
        .select_from(with_sources(found).outerjoin(charges, same))
        .order_by(
            *(found.c[name].nulls_first() for name in _ORDER),
            *(found.c[name] for name in ("posted_on", "position", "line")),
        )
    )
    return query if of.with_settled else query.where(found.c.total != 0)
