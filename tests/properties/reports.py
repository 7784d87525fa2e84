"""What a ledger says, gathered for comparison: every report as JSON, at any coordinate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from bootstrap import Acquit
from ledger.answers import Result
from ledger.command_file import Line as NumberedLine
from ledger.events import LEDGER_STREAM
from ledger.store.log import read_stream
from ledger.store.schema import command_keys, events
from projections.aging import aging
from projections.balances_report import balances
from projections.coordinates import resolve
from projections.journal_report import JournalFilter, entry_json, journal
from projections.projection import Books
from projections.tax_return import Period, tax_return
from tests.properties.strategies import Line

OWED = {"receivable", "doubtful", "disputed", "unapplied", "customer_credit"}


def record(acquit: Acquit, lines: Iterable[Line]) -> list[Result]:
    """Carry out a command file in batches."""
    numbered = (NumberedLine(number, line) for number, line in enumerate(lines, 1))
    return list(acquit.application.record(numbered))


def execute(acquit: Acquit, lines: Iterable[Line]) -> list[Result]:
    """Carry out a command file line by line."""
    return [acquit.application.execute(line, number) for number, line in enumerate(lines, 1)]


def answers(results: Iterable[Result]) -> list[tuple[Any, ...]]:
    """Return what was answered to each line, in a form that can be compared."""
    return [
        (result.number, result.command_id, result.verdict, result.events, str(result.refusal or ""))
        for result in results
    ]


def log_size(acquit: Acquit) -> int:
    """Return how many events there are."""
    with acquit.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(events)).scalar_one()


def key_known(acquit: Acquit, command_id: str) -> bool:
    """Tell whether the key of a command was stored."""
    query = select(command_keys).where(command_keys.c.command_id == command_id)
    with acquit.database.reading() as connection:
        return connection.execute(query).first() is not None


class View:
    """One ledger at one coordinate, its projections caught up."""

    def __init__(
        self, acquit: Acquit, as_of: str | None = None, known_at: str | None = None
    ) -> None:
        self.acquit, self.as_of, self.known_at = acquit, as_of, known_at
        acquit.engine.catch_up()

    def balances(
        self, plan: str | None = None, book: str = "generic", functional: str | None = None
    ) -> list[dict[str, str]]:
        """Return the trial balance of a book."""
        with self.acquit.database.reading() as connection:
            at = resolve(connection, self.acquit.identity, self.as_of, self.known_at)
            books = Books.of(read_stream(connection, LEDGER_STREAM))
            return balances(connection, books, at, JournalFilter(book, None, plan, functional))

    def aging(self, by: str = "charge") -> dict[str, Any]:
        """Return the aging."""
        with self.acquit.database.reading() as connection:
            at = resolve(connection, self.acquit.identity, self.as_of, self.known_at)
            return aging(connection, at, by=by)

    def journal(self) -> list[dict[str, Any]]:
        """Return the journal."""
        with self.acquit.database.reading() as connection:
            at = resolve(connection, self.acquit.identity, self.as_of, self.known_at)
            return [entry_json(entry) for entry in journal(connection, at, JournalFilter())]

    def tax(self, since: date = date.min, functional: str | None = None) -> dict[str, Any]:
        """Return the VAT return from a day on, with every movement."""
        with self.acquit.database.reading() as connection:
            at = resolve(connection, self.acquit.identity, self.as_of, self.known_at)
            books = Books.of(read_stream(connection, LEDGER_STREAM))
            return tax_return(connection, books, Period(at, since, functional), detail=True)

    def everything(self) -> str:
        """Return all reports as one JSON text, byte for byte what programs get."""
        value = {
            "aging": {level: self.aging(level) for level in ("charge", "plan", "customer")},
            "balances": self.balances(),
            "worth": self.balances(functional="EUR"),
            "journal": self.journal(),
            "tax": self.tax(),
        }
        return json.dumps(value, indent=2, ensure_ascii=False)

    def owed(self) -> dict[str, Decimal]:
        """Return, by currency, what the receivable and credit accounts say together."""
        sums: dict[str, Decimal] = {}
        for row in self.balances():
            if row["role"] in OWED:
                before = sums.get(row["currency"], Decimal(0))
                sums[row["currency"]] = before + Decimal(row["balance"])
        return sums
