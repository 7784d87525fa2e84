"""Commands that change the ledger or show its events: init, record, replay, simulate, import."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ledger import output
from ledger.adopting_command import adopt
from ledger.archive_command import archive
from ledger.audit.cli import audit, seal_if_configured
from ledger.backup_command import backup, restore
from ledger.door import Door
from ledger.import_command import import_
from ledger.options import day_given, moment_given
from ledger.quote_command import quote
from ledger.settlement_command import settlement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ledger.answers import Result
    from ledger.command_file import Line

pass_door = click.make_pass_decorator(Door)
_LONGEST_ID = 200


@click.group()
def commands() -> None:
    """Changing the ledger, and showing its events."""


commands.add_command(quote)
commands.add_command(adopt)
commands.add_command(archive)
commands.add_command(audit)
commands.add_command(backup)
commands.add_command(restore)
commands.add_command(settlement)
commands.add_command(import_)


@commands.command()
@click.option("--entity", default="Unnamed entity", show_default=True, help="The legal entity.")
@click.option("--currency", default="EUR", show_default=True, help="Its functional currency.")
@click.option("--timezone", default="UTC", show_default=True, help="An IANA time zone.")
@click.option("--fiscal-year-start", default="01-01", show_default=True, help="MM-DD.")
@click.option(
    "--simulated",
    is_flag=True,
    help="Take recording times from the commands instead of a clock (demos, tests).",
)
@click.option("--recorded", help="Recording time of the opening, in a simulated ledger.")
@click.option("--grants", is_flag=True, help="Only print the SQL that gives Postgres roles rights.")
@pass_door
def init(
    door: Door,
    entity: str,
    currency: str,
    timezone: str,
    fiscal_year_start: str,
    *,
    simulated: bool,
    recorded: str | None,
    grants: bool,
) -> None:
    """Make a ledger: its tables, its first event, its chart of accounts.

    \b
    Examples:
      acquit init --entity "Example SARL" --timezone Europe/Paris
      acquit init --simulated --ledger sqlite:///demo.db
      acquit init --grants | psql books
    """
    if grants:
        from ledger.store.grants import SQL

        click.echo(SQL, nl=False)
        return
    from ledger.opening import Settings, checked, open_or_recognise

    settings = Settings(entity, currency, timezone, fiscal_year_start, simulated, recorded)
    checked(settings)
    store = door.make_store(door.url)
    try:
        made = open_or_recognise(store, settings)
    finally:
        store.database.close()
    place = store.database.shown
    click.echo(f"Opened a ledger at {place}" if made else f"The ledger at {place} is open already")


@commands.command()
@click.argument("file", type=click.File("rb"))
@click.option("--strict", is_flag=True, help="Stop at the first line that is refused.")
@click.option("--recorded", help="Recording time for lines without one, in a simulated ledger.")
@output.FORMAT
@pass_door
def record(door: Door, file: BinaryIO, form: str, *, strict: bool, recorded: str | None) -> None:
    """Carry out a command file: JSON Lines, one command a line; - is standard input.

    A line that is refused is reported with its number and stores nothing; the others go on. Lines
    that were accepted before change nothing. Exit status 1 if any line was refused.

    \b
    Examples:
      acquit record january.jsonl
      acquit simulate --plans 50 --seed 1 | acquit record -
    """
    from ledger.command_file import lines

    application = door.application
    read = _with_recorded(lines(file), recorded)
    with output.progress_bar("Recording") as progress:
        tally = Tally(form)
        size = _size(file)
        for result in application.record(read, strict=strict):
            tally.count(result)
            if size:
                progress(file.tell(), size)
    tally.print()
    if tally.refused or tally.left_out:
        raise click.exceptions.Exit(1)


def _with_recorded(lines: Iterable[Line], recorded: str | None) -> Iterator[Line]:
    from ledger.command_file import Line

    for line in lines:
        if recorded is None or line.content is None or "recorded" in line.content:
            yield line
        else:
            yield Line(line.number, {**line.content, "recorded": recorded})


def _size(file: BinaryIO) -> int:
    try:
        return Path(file.name).stat().st_size if file.seekable() else 0
    except (OSError, TypeError):
        return 0


def _shown(command_id: str) -> str:
    """Return an id as it may be printed: escaped and cut short where it is not an honest one."""
    short = command_id[:_LONGEST_ID]
    return short if short.isprintable() else ascii(short)


class Tally:
    """Counts answers; refusals go to standard error as they come, or into the JSON at the end."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.counts = {"accepted": 0, "repeated": 0, "refused": 0}
        self.events = 0
        self.refusals: list[dict[str, Any]] = []
        self.left_out = 0

    @property
    def refused(self) -> int:
        """How many lines were refused."""
        return self.counts["refused"]

    def count(self, result: Result) -> None:
        """Count one answer."""
        self.counts[result.verdict.value] += 1
        self.events += result.events
        for failure in result.failures:
            click.echo(f"line {result.number}: plan {failure.plan}: {failure.reason}", err=True)
            self.left_out += 1
        if result.refusal is None:
            return
        known_as = f" (id {_shown(result.command_id)})" if result.command_id else ""
        click.echo(f"line {result.number}{known_as}: {result.refusal}", err=True)
        if self.form != "table":
            self.refusals.append(
                {
                    "line": result.number,
                    "id": result.command_id,
                    "error": result.refusal.code,
                    "message": str(result.refusal),
                }
            )

    def print(self) -> None:
        """Print the totals in the form that was asked for."""
        if self.form == "json":
            output.print_json(
                {
                    "accepted": self.counts["accepted"],
                    "repeated": self.counts["repeated"],
                    "events": self.events,
                    "refused": self.refusals,
                }
            )
        elif self.form == "csv":
            output.print_csv(["line", "id", "error", "message"], self.refusals)
        else:
            click.echo(
                f"{self.counts['accepted']} accepted ({self.events} events), "
                f"{self.counts['repeated']} accepted before, {self.refused} refused"
            )


@commands.command()
@click.option("--through", required=True, metavar="D", help="The last day whose work is done.")
@click.option("--recorded", help="Recording time, in a simulated ledger. Default: that day.")
@output.FORMAT
@pass_door
def day(door: Door, through: str, recorded: str | None, form: str) -> None:
    """Do the work of every day through D: bill what is due, recognise revenue, charge lateness.

    However often it runs, each thing is done once. A plan that cannot be worked on is named and
    stops no other. Exit status 1 if there was any. Where ACQUIT_SIGNING_KEY names a key, what is
    recorded is sealed afterwards.

    \b
    Examples:
      acquit day --through 2026-01-31
      acquit day --through 2026-01-31 --format json
    """
    application = door.application
    recorded_us = moment_given(recorded, application.identity.zone)
    result = application.day(day_given(through), recorded_us)
    failures = [{"plan": found.plan, "reason": found.reason} for found in result.failures]
    sealed = seal_if_configured(door)
    if form == "json":
        value = {"through": through, "events": result.events, "failures": failures}
        output.print_json({**value, "sealed": sealed})
    elif form == "csv":
        output.print_csv(["plan", "reason"], failures)
    else:
        click.echo(f"Worked through {through}: {result.events} events, {len(failures)} plans left")
        if sealed is not None:
            click.echo(f"Sealed {sealed} events")
    for found in result.failures:
        click.echo(f"plan {found.plan}: {found.reason}", err=True)
    if failures:
        raise click.exceptions.Exit(1)


@commands.group()
def events() -> None:
    """The stored events themselves."""


@events.command("check")
@output.FORMAT
@pass_door
def check_events(door: Door, form: str) -> None:
    """Decode every stored event; report those that cannot be read. Exit status 1 if there are any.

    Run it before and after an upgrade: a program reads what older ones wrote, and never skips what
    a newer one did.

    \b
    Examples:
      acquit events check
      acquit events check --format json
    """
    from ledger.store.event_check import check_all

    columns = ["type", "schema_version", "events", "readable", "first_unreadable", "problem"]
    with output.progress_bar("Decoding") as progress, door.opened.database.reading() as connection:
        rows = check_all(connection, progress)
    if form == "json":
        output.print_json(rows)
    elif form == "csv":
        output.print_csv(columns, rows)
    else:
        cells = [[row[name] for name in columns] for row in rows]
        output.print_table("Stored events", columns, cells)
    if not all(row["readable"] for row in rows):
        raise click.exceptions.Exit(1)


@commands.command()
@click.argument("name")
@output.FORMAT
@pass_door
def replay(door: Door, name: str, form: str) -> None:
    """Show each event of a stream or plan, with the state after it.

    \b
    Examples:
      acquit replay P-1
      acquit replay payment:pay-1 --format json
    """
    from ledger import replaying

    database = door.application.store.database
    with database.reading() as connection:
        steps = replaying.steps(connection, name)
    if form == "json":
        output.print_json([step.as_json() for step in steps])
    else:
        rows = [step.as_row() for step in steps]
        columns = list(replaying.COLUMNS)
        if form == "csv":
            output.print_csv(columns, [dict(zip(columns, row, strict=True)) for row in rows])
        else:
            output.print_table(f"Replay of {name}", columns, rows)


@commands.command()
@click.option("--plans", default=100, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--start",
    default="2025-01-01",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day of sales.",
)
def simulate(plans: int, seed: int, start: datetime) -> None:
    """Print a command file of a hosting company's year of sales; the same seed, the same file.

    \b
    Examples:
      acquit simulate --plans 50 --seed 7 > sales.jsonl
      acquit simulate --plans 50 --seed 7 | acquit record -
    """
    from ledger.simulation import commands as simulated

    opened = 0
    with output.progress_bar("Simulating") as progress:
        for command in simulated(plans, seed, start.date()):
            sys.stdout.write(json.dumps(command, separators=(",", ":")) + "\n")
            if command["command"] == "open_plan":
                opened += 1
                progress(opened, plans)
