"""Reading the bytes of a FEC into lines of cells, whatever is wrong with them.

What it had to put up with (a mark of byte order, another separator, no header) is told beside the
lines, so that a strict reader can refuse it and a lenient one go on.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.fec.amounts import amount_or_zero, parse_sense
from ledger.fec.columns import COLUMNS, KNOWN, same_name

LAWFUL_SEPARATORS = ("\t", "|")
_SEPARATORS = (*LAWFUL_SEPARATORS, ";", ",")
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
BLANK = " "
"""What cells may be filled up with."""


@dataclass(frozen=True, slots=True)
class FecLine:
    """A line of the file; the first has number 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class FecText:
    """A FEC as text: its encoding, its separator, the names in its header, and where they stand.

    `names` are those of the header as written, empty where there is none; `at` gives the place of
    each column that the statute knows; `texts` are the lines behind it.
    """

    encoding: str
    marked: bool
    separator: str
    names: list[str]
    at: dict[str, int]
    texts: list[str]

    @property
    def lines(self) -> Iterator[FecLine]:
        """The lines behind the header, split as they are asked for."""
        for number, text in enumerate(self.texts, 2 if self.names else 1):
            yield FecLine(number, text.split(self.separator))

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands behind the header."""
        return not self.texts

    @property
    def columns(self) -> int:
        """How many cells a line must have."""
        return len(self.names) or len(COLUMNS)

    @property
    def signed(self) -> bool:
        """Whether amounts stand in Montant and Sens."""
        return "Montant" in self.at

    def cell(self, line: FecLine, column: str) -> str:
        """Return a cell, blanks at its ends aside; empty where the file has no such column."""
        place = self.at.get(column)
        return "" if place is None or place >= len(line.cells) else line.cells[place].strip(BLANK)

    def debit_and_credit(self, line: FecLine) -> tuple[Decimal, Decimal] | None:
        """Return the amounts of a line, None where they cannot be read."""
        if not self.signed:
            debit = amount_or_zero(self.cell(line, "Debit"))
            credit = amount_or_zero(self.cell(line, "Credit"))
            return None if debit is None or credit is None else (debit, credit)
        amount = amount_or_zero(self.cell(line, "Montant"))
        sense = parse_sense(self.cell(line, "Sens"))
        if amount is None or sense is None:
            return None
        return (amount, Decimal(0)) if sense > 0 else (Decimal(0), amount)


def read_text(data: bytes) -> FecText:
    """Read the bytes of a file."""
    text, encoding, marked = _decoded(data)
    lines = _lines(text)
    separator = _separator(lines[0]) if lines else LAWFUL_SEPARATORS[0]
    names = _header(lines[0].split(separator)) if lines else []
    behind = lines[1:] if names else lines
    return FecText(encoding, marked, separator, names, _places(names), behind)


def _decoded(data: bytes) -> tuple[str, str, bool]:
    """Return text, encoding, and whether a mark of byte order stood in front."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), "UTF-16", True
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso8859-15"), "ISO 8859-15", False
    return text, "ASCII" if text.isascii() else "UTF-8", marked


def _lines(text: str) -> list[str]:
    """Return the lines; the end of the last one starts no other."""
    lines = _LINE_ENDS.split(text)
    return lines[:-1] if lines[-1] == "" else lines


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _header(cells: Sequence[str]) -> list[str]:
    """Return the names in the first line if it holds any that the statute gives."""
    if not any(same_name(cell) in KNOWN for cell in cells):
        return []
    return [cell.strip() for cell in cells]


def _places(names: list[str]) -> dict[str, int]:
    """Return where each known column stands; the first of its name counts."""
    places: dict[str, int] = {}
    for place, name in enumerate(names or COLUMNS):
        known = KNOWN.get(same_name(name))
        if known is not None:
            places.setdefault(known, place)
    return places
