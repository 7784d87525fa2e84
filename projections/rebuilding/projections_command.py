"""The commands `acquit projections ...`: rebuild beside what is live, compare, change over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from projections.reporting import pass_door

if TYPE_CHECKING:
    from projections.projection import Projection
    from projections.rebuilding.comparing import Comparison
    from projections.slots import Slot

_STATUS = ("projection", "version", "slot", "state", "position", "behind", "verdict")
_FOUND = ("projection", "slot", "table", "same", "added", "gone", "changed", "verdict")
_DIFFERENCES = ("table", "kind", "key", "live", "new", "events")
NAMES = click.argument("names", nargs=-1, metavar="[NAME]...")


@click.group()
def projections() -> None:
    """Rebuild read models beside the live ones, compare, change over, go back.

    A rebuild fills a new slot while appends and reports go on. It is compared with the live one row
    by row, changed over to in one transaction, and the old slot stays fed, so that the way back is
    as quick. NAMEs choose projections; by default all.

    \b
    Examples:
      acquit projections rebuild
      acquit projections activate
      acquit projections rollback
      acquit projections drop
    """


@projections.command()
@output.FORMAT
@pass_door
def status(door: Door, form: str) -> None:
    """Show every slot: its state, how far it is, and the last verdict on it.

    \b
    Examples:
      acquit projections status
      acquit projections status --format json
    """
    from projections.rebuilding.status import status_rows

    opened = door.opened
    opened.engine.prepare()
    with opened.database.reading() as connection:
        rows = status_rows(connection)
    _print("Slots of projections", _STATUS, rows, form)


@projections.command()
@NAMES
@click.option("--workers", type=click.IntRange(1, 64), help="Default: as many as are worth it.")
@click.option("--archive", metavar="PATH", help="Read from an archive, as far as it goes.")
@click.option(
    "--engine",
    type=click.Choice(["processes", "dask"]),
    default="processes",
    show_default=True,
    help="What runs the workers.",
)
@click.option("--scheduler", metavar="URL", help="A Dask scheduler, as in tcp://127.0.0.1:8786.")
@output.FORMAT
@pass_door
def rebuild(
    door: Door,
    names: tuple[str, ...],
    workers: int | None,
    archive: str | None,
    engine: str,
    scheduler: str | None,
    form: str,
) -> None:
    """Build projections anew in slots beside the live ones, and compare them with these.

    Cut off, it goes on where it was when it is run again. An event that cannot be read or folded
    stops it, by name. With --archive the events come from Parquet files (acquit archive). With
    --engine dask the work is done by Dask distributed, on this machine or by a scheduler's workers,
    who must reach the database and the archive. Exit status 1 if the new slots differ from the
    live ones.

    \b
    Examples:
      acquit projections rebuild
      acquit projections rebuild journal balances --workers 2
      acquit projections rebuild --archive /mnt/archive --engine dask
    """
    from projections.rebuilding.rebuild import Rebuild
    from projections.slots import prepare_unknown

    if scheduler is not None and engine != "dask":
        message = "--scheduler is for --engine dask"
        raise click.UsageError(message)
    opened, wanted = door.opened, _wanted(door, names)
    with opened.database.writing() as connection:
        prepare_unknown(connection, opened.engine.projections)
    with output.progress_bar("Rebuilding") as progress:
        Rebuild(
            opened.database,
            wanted,
            workers,
            archive=archive,
            on_dask=engine == "dask",
            scheduler=scheduler,
        ).run(progress)
    _compare(door, wanted, form)


@projections.command()
@NAMES
@output.FORMAT
@pass_door
def compare(door: Door, names: tuple[str, ...], form: str) -> None:
    """Compare the new slots with the live ones at one position, and keep the verdict.

    Rows are added (only in the new slot), gone or changed, each with the events that it comes from.
    The checks are run over the new slots, and closed months must come to what was recorded. Exit
    status 1 if anything differs.

    \b
    Examples:
      acquit projections compare
      acquit projections compare journal --format json
    """
    _compare(door, _wanted(door, names), form)


@projections.command()
@NAMES
@click.option("--different", is_flag=True, help="The new rows may differ from the live ones.")
@pass_door
def activate(door: Door, names: tuple[str, ...], *, different: bool) -> None:
    """Make the new slots the live ones, in one transaction. The old ones stay fed.

    They must have been compared and found equal. With --different they may differ, but never in
    what the checks or closed months say.

    \b
    Examples:
      acquit projections activate
      acquit projections activate journal balances --different
    """
    from projections.rebuilding.changing_over import activate as make_live

    opened, wanted = door.opened, _wanted(door, names)
    opened.engine.catch_up()
    with opened.database.writing() as connection:
        made = make_live(connection, wanted, accept=different)
    _say("is live", made)


@projections.command()
@NAMES
@pass_door
def rollback(door: Door, names: tuple[str, ...]) -> None:
    """Make the slots live again that were live before.

    \b
    Examples:
      acquit projections rollback
      acquit projections rollback journal
    """
    from projections.rebuilding.changing_over import roll_back

    opened, wanted = door.opened, _wanted(door, names)
    opened.engine.catch_up()
    with opened.database.writing() as connection:
        made = roll_back(connection, wanted)
    _say("is live again", made)


@projections.command()
@NAMES
@click.option("--slot", "number", type=click.IntRange(1), help="Only the slot of this number.")
@pass_door
def drop(door: Door, names: tuple[str, ...], number: int | None) -> None:
    """Drop the slots that are not live, also those of a rebuild that was not ended.

    It waits until no report reads them any more.

    \b
    Examples:
      acquit projections drop
      acquit projections drop journal --slot 1
    """
    from projections.rebuilding.changing_over import drop as drop_slots

    dropped = drop_slots(door.opened.database, _wanted(door, names), number)
    _say("is dropped", dropped)
    if not dropped:
        click.echo("There is no such slot to drop.")


def _wanted(door: Door, names: Sequence[str]) -> list[Projection]:
    """Return the projections of some names, without any all."""
    known: dict[str, Projection] = {each.name: each for each in door.opened.engine.projections}
    for name in names:
        if name not in known:
            message = f"unknown projection {name!r}: known are {', '.join(known)}"
            raise click.UsageError(message)
    return [known[name] for name in dict.fromkeys(names or known)]


def _compare(door: Door, wanted: Sequence[Projection], form: str) -> None:
    from projections.rebuilding.comparing import compare as compare_slots
    from projections.rebuilding.verdicts import record, report_of

    opened = door.opened
    comparison = compare_slots(opened.engine, wanted)
    with opened.database.writing() as connection:
        record(connection, comparison, opened.application.store.clock_us())
    reports = [report_of(comparison, slot) for slot in comparison.slots]
    if form == "json":
        output.print_json(reports)
    else:
        _print(f"Compared at position {comparison.position}", _FOUND, _found(reports), form)
    if form == "table":
        _show_differences(reports, comparison)
    if not all(report["equal"] for report in reports):
        raise click.exceptions.Exit(1)


def _found(reports: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "projection": report["projection"],
            "slot": report["slot"],
            **{name: table[name] for name in ("table", "same", "added", "gone", "changed")},
            "verdict": "differs" if table["differences"] else "equal",
        }
        for report in reports
        for table in report["tables"]
    ]


def _show_differences(reports: Sequence[dict[str, Any]], comparison: Comparison) -> None:
    rows = [
        {
            "table": table["table"],
            "kind": each["kind"],
            "key": _values(each["key"]),
            **_changed(each),
            "events": "; ".join(each["events"]),
        }
        for report in reports
        for table in report["tables"]
        for each in table["differences"]
    ]
    if rows:
        _print("The first differences", _DIFFERENCES, rows, "table")
    for name, found in comparison.checks.items():
        for line in found:
            click.echo(f"Check {name} FAILS: {line}")
    for line in comparison.months:
        click.echo(f"Closed month not reproduced: {line}")
    if all(report["equal"] for report in reports):
        click.echo("Equal. Make the new slots live with: acquit projections activate")


def _changed(each: dict[str, Any]) -> dict[str, str]:
    """Return what a row is on either side: where both have it, only what differs."""
    live, new = each["live"] or {}, each["new"] or {}
    if live and new:
        names = [name for name in new if live[name] != new[name]]
        live, new = ({name: side[name] for name in names} for side in (live, new))
    return {"live": _values(live), "new": _values(new)}


def _values(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _say(what: str, slots: Sequence[Slot]) -> None:
    for slot in slots:
        click.echo(f"Projection {slot.projection}: slot {slot.number} {what}")


def _print(title: str, columns: Sequence[str], rows: Sequence[dict[str, Any]], form: str) -> None:
    if form == "json":
        output.print_json(list(rows))
    elif form == "csv":
        output.print_csv(list(columns), rows)
    else:
        output.print_table(title, list(columns), [[row[name] for name in columns] for row in rows])
