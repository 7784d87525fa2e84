"""The commands `acquit close` and `acquit reopen`: months, their checklist, what came late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.audit.cli import seal_if_configured
from ledger.door import Door
from ledger.options import month_given
from projections.reporting import BOOK, pass_door, reporting, stamp

if TYPE_CHECKING:
    from datetime import date

    from ledger.events import PeriodClosed
    from ledger.period import Periods
    from projections.closing.checklist import Point

_RECORDED = click.option("--recorded", help="Recording time, in a simulated ledger.")
_PASSAGE_KEYS = ("account", "role", "currency", "event", "events", "amount")
_ACCOUNT_KEYS = ("book", "account", "currency", "debit", "credit", "balance")


@click.command()
@click.argument("month", required=False)
@click.option("--checklist", "only_check", is_flag=True, help="Show the checklist, close nothing.")
@click.option("--late", metavar="MONTH", help="List what is dated in MONTH and posted behind it.")
@click.option("--list", "listed", is_flag=True, help="List what was closed and reopened.")
@BOOK
@_RECORDED
@output.FORMAT
@pass_door
def close(
    door: Door,
    month: str | None,
    late: str | None,
    book: str,
    recorded: str | None,
    form: str,
    *,
    only_check: bool,
    listed: bool,
) -> None:
    """Close MONTH (as in 2026-01), by default the next one, when the checklist holds.

    All checks must hold and the day's work be done through the month's end. What lies on clearing,
    in transit and unapplied is listed by where it comes from. Then the month's trial balances,
    aging, root and digest are recorded; what comes later is posted to the first open day. Where
    ACQUIT_SIGNING_KEY names a key, all is sealed. Run again, it changes nothing, or goes on where
    it stopped. Exit status 1 if the checklist does not hold or the ledger refuses.

    \b
    Examples:
      acquit close 2026-01
      acquit close --checklist
      acquit close --late 2026-01 --format json
      acquit close --list
    """
    if sum(map(bool, (late, listed, month or only_check or recorded))) > 1:
        message = "--late and --list show one thing each: give them alone"
        raise click.UsageError(message)
    if late is not None:
        _print_late(door, late, book, form)
    elif listed:
        _print_history(door, form)
    else:
        _close(door, month, book, recorded, form, only_check=only_check)


def _print_late(door: Door, month: str, book: str, form: str) -> None:
    from projections.closing.late import LATE_KEYS
    from projections.closing.late import late as late_entries

    through = month_given(month)
    with reporting(door) as report:
        rows = late_entries(report.connection, report.require(book), through)
        title = f"Late for {month}, {stamp(door, report.at, bounded=False)}"
    _print_rows(form, title, LATE_KEYS, rows)


def _print_history(door: Door, form: str) -> None:
    from ledger.events import PERIOD_STREAM
    from ledger.store.log import read_stream
    from projections.closing.history import HISTORY_KEYS, history

    with door.opened.database.reading() as connection:
        rows = history(read_stream(connection, PERIOD_STREAM))
    _print_rows(form, "Months closed and reopened", HISTORY_KEYS, rows)


def _print_rows(
    form: str, title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    if form == "json":
        output.print_json(rows)
    elif form == "csv":
        output.print_csv(columns, rows)
    else:
        output.print_table(title, columns, [[row[name] for name in columns] for row in rows])


def _close(
    door: Door,
    month: str | None,
    book: str,
    recorded: str | None,
    form: str,
    *,
    only_check: bool,
) -> None:
    through = _chosen(door, month)
    periods = _periods(door)
    begun = periods.open_from is not None and through < periods.open_from
    points, passage = ([], []) if begun and not only_check else _looked_at(door, book, through)
    value: dict[str, Any] = {
        "month": through.isoformat()[:7],
        "checklist": [
            {"point": point.name, "ok": point.holds, "findings": list(point.findings)}
            for point in points
        ],
        "passage": passage,
        "closed": None,
        "sealed": None,
    }
    holds = all(point.holds for point in points)
    if holds and not only_check:
        _carry_out(door, "close_period", "close", through, periods, _given(recorded=recorded))
        value |= _figures(door, through)
    _print_close(value, form)
    if not holds:
        for point in points:
            for finding in point.findings:
                click.echo(f"{point.name}: {finding}", err=True)
        raise click.exceptions.Exit(1)


def _chosen(door: Door, month: str | None) -> date:
    """Return the last day of the month to close. Raises UsageError."""
    from projections.closing.history import next_to_close

    if month is not None:
        return month_given(month)
    with reporting(door) as report:
        found = next_to_close(report.connection)
    if found is None:
        message = "nothing was posted yet: name the month to close, as in 2026-01"
        raise click.UsageError(message)
    return found


def _periods(door: Door) -> Periods:
    from ledger.events import PERIOD_STREAM
    from ledger.store.log import read_stream
    from projections.closing.history import periods_of

    with door.opened.database.reading() as connection:
        return periods_of(read_stream(connection, PERIOD_STREAM))


def _looked_at(door: Door, book: str, through: date) -> tuple[list[Point], list[dict[str, object]]]:
    from projections.closing.checklist import check_points, days_work, passage

    with reporting(door) as report:
        points = check_points(report.connection, report.at.position)
        lying = passage(report.connection, report.require(book), through)
    agenda = door.application.agenda
    if agenda is not None:
        points.append(days_work(door.opened.database, agenda, through))
    return points, lying


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def _carry_out(
    door: Door, command: str, verb: str, through: date, periods: Periods, more: Mapping[str, str]
) -> None:
    """Carry out a command on a month; after a refusal, say it and end with status 1."""
    month = through.isoformat()[:7]
    name = f"{verb} {month} {periods.reopenings}"
    line = {"command": command, "id": name, "on": through.isoformat(), **more}
    refusal = door.application.execute(line).refusal
    if refusal is not None:
        click.echo(str(refusal), err=True)
        raise click.exceptions.Exit(1)


def _figures(door: Door, through: date) -> dict[str, Any]:
    """Seal what is recorded; return what the month came to."""
    from ledger.events import PERIOD_STREAM
    from ledger.store.log import read_stream
    from projections.closing.history import closed_json, in_force

    sealed = seal_if_configured(door)
    with door.opened.database.reading() as connection:
        closes = in_force(read_stream(connection, PERIOD_STREAM))
    found: PeriodClosed = next(one for one in closes if one.through == through)
    return {"closed": closed_json(found), "sealed": sealed}


def _print_close(value: Mapping[str, Any], form: str) -> None:
    closed = value["closed"]
    if form == "json":
        output.print_json(value)
        return
    rows = _account_rows(closed)
    if form == "csv":
        output.print_csv(_ACCOUNT_KEYS, rows)
        return
    if value["checklist"]:
        _print_checklist(value)
    if closed is None:
        return
    output.print_table(
        f"Trial balance of {value['month']}",
        _ACCOUNT_KEYS,
        [[row[name] for name in _ACCOUNT_KEYS] for row in rows],
    )
    if closed["aging"]:
        names = list(closed["aging"][0])
        output.print_table("Aging", names, [list(row.values()) for row in closed["aging"]])
    click.echo(f"Closed {value['month']} at position {closed['position']}")
    click.echo(f"Digest {closed['digest']}\nRoot   {closed['root']}")
    if value["sealed"] is not None:
        click.echo(f"Sealed {value['sealed']} events")


def _account_rows(closed: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    books = closed["books"] if closed else []
    return [{"book": book["book"], **row} for book in books for row in book["accounts"]]


def _print_checklist(value: Mapping[str, Any]) -> None:
    rows = [
        (point["point"], "holds" if point["ok"] else "FAILS", finding)
        for point in value["checklist"]
        for finding in point["findings"] or [""]
    ]
    output.print_table(f"Checklist for {value['month']}", ["point", "verdict", "finding"], rows)
    if value["passage"]:
        lying = [[row[name] for name in _PASSAGE_KEYS] for row in value["passage"]]
        output.print_table("On accounts of passage", _PASSAGE_KEYS, lying)


@click.command()
@click.argument("month")
@click.option("--reason", required=True, help="Why; it stands in the ledger for good.")
@click.option("--approver", help="Who approved it: a role or an id, never a name.")
@_RECORDED
@pass_door
def reopen(door: Door, month: str, reason: str, approver: str | None, recorded: str | None) -> None:
    """Open the closed MONTH, and all behind it, again, for what is recorded from now on.

    What was posted meanwhile stays where it is. The months are closed again one after the other.
    Exit status 1 if the ledger refuses.

    \b
    Examples:
      acquit reopen 2026-01 --reason "the bank statement of the 31st came late"
    """
    through = month_given(month)
    more = _given(reason=reason, approver=approver, recorded=recorded)
    _carry_out(door, "reopen_period", "reopen", through, _periods(door), more)
    click.echo(f"Reopened {month}: close it again with acquit close {month}")
