"""The entries of a FEC: lines that share an EcritureNum.

An entry balances, has one date and stands in one journal; its number is of no other entry in the
whole file; numbers follow one another, and lines come in the order of validation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from ledger.fec.columns import parse_day, tolerated_day
from ledger.fec.reading import FecLine, FecText
from projections.exports.fec_findings import Found

_NUMBERED = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_MOST_DIGITS = 18


@dataclass(slots=True)
class _Entry:
    """What the lines of one number say, and where the first of them stands."""

    line: int
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    known: bool = True
    days: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    said: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


_ONE_OF_EACH = ("PieceRef", "PieceDate", "ValidDate")


class Entries:
    """Adds up a file's lines by number; `finish` looks at what has come together."""

    def __init__(self, fec: FecText, closed_on: date | None, found: Found) -> None:
        self._fec = fec
        self._closed_on = closed_on
        self._found = found
        self._entries: dict[str, _Entry] = {}
        self._last: str | None = None
        self._validated: date | None = None

    def add(self, line: FecLine) -> None:
        """Take a line that has all its cells."""
        number = self._fec.cell(line, "EcritureNum")
        if number:
            self._add_to(number, line)
        self._check_validation(line)
        self._check_year(line)

    def add_broken(self, line: FecLine) -> None:
        """Take a line whose cells are not known: its entry cannot be added up."""
        number = self._fec.cell(line, "EcritureNum")
        if number:
            self._entries.setdefault(number, _Entry(line.number)).known = False

    def finish(self) -> None:
        """List what is wrong with whole entries."""
        for number, entry in self._entries.items():
            self._check_entry(number, entry)
        self._check_sequence()

    def _add_to(self, number: str, line: FecLine) -> None:
        entry = self._entries.setdefault(number, _Entry(line.number))
        journal, day = self._fec.cell(line, "JournalCode"), self._fec.cell(line, "EcritureDate")
        if number != self._last and journal in entry.days:
            text = f"lines of entry {number} stand apart from its others"
            self._found.once("number", line.number, "EcritureNum", text, "remark")
        self._last = number
        amounts = self._fec.debit_and_credit(line)
        if amounts is None:
            entry.known = False
        else:
            entry.debit += amounts[0]
            entry.credit += amounts[1]
        known_day = tolerated_day(day)
        _note(entry.days[journal], known_day.isoformat() if known_day else day)
        for column in _ONE_OF_EACH:
            _note(entry.said[column], self._fec.cell(line, column))

    def _check_validation(self, line: FecLine) -> None:
        day = parse_day(self._fec.cell(line, "ValidDate"))
        if day is None:
            return
        if self._validated is not None and day < self._validated:
            text = f"validated on {day}, after a line validated on {self._validated}: out of order"
            self._found.error("order", line.number, "ValidDate", text, tolerated=True)
        self._validated = day

    def _check_year(self, line: FecLine) -> None:
        day = parse_day(self._fec.cell(line, "EcritureDate"))
        if day is not None and self._closed_on is not None and day > self._closed_on:
            text = f"{day} is after {self._closed_on}, on which the file's name has the year end"
            self._found.once("year", line.number, "EcritureDate", text, "error")

    def _check_entry(self, number: str, entry: _Entry) -> None:
        journals = list(entry.days)
        if len(journals) > 1:
            text = f"entry {number} stands in journals {', '.join(journals)}: a number has one"
            self._found.error("number", entry.line, "JournalCode", text)
        for days in entry.days.values():
            if len(days) > 1:
                text = f"entry {number} has dates {', '.join(days)}: an entry has one"
                self._found.error("number", entry.line, "EcritureDate", text)
        for column in _ONE_OF_EACH:
            if len(entry.said[column]) > 1 and len(journals) == 1:
                text = f"entry {number} has more than one {column}"
                self._found.once("number", entry.line, column, text, "remark")
        if entry.known and entry.debit != entry.credit:
            text = f"entry {number} does not balance: debit {entry.debit}, credit {entry.credit}"
            self._found.error("balance", entry.line, "Debit", text)

    def _check_sequence(self) -> None:
        """Look for numbers that are left out between the first and the last of a sequence.

        What stands before the last digits of a number tells the sequences apart.
        """
        sequences: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, entry in self._entries.items():
            parts = _NUMBERED.fullmatch(number)
            if parts is not None and len(parts[2]) <= _MOST_DIGITS:
                sequences[parts[1]].append((int(parts[2]), entry.line))
        for sequence in sequences.values():
            sequence.sort()
            for (before, _), (after, line) in pairwise(sequence):
                if after > before + 1:
                    text = f"no entry has a number between {before} and {after}: they follow on"
                    self._found.error("sequence", line, "EcritureNum", text, tolerated=True)


def _note(values: list[str], value: str) -> None:
    if value not in values:
        values.append(value)
