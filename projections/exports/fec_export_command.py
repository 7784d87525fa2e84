"""`acquit export fec`: a fiscal year for the French tax office, under the name the law wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger import output
from ledger.door import Door
from projections.exports.writing import write
from projections.reporting import Report, pass_door, reporting

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command()
@click.argument("path")
@click.option("--siren", metavar="N", help="Nine digits. Default: those in PATH's name.")
@click.option(
    "--year-end",
    metavar="D",
    help="The last day of the fiscal year. Default: that in PATH's name, or of the present year.",
)
@click.option(
    "--known-at",
    metavar="T",
    help="As known at a moment; a bare day is its end. Default: the last recorded moment.",
)
@click.option("--book", default="pcg", show_default=True, help="Which book.")
@click.option("--names", is_flag=True, help="Customers by name, as invoiced; else by their ids.")
@pass_door
def fec(
    door: Door,
    path: str,
    siren: str | None,
    year_end: str | None,
    known_at: str | None,
    book: str,
    *,
    names: bool,
) -> None:
    """Write a fiscal year as a FEC, the file for the French tax office; - is standard output.

    PATH is a folder, in which the file gets the name that the law wants, or the file. Amounts are
    in the ledger's own currency. The first entry takes over the balances of the year before.

    \b
    Examples:
      acquit export fec 123456789FEC20261231.txt && acquit check fec 123456789FEC20261231.txt
      acquit export fec exports/ --siren 123456789 --year-end 2026-12-31
    """
    from projections.exports.fec_source import FecSource
    from projections.exports.fec_target import chosen_year, fec_target

    target = fec_target(path, siren, year_end)
    with reporting(door, None, known_at) as report:
        identity = door.opened.identity
        year = chosen_year(target, report.at.as_of, identity.opened.fiscal_year_start)
        file = target.file(year)
        called = _names(door, report) if names else str
        fiscal = FecSource(report.connection, report.books, identity, report.at.position, called)
        wanted = fiscal.wanted(report.require(book), year)
        with output.progress_bar("Exporting") as progress:
            count = write(file, fiscal.lines(wanted, progress))
    if path != "-":
        click.echo(f"Wrote {count} lines to {file}")
    if target.misnamed(year):
        click.echo(f"The law wants it named SirenFEC{year.last:%Y%m%d}.txt", err=True)


def _names(door: Door, report: Report) -> Callable[[str], str]:
    """Return what opens the names of customers. Raises KeyStoreError where keys have no place."""
    from projections.subjects.invoiced_names import InvoicedNames

    subjects = door.application.subjects
    subjects.require_store()
    return InvoicedNames(report.connection, subjects).of
