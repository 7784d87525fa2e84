"""What a FEC is made of, asked of the read models: opening balances, legs, and what matches.

Legs match by what the allocations say: those on a charge in the account that carries it, those of a
payment in the account where its money lies. Where they come to nothing they have a letter, which is
made of the position of the last of them, so that the same history gives the same letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    select,
)

from ledger.books.functional import CARRYING, OF_PAYMENTS
from ledger.fec.years import FiscalYear
from projections.journal import entries, postings
from projections.legs import legs as legs_in

OF_CUSTOMERS = CARRYING | OF_PAYMENTS | {"contract_asset"}
"""Roles whose accounts are kept by customer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a book, of a fiscal year, known at a position; in the ledger's currency.

    `exponent` is the largest that amounts of the currency have.
    """

    book: str
    year: FiscalYear
    position: int
    currency: str
    exponent: int


def lines(connection: Connection, wanted: Wanted) -> Iterator[Row[Any]]:
    """Yield the legs of a year by position, each with its entry, its letter and foreign amount."""
    legs = _legs(wanted)
    foreign = postings.alias("foreign")
    matched = _matched(wanted).subquery("matched")
    query = (
        select(
            *(entries.c[name] for name in ("position", "posted_on", "effective_on", "event")),
            *(entries.c[name] for name in ("recorded_at", "journal", "document", "narration")),
            *(legs.c[name] for name in ("line", "account", "role")),
            _customer(legs).label("customer"),
            _minor(legs, wanted).label("amount_minor"),
            foreign.c.currency.label("foreign_currency"),
            foreign.c.exponent.label("foreign_exponent"),
            foreign.c.amount_minor.label("foreign_minor"),
            matched.c.closed_at,
            matched.c.closed_on,
        )
        .select_from(_with_entries(legs))
        .outerjoin(
            foreign,
            and_(
                foreign.c.position == legs.c.position,
                foreign.c.book == legs.c.book,
                foreign.c.line == legs.c.line,
                foreign.c.currency != wanted.currency,
            ),
        )
        .outerjoin(matched, _is_matched(legs, matched))
        .where(*_in_scope(legs, wanted), legs.c.posted_on >= wanted.year.first)
        .order_by(entries.c.position, legs.c.line)
    )
    return iter(connection.execution_options(yield_per=2000).execute(query))


def openings(connection: Connection, wanted: Wanted, roles: frozenset[str]) -> Iterator[Row[Any]]:
    """Yield what accounts of these roles stood at before the year, open items one by one."""
    legs = _legs(wanted)
    matched = _matched(wanted).subquery("matched")
    grouped = (
        select(
            legs.c.account,
            func.min(legs.c.role).label("role"),
            _customer(legs).label("customer"),
            _key(legs).label("key"),
            func.sum(_minor(legs, wanted)).label("amount_minor"),
        )
        .select_from(_with_entries(legs))
        .where(
            *_in_scope(legs, wanted),
            legs.c.posted_on < wanted.year.first,
            legs.c.role.in_(roles),
        )
        .group_by(legs.c.account, _customer(legs), _key(legs))
        .having(func.sum(_minor(legs, wanted)) != 0)
        .subquery("opening")
    )
    same = and_(
        matched.c.account == grouped.c.account,
        matched.c.customer == func.coalesce(grouped.c.customer, ""),
        matched.c.key == grouped.c.key,
    )
    query = (
        select(grouped, matched.c.closed_at, matched.c.closed_on)
        .outerjoin(matched, same)
        .order_by(grouped.c.account, grouped.c.customer, grouped.c.key)
    )
    return iter(connection.execution_options(yield_per=2000).execute(query))


def extent(connection: Connection, wanted: Wanted) -> tuple[int, int | None]:
    """Return how many legs the year has, and when the first was recorded; None without any."""
    legs = _legs(wanted)
    query = (
        select(func.count(), func.min(entries.c.recorded_at))
        .select_from(_with_entries(legs))
        .where(*_in_scope(legs, wanted), legs.c.posted_on >= wanted.year.first)
    )
    count, recorded_us = connection.execute(query).one()
    return int(count), recorded_us


def results_before(
    connection: Connection, wanted: Wanted, roles: frozenset[str], last_year_from: date
) -> tuple[int, int]:
    """Return what these roles moved in the year before, and before that; debit positive."""
    legs = _legs(wanted)
    amount, is_last_year = _minor(legs, wanted), legs.c.posted_on >= last_year_from
    query = select(
        func.sum(case((is_last_year, amount), else_=0)),
        func.sum(case((is_last_year, 0), else_=amount)),
    ).where(
        *_in_scope(legs, wanted),
        legs.c.role.in_(roles),
        legs.c.posted_on < wanted.year.first,
    )
    last_year, earlier = connection.execute(query).one()
    return int(last_year or 0), int(earlier or 0)


def without_rate(connection: Connection, wanted: Wanted) -> list[str]:
    """Return the currencies of which something stands at the year's end that has no worth."""
    legs = legs_in(wanted.currency)
    query = (
        select(legs.c.currency)
        .where(
            legs.c.book == wanted.book,
            legs.c.position <= wanted.position,
            legs.c.posted_on <= wanted.year.last,
            legs.c.currency != wanted.currency,
        )
        .group_by(legs.c.currency, legs.c.account)
        .having(func.sum(legs.c.amount_minor) != 0)
    )
    return sorted(set(connection.execute(query).scalars()))


def _legs(wanted: Wanted) -> FromClause:
    return legs_in(wanted.currency)


def _with_entries(legs: FromClause) -> Any:
    return legs.join(
        entries, and_(entries.c.position == legs.c.position, entries.c.book == legs.c.book)
    )


def _in_scope(legs: FromClause, wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    return (
        legs.c.book == wanted.book,
        legs.c.position <= wanted.position,
        legs.c.posted_on <= wanted.year.last,
        legs.c.currency == wanted.currency,
    )


def _minor(legs: FromClause, wanted: Wanted) -> ColumnElement[int]:
    """Return the amount in minor units of the largest exponent."""
    finer = {
        exponent: legs.c.amount_minor * literal(10 ** (wanted.exponent - exponent))
        for exponent in range(wanted.exponent)
    }
    if not finer:
        return legs.c.amount_minor
    return case(finer, value=legs.c.exponent, else_=legs.c.amount_minor)


def _customer(legs: FromClause) -> ColumnElement[str | None]:
    return case((legs.c.role.in_(OF_CUSTOMERS), legs.c.customer))


def _key(legs: FromClause) -> ColumnElement[str | None]:
    """Return what legs match by: the charge, or the payment, which is the entry's document."""
    return case(
        (legs.c.role.in_(CARRYING), legs.c.charge),
        (legs.c.role.in_(OF_PAYMENTS), entries.c.document),
    )


def _matched(wanted: Wanted) -> Select[Any]:
    """Select what comes to nothing by the end of the year."""
    legs = _legs(wanted)
    customer = func.coalesce(_customer(legs), "")
    return (
        select(
            legs.c.account,
            customer.label("customer"),
            _key(legs).label("key"),
            func.max(legs.c.position).label("closed_at"),
            func.max(legs.c.posted_on).label("closed_on"),
        )
        .select_from(_with_entries(legs))
        .where(
            *_in_scope(legs, wanted),
            legs.c.role.in_(CARRYING | OF_PAYMENTS),
            _key(legs).is_not(None),
        )
        .group_by(legs.c.account, customer, _key(legs))
        .having(func.sum(_minor(legs, wanted)) == 0)
    )


def _is_matched(legs: FromClause, matched: FromClause) -> ColumnElement[bool]:
    return and_(
        matched.c.account == legs.c.account,
        matched.c.customer == func.coalesce(_customer(legs), ""),
        matched.c.key == _key(legs),
    )
