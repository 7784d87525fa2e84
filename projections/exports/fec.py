"""The entries of a fiscal year as a FEC: the 18 columns of LPF A47 A-1 VII, one line a leg.

The first entry takes over what accounts stood at, and the result of the years before. The others
stand in the order in which they were recorded, which is that of their validation, and are numbered
on from there; so a late entry gets the next number, and no number moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from ledger.books.accounts import Chart
from ledger.fec.amounts import amount_text
from ledger.fec.columns import COLUMNS
from ledger.fec.letters import letters
from ledger.fec.names import Named, Names
from projections.exports.plain_text import ExportError, one_line

SEPARATOR = "\t"
_INCOME = frozenset({"income", "expense"})
_BLANK_AT_AN_END = re.compile(rf"(?:^|{SEPARATOR}) | (?:{SEPARATOR}|$)")


class Accounts:
    """The accounts of a book: names by number, and which of them close with the year.

    `charts` are all that the book has had, the newest last.
    """

    def __init__(self, charts: Iterable[Chart]) -> None:
        accounts = [account for chart in charts for account in chart.accounts]
        self._by_number = {account.account: account.name for account in accounts}
        self._by_role = {account.role: account for account in accounts}

    def name(self, number: str, role: str) -> str:
        """Return an account's name, or that of the one that now has its role."""
        return self._by_number.get(number) or self._by_role[role].name

    def closing(self) -> frozenset[str]:
        """Return the roles of income and expenses, which begin every year at nothing."""
        return frozenset(role for role, one in self._by_role.items() if one.type in _INCOME)

    def lasting(self) -> frozenset[str]:
        """Return the roles of accounts that go on from year to year."""
        return frozenset(self._by_role) - self.closing()


@dataclass(frozen=True, slots=True)
class Style:
    """How lines are written: names, decimals, what day a moment is, what a customer is called."""

    names: Names
    journals: Mapping[str, str]
    accounts: Accounts
    exponent: int
    local_day: Callable[[int], date]
    customer_name: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a year begins with: open balances, and the results of former years, debit positive.

    `rows` are as `fec_query.openings` gives them.
    """

    first_day: date
    validated_on: date
    rows: Iterable[Any]
    last_year_minor: int
    earlier_minor: int


def lines(opening: Opening, legs: Iterable[Any], style: Style) -> Iterator[str]:
    """Yield the lines of the file, without line ends; rows are read once and never held.

    `legs` are rows as `fec_query.lines` gives them. Raises ExportError where there is no entry.
    """
    yield SEPARATOR.join(COLUMNS)
    number = 0
    for line in _opening(opening, style):
        number = 1
        yield line
    for _, entry in groupby(legs, key=lambda row: row.position):
        number += 1
        for row in entry:
            yield _leg(number, row, style)
    if not number:
        message = f"nothing was posted in the fiscal year from {opening.first_day}, or before it"
        raise ExportError(message)


def _opening(opening: Opening, style: Style) -> Iterator[str]:
    names = style.names.opening
    common = {
        "JournalCode": names.journal,
        "JournalLib": names.name,
        "EcritureNum": "1",
        "EcritureDate": _day(opening.first_day),
        "PieceRef": names.document,
        "PieceDate": _day(opening.first_day),
        "ValidDate": _day(opening.validated_on),
    }
    for row in opening.rows:
        cells = {
            "CompteNum": row.account,
            "CompteLib": style.accounts.name(row.account, row.role),
            "EcritureLib": " ".join(filter(None, (names.narration, row.key))),
            **_of_customer(row.customer, style),
            **_amounts(int(row.amount_minor), style),
            **_letter(row),
        }
        yield _line(common | cells)
    for named, balance_minor in _carried_forward(opening, style.names):
        cells = {
            "CompteNum": named.account,
            "CompteLib": named.name,
            "EcritureLib": names.narration,
            **_amounts(balance_minor, style),
        }
        yield _line(common | cells)


def _carried_forward(opening: Opening, names: Names) -> Iterator[tuple[Named, int]]:
    for accounts, balance_minor in (
        (names.earlier_years, opening.earlier_minor),
        (names.last_year, opening.last_year_minor),
    ):
        if balance_minor:
            yield accounts.of(balance_minor), balance_minor


def _leg(number: int, row: Any, style: Style) -> str:
    return _line(
        {
            "JournalCode": style.names.journal_code(row.journal),
            "JournalLib": style.journals.get(row.journal, row.journal),
            "EcritureNum": str(number),
            "EcritureDate": _day(row.posted_on),
            "CompteNum": row.account,
            "CompteLib": style.accounts.name(row.account, row.role),
            "PieceRef": row.document or f"{row.event} {row.position}",
            "PieceDate": _day(row.effective_on),
            "EcritureLib": row.narration,
            "ValidDate": _day(style.local_day(row.recorded_at)),
            **_of_customer(row.customer, style),
            **_amounts(int(row.amount_minor), style),
            **_letter(row),
            **_foreign(row),
        }
    )


def _line(cells: Mapping[str, str]) -> str:
    """Put cells in order; none leaves its line or column, or has blanks at its ends."""
    values = [cells.get(column, "") for column in COLUMNS]
    together = "".join(values)
    if "%" in together or not together.isprintable():
        values = [one_line(value) for value in values]
    line = SEPARATOR.join(values)
    if _BLANK_AT_AN_END.search(line):
        line = SEPARATOR.join(value.strip() for value in values)
    return line


@lru_cache(maxsize=4096)
def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _of_customer(customer: str | None, style: Style) -> dict[str, str]:
    """Return the auxiliary account."""
    if not customer:
        return {}
    return {"CompAuxNum": customer, "CompAuxLib": style.customer_name(customer)}


def _amounts(amount_minor: int, style: Style) -> dict[str, str]:
    return {
        "Debit": amount_text(max(amount_minor, 0), style.exponent),
        "Credit": amount_text(max(-amount_minor, 0), style.exponent),
    }


def _letter(row: Any) -> dict[str, str]:
    if row.closed_at is None:
        return {}
    return {"EcritureLet": letters(row.closed_at), "DateLet": _day(row.closed_on)}


def _foreign(row: Any) -> dict[str, str]:
    if row.foreign_currency is None:
        return {}
    sign = "-" if row.foreign_minor < 0 else ""
    amount = amount_text(abs(row.foreign_minor), row.foreign_exponent)
    return {"Montantdevise": sign + amount, "Idevise": row.foreign_currency}
