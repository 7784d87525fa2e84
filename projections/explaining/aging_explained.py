"""Reads what explains the difference between two agings, and puts the report together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from projections.aging import OpenItem, Scope, open_items, totals
from projections.coordinates import Coordinates
from projections.explaining.aging_between import Due, Moved, Stand, aging_lines, compared
from projections.explaining.between import Between, at_values, only_within, within
from projections.explaining.sources import SOURCE_COLUMNS, narration_of, origin_of, with_sources
from projections.receivables import charges, dues, movements


def explain_aging(
    connection: Connection, between: Between, scope: Scope, edges: Sequence[int]
) -> dict[str, Any]:
    """Return the difference line by line, and from, to and difference of every column."""
    before, after = between.before, between.after
    lines = aging_lines(
        Stand(before, _dues(connection, before), edges),
        Stand(after, _dues(connection, after), edges),
        _movements(connection, after, before, scope),
        _movements(connection, before, after, scope),
        open_items(connection, between.meeting, scope),
    )
    old, new = (
        totals(open_items(connection, at, scope), at.as_of, edges) for at in (before, after)
    )
    return {
        "report": "aging",
        "from": at_values(before),
        "to": at_values(after),
        "edges": list(edges),
        "lines": lines,
        "sums": compared(old, new, edges),
    }


def _dues(connection: Connection, at: Coordinates) -> dict[tuple[str | None, str | None], Due]:
    """Return the due days in place of first ones at a coordinate, each with its event."""
    query = (
        select(dues, *SOURCE_COLUMNS, narration_of(dues))
        .select_from(with_sources(dues))
        .where(within(dues, at))
        .order_by(dues.c.posted_on, dues.c.position)
    )
    return {
        (row.plan, row.charge): (row.due_on, origin_of(row)) for row in connection.execute(query)
    }


def _movements(
    connection: Connection, at: Coordinates, other: Coordinates, scope: Scope
) -> list[Moved]:
    """Return the movements that are in the set of `at` and not in that of `other`."""
    same = and_(charges.c.plan == movements.c.plan, charges.c.charge == movements.c.charge)
    query = select(
        movements,
        charges.c.kind,
        charges.c.instalment,
        charges.c.document,
        charges.c.due_on,
        *SOURCE_COLUMNS,
        narration_of(movements),
    )
    query = query.select_from(with_sources(movements).outerjoin(charges, same))
    query = query.where(only_within(movements, at, other))
    if scope.customer is not None:
        query = query.where(movements.c.customer == scope.customer)
    if scope.plan is not None:
        query = query.where(movements.c.plan == scope.plan)
    return [Moved(origin_of(row), row.line, item_of(row)) for row in connection.execute(query)]


def item_of(row: Any) -> OpenItem:
    """Return what a movement moves, by its amount, read with what is known of its charge."""
    return OpenItem(
        currency=row.currency,
        exponent=row.exponent,
        customer=row.customer,
        plan=row.plan,
        instalment=row.instalment,
        charge=row.charge,
        kind=row.kind or "payment",
        state=row.state,
        document=row.document if row.charge else row.payment,
        due_on=row.due_on,
        outstanding_minor=row.amount_minor,
    )
