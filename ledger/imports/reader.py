"""Reading a file through its map: rows in, commands and findings out, checked against the total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path

from ledger.imports.cells import EXACT, Row
from ledger.imports.control import control
from ledger.imports.kinds import KINDS
from ledger.imports.refusals import ColumnCountDiffers, ControlTotalDiffers
from ledger.imports.result import Finding, Imported, Sourced
from ledger.imports.shapes import ImportMap
from ledger.imports.source import header, lines


def read(import_map: ImportMap, csv_path: Path) -> Imported:
    """Read a file through its map.

    The commands come by date, those of one day in the file's order; a bad row becomes a finding.
    Raises FileUnreadable, ColumnMissing, ColumnTwice, ControlTotalDiffers; then nothing is taken.
    """
    with localcontext() as context:
        context.prec = EXACT
        checked = control(import_map, csv_path)
        rows, misshapen = _rows(import_map, csv_path)
        taken = KINDS[import_map.kind].take(import_map, rows)
        taken.findings.extend(misshapen)
        accounted = taken.accounted()
    if accounted != checked.total:
        raise ControlTotalDiffers(
            file=str(csv_path), total=str(checked.total), accounted=str(accounted)
        )
    stamped = [_stamped(import_map, sourced) for sourced in taken.commands]
    return Imported(
        commands=sorted(stamped, key=lambda sourced: str(sourced.command["on"])),
        findings=sorted(taken.findings, key=lambda finding: finding.line),
        total=checked.total,
        currency_totals=checked.by_currency,
        rows=checked.rows,
    )


def _rows(import_map: ImportMap, path: Path) -> tuple[list[Row], list[Finding]]:
    rows, misshapen = [], []
    with lines(path, import_map.delimiter) as found:
        names = header(path, found, import_map)
        at = {field: names.index(column.name) for field, column in import_map.columns.items()}
        for line in found:
            if len(line.cells) != len(names):
                reason = ColumnCountDiffers(count=len(line.cells), expected=len(names))
                misshapen.append(Finding(line.number, str(reason), Decimal(0)))
                continue
            values = {
                field: import_map.columns[field].value(line.cells[index])
                for field, index in at.items()
            }
            rows.append(Row(line.number, values, import_map))
    return rows, misshapen


def _stamped(import_map: ImportMap, sourced: Sourced) -> Sourced:
    """Add the recording time, noon of the command's day, where the map asks for it."""
    if not import_map.stamps_recorded:
        return sourced
    recorded = f"{sourced.command['on']}T12:00:00Z"
    return replace(sourced, command={**sourced.command, "recorded": recorded})
