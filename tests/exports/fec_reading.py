"""A FEC written from a ledger and read back, for what must hold of every one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bootstrap import Acquit
from ledger.events import LEDGER_STREAM
from ledger.fec.columns import COLUMNS
from ledger.fec.reading import read_text
from ledger.fec.years import FiscalYear, fiscal_year
from ledger.store.log import read_stream
from projections.balances_report import balances
from projections.coordinates import Coordinates, resolve
from projections.exports.fec_check import Finding, check_fec
from projections.exports.fec_source import FecSource
from projections.exports.fec_target import lawful_name
from projections.journal_report import JournalFilter
from projections.projection import Books

SIREN = "123456789"
Cells = dict[str, str]
Balances = dict[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Written:
    """A file: whose year, what is found in it, its lines by column."""

    year: FiscalYear
    findings: list[Finding]
    rows: list[Cells]

    @property
    def opening(self) -> list[Cells]:
        """The lines of the entry that opens the year."""
        return [row for row in self.rows if row["JournalCode"] == "AN"]

    @property
    def moved(self) -> list[Cells]:
        """All other lines."""
        return [row for row in self.rows if row["JournalCode"] != "AN"]


def written(acquit: Acquit, day: date, start: str = "01-01") -> Written:
    """Write the fiscal year of a day as of a ledger whose years have this start, and read it back.

    Raises ExportError.
    """
    acquit.engine.catch_up()
    opened = replace(acquit.identity.opened, fiscal_year_start=start)
    identity = replace(acquit.identity, opened=opened)
    year = fiscal_year(day, start)
    with acquit.database.reading() as connection:
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        position = resolve(connection, identity).position
        source = FecSource(connection, books, identity, position)
        lines = list(source.lines(source.wanted("pcg", year), lambda _done, _total: None))
    return read_back(lawful_name(SIREN, year), year, "\n".join(lines).encode())


def read_back(name: str, year: FiscalYear, data: bytes) -> Written:
    """Read a file."""
    fec = read_text(data)
    rows = [dict(zip(COLUMNS, line.cells, strict=True)) for line in fec.lines]
    return Written(year, check_fec(name, data), rows)


def amount(row: Cells) -> Decimal:
    """Return a line's amount, debit positive."""
    return Decimal(row["Debit"].replace(",", ".")) - Decimal(row["Credit"].replace(",", "."))


def turnovers(rows: Iterable[Cells]) -> Balances:
    """Return debit and credit by account."""
    sums: Balances = {}
    for row in rows:
        debit, credit = sums.get(row["CompteNum"], (Decimal(0), Decimal(0)))
        value = amount(row)
        sums[row["CompteNum"]] = debit + max(value, Decimal(0)), credit - min(value, Decimal(0))
    return sums


def ledger_turnovers(
    acquit: Acquit, since: date | None, as_of: date
) -> dict[str, tuple[str, Decimal, Decimal]]:
    """Return what the trial balance says by account, in euros: role, debit, credit."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        here = resolve(connection, acquit.identity)
        at = Coordinates(as_of, here.known_at_us, here.position)
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        rows = balances(connection, books, at, JournalFilter("pcg", since, None, "EUR"))
    return {
        row["account"]: (row["role"], Decimal(row["debit"]), Decimal(row["credit"]))
        for row in rows
        if row["currency"] == "EUR"
    }


def balance_of(rows: Iterable[Cells]) -> dict[str, Decimal]:
    """Return what accounts stand at, those at nothing left out."""
    sums = {number: debit - credit for number, (debit, credit) in turnovers(rows).items()}
    return {number: balance for number, balance in sums.items() if balance}


def unmatched(rows: Iterable[Cells]) -> dict[tuple[str, ...], Decimal]:
    """Return the letters, by account and customer, whose lines do not come to nothing."""
    sums: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        if row["EcritureLet"]:
            key = (row["CompteNum"], row["CompAuxNum"], row["EcritureLet"])
            sums[key] = sums.get(key, Decimal(0)) + amount(row)
    return {key: total for key, total in sums.items() if total}
