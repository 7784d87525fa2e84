"""Writing an export: a file appears whole or not at all, a pipe gets its lines as they come."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO, TypeVar

import click

_ROWS_A_REPORT = 200
_Row = TypeVar("_Row")


def counted(rows: Iterable[_Row], report: Callable[[int], None]) -> Iterator[_Row]:
    """Yield the rows; report now and then how many there were."""
    for done, row in enumerate(rows, 1):
        yield row
        if done % _ROWS_A_REPORT == 0:
            report(done)


def write(path: str, lines: Iterable[str]) -> int:
    """Write lines and return how many; a file appears whole or not at all, a pipe gets them."""
    if path == "-":
        for line in lines:
            click.echo(line)
        return 0
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8") as pipe:
            return _write_to(pipe, lines)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _named(part, path) as file:
            count = _write_to(file, lines)
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return count


def _named(part: Path, path: str) -> TextIO:
    """Open the file in which an export grows; what goes wrong is said of the path given."""
    try:
        return part.open("w", encoding="utf-8")
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def _write_to(file: TextIO, lines: Iterable[str]) -> int:
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - the last number is the count
        file.write(line + "\n")
    return count
