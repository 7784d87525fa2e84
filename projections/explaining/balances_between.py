"""Why balances differ between two coordinates: the postings that are in one set alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from projections.amounts import Sum, byte_order
from projections.coordinates import Coordinates
from projections.explaining.between import (
    Between,
    Origin,
    at_values,
    only_within,
    origin_values,
    within,
)
from projections.explaining.sources import SOURCE_COLUMNS, narration_of, origin_of, with_sources
from projections.journal import postings

Account = tuple[str, str, str]
"""Account, role and currency."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings: of one book, of a customer, of a plan (None: of all)."""

    book: str = "generic"
    customer: str | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A posting with the event that made it."""

    origin: Origin
    line: int
    account: str
    role: str
    currency: str
    exponent: int
    amount_minor: int
    customer: str | None
    plan: str | None
    charge: str | None


def explain_balances(connection: Connection, between: Between, wanted: Wanted) -> dict[str, Any]:
    """Return the difference line by line, and by account, currency: from, to and difference."""
    entered = _legs(connection, between.after, between.before, wanted)
    left = _legs(connection, between.before, between.after, wanted)
    sums = _compared(
        _balances(connection, between.before, wanted), _balances(connection, between.after, wanted)
    )
    return {
        "report": "balances",
        "book": wanted.book,
        "from": at_values(between.before),
        "to": at_values(between.after),
        "lines": balance_lines(between, entered, left),
        "sums": sums,
    }


def balance_lines(
    between: Between, entered: Iterable[Leg], left: Iterable[Leg]
) -> list[dict[str, Any]]:
    """Return a line for each posting that entered the set or left it, by reason and position."""
    lines = [_line(leg, "entered", between.before, 1) for leg in entered]
    lines += [_line(leg, "left", between.after, -1) for leg in left]
    return sorted(lines, key=_order)


def _order(line: dict[str, Any]) -> tuple[Any, ...]:
    return (line["reason"], line["position"], line["line"], line["change"])


def _line(leg: Leg, change: str, other: Coordinates, sign: int) -> dict[str, Any]:
    return {
        "reason": leg.origin.reason(other),
        "change": change,
        **origin_values(leg.origin),
        "line": leg.line,
        "account": leg.account,
        "role": leg.role,
        "currency": leg.currency,
        "amount": Sum(sign * leg.amount_minor, leg.exponent).text,
        "customer": leg.customer,
        "plan": leg.plan,
        "charge": leg.charge,
    }


def _legs(connection: Connection, at: Coordinates, other: Coordinates, wanted: Wanted) -> list[Leg]:
    """Return the postings that are in the set of `at` and not in that of `other`."""
    query = select(postings, *SOURCE_COLUMNS, narration_of(postings))
    query = query.select_from(with_sources(postings)).where(only_within(postings, at, other))
    return [
        Leg(
            origin=origin_of(row),
            line=row.line,
            account=row.account,
            role=row.role,
            currency=row.currency,
            exponent=row.exponent,
            amount_minor=row.amount_minor,
            customer=row.customer,
            plan=row.plan,
            charge=row.charge,
        )
        for row in connection.execute(_narrowed(query, wanted))
    ]


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(postings.c.book == wanted.book)
    if wanted.customer is not None:
        query = query.where(postings.c.customer == wanted.customer)
    if wanted.plan is not None:
        query = query.where(postings.c.plan == wanted.plan)
    return query


def _balances(connection: Connection, at: Coordinates, wanted: Wanted) -> dict[Account, Sum]:
    key = (postings.c.account, postings.c.role, postings.c.currency, postings.c.exponent)
    query = select(*key, func.sum(postings.c.amount_minor)).where(within(postings, at))
    sums: dict[Account, Sum] = {}
    for account, role, currency, exponent, amount in connection.execute(
        _narrowed(query, wanted).group_by(*key)
    ):
        before = sums.get((account, role, currency), Sum())
        sums[account, role, currency] = before.plus(int(amount), exponent)
    return sums


def _compared(before: dict[Account, Sum], after: dict[Account, Sum]) -> list[dict[str, Any]]:
    rows = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: byte_order(*key)):
        old, new = before.get(key, Sum()), after.get(key, Sum())
        difference = new.minus(old)
        rows.append(
            {
                **dict(zip(("account", "role", "currency"), key, strict=True)),
                "from": old.plus(0, difference.exponent).text,
                "to": new.plus(0, difference.exponent).text,
                "difference": difference.text,
            }
        )
    return rows
