"""Commands that write the journal for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from ledger.progress import counted
from projections.exports.fec_export_command import fec
from projections.exports.parquet_command import parquet
from projections.exports.writing import write
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


@click.group()
def export() -> None:
    """Write the journal for other programs."""


export.add_command(fec)
export.add_command(parquet)


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


@export.command(name="csv")
@click.argument("path")
@journal_at_options
@BOOK
@FUNCTIONAL_AMOUNTS
@pass_door
def journal_csv(
    door: Door,
    path: str,
    as_of: str | None,
    known_at: str | None,
    book: str,
    *,
    functional: bool,
) -> None:
    """Write a CSV file, one line a leg, with both dates; - is standard output.

    \b
    Example:
      acquit export csv journal.csv --book pcg --as-of 2026-12-31
    """
    from projections.exports import journal_csv as exporter
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
            seen = counted(entries, lambda done: progress(done, total))
            count = write(path, lines(chart, seen, title, currencies))
    if path != "-":
        click.echo(f"Wrote {count} lines to {path}")
