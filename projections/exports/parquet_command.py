"""The command `acquit export parquet`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from ledger.progress import counted
from projections.exports.whole_file import is_pipe, whole_file
from projections.reporting import (
    BOOK,
    EVER,
    FUNCTIONAL_AMOUNTS,
    Report,
    journal_at_options,
    own_currency,
    pass_door,
    reporting,
)

if TYPE_CHECKING:
    from typing import IO


@click.command()
@click.argument("path")
@journal_at_options
@BOOK
@FUNCTIONAL_AMOUNTS
@pass_door
def parquet(
    door: Door,
    path: str,
    as_of: str | None,
    known_at: str | None,
    book: str,
    *,
    functional: bool,
) -> None:
    """Write the journal as a Parquet file, a row a posting; - is standard output.

    Amounts are in minor units, beside currency and exponent. Needs acquit[archive].

    \b
    Example:
      acquit export parquet journal.parquet --book pcg
    """
    from projections.exports import parquet as exporter
    from projections.journal_report import JournalFilter, entry_count, journal

    wanted = JournalFilter(book, functional=own_currency(door, functional))
    with reporting(door, as_of or EVER, known_at) as report:
        report.require(book)
        about = _about(door, report, wanted.book, functional=functional, as_of=as_of)
        total = entry_count(report.connection, report.at, wanted)
        with output.progress_bar("Exporting") as progress:
            entries = journal(report.connection, report.at, wanted, by_day=True)
            seen = counted(entries, lambda done: progress(done, total))
            count = _written(path, lambda file: exporter.write(file, seen, about))
    if path != "-":
        click.echo(f"Wrote {count} postings to {path}")


def _about(
    door: Door, report: Report, book: str, *, functional: bool, as_of: str | None
) -> Mapping[str, Any]:
    """Say of what a file is: of which ledger, book and moment."""
    opened = door.opened.identity.opened
    return {
        "ledger": opened.ledger_id,
        "entity": opened.entity,
        "simulated": opened.simulated,
        "book": book,
        "functional": functional,
        "as_of": None if as_of is None else report.at.as_of.isoformat(),
        "known_at": report.at.known_at,
        "position": report.at.position,
    }


def _written(path: str, write: Callable[[IO[bytes]], int]) -> int:
    """Write a file that appears whole or not at all; a pipe gets it once it is."""
    if path != "-" and not is_pipe(path):
        with whole_file(path, "wb") as file:
            return write(file)
    with tempfile.TemporaryFile() as file:
        count = write(file)
        file.seek(0)
        if path == "-":
            shutil.copyfileobj(file, sys.stdout.buffer)
        else:
            with Path(path).open("wb") as pipe:
                shutil.copyfileobj(file, pipe)
    return count
