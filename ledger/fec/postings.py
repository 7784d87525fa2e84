"""The lines of a FEC as postings: what an account moved, for whom, and what is wrong with the rest.

Only what a balance needs is read, and read as leniently as the tax office's own program does; but a
line that cannot be read makes every balance doubtful, so each is told with its line and column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.fec.amounts import amount_or_zero, parse_sense
from ledger.fec.columns import tolerated_day
from ledger.fec.reading import FecLine, FecText

_NEEDED = ("EcritureNum", "EcritureDate", "CompteNum")


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be read: in which line, in which column (None: the line, or the whole file)."""

    line: int | None
    column: str | None
    problem: str

    @property
    def text(self) -> str:
        """The fault as it is said."""
        places = (
            None if self.line is None else f"line {self.line}",
            None if self.column is None else f"column {self.column}",
        )
        place = ", ".join(filter(None, places))
        return f"{place}: {self.problem}" if place else self.problem


@dataclass(frozen=True, slots=True)
class FecPosting:
    """A line that was read. `on` is the day of the document, `posted_on` that of the entry."""

    line: int
    account: str
    name: str
    customer: str
    number: str
    document: str
    posted_on: date
    on: date
    letter: str
    debit: Decimal
    credit: Decimal

    @property
    def amount(self) -> Decimal:
        """Debit less credit."""
        return self.debit - self.credit


def read_postings(fec: FecText) -> tuple[list[FecPosting], list[Fault]]:
    """Return the postings of a file, and every fault in it."""
    faults = list(_of_header(fec))
    if faults:
        return [], faults
    postings = []
    for line in fec.lines:
        found = list(_of_line(fec, line))
        if found:
            faults += found
        else:
            postings.append(_posting(fec, line))
    if not faults:
        faults += _of_sums(postings)
    return postings, faults


def _of_header(fec: FecText) -> Iterator[Fault]:
    if fec.is_empty:
        yield Fault(None, None, "the file holds no entries")
    for column in (*_NEEDED, *(("Montant", "Sens") if fec.signed else ("Debit", "Credit"))):
        if column not in fec.at:
            yield Fault(1, column, "the header does not have it")


def _of_line(fec: FecText, line: FecLine) -> Iterator[Fault]:
    if len(line.cells) != fec.columns:
        count = len(line.cells)
        yield Fault(line.number, None, f"it has {count} fields, the header {fec.columns}")
        return
    for column in _NEEDED:
        if not fec.cell(line, column):
            yield Fault(line.number, column, "it is empty")
    for column in ("EcritureDate", "PieceDate"):
        text = fec.cell(line, column)
        if text and tolerated_day(text) is None:
            yield Fault(line.number, column, f"{text!r} is no day, as 20261231 is")
    for column in ("Montant",) if fec.signed else ("Debit", "Credit"):
        text = fec.cell(line, column)
        if amount_or_zero(text) is None:
            yield Fault(line.number, column, f"{text!r} is not an amount, as 1200,00 is")
    if fec.signed and parse_sense(fec.cell(line, "Sens")) is None:
        text = fec.cell(line, "Sens")
        yield Fault(line.number, "Sens", f"{text!r} is neither D nor C, +1 nor -1")


def _posting(fec: FecText, line: FecLine) -> FecPosting:
    """Return a line in which nothing is wrong."""
    debit, credit = fec.debit_and_credit(line) or (Decimal(0), Decimal(0))
    posted_on = tolerated_day(fec.cell(line, "EcritureDate")) or date.min
    return FecPosting(
        line=line.number,
        account=fec.cell(line, "CompteNum"),
        name=fec.cell(line, "CompteLib"),
        customer=fec.cell(line, "CompAuxNum"),
        number=fec.cell(line, "EcritureNum"),
        document=fec.cell(line, "PieceRef"),
        posted_on=posted_on,
        on=tolerated_day(fec.cell(line, "PieceDate")) or posted_on,
        letter=fec.cell(line, "EcritureLet"),
        debit=debit,
        credit=credit,
    )


def _of_sums(postings: Iterable[FecPosting]) -> Iterator[Fault]:
    debit, credit = Decimal(0), Decimal(0)
    for posting in postings:
        debit += posting.debit
        credit += posting.credit
    if debit != credit:
        yield Fault(None, None, f"debits come to {debit}, credits to {credit}: it is not whole")
