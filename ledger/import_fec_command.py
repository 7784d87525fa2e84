"""`acquit import fec`: opens what customers owe at the end of a FEC."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from ledger.import_rows_command import print_summary, require_taken, summary_of, write_findings
from ledger.options import day_given

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from ledger.fec.open_items import AccountBalance
    from ledger.fec.postings import Fault, FecPosting
    from ledger.importing import Carried

_FAULTS_SAID = 10
_FIGURES = ("debit", "credit", "balance", "taken")
_COLUMNS = ("account", "name", *_FIGURES)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--accounts",
    multiple=True,
    default=("411",),
    show_default=True,
    help="The beginning of the accounts that customers owe on; may be given again.",
)
@click.option(
    "--on",
    metavar="D",
    help="The day of the opening. Default: that in FILE's name, or of its last entry if later.",
)
@click.option(
    "--due-days",
    default=0,
    show_default=True,
    type=click.IntRange(0, 3650),
    help="How many days after its document an item is due: a FEC does not say.",
)
@click.option("--prefix", default="FEC-", show_default=True, help="In front of plans and ids.")
@click.option(
    "--findings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to list the lines that were not taken. Default: FILE's name + .findings.csv, here.",
)
@output.FORMAT
@click.pass_obj
def fec(
    door: Door,
    file: Path,
    accounts: tuple[str, ...],
    on: str | None,
    due_days: int,
    prefix: str,
    findings: Path | None,
    form: str,
) -> None:
    """Open what customers owe at the end of a FEC, item by item, with document and day.

    Lines that a letter matches are done with; other payments pay the oldest invoices. A file in
    which anything cannot be read is not taken at all, and each fault is told with its line and
    column. The report is the trial balance of the file, and what of it was taken. Running it again
    changes nothing. Exit status 1 if anything was not taken.

    \b
    Examples:
      acquit import fec 123456789FEC20251231.txt
      acquit import fec 123456789FEC20251231.txt --accounts 411 --accounts 416 --due-days 30
    """
    from ledger.fec.open_items import Opening, openings, trial_balance
    from ledger.fec.postings import read_postings
    from ledger.fec.reading import read_text
    from ledger.fields import currency_exponent
    from ledger.importing import carry

    listing = findings or Path(f"{file.name}.findings.csv")
    if listing.exists() and listing.samefile(file):
        message = "the findings would overwrite the file: name another file"
        raise click.UsageError(message)
    postings, faults = read_postings(read_text(file.read_bytes()))
    if faults:
        _refuse(file, faults)
    currency = door.opened.identity.opened.functional_currency
    day = day_given(on) if on else _last_day(file, postings)
    exponent = currency_exponent(currency)
    opening = Opening(accounts, day, currency, exponent, prefix, due_days)
    imported = openings(postings, opening)
    with output.progress_bar("Importing") as progress:
        carried = carry(door.application, imported, progress)
    write_findings(listing, carried.findings)
    rows = trial_balance(postings)
    _count_taken(rows, postings, opening.takes, carried)
    summary = {"on": day.isoformat(), **summary_of(carried, listing)}
    _print(rows.values(), carried, summary, form)


def _refuse(file: Path, faults: Sequence[Fault]) -> None:
    """Say what is wrong with the file. Raises Exit."""
    for fault in faults[:_FAULTS_SAID]:
        click.echo(f"{file}: {fault.text}", err=True)
    if len(faults) > _FAULTS_SAID:
        click.echo(f"{file}: and {len(faults) - _FAULTS_SAID} more", err=True)
    click.echo("Nothing was taken: every balance would be doubtful.", err=True)
    raise click.exceptions.Exit(1)


def _last_day(file: Path, postings: Sequence[FecPosting]) -> date:
    """Return the last day of the year, or of the entries if they go on behind it."""
    from ledger.fec.columns import parse_name

    last = max(posting.posted_on for posting in postings)
    named = parse_name(file.name)
    return max(last, named.closed_on) if named else last


def _count_taken(
    rows: Mapping[str, AccountBalance],
    postings: Iterable[FecPosting],
    takes: Callable[[str], bool],
    carried: Carried,
) -> None:
    """Note how much of each account's balance stands in the ledger now."""
    left = {finding.line: finding.amount for finding in carried.findings}
    for posting in postings:
        if takes(posting.account):
            rows[posting.account].taken += posting.amount - left.get(posting.line, 0)


def _print(
    rows: Iterable[AccountBalance], carried: Carried, summary: dict[str, Any], form: str
) -> None:
    listed = [{name: str(getattr(row, name)) for name in _COLUMNS} for row in rows]
    if form == "json":
        output.print_json({**summary, "accounts": listed})
    elif form == "csv":
        output.print_csv(_COLUMNS, listed)
    else:
        totals = [str(sum((Decimal(row[name]) for row in listed), Decimal(0))) for name in _FIGURES]
        cells = [list(row.values()) for row in listed]
        output.print_table("Accounts of the file", _COLUMNS, cells, ["", "total", *totals])
        print_summary(summary)
    require_taken(carried)
