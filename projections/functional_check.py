"""The check of functional amounts: entries balance, and what is paid is carried at nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, literal, select

from ledger.books.functional import BY_CHARGE, FOLLOWED
from projections.functional import functional, is_valued
from projections.journal import entries, postings

_EMPTIED = FOLLOWED - {"tax_payable"}
"""Accounts that come to nothing with their charges or money; what is owed in tax is paid to the
tax office, and tax of one charge can have been paid on an advance."""


def check_functional(connection: Connection, _reached: int) -> Iterator[str]:
    """In every entry debits equal credits, and an account that holds no money carries none."""
    yield from _unbalanced(connection)
    carried = {tuple(row[:-1]): int(row[-1]) for row in connection.execute(_carried())}
    for book, currency, role, charge, amount in connection.execute(_held()):
        key = (book, currency, role, charge)
        if not amount and carried.get(key):
            of = f" of {charge}" if charge else ""
            yield (
                f"book {book}: {role}{of} holds no {currency} and is carried at "
                f"{carried[key]} minor units"
            )


def _unbalanced(connection: Connection) -> Iterator[str]:
    total = func.sum(functional.c.amount_minor)
    key = (functional.c.position, functional.c.book, functional.c.currency)
    query = select(*key, total).group_by(*key).having(total != 0)
    query = query.order_by(functional.c.position, functional.c.book)
    for position, book, currency, difference in connection.execute(query):
        yield (
            f"position {position}, book {book}: functional debits and credits differ by "
            f"{difference} minor units of {currency}"
        )


def _held() -> Select[Any]:
    """Select what accounts hold: all of it valued, open charges one by one."""
    charge = _charge(postings.c)
    key = (postings.c.book, postings.c.currency, postings.c.role, charge)
    return (
        select(*key, func.sum(postings.c.amount_minor))
        .where(postings.c.role.in_(_EMPTIED), postings.c.currency.in_(_foreign()))
        .group_by(*key)
        .having(func.min(case((is_valued(), 1), else_=0)) == 1)
    )


def _foreign() -> Select[Any]:
    return select(functional.c.foreign_currency).distinct()


def _carried() -> Select[Any]:
    """Select what accounts are carried at; a closing rate holds for its day and is left out."""
    revalued = exists().where(
        and_(
            entries.c.position == functional.c.position,
            entries.c.book == functional.c.book,
            entries.c.event.in_(("Revalued", "CurrencyOpened")),
        )
    )
    key = (
        functional.c.book,
        functional.c.foreign_currency,
        functional.c.role,
        _charge(functional.c),
    )
    return (
        select(*key, func.sum(functional.c.amount_minor))
        .where(functional.c.role.in_(_EMPTIED), ~revalued)
        .group_by(*key)
    )


def _charge(columns: Any) -> Any:
    return case((columns.role.in_(BY_CHARGE), columns.charge), else_=literal(""))
