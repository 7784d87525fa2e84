"""What a revaluation would do: for each foreign currency and account, carried against worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select

from ledger.books.accounts import Chart
from ledger.books.functional import EXCHANGE_ROLES
from ledger.events import exchange_stream
from ledger.rates import Quote, Rates, evolve
from ledger.revaluing import MONETARY, is_lasting
from ledger.store.log import read_stream
from ledger.terms.money import at_rate
from projections.amounts import Sum
from projections.coordinates import Coordinates
from projections.functional import functional, is_valued
from projections.journal import entries, postings


class TakenOverLaterError(ValueError):
    """A book took a currency over after the closing day; the message names the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account of one book in one foreign currency; amounts debit positive, in minor units.

    `kind` is "revalue", or "open" for what moved before the currency had a rate. `carried_minor`
    and `worth_minor` are in the functional currency.
    """

    kind: str
    book: str
    account: str
    role: str
    currency: str
    exponent: int
    amount_minor: int
    carried_minor: int
    worth_minor: int
    functional_exponent: int
    rate: Decimal
    lasting: bool
    on: date

    @property
    def difference_minor(self) -> int:
        """How much more it is worth than it is carried at."""
        return self.worth_minor - self.carried_minor


def rates_at(connection: Connection, at: Coordinates) -> list[Rates]:
    """Return the rates of all foreign currencies that have some, as known at the coordinates."""
    moved = select(postings.c.currency).distinct().order_by(postings.c.currency)
    found = []
    for (currency,) in connection.execute(moved):
        rates: Rates | None = None
        for event in read_stream(connection, exchange_stream(currency)):
            if event.position <= at.position:
                rates = evolve(rates, event.effective_on, event.fact)
        if rates is not None:
            found.append(rates)
    return found


def propose(connection: Connection, charts: Sequence[Chart], at: Coordinates) -> list[Line]:
    """Return a line for each account that a revaluation as of a day would change.

    A book without accounts for exchange is not kept in the ledger's own currency, and left out.
    What moved before its currency had a rate comes first, as it has to be opened first. Raises
    RateMissing for a day before the first rate, TakenOverLaterError.
    """
    lines: list[Line] = []
    kept = [chart for chart in charts if chart.by_role.keys() >= EXCHANGE_ROLES]
    for rates in rates_at(connection, at):
        for chart in kept:
            opening = [] if chart.book in rates.opened else _opening(connection, chart, rates, at)
            lines += opening or _revaluing(connection, chart, rates, at)
    return lines


def _opening(connection: Connection, chart: Chart, rates: Rates, at: Coordinates) -> list[Line]:
    """Return the balances of what moved before the first rate was known, all accounts of it."""
    query = _not_valued(chart.book, rates.currency, at)
    rows = list(connection.execute(query))
    held = _summed((role, exponent, amount) for role, exponent, amount, _ in rows)
    if not any(balance.minor for balance in held.values()):
        return []
    day = max(rates.first.on, *(last for *_, last in rows))
    amounts = [(role, balance, 0) for role, balance in sorted(held.items()) if balance.minor]
    return list(_lines("open", chart, rates, rates.before, day, amounts))


def _not_valued(book: str, currency: str, at: Coordinates) -> Select[Any]:
    return (
        select(
            postings.c.role,
            postings.c.exponent,
            func.sum(postings.c.amount_minor),
            func.max(postings.c.posted_on).label("last"),
        )
        .where(
            postings.c.book == book,
            postings.c.currency == currency,
            postings.c.position <= at.position,
            ~is_valued(),
        )
        .group_by(postings.c.role, postings.c.exponent)
    )


def _revaluing(connection: Connection, chart: Chart, rates: Rates, at: Coordinates) -> list[Line]:
    opened_on = rates.opened.get(chart.book)
    if opened_on is not None and at.as_of < opened_on:
        message = (
            f"book {chart.book} took {rates.currency} over on {opened_on}: revalue as of that day "
            "or later"
        )
        raise TakenOverLaterError(message)
    quote = rates.on(at.as_of)
    amounts = _balances(connection, chart.book, rates.currency, at)
    found = _lines("revalue", chart, rates, quote, at.as_of, amounts)
    return [line for line in found if line.difference_minor]


Amount = tuple[str, Sum, int]
"""Role, foreign balance, what it is carried at in minor units of the functional currency."""


def _balances(
    connection: Connection, book: str, currency: str, at: Coordinates
) -> Iterator[Amount]:
    query = (
        select(postings.c.role, postings.c.exponent, func.sum(postings.c.amount_minor))
        .where(
            postings.c.book == book,
            postings.c.currency == currency,
            postings.c.role.in_(MONETARY),
            postings.c.position <= at.position,
            postings.c.posted_on <= at.as_of,
        )
        .group_by(postings.c.role, postings.c.exponent)
    )
    carried = _carried(connection, book, currency, at)
    for role, balance in sorted(_summed(connection.execute(query)).items()):
        yield role, balance, carried.get(role, 0)


def _summed(rows: Iterable[Any]) -> dict[str, Sum]:
    """Add up (role, exponent, amount) by role."""
    held: dict[str, Sum] = {}
    for role, exponent, amount in rows:
        held[role] = held.get(role, Sum()).plus(int(amount), exponent)
    return held


def _carried(connection: Connection, book: str, currency: str, at: Coordinates) -> dict[str, int]:
    query = (
        select(functional.c.role, func.sum(functional.c.amount_minor))
        .where(
            functional.c.book == book,
            functional.c.foreign_currency == currency,
            functional.c.currency != currency,
            functional.c.position <= at.position,
            functional.c.posted_on <= at.as_of,
        )
        .group_by(functional.c.role)
    )
    return {role: int(amount) for role, amount in connection.execute(query)}


def _lines(
    kind: str,
    chart: Chart,
    rates: Rates,
    quote: Quote,
    on: date,
    amounts: Iterable[Amount],
) -> Iterator[Line]:
    for role, balance, carried_minor in amounts:
        amount_minor, exponent = balance.minor, balance.exponent
        yield Line(
            kind=kind,
            book=chart.book,
            account=chart.by_role[role].account,
            role=role,
            currency=rates.currency,
            exponent=exponent,
            amount_minor=amount_minor,
            carried_minor=carried_minor,
            worth_minor=at_rate(amount_minor, exponent, quote.rate, rates.functional_exponent),
            functional_exponent=rates.functional_exponent,
            rate=quote.rate,
            lasting=kind == "open" or is_lasting(role, amount_minor),
            on=on,
        )


def last_position(connection: Connection, book: str) -> int:
    """Return the position of a book's last functional entry; 0 if there is none."""
    query = select(func.max(entries.c.position)).where(
        entries.c.book == book, entries.c.position.in_(select(functional.c.position))
    )
    return int(connection.execute(query).scalar_one() or 0)
