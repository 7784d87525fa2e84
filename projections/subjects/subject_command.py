"""The commands `acquit subject ...`: show, export and forget a person; the key that wraps keys."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from ledger.options import day_given, moment_given
from projections.reporting import pass_door, reporting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from ledger.events import KeyKind
    from ledger.shredding import When
    from projections.reporting import Report

_ON = click.option("--on", metavar="D", help="The day. Default: today, or a simulated ledger's.")
_LEGAL = click.option("--legal", is_flag=True, help="Also as whom invoices were made out.")


@click.group()
def subject() -> None:
    """Personal data: sealed, shown to who may ask, and forgotten."""


@subject.command()
@click.argument("customer")
@_LEGAL
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_door
def show(door: Door, customer: str, form: str, *, legal: bool) -> None:
    """Show what is known of a customer, and until when it is kept.

    \b
    Example:
      acquit subject show C-1
    """
    with _looking(door, customer) as (_report, found):
        value = found(legal)
    if form == "json":
        output.print_json(value)
        return
    rows = [
        (f"{part}.{name}", text) for part in _PARTS for name, text in (value[part] or {}).items()
    ]
    rows += [
        (f"{clock['kind']}: kept until", clock["kept_until"] or "-") for clock in value["kept"]
    ]
    rows += [("shredded", ", ".join(value["shredded"]))] if value["shredded"] else []
    output.print_table(f"Customer {customer}", ["what", "value"], rows)


_PARTS = ("service", "invoiced_as")


@subject.command()
@click.argument("customer")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@_LEGAL
@pass_door
def export(door: Door, customer: str, path: Path, *, legal: bool) -> None:
    """Write what is known of a customer and the whole account as JSON, for who asks for the data.

    \b
    Examples:
      acquit subject export C-1 c-1.json
      acquit subject export C-1 - --legal
    """
    from projections.subjects.report import account

    with _looking(door, customer) as (report, found):
        value = {**found(legal), **account(report.connection, customer, report.at)}
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if str(path) == "-":
        click.echo(text, nl=False)
        return
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"Wrote what is known of customer {customer} into {path}")


@contextmanager
def _looking(
    door: Door, customer: str
) -> Iterator[tuple[Report, Callable[[bool], dict[str, Any]]]]:
    """Give the report's view, and how to show the customer."""
    from functools import partial

    from ledger.shredding import known_customer
    from projections.subjects.report import shown
    from projections.subjects.retention import clocks_of

    application = door.application
    with reporting(door) as report:
        known = known_customer(application, customer)
        start = application.identity.opened.fiscal_year_start
        clocks = clocks_of(report.connection, customer, start)
        show_ = partial(shown, report.connection, application.subjects, known, clocks)
        yield report, lambda legal: show_(legal=legal)


@subject.command()
@_ON
@output.FORMAT
@pass_door
def due(door: Door, on: str | None, form: str) -> None:
    """List what is kept no longer: its clock has run out.

    \b
    Example:
      acquit subject due --on 2036-01-01
    """
    when = _when(door, on, None)
    rows = [
        {"customer": customer, "kind": clock.kind, "kept_until": clock.kept_until}
        for customer, clock in _due(door, when.on)
    ]
    columns = ["customer", "kind", "kept_until"]
    plain = [{**row, "kept_until": str(row["kept_until"])} for row in rows]
    if form == "json":
        output.print_json(plain)
    elif form == "csv":
        output.print_csv(columns, plain)
    else:
        output.print_table("Kept no longer", columns, [list(row.values()) for row in plain])


def _due(door: Door, on: date) -> list[tuple[str, Any]]:
    from ledger.shredding import customers
    from projections.subjects.retention import due as due_of

    application = door.application
    known = customers(application).values()
    with reporting(door) as report:
        start = application.identity.opened.fiscal_year_start
        return due_of(report.connection, known, start, on)


@subject.command()
@click.argument("customer", required=False)
@click.option("--due", "all_due", is_flag=True, help="All whose clocks have run out.")
@_ON
@click.option("--recorded", metavar="T", help="Recording time, in a simulated ledger.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_door
def shred(
    door: Door,
    customer: str | None,
    on: str | None,
    recorded: str | None,
    *,
    all_due: bool,
    yes: bool,
) -> None:
    """Forget a customer: destroy the key of the data, for good. Figures and proofs stay.

    What the law has kept (as whom invoices were made out) goes too where its time is over, else
    later, with --due. Stopped in the middle, the same command ends it.

    \b
    Examples:
      acquit subject shred C-1
      acquit subject shred --due --on 2036-01-01
    """
    from ledger.shredding import shred as shred_keys

    if (customer is None) != all_due:
        message = "name one customer, or give --due"
        raise click.UsageError(message)
    when = _when(door, on, recorded)
    wanted = _wanted(door, customer, when.on)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Destroy keys of {len(wanted)} customers for good?", abort=True)
    for name, kinds in wanted.items():
        done = shred_keys(door.application, name, kinds, when)
        said = f"destroyed {' and '.join(done)}" if done else "nothing left to destroy"
        click.echo(f"customer {name}: {said}")
        if "legal" not in kinds and customer is not None:
            click.echo("what stands on invoices is kept as the law has it: see acquit subject show")


def _wanted(door: Door, customer: str | None, on: date) -> dict[str, list[KeyKind]]:
    """Return which keys are to go: on request service at once, legal where its time is over."""
    from projections.subjects.retention import clocks_of

    wanted: dict[str, list[KeyKind]] = {}
    if customer is None:
        for name, clock in _due(door, on):
            wanted.setdefault(name, []).append(clock.kind)
        return wanted
    with reporting(door) as report:
        start = door.application.identity.opened.fiscal_year_start
        clocks = clocks_of(report.connection, customer, start)
    return {
        customer: [each.kind for each in clocks if each.kind == "service" or each.has_run_out(on)]
    }


def _when(door: Door, on: str | None, recorded: str | None) -> When:
    from ledger.refusals import RecordedNotAllowed
    from ledger.shredding import When, today

    application = door.application
    recorded_us = moment_given(recorded, application.identity.zone)
    if recorded_us is not None and not application.identity.simulated:
        raise RecordedNotAllowed
    return When(day_given(on) if on is not None else today(application).on, recorded_us)


@subject.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def key(path: Path) -> None:
    """Make a wrapping key in a new file, which only its owner may read.

    \b
    Example:
      acquit subject key wrapping.key && acquit subject rewrap --to wrapping.key
    """
    from ledger.subjects.wrapping import make_key

    make_key(path)
    click.echo(f"Made a wrapping key in {path}: keep it away from the keys that it wraps")


@subject.command()
@click.option("--to", "source", required=True, metavar="KEY", help="File, keyring:NAME, or key.")
@pass_door
def rewrap(door: Door, source: str) -> None:
    """Wrap all keys of subjects under another key, all or nothing. Data are not touched.

    Afterwards set ACQUIT_WRAPPING_KEY to the new one; the old one opens nothing any more.

    \b
    Example:
      acquit subject rewrap --to keyring:acquit-2027
    """
    store = door.application.subjects.require_store()
    click.echo(f"Wrapped {store.rewrap(source)} keys anew: set ACQUIT_WRAPPING_KEY to that key")
