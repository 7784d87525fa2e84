"""What stands behind a figure of the balances: every posting of an account, with a running sum.

The postings are those that the report adds up, so the running sum of an account and currency ends
in its balance, and its debits and credits are the turnovers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from projections.amounts import Sum
from projections.coordinates import Coordinates
from projections.explaining.between import ORIGIN, origin_values, within
from projections.explaining.sources import SOURCE_COLUMNS, narration_of, origin_of, with_sources
from projections.journal_report import JournalFilter
from projections.legs import legs
from projections.projection import Books

FIGURE = ("account", "role", "currency")
"""What the report has a row for."""
COLUMNS = (
    *FIGURE,
    *ORIGIN,
    *("line", "customer", "plan", "charge", "debit", "credit", "balance"),
)


class AccountUnknownError(ValueError):
    """A book has no account of that number or role."""


def require_account(books: Books, book: str, name: str) -> str:
    """Return `name` if a chart of the book has it as number or role. Raises AccountUnknownError."""
    charts = [chart for _, _, chart in books.adopted if chart.book == book]
    roles = {account.role for chart in charts for account in chart.accounts}
    if name in roles | {account.account for chart in charts for account in chart.accounts}:
        return name
    message = (
        f"the book {book!r} has no account {name!r}: give a number of its chart or one of the "
        f"roles {', '.join(sorted(roles))}"
    )
    raise AccountUnknownError(message)


def account_lines(
    connection: Connection, at: Coordinates, wanted: JournalFilter, name: str
) -> Iterator[dict[str, Any]]:
    """Yield a line for each posting of an account, named by number or role, figure by figure.

    Within a figure they go by posted_on, position and line; `balance` is the sum up to there.
    """
    rows = connection.execution_options(yield_per=2000).execute(_query(at, wanted, name))
    for _, of_figure in groupby(rows, key=lambda row: (row.account, row.role, row.currency)):
        balance = Sum()
        for row in of_figure:
            balance = balance.plus(row.amount_minor, row.exponent)
            yield _line(row, balance)


def _query(at: Coordinates, wanted: JournalFilter, name: str) -> Select[Any]:
    postings = legs(wanted.functional)
    query = (
        select(postings, *SOURCE_COLUMNS, narration_of(postings))
        .select_from(with_sources(postings))
        .where(
            or_(postings.c.account == name, postings.c.role == name),
            postings.c.book == wanted.book,
            within(postings, at),
        )
        .order_by(
            *(postings.c[each] for each in FIGURE),
            postings.c.posted_on,
            postings.c.position,
            postings.c.line,
        )
    )
    if wanted.since is not None:
        query = query.where(postings.c.posted_on >= wanted.since)
    if wanted.plan is not None:
        query = query.where(postings.c.plan == wanted.plan)
    return query


def _line(row: Row[Any], balance: Sum) -> dict[str, Any]:
    amount, exponent = row.amount_minor, row.exponent
    return {
        **{each: getattr(row, each) for each in FIGURE},
        **origin_values(origin_of(row)),
        "line": row.line,
        "customer": row.customer,
        "plan": row.plan,
        "charge": row.charge,
        "debit": Sum(max(amount, 0), exponent).text,
        "credit": Sum(max(-amount, 0), exponent).text,
        "balance": balance.text,
    }
