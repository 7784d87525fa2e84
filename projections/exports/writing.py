"""Writing the lines of an export: a file appears whole or not at all, a pipe gets them at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO

import click

from projections.exports.whole_file import is_pipe, whole_file


def write(path: str, lines: Iterable[str]) -> int:
    """Write lines and return how many; a file appears whole or not at all, a pipe gets them."""
    if path == "-":
        for line in lines:
            click.echo(line)
        return 0
    if is_pipe(path):
        with Path(path).open("w", encoding="utf-8") as pipe:
            return _write_to(pipe, lines)
    with whole_file(path, "w") as file:
        return _write_to(file, lines)


def _write_to(file: IO[str], lines: Iterable[str]) -> int:
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - the last number is the count
        file.write(line + "\n")
    return count
