"""The trial balance at any day, as known at any moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from projections.amounts import Sum, byte_order
from projections.balances import BALANCES, turnovers
from projections.coordinates import Coordinates
from projections.journal_report import JournalFilter
from projections.legs import legs
from projections.projection import Books
from projections.slots import viewed_position

Turned = dict[tuple[str, str, str], tuple[Sum, Sum]]


def balances(
    connection: Connection, books: Books, at: Coordinates, wanted: JournalFilter
) -> list[dict[str, str]]:
    """Return a row for each account and currency that moved, sorted by account, role, currency.

    Keys: account, role, name, currency, debit, credit, balance. Debit and credit are turnovers in
    the window, balance is debit less credit.
    """
    chart = books.newest(wanted.book)
    names = {account.role: account.name for account in chart.accounts} if chart else {}
    turned = turned_over(connection, at, wanted)
    return [
        {
            "account": account,
            "role": role,
            "name": names.get(role, role),
            "currency": currency,
            "debit": debit.text,
            "credit": credit.text,
            "balance": debit.minus(credit).text,
        }
        for (account, role, currency), (debit, credit) in sorted(
            turned.items(), key=lambda item: byte_order(*item[0])
        )
    ]


def turned_over(connection: Connection, at: Coordinates, wanted: JournalFilter) -> Turned:
    """Return debit and credit by (account, role, currency)."""
    query: Select[Any]
    if wanted.plan is None and wanted.functional is None and _is_newest(connection, at):
        query = _from_turnovers(at, wanted)
    else:
        query = _from_legs(at, wanted)
    turned: Turned = {}
    for account, role, currency, exponent, debit, credit in connection.execute(query):
        before = turned.get((account, role, currency), (Sum(), Sum()))
        turned[account, role, currency] = (
            before[0].plus(int(debit), exponent),
            before[1].plus(int(credit), exponent),
        )
    return turned


def _is_newest(connection: Connection, at: Coordinates) -> bool:
    """Tell whether the daily turnovers hold just the events up to the coordinate's position."""
    return viewed_position(connection, BALANCES) == at.position


def _from_turnovers(at: Coordinates, wanted: JournalFilter) -> Select[Any]:
    key = (turnovers.c.account, turnovers.c.role, turnovers.c.currency, turnovers.c.exponent)
    query = (
        select(*key, func.sum(turnovers.c.debit_minor), func.sum(turnovers.c.credit_minor))
        .where(turnovers.c.book == wanted.book, turnovers.c.posted_on <= at.as_of)
        .group_by(*key)
    )
    if wanted.since is not None:
        query = query.where(turnovers.c.posted_on >= wanted.since)
    return query


def _from_legs(at: Coordinates, wanted: JournalFilter) -> Select[Any]:
    postings = legs(wanted.functional)
    key = (postings.c.account, postings.c.role, postings.c.currency, postings.c.exponent)
    amount = postings.c.amount_minor
    query = (
        select(
            *key,
            func.sum(case((amount > 0, amount), else_=0)),
            func.sum(case((amount < 0, -amount), else_=0)),
        )
        .where(
            postings.c.book == wanted.book,
            postings.c.position <= at.position,
            postings.c.posted_on <= at.as_of,
        )
        .group_by(*key)
    )
    if wanted.since is not None:
        query = query.where(postings.c.posted_on >= wanted.since)
    if wanted.plan is not None:
        query = query.where(postings.c.plan == wanted.plan)
    return query
