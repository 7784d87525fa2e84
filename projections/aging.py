"""Receivables by age, at any day, as known at any moment.

Age counts from the due date; upper edges are inclusive; what is due today is not overdue. Only what
was billed is in it, tax included. Unapplied payments and customer credit stand in a column of their
own, negative, so that the total is what the receivable and credit accounts say together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from ledger.terms.money import amount_text
from projections.amounts import Sum, byte_order
from projections.coordinates import Coordinates
from projections.offers import offers_of
from projections.receivables import charges, dues, movements

EDGES = (30, 60, 90)
GROUPS = {
    "instalment": ("customer", "plan", "instalment"),
    "plan": ("customer", "plan"),
    "customer": ("customer",),
    "offer": ("offer",),
}
"""By which columns, beside currency and bucket, the rows of the report may be added up."""
CREDIT = "credit"
NOT_DUE = "not_due"


class EdgesError(ValueError):
    """Bucket edges are whole numbers of days, growing."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is owed on a charge (or held of a payment, negative) at a coordinate."""

    currency: str
    exponent: int
    customer: str | None
    plan: str | None
    instalment: int | None
    charge: str | None
    kind: str
    state: str
    document: str | None
    due_on: date | None
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose items: of a customer or a plan (None: of everybody)."""

    customer: str | None = None
    plan: str | None = None


def parse_edges(text: str) -> tuple[int, ...]:
    """Read "30,60,90". Raises EdgesError."""
    try:
        edges = tuple(int(part) for part in text.split(","))
    except ValueError:
        edges = ()
    if not edges or edges[0] < 1 or any(a >= b for a, b in pairwise(edges)):
        message = f"{text!r} are not bucket edges: write growing days, as in 30,60,90"
        raise EdgesError(message)
    return edges


def bucket_names(edges: Sequence[int]) -> list[str]:
    """Return the names of the buckets: not_due, 1-30, ..., over_90."""
    starts = [1, *(edge + 1 for edge in edges[:-1])]
    spans = [f"{start}-{edge}" for start, edge in zip(starts, edges, strict=True)]
    return [NOT_DUE, *spans, f"over_{edges[-1]}"]


def days_overdue(due_on: date, as_of: date) -> int:
    """Return the days since a due date, 0 if it is today or later."""
    return max(0, (as_of - due_on).days)


def bucket(days: int, edges: Sequence[int]) -> str:
    """Return the bucket of an age in days; an upper edge belongs to the bucket it closes."""
    names = bucket_names(edges)
    if days <= 0:
        return names[0]
    for name, edge in zip(names[1:], edges, strict=False):
        if days <= edge:
            return name
    return names[-1]


def open_items(
    connection: Connection,
    at: Coordinates,
    scope: Scope = Scope(),
) -> list[OpenItem]:
    """Return everything that is open at a coordinate, charges and credits."""
    payment = case((movements.c.charge.is_(None), movements.c.payment), else_=None)
    key = (
        movements.c.currency,
        movements.c.exponent,
        movements.c.customer,
        movements.c.plan,
        movements.c.charge,
        movements.c.state,
        payment.label("payment"),
    )
    amount = func.sum(movements.c.amount_minor)
    query = (
        select(*key, amount.label("amount"))
        .where(movements.c.position <= at.position, movements.c.posted_on <= at.as_of)
        .group_by(*key[:-1], payment)
        .having(amount != 0)
    )
    if scope.customer is not None:
        query = query.where(movements.c.customer == scope.customer)
    if scope.plan is not None:
        query = query.where(movements.c.plan == scope.plan)
    found = query.subquery()
    joined = select(
        found, charges.c.kind, charges.c.instalment, charges.c.document, charges.c.due_on
    )
    joined = joined.outerjoin_from(
        found,
        charges,
        and_(charges.c.plan == found.c.plan, charges.c.charge == found.c.charge),
    )
    later = later_dues(connection, at)
    return [
        OpenItem(
            currency=row.currency,
            exponent=row.exponent,
            customer=row.customer,
            plan=row.plan,
            instalment=row.instalment,
            charge=row.charge,
            kind=row.kind or "payment",
            state=row.state,
            document=row.document if row.charge else row.payment,
            due_on=later.get((row.plan, row.charge), row.due_on),
            outstanding_minor=int(row.amount),
        )
        for row in connection.execute(joined)
    ]


def later_dues(connection: Connection, at: Coordinates) -> dict[tuple[str, str], date]:
    """Return the due days that took the place of first ones, as they stood at a coordinate."""
    query = (
        select(dues.c.plan, dues.c.charge, dues.c.due_on)
        .where(dues.c.position <= at.position, dues.c.posted_on <= at.as_of)
        .order_by(dues.c.posted_on, dues.c.position)
    )
    return {(row.plan, row.charge): row.due_on for row in connection.execute(query)}


def aging(
    connection: Connection,
    at: Coordinates,
    *,
    by: str = "charge",
    edges: Sequence[int] = EDGES,
    scope: Scope = Scope(),
) -> dict[str, Any]:
    """Return the aging report in the form of the contract; `by` is charge or one of GROUPS.

    Rows by offer have one more key, `offer`.
    """
    items = open_items(connection, at, scope)
    rows = [item_row(item, at.as_of, edges) for item in items]
    if by == "offer":
        offers = offers_of(connection, at, {item.plan for item in items if item.plan is not None})
        rows = [{"offer": offers.get(row["plan"]), **row} for row in rows]
    if by != "charge":
        rows = _grouped(rows, items, GROUPS[by])
    return {
        "as_of": at.as_of.isoformat(),
        "known_at": at.known_at,
        "position": at.position,
        "edges": list(edges),
        "rows": sorted(rows, key=_row_order),
        "totals": totals(items, at.as_of, edges),
    }


def item_row(item: OpenItem, as_of: date, edges: Sequence[int]) -> dict[str, Any]:
    """Return an item as the report shows it."""
    age = None if item.due_on is None else days_overdue(item.due_on, as_of)
    return {
        "currency": item.currency,
        "customer": item.customer,
        "plan": item.plan,
        "instalment": item.instalment,
        "charge": item.charge,
        "kind": item.kind,
        "state": item.state,
        "document": item.document,
        "due_on": None if item.due_on is None else item.due_on.isoformat(),
        "days_overdue": age,
        "bucket": _bucket_of(item, as_of, edges),
        "outstanding": amount_text(item.outstanding_minor, item.exponent),
    }


def _bucket_of(item: OpenItem, as_of: date, edges: Sequence[int]) -> str:
    if item.due_on is None:
        return CREDIT
    return bucket(days_overdue(item.due_on, as_of), edges)


def _row_order(row: dict[str, Any]) -> tuple[bytes, ...]:
    number = None if row["instalment"] is None else f"{row['instalment']:09}"
    names = ("customer", "plan", "charge")
    last = ("state", "document", "bucket")
    return byte_order(
        row["currency"],
        row.get("offer"),
        *(row[name] for name in names),
        number,
        *(row[name] for name in last),
    )


def _grouped(
    rows: Sequence[dict[str, Any]], items: Sequence[OpenItem], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Add rows up by currency, some columns and bucket; what differs within a group is null."""
    sums: dict[tuple[Any, ...], Sum] = {}
    for row, item in zip(rows, items, strict=True):
        key = tuple(row[name] for name in ("currency", *names, "bucket"))
        sums[key] = sums.get(key, Sum()).plus(item.outstanding_minor, item.exponent)
    empty = dict.fromkeys(rows[0], None) if rows else {}
    return [
        {
            **empty,
            **dict(zip(("currency", *names, "bucket"), key, strict=True)),
            "outstanding": total.text,
        }
        for key, total in sums.items()
        if total.minor
    ]


def totals(items: Iterable[OpenItem], as_of: date, edges: Sequence[int]) -> list[dict[str, str]]:
    """Return a row for each currency: the buckets, credit, and the total of all."""
    return [
        {"currency": currency, **{name: total.text for name, total in row.items()}}
        for currency, row in sums_by_currency(items, as_of, edges)
    ]


def sums_by_currency(
    items: Iterable[OpenItem], as_of: date, edges: Sequence[int]
) -> list[tuple[str, dict[str, Sum]]]:
    """Return the sums by bucket, of credit and of all, with the same decimals in each currency."""
    names = [*bucket_names(edges), CREDIT, "total"]
    sums: dict[str, dict[str, Sum]] = {}
    for item in items:
        row = sums.setdefault(item.currency, dict.fromkeys(names, Sum()))
        for name in (_bucket_of(item, as_of, edges), "total"):
            row[name] = row[name].plus(item.outstanding_minor, item.exponent)
    return [
        (currency, _aligned(row))
        for currency, row in sorted(sums.items(), key=lambda pair: byte_order(pair[0]))
    ]


def _aligned(row: dict[str, Sum]) -> dict[str, Sum]:
    """Give the sums of one currency the same number of decimals."""
    finest = max(total.exponent for total in row.values())
    return {name: total.plus(0, finest) for name, total in row.items()}
