"""The file as rows: opened, checked against the map's columns, and numbered by line."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.imports.refusals import ColumnMissing, ColumnTwice, FileUnreadable
from ledger.imports.shapes import ImportMap

_FIRST_LINE = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file that is no blank, with its number; the header has number 1."""

    number: int
    cells: list[str]


@contextmanager
def lines(path: Path, delimiter: str) -> Iterator[Iterator[Line]]:
    """Open a CSV file, plain or .gz, UTF-8 with or without BOM, and go through its lines.

    A quoted value may hold line breaks; its row is numbered by the line it starts on. Raises
    FileUnreadable, also in the middle.
    """
    try:
        with _opened(path) as text:
            yield _numbered(csv.reader(text, delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise FileUnreadable(file=str(path), problem=str(problem)) from problem
    except UnicodeDecodeError as problem:
        found = "it holds bytes that are not UTF-8: save it as UTF-8"
        raise FileUnreadable(file=str(path), problem=found) from problem
    except (OSError, EOFError, zlib.error) as problem:
        raise FileUnreadable(file=str(path), problem=str(problem)) from problem


def header(path: Path, found: Iterator[Line], import_map: ImportMap) -> list[str]:
    """Return the column names. Raises FileUnreadable, ColumnMissing, ColumnTwice."""
    first = next(found, None)
    if first is None or first.number != _FIRST_LINE:
        raise FileUnreadable(file=str(path), problem="its first line is not a header")
    names = [name.strip() for name in first.cells]
    for key, column in import_map.columns.items():
        if column.name not in names:
            raise ColumnMissing(file=str(path), column=column.name, key=f"columns.{key}")
        if names.count(column.name) > 1:
            raise ColumnTwice(file=str(path), column=column.name)
    return names


def _opened(path: Path) -> io.TextIOWrapper:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _numbered(reader: Iterator[list[str]]) -> Iterator[Line]:
    start = _FIRST_LINE
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as problem:
            message = f"line {start}: {problem}"
            raise csv.Error(message) from problem
        if cells is None:
            return
        if cells:
            yield Line(start, cells)
        start = reader.line_num + 1  # type: ignore[attr-defined]
