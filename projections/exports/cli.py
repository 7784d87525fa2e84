"""Commands that write the journal for other programs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ledger import output
from ledger.door import Door
from projections.reporting import (
    BOOK,
    EVER,
    FUNCTIONAL_AMOUNTS,
    journal_at_options,
    own_currency,
    pass_door,
    reporting,
    stamp,
)

if TYPE_CHECKING:
    from projections.journal_report import JournalFilter
    from projections.rows import EntryRow

_ENTRIES_A_REPORT = 200


@click.group()
def export() -> None:
    """Write the journal for other programs."""


@export.command()
@click.argument("path")
@journal_at_options
@BOOK
@FUNCTIONAL_AMOUNTS
@pass_door
def beancount(
    door: Door,
    path: str,
    as_of: str | None,
    known_at: str | None,
    book: str,
    *,
    functional: bool,
) -> None:
    """Write a Beancount file, month-end balance assertions included; - is standard output.

    \b
    Example:
      acquit export beancount ledger.beancount && bean-check ledger.beancount
    """
    from projections.exports import beancount as exporter
    from projections.journal_report import JournalFilter

    wanted = JournalFilter(book, functional=own_currency(door, functional))
    _export(door, exporter.lines, path, (as_of, known_at), wanted)


@export.command()
@click.argument("path")
@journal_at_options
@BOOK
@FUNCTIONAL_AMOUNTS
@pass_door
def hledger(
    door: Door,
    path: str,
    as_of: str | None,
    known_at: str | None,
    book: str,
    *,
    functional: bool,
) -> None:
    """Write a journal for hledger and Ledger, month-end assertions included; - is standard output.

    \b
    Example:
      acquit export hledger ledger.journal && hledger -f ledger.journal check --strict
    """
    from projections.exports import hledger as exporter
    from projections.journal_report import JournalFilter

    wanted = JournalFilter(book, functional=own_currency(door, functional))
    _export(door, exporter.lines, path, (as_of, known_at), wanted)


def _export(
    door: Door,
    lines: Any,
    path: str,
    chosen: tuple[str | None, str | None],
    wanted: JournalFilter,
) -> None:
    from projections.journal_report import entry_count, exponents
    from projections.journal_report import journal as report_journal

    as_of, known_at = chosen
    with reporting(door, as_of or EVER, known_at) as report:
        chart = report.books.newest(report.require(wanted.book))
        total = entry_count(report.connection, report.at, wanted)
        at = stamp(door, report.at, bounded=as_of is not None)
        title = f"{door.opened.identity.opened.entity}, book {wanted.book}, {at}"
        currencies = exponents(report.connection, wanted)
        with output.progress_bar("Exporting") as progress:
            entries = report_journal(report.connection, report.at, wanted, by_day=True)
            seen = _counted(entries, lambda done: progress(done, total))
            count = _write(path, lines(chart, seen, title, currencies))
    if path != "-":
        click.echo(f"Wrote {count} lines to {path}")


def _counted(entries: Iterable[EntryRow], report: Callable[[int], None]) -> Iterator[EntryRow]:
    for done, entry in enumerate(entries, 1):
        yield entry
        if done % _ENTRIES_A_REPORT == 0:
            report(done)


def _write(path: str, lines: Iterable[str]) -> int:
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
