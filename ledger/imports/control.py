"""The control total: what the file itself adds up to, before anybody makes sense of its rows.

This is a reading of its own, so that what the commands carry can be compared with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ledger.imports.cells import Row
from ledger.imports.shapes import ImportMap
from ledger.imports.source import header, lines


@dataclass(frozen=True, slots=True)
class Control:
    """The number of rows, and the sum of their readable amounts, also by currency as written."""

    rows: int
    total: Decimal
    by_currency: dict[str, Decimal]


def control(import_map: ImportMap, path: Path) -> Control:
    """Add up the map's amount over all rows; one that cannot be read counts 0.

    So does a row with too many or too few columns, since nobody knows which of them is the amount.
    Raises FileUnreadable, ColumnMissing, ColumnTwice.
    """
    count, total = 0, Decimal(0)
    by_currency: defaultdict[str, Decimal] = defaultdict(Decimal)
    needed = {*import_map.shape.amount, "currency"} & import_map.columns.keys()
    with lines(path, import_map.delimiter) as found:
        names = header(path, found, import_map)
        columns = {field: import_map.columns[field] for field in needed}
        at = {field: names.index(column.name) for field, column in columns.items()}
        for line in found:
            count += 1
            if len(line.cells) != len(names):
                continue
            values = {field: columns[field].value(line.cells[index]) for field, index in at.items()}
            amount = Row(line.number, values, import_map).worth()
            total += amount
            by_currency[import_map.currency or values["currency"]] += amount
    return Control(count, total, dict(by_currency))
