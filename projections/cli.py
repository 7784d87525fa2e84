"""Commands that report: balances, aging, journal, statement, check; some have their own files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from ledger import output
from ledger.door import Door
from projections.closing.close_command import close, reopen
from projections.doctor_command import doctor
from projections.explaining.explain_command import explain
from projections.explaining.figures_command import print_account, print_items
from projections.exports.cli import export
from projections.exports.fec_check_command import check_files
from projections.provisioning.provision_command import provision
from projections.querying.query_command import query
from projections.rebuilding.projections_command import projections
from projections.reporting import (
    BOOK,
    EVER,
    FUNCTIONAL_AMOUNTS,
    at_options,
    journal_at_options,
    own_currency,
    pass_door,
    reporting,
    stamp,
)
from projections.revaluing.revalue_command import revalue
from projections.subjects.subject_command import subject
from projections.tax_command import tax


@click.group()
def commands() -> None:
    """Reports."""


@commands.command()
@click.option("--from", "since", metavar="D", help="Turnovers from a day on.")
@at_options
@BOOK
@click.option("--plan", help="Of one plan.")
@click.option("--explain", metavar="ACCOUNT", help="Every event behind an account (or role).")
@FUNCTIONAL_AMOUNTS
@output.FORMAT
@pass_door
def balances(
    door: Door,
    since: str | None,
    as_of: str | None,
    known_at: str | None,
    book: str,
    plan: str | None,
    explain: str | None,
    form: str,
    *,
    functional: bool,
) -> None:
    """Print the trial balance: turnovers and balance of every account that moved.

    By default in every currency that moved; --functional values all in the ledger's own.
    --explain prints the postings of one account instead, with a running sum that ends in the
    figure of the report.

    \b
    Examples:
      acquit balances --as-of 2026-03-31
      acquit balances --from 2026-01-01 --as-of 2026-03-31 --known-at 2026-04-05 --format json
      acquit balances --explain receivable --as-of 2026-03-31
    """
    from projections.balances_report import balances as report_balances
    from projections.coordinates import parse_day
    from projections.journal_report import JournalFilter

    with reporting(door, as_of, known_at) as report:
        first = parse_day(since) if since else None
        wanted = JournalFilter(report.require(book), first, plan, own_currency(door, functional))
        if explain is not None:
            print_account(form, stamp(door, report.at), report, wanted, explain)
            return
        rows = report_balances(report.connection, report.books, report.at, wanted)
        title = f"Balances, {stamp(door, report.at)}"
    columns = ["account", "role", "name", "currency", "debit", "credit", "balance"]
    _print(form, title, columns, rows)


def _print(form: str, title: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    if form == "json":
        output.print_json(rows)
    elif form == "csv":
        output.print_csv(columns, rows)
    else:
        output.print_table(title, columns, [[row[name] for name in columns] for row in rows])


@commands.command()
@at_options
@click.option(
    "--by",
    type=click.Choice(["charge", "instalment", "plan", "customer", "offer"]),
    default="charge",
    show_default=True,
    help="One row for each.",
)
@click.option("--edges", default="30,60,90", show_default=True, help="Upper edges of the buckets.")
@click.option(
    "--explain",
    metavar="CHARGE|PLAN|CUSTOMER",
    help="Every movement behind its outstanding figures; a PAYMENT too.",
)
@output.FORMAT
@pass_door
def aging(
    door: Door,
    as_of: str | None,
    known_at: str | None,
    by: str,
    edges: str,
    explain: str | None,
    form: str,
) -> None:
    """Print receivables by age, from the due date; upper edges inclusive, tax included.

    By instalment, its interest and fee are in its row, and what belongs to none is in one of its
    plan. --explain prints the movements behind each outstanding figure by charge instead, with a
    running sum that ends in it.

    \b
    Examples:
      acquit aging --as-of 2026-03-31 --by customer
      acquit aging --as-of 2026-03-31 --known-at 2026-03-31 --format json
      acquit aging --as-of 2026-03-31 --by offer --format csv
      acquit aging --as-of 2026-03-31 --explain P-1
    """
    from projections.aging import aging as report_aging
    from projections.aging import parse_edges

    if explain is not None and by != "charge":
        message = f"--explain shows figures by charge: leave --by {by} out"
        raise click.UsageError(message)
    days = parse_edges(edges)
    with reporting(door, as_of, known_at) as report:
        if explain is not None:
            print_items(form, stamp(door, report.at), report, days, explain)
            return
        value = report_aging(report.connection, report.at, by=by, edges=days)
        title = f"Aging, {stamp(door, report.at)}"
    if form == "json":
        output.print_json(value)
    elif form == "csv":
        own = ("offer",) if by == "offer" else ()
        output.print_csv([*own, *_AGING_COLUMNS], value["rows"])
    else:
        _print_aging(title, value, by)


_AGING_COLUMNS = (
    "currency",
    "customer",
    "plan",
    "instalment",
    "charge",
    "kind",
    "state",
    "document",
    "due_on",
    "days_overdue",
    "bucket",
    "outstanding",
)
_BY = {
    "charge": ("currency", "customer", "charge", "document", "due_on", "bucket", "outstanding"),
    "instalment": ("currency", "customer", "plan", "instalment", "bucket", "outstanding"),
    "plan": ("currency", "customer", "plan", "bucket", "outstanding"),
    "customer": ("currency", "customer", "bucket", "outstanding"),
    "offer": ("currency", "offer", "bucket", "outstanding"),
}


def _print_aging(title: str, value: dict[str, Any], by: str) -> None:
    columns = _BY[by]
    output.print_table(title, columns, [[row[name] for name in columns] for row in value["rows"]])
    totals = value["totals"]
    if totals:
        names = list(totals[0])
        output.print_table("Totals", names, [list(row.values()) for row in totals])


@commands.command()
@click.option("--from", "since", metavar="D", help="Posted from a day on.")
@click.option("--to", "until", metavar="D", help="Posted up to a day (the same as --as-of).")
@journal_at_options
@click.option("--plan", help="Entries that touch a plan.")
@BOOK
@FUNCTIONAL_AMOUNTS
@output.FORMAT
@pass_door
def journal(
    door: Door,
    since: str | None,
    until: str | None,
    as_of: str | None,
    known_at: str | None,
    plan: str | None,
    book: str,
    form: str,
    *,
    functional: bool,
) -> None:
    """Print the journal: every entry with its legs and the event it comes from.

    By default each in its own currency; --functional values all in the ledger's own, with what
    was gained or lost on exchange.

    \b
    Examples:
      acquit journal --plan P-1
      acquit journal --from 2026-01-01 --to 2026-01-31 --format json
    """
    from projections.coordinates import parse_day
    from projections.journal_report import JournalFilter, entry_json
    from projections.journal_report import journal as report_journal

    with reporting(door, until or as_of or EVER, known_at) as report:
        first = parse_day(since) if since else None
        wanted = JournalFilter(report.require(book), first, plan, own_currency(door, functional))
        entries = report_journal(report.connection, report.at, wanted)
        rows: Iterable[dict[str, Any]] = (entry_json(entry) for entry in entries)
        if form == "json":
            output.print_json_stream(rows)
        elif form == "csv":
            output.print_csv(_LEG_COLUMNS, _legs(rows))
        else:
            shown = ([row[name] for name in _SHOWN_LEG] for row in _legs(rows))
            output.print_table(
                f"Journal, {stamp(door, report.at, bounded=bool(until or as_of))}",
                _SHOWN_LEG,
                shown,
            )


_ENTRY_COLUMNS = (
    "position",
    "book",
    "posted_on",
    "effective_on",
    "recorded_at",
    "event",
    "stream",
    "journal",
    "document",
    "narration",
)
_LEG_COLUMNS = (
    *_ENTRY_COLUMNS,
    "account",
    "role",
    "currency",
    "amount",
    "customer",
    "plan",
    "charge",
)
_SHOWN_LEG = ("position", "posted_on", "event", "account", "role", "amount", "currency", "charge")


def _legs(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        for leg in row["postings"]:
            yield {**{name: row[name] for name in _ENTRY_COLUMNS}, **leg}


@commands.command()
@click.argument("name", metavar="CUSTOMER|PLAN")
@click.option("--from", "since", metavar="D", help="Movements from a day on; opening before it.")
@at_options
@click.option("--currency", help="Which currency, where there are several.")
@output.FORMAT
@pass_door
def statement(
    door: Door,
    name: str,
    since: str | None,
    as_of: str | None,
    known_at: str | None,
    currency: str | None,
    form: str,
) -> None:
    """Print the account of a customer or a plan: every movement, with the balance after it.

    \b
    Examples:
      acquit statement P-1
      acquit statement C-1 --from 2026-01-01 --as-of 2026-03-31 --format json
    """
    from projections.coordinates import parse_day
    from projections.statement import statement as report_statement

    with reporting(door, as_of, known_at) as report:
        first = parse_day(since) if since else None
        value = report_statement(report.connection, name, report.at, since=first, currency=currency)
        title = f"Statement of {name}, {stamp(door, report.at)}"
    columns = ["on", "event", "document", "charge", "matching", "amount", "balance"]
    if form == "json":
        output.print_json(value)
    elif form == "csv":
        output.print_csv(columns, value["movements"])
    else:
        rows = [[line[name] for name in columns] for line in value["movements"]]
        opening = ["", "Opening", "", "", "", "", value["opening"]]
        footer = ["", "Closing", "", "", "", "", value["closing"]]
        output.print_table(title, columns, [opening, *rows], footer)


@commands.command()
@click.argument("names", nargs=-1, metavar="[NAME]... | fec FILE...")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_door
def check(door: Door, names: tuple[str, ...], form: str) -> None:
    """Check the whole history, or checks by NAME. Exit status 1 if anything is wrong.

    \b
    aging      what is open equals the receivable and credit accounts, event by event
    balances   the daily turnovers equal the postings
    debits     debits equal credits in every entry
    functional in the ledger's own currency too; what is paid is carried at nothing
    hashes     every event is what its leaf hash says
    journal    every entry names its event, every event that posts has its entry
    periods    closed months come to what was recorded; what came late was posted behind them
    positions  positions have no gaps and follow time; streams likewise
    settled    a plan that owes nothing has no tax pending
    tax        tax by rate equals the tax accounts, event by event

    With fec, a file instead: whether it is a FEC as the French tax office asks for (LPF A47 A-1).

    \b
    Examples:
      acquit check
      acquit check aging
      acquit check fec 123456789FEC20261231.txt
    """
    if names[:1] == ("fec",):
        check_files(names[1:], form)
        return
    from projections.checks import CHECKS, run

    unknown = next((name for name in names if name not in CHECKS), None)
    if unknown is not None:
        message = f"unknown check {unknown!r}: known are {', '.join(CHECKS)}, and fec FILE"
        raise click.UsageError(message)
    wanted = list(dict.fromkeys(names)) or list(CHECKS)
    with reporting(door) as report:
        with output.progress_bar("Checking") as progress:
            found = {}
            for done, each in enumerate(wanted):
                progress(done, len(wanted))
                found[each] = run(report.connection, each, report.at.position)
        title = f"Checks, {stamp(door, report.at)}"
    if form == "json":
        output.print_json(
            [{"check": each, "ok": not lines, "findings": lines} for each, lines in found.items()]
        )
    else:
        rows = [
            (each, "holds" if not lines else "FAILS", line)
            for each, lines in found.items()
            for line in (lines or [""])
        ]
        output.print_table(title, ["check", "verdict", "finding"], rows)
    if any(found.values()):
        raise click.exceptions.Exit(1)


_COMMANDS = (
    close,
    doctor,
    explain,
    export,
    projections,
    provision,
    query,
    reopen,
    revalue,
    subject,
    tax,
)
for _command in _COMMANDS:
    commands.add_command(_command)
