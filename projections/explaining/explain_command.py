"""The command `acquit explain`: the difference between a report at two pairs of coordinates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ledger import output
from ledger.door import Door
from projections.reporting import BOOK, Report, pass_door, reporting

_Command = TypeVar("_Command", bound=Callable[..., Any])
_ORIGIN = ("event", "position", "posted_on", "effective_on", "recorded_at", "stream", "narration")
_BALANCES = (
    *("reason", "change", *_ORIGIN, "line", "account", "role", "currency", "amount"),
    *("customer", "plan", "charge"),
)
_AGING = (
    *("reason", "change", *_ORIGIN, "line", "currency", "customer", "plan", "instalment"),
    *("charge", "kind", "state", "document", "bucket", "bucket_before", "bucket_after", "amount"),
)
_SHOWN_DAYS = ("event", "position", "posted_on", "effective_on", "recorded_at")


@click.group()
def explain() -> None:
    """Explain the difference between a report at two pairs of coordinates.

    Each pair is AS_OF,KNOWN_AT. Either half may be empty for its default (the last recorded
    moment, and its local day); KNOWN_AT may also be a position of the log, written @123.

    \b
    Examples:
      acquit explain aging --from 2026-03-31,2026-03-31 --to 2026-03-31,
      acquit explain balances --from 2026-03-31,@120 --to ,
    """


def _options(command: _Command) -> _Command:
    options: tuple[Callable[[Any], Any], ...] = (
        pass_door,
        output.FORMAT,
        click.option("--plan", metavar="P", help="Of one plan."),
        click.option("--customer", metavar="C", help="Of one customer."),
        click.option(
            "--to", "there", metavar="AS_OF,KNOWN_AT", required=True, help="To where; @123 as well."
        ),
        click.option(
            "--from", "here", metavar="AS_OF,KNOWN_AT", required=True, help="From where; as --to."
        ),
    )
    given: Any = command
    for option in options:
        given = option(given)
    made: _Command = given
    return made


def _between(door: Door, report: Report, here: str, there: str) -> Any:
    from projections.explaining.between import Between, parse_at

    ledger, reached = door.opened.identity, report.at.position
    before, after = (parse_at(report.connection, ledger, each, reached) for each in (here, there))
    return Between(before, after)


@explain.command("balances")
@BOOK
@_options
def explain_balances(
    door: Door,
    here: str,
    there: str,
    book: str,
    customer: str | None,
    plan: str | None,
    form: str,
) -> None:
    """Name every posting by which the balances at two pairs of coordinates differ.

    A pair is AS_OF,KNOWN_AT; either half may be empty for its default, KNOWN_AT may be a
    position, @123. The lines add up to exactly the difference of every account.

    \b
    Examples:
      acquit explain balances --from 2026-03-31,2026-03-31 --to 2026-03-31,
      acquit explain balances --from 2026-02-28,@80 --to 2026-03-31,@120 --book pcg --format csv
    """
    from projections.explaining.balances_between import Wanted
    from projections.explaining.balances_between import explain_balances as explained

    with reporting(door) as report:
        wanted = Wanted(report.require(book), customer, plan)
        value = explained(report.connection, _between(door, report, here, there), wanted)
    shown = (*_SHOWN_DAYS, "account", "role", "amount", "currency", "charge")
    _print(form, value, _BALANCES, shown)


@explain.command("aging")
@click.option("--edges", default="30,60,90", show_default=True, help="Upper edges of the buckets.")
@_options
def explain_aging(
    door: Door,
    here: str,
    there: str,
    customer: str | None,
    plan: str | None,
    edges: str,
    form: str,
) -> None:
    """Name every movement, changed due day and older item by which two agings differ.

    A pair is AS_OF,KNOWN_AT; either half may be empty for its default, KNOWN_AT may be a
    position, @123. The lines add up to exactly the difference of every bucket; what went from one
    bucket to another gives two lines.

    \b
    Examples:
      acquit explain aging --from 2026-03-31,2026-03-31 --to 2026-03-31,
      acquit explain aging --from 2026-02-28, --to 2026-03-31, --customer C-1 --format json
    """
    from projections.aging import Scope, parse_edges
    from projections.explaining.aging_explained import explain_aging as explained

    days = parse_edges(edges)
    with reporting(door) as report:
        between = _between(door, report, here, there)
        value = explained(report.connection, between, Scope(customer, plan), days)
    shown = (*_SHOWN_DAYS, "charge", "document", "state", "bucket", "amount", "currency")
    _print(form, value, _AGING, shown)


def _print(form: str, value: dict[str, Any], columns: Sequence[str], shown: Sequence[str]) -> None:
    if form == "json":
        output.print_json(value)
        return
    if form == "csv":
        output.print_csv(columns, value["lines"])
        return
    places = (
        "{as_of}, known at {known_at} (position {position})".format(**value[end])
        for end in ("from", "to")
    )
    click.echo("From {}\nto   {}\n".format(*places))
    for reason in dict.fromkeys(line["reason"] for line in value["lines"]):
        rows = [line for line in value["lines"] if line["reason"] == reason]
        output.print_table(
            reason.capitalize(), shown, [[row[name] for name in shown] for row in rows]
        )
    names = [name for name in (value["sums"] or [{}])[0] if name]
    changed = [row for row in value["sums"] if row["from"] != row["to"]]
    output.print_table("Difference", names, [list(row.values()) for row in changed])
