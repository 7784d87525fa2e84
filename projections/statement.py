"""A customer's or a plan's account: every movement, in order, with the balance after it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from projections.aging import EDGES, Scope, open_items, totals
from projections.amounts import Sum
from projections.coordinates import Coordinates
from projections.receivables import charges, movements


class StatementError(ValueError):
    """There is no such account, or it has several currencies; the message says which."""


def statement(
    connection: Connection,
    name: str,
    at: Coordinates,
    *,
    since: date | None = None,
    currency: str | None = None,
) -> dict[str, Any]:
    """Return the statement of a plan or, if there is none of that name, of a customer.

    `matching` is the payment that settles or reopens the charge of a movement. Raises
    StatementError.
    """
    scope = _scope(connection, name)
    rows = list(connection.execute(_query(scope, at)))
    chosen = _currency(name, {row.currency for row in rows}, currency)
    rows = [row for row in rows if row.currency == chosen]
    opening, closing, lines = Sum(), Sum(), []
    for row in rows:
        closing = closing.plus(row.amount_minor, row.exponent)
        if since is not None and row.posted_on < since:
            opening = closing
            continue
        lines.append(_line(row, closing))
    items = [item for item in open_items(connection, at, scope) if item.currency == chosen]
    aged = totals(items, at.as_of, EDGES)
    customers = {row.customer for row in rows if row.customer}
    return {
        "customer": scope.customer or (customers.pop() if len(customers) == 1 else None),
        "plan": scope.plan,
        "opening": opening.plus(0, closing.exponent).text,
        "movements": lines,
        "closing": closing.text,
        "aging": aged[0] if aged else None,
    }


def _scope(connection: Connection, name: str) -> Scope:
    for column, scope in (
        (movements.c.plan, Scope(plan=name)),
        (movements.c.customer, Scope(customer=name)),
    ):
        query = select(movements.c.position).where(column == name).limit(1)
        if connection.execute(query).first() is not None:
            return scope
    message = f"nothing has moved for a plan or customer named {name!r}"
    raise StatementError(message)


def _query(scope: Scope, at: Coordinates) -> Select[Any]:
    query = (
        select(movements, charges.c.document)
        .outerjoin_from(
            movements,
            charges,
            and_(charges.c.plan == movements.c.plan, charges.c.charge == movements.c.charge),
        )
        .where(movements.c.position <= at.position, movements.c.posted_on <= at.as_of)
        .order_by(movements.c.posted_on, movements.c.position, movements.c.line)
    )
    if scope.plan is not None:
        return query.where(movements.c.plan == scope.plan)
    return query.where(movements.c.customer == scope.customer)


def _currency(name: str, found: set[str], wanted: str | None) -> str | None:
    if wanted is None and len(found) > 1:
        message = f"{name!r} has several currencies: choose one of {', '.join(sorted(found))}"
        raise StatementError(message)
    if wanted is not None and wanted not in found:
        message = f"{name!r} has no movement in {wanted}"
        raise StatementError(message)
    return wanted or next(iter(found), None)


def _line(row: Row[Any], balance: Sum) -> dict[str, Any]:
    return {
        "on": row.posted_on.isoformat(),
        "event": row.event,
        "document": row.document if row.charge else row.payment,
        "charge": row.charge,
        "matching": row.payment,
        "amount": Sum(row.amount_minor, row.exponent).text,
        "balance": balance.text,
    }
