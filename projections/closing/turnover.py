"""What accounts turned over in a chain of closed months, in one reading of the journal.

A month takes what is posted in it and stands before the position at which it was closed. Amounts in
the ledger's own currency, of what moved in foreign ones, are read beside the journal's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, func, select

from ledger.events import AccountTotals, PeriodClosed
from ledger.row_digest import digest_of
from projections.functional import functional
from projections.journal import postings

View = Literal["journal", "functional"]
Key = tuple[str, View, str, str, int]
"""(book, view, account, currency, exponent)."""
Turned = dict[Key, tuple[int, int]]

LEGS: Mapping[View, FromClause] = {"journal": postings, "functional": functional}
"""From where legs are read; a rebuild gives tables of its own."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a month (`since` None: all before, too), and the position it was closed at."""

    since: date | None
    through: date
    position: int

    @classmethod
    def of(cls, closed: PeriodClosed) -> Span:
        """Return the span of a closed month."""
        return cls(closed.since, closed.through, closed.position)


def turned_over(
    connection: Connection, spans: Sequence[Span], legs: Mapping[View, FromClause] = LEGS
) -> list[Turned]:
    """Return debit and credit by account for each span; no two spans have a day in common.

    Legs of nothing, as the worth of a cent in a weak currency is, move no account.
    """
    found: list[Turned] = [{} for _ in spans]
    if not spans:
        return found
    for view, table in legs.items():
        columns = table.c
        which = case(*((_within(table, span), number) for number, span in enumerate(spans)))
        amount = columns.amount_minor
        key = (columns.book, columns.account, columns.currency, columns.exponent)
        rows = select(*key, amount, which.label("span")).subquery()
        amount = rows.c.amount_minor
        grouped = (rows.c.book, rows.c.account, rows.c.currency, rows.c.exponent, rows.c.span)
        query = (
            select(
                *grouped,
                func.sum(case((amount > 0, amount), else_=0)),
                func.sum(case((amount < 0, -amount), else_=0)),
            )
            .where(rows.c.span.is_not(None), amount != 0)
            .group_by(*grouped)
        )
        for book, account, currency, exponent, span, debit, credit in connection.execute(query):
            found[span][book, view, account, currency, exponent] = int(debit), int(credit)
    return found


def _within(table: FromClause, span: Span) -> ColumnElement[bool]:
    columns = table.c
    inside = and_(columns.posted_on <= span.through, columns.position <= span.position)
    return inside if span.since is None else and_(inside, columns.posted_on >= span.since)


def summed(first: Turned, second: Turned) -> Turned:
    """Return the turnovers of two spans together."""
    total = dict(first)
    for key, (debit, credit) in second.items():
        before = total.get(key, (0, 0))
        total[key] = before[0] + debit, before[1] + credit
    return total


def totals_of(month: Turned, ever: Turned, book: str, view: View) -> tuple[AccountTotals, ...]:
    """Return the accounts of a book that ever moved, by account and currency in byte order."""
    keys = [key for key in ever if key[:2] == (book, view)]
    return tuple(
        AccountTotals(
            account=account,
            currency=currency,
            exponent=exponent,
            debit_minor=month.get(key, (0, 0))[0],
            credit_minor=month.get(key, (0, 0))[1],
            debit_ever_minor=ever[key][0],
            credit_ever_minor=ever[key][1],
        )
        for key in sorted(keys, key=lambda key: (key[2].encode(), key[3].encode(), key[4]))
        for _, _, account, currency, exponent in [key]
    )


def digest_of_book(month: Turned, book: str) -> int:
    """Return the digest of what the accounts of a book turned over in a month.

    A row is [book, account, currency, exponent, debit, credit] in minor units; one in the ledger's
    own currency, beside the journal, ends with "functional".
    """
    return digest_of(
        [name, account, currency, exponent, *turned, *(() if view == "journal" else (view,))]
        for (name, view, account, currency, exponent), turned in month.items()
        if name == book
    )
