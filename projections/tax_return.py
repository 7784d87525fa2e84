"""The VAT return of a period: base and tax by rate, late items shown, tied to the tax accounts.

A movement belongs to the period in which it is posted. One whose tax point, or whose own day, lies
before the period is a late item: it is in the totals, and listed apart with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, FromClause, Row, Select, and_, func, or_, select

from ledger.events import CurrencyOpened
from ledger.store.schema import events
from projections.amounts import Sum, byte_order
from projections.balances_report import turned_over
from projections.coordinates import Coordinates
from projections.functional import functional
from projections.functional_tax import taxes
from projections.journal_report import JournalFilter
from projections.projection import Books
from projections.tax import ROLES, Section, movements

ROW_KEYS = ("currency", "section", "category", "rate", "code")
MOVEMENT_KEYS = (
    *("position", "posted_on", "effective_on", "tax_point", "event", *ROW_KEYS, "base", "tax"),
    *("customer", "plan", "charge", "payment", "document"),
)
TIE_KEYS = ("book", "role", "currency", "returned", "posted", "difference")

Taxed = Mapping[tuple[str, str], Sum]
"""Tax by currency and section."""


class PeriodError(ValueError):
    """A period ends before it starts."""


@dataclass(frozen=True, slots=True)
class Period:
    """From a day through `at.as_of`, as known at `at`; in the ledger's currency, if it is given."""

    at: Coordinates
    since: date
    functional: str | None = None


def tax_return(
    connection: Connection, books: Books, period: Period, *, detail: bool = False
) -> dict[str, Any]:
    """Return the VAT return of a period, in the form of the contract.

    Keys: from, to, known_at, position, rows, late, totals, tie, and with `detail` movements. Taxes
    that are owed are positive in output and reverse_charge, what may be deducted in deductible.
    Raises PeriodError.
    """
    at, since = period.at, period.since
    if since > at.as_of:
        message = f"the period would end on {at.as_of}, before it starts on {since}"
        raise PeriodError(message)
    rows = _rows(connection, period)
    taxed = _taxed(rows)
    value = {
        "from": since.isoformat(),
        "to": at.as_of.isoformat(),
        "known_at": at.known_at,
        "position": at.position,
        "rows": [_row(key, *sums) for key, sums in rows.items()],
        "late": [
            {**_movement(row), "reason": late_reason(row, since)}
            for row in _movements(connection, period, late=True)
        ],
        "totals": _totals(taxed),
        "tie": [row for book in books.names() for row in _tie(connection, period, book, taxed)],
    }
    if detail:
        value["movements"] = [_movement(row) for row in _movements(connection, period)]
    return value


def ties(value: Mapping[str, Any]) -> bool:
    """Tell whether a return agrees with the tax accounts of every book."""
    return not any(row["returned"] != row["posted"] for row in value["tie"])


# What moved in the period -----------------------------------------------------------------------


def _in_period(period: Period) -> FromClause:
    """Return the movements of a period; in the ledger's own currency those that have a worth."""
    columns = {column.name: column.label(column.name) for column in movements.columns}
    source: FromClause = movements
    if period.functional is not None:
        source = movements.outerjoin(
            taxes, and_(taxes.c.position == movements.c.position, taxes.c.line == movements.c.line)
        )
        for name in ("currency", "exponent", "base_minor", "tax_minor"):
            columns[name] = func.coalesce(taxes.c[name], movements.c[name]).label(name)
    query = (
        select(*columns.values())
        .select_from(source)
        .where(
            movements.c.position <= period.at.position,
            movements.c.posted_on >= period.since,
            movements.c.posted_on <= period.at.as_of,
        )
    )
    return query.subquery("moved")


def _rows(connection: Connection, period: Period) -> dict[tuple[str | None, ...], tuple[Sum, Sum]]:
    """Return base and tax by ROW_KEYS, in byte order; what comes to nothing is left out."""
    moved = _in_period(period)
    key = [moved.c[name] for name in ROW_KEYS]
    base, tax = func.sum(moved.c.base_minor), func.sum(moved.c.tax_minor)
    query = select(*key, moved.c.exponent, base, tax).group_by(*key, moved.c.exponent)
    sums: dict[tuple[str | None, ...], tuple[Sum, Sum]] = {}
    for *names, exponent, base_minor, tax_minor in connection.execute(query):
        before = sums.get(tuple(names), (Sum(), Sum()))
        sums[tuple(names)] = (
            before[0].plus(int(base_minor), exponent),
            before[1].plus(int(tax_minor), exponent),
        )
    kept = [pair for pair in sums.items() if any(found.minor for found in pair[1])]
    return dict(sorted(kept, key=lambda pair: byte_order(*pair[0])))


def _row(key: tuple[str | None, ...], base: Sum, tax: Sum) -> dict[str, Any]:
    return {**dict(zip(ROW_KEYS, key, strict=True)), "base": base.text, "tax": tax.text}


def _movements(connection: Connection, period: Period, *, late: bool = False) -> Iterable[Row[Any]]:
    moved = _in_period(period)
    query = select(moved)
    if late:
        query = query.where(
            or_(moved.c.tax_point < period.since, moved.c.effective_on < period.since)
        )
    return connection.execute(query.order_by(moved.c.position, moved.c.line))


def _movement(row: Row[Any]) -> dict[str, Any]:
    texts = {
        "base": Sum(row.base_minor, row.exponent).text,
        "tax": Sum(row.tax_minor, row.exponent).text,
        **{name: getattr(row, name).isoformat() for name in _DAYS},
    }
    return {name: texts[name] if name in texts else getattr(row, name) for name in MOVEMENT_KEYS}


_DAYS = ("posted_on", "effective_on", "tax_point")


# What is late -----------------------------------------------------------------------------------


def late_reason(row: Any, since: date) -> str:
    """Return why a movement is in a later period than its tax point or its own day.

    recorded_late: its day was closed when it was recorded. paid_before: the money came in before
    the period and was applied in it. taken_back: an advance of before the period left the plan.
    """
    if row.effective_on < since:
        return "recorded_late"
    return "taken_back" if row.event == "AdvanceTaxReversed" else "paid_before"


# Totals, and the accounts -----------------------------------------------------------------------


def _taxed(rows: Mapping[tuple[str | None, ...], tuple[Sum, Sum]]) -> Taxed:
    taxed: dict[tuple[str, str], Sum] = {}
    for (currency, section, *_), (_, tax) in rows.items():
        key = (str(currency), str(section))
        taxed[key] = taxed.get(key, Sum()).plus(tax.minor, tax.exponent)
    return taxed


def _totals(taxed: Taxed) -> list[dict[str, str]]:
    """Return a row for each currency; payable is output and reverse charge less deductible."""
    totals = []
    for currency in dict.fromkeys(currency for currency, _ in taxed):
        sums = {section: taxed.get((currency, section), Sum()) for section in ROLES}
        finest = max(found.exponent for found in sums.values())
        payable = Sum(0, finest)
        for section, found in sums.items():
            sign = -1 if section == "deductible" else 1
            payable = payable.plus(sign * found.minor, found.exponent)
        texts: dict[str, str] = {
            str(section): found.plus(0, finest).text for section, found in sums.items()
        }
        totals.append({"currency": currency, **texts, "payable": payable.text})
    return totals


def _tie(connection: Connection, period: Period, book: str, taxed: Taxed) -> list[dict[str, str]]:
    """Compare the sections with the movement of their accounts in a book, in the same period."""
    posted = _posted(connection, period, book)
    keys = sorted(
        posted.keys() | taxed.keys(), key=lambda key: byte_order(ROLES_OF[key[1]], key[0])
    )
    return [_tied(book, key, taxed.get(key, Sum()), posted.get(key, Sum())) for key in keys]


def _tied(book: str, key: tuple[str, str], returned: Sum, posted: Sum) -> dict[str, str]:
    finest = max(returned.exponent, posted.exponent)
    texts = (returned.plus(0, finest), posted.plus(0, finest), returned.minus(posted))
    row: list[str] = [book, ROLES_OF[key[1]], key[0], *(found.text for found in texts)]
    return dict(zip(TIE_KEYS, row, strict=True))


def _posted(connection: Connection, period: Period, book: str) -> dict[tuple[str, str], Sum]:
    """Return by currency and section what the accounts moved, owed and deductible positive."""
    sections: dict[str, Section] = {role: section for section, role in ROLES.items()}
    moved: dict[tuple[str, str], Sum] = {}
    wanted = JournalFilter(book, period.since, functional=period.functional)
    turned = turned_over(connection, period.at, wanted)
    for (_, role, currency), (debit, credit) in turned.items():
        if role in sections:
            section = sections[role]
            owed = _owed(section, debit.minus(credit))
            before = moved.get((currency, section), Sum())
            moved[currency, section] = before.plus(owed.minor, owed.exponent)
    if period.functional is None:
        return moved
    for role, currency, exponent, minor in connection.execute(_taken_over(period, book)):
        key = (currency, sections[role])
        taken = Sum(int(minor), exponent)
        moved[key] = moved.get(key, Sum()).minus(_owed(sections[role], taken))
    return moved


def _owed(section: Section, debit: Sum) -> Sum:
    return debit if section == "deductible" else Sum().minus(debit)


def _taken_over(period: Period, book: str) -> Select[Any]:
    """Select what taking a currency over moved on accounts of tax: its currency, and no tax."""
    legs = functional.c
    return (
        select(legs.role, legs.currency, legs.exponent, func.sum(legs.amount_minor))
        .join_from(functional, events, events.c.position == legs.position)
        .where(
            events.c.type == CurrencyOpened.TOPIC,
            legs.book == book,
            legs.role.in_(ROLES_OF.values()),
            legs.position <= period.at.position,
            legs.posted_on >= period.since,
            legs.posted_on <= period.at.as_of,
        )
        .group_by(legs.role, legs.currency, legs.exponent)
    )


ROLES_OF: Mapping[str, str] = {str(section): role for section, role in ROLES.items()}
