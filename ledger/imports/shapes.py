"""The shape of a map: what a kind of rows needs, and what a map then says.

Column names, formats and constants live in maps only; the code knows fields by their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

DueDay = Literal["first", "last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a kind needs of a map.

    `required` and `optional` are fields with a column; those in `dates` also need a date format.
    The amount of a row is the product of the fields in `amount`. `settings` are constants of the
    kind, all of them required.
    """

    required: frozenset[str]
    amount: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name in the header, and an ending that is no part of its values ("17.0")."""

    name: str
    drop_suffix: str = ""

    def value(self, cell: str) -> str:
        """Return a cell without blanks around it and without the ending."""
        return cell.strip().removesuffix(self.drop_suffix)


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How numbers are written: the decimal mark, and a mark between thousands or none."""

    decimal: str = "."
    thousands: str = ""

    def plain(self, text: str) -> str | None:
        """Return `text` as plain digits with a point, or None if it has another form.

        At most 13 digits before the mark and 6 after it, so that a sum over a file stays exact.
        """
        thousands, decimal = re.escape(self.thousands), re.escape(self.decimal)
        grouped = rf"|[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+" if thousands else ""
        match = re.fullmatch(rf"(-?)([0-9]+{grouped})(?:{decimal}([0-9]{{1,6}}))?", text)
        if match is None:
            return None
        sign, before, after = match[1], match[2], match[3]
        digits = before.replace(self.thousands, "") if self.thousands else before
        if len(digits) > 13:  # noqa: PLR2004 - 10**13 of anything is no amount
            return None
        return f"{sign}{digits}.{after}" if after else f"{sign}{digits}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """A checked map. `file` is where it came from, for messages; `decimals` is by currency.

    `currency` is the constant one, None where a column says it. The last five belong to one kind
    each: `epoch` to instalment, `due_days` and `cancellation_prefix` to invoice_line, `cut_off` and
    `due_day` to open_item.
    """

    file: str
    kind: str
    shape: Shape
    prefix: str
    delimiter: str
    columns: Mapping[str, Column]
    date_formats: Mapping[str, str]
    numbers: NumberForm
    currency: str | None
    decimals: Mapping[str, int]
    stamps_recorded: bool
    epoch: date = date.min
    due_days: int = 0
    cancellation_prefix: str = ""
    cut_off: date = date.min
    due_day: DueDay = "last"
