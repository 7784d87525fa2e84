"""The command `acquit provision`: what should be held against losses; --book records it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from ledger import output
from ledger.door import Door
from projections.recording import carry_out, require_sense, say_recorded, tally
from projections.reporting import at_options, pass_door, reporting, stamp


@click.command()
@at_options
@click.option(
    "--policy",
    "policy_name",
    metavar="P",
    help="standard, history, or a TOML file. Default: the policy adopted, else standard.",
)
@click.option(
    "--in",
    "wanted",
    multiple=True,
    metavar="BOOK",
    help="In which book; repeatable. Default: all that the policy speaks of.",
)
@click.option("--book", "booked", is_flag=True, help="Record the movements.")
@click.option("--recorded", help="Recording time of the movements, in a simulated ledger.")
@output.FORMAT
@pass_door
def provision(
    door: Door,
    as_of: str | None,
    known_at: str | None,
    policy_name: str | None,
    wanted: tuple[str, ...],
    form: str,
    *,
    booked: bool,
    recorded: str | None,
) -> None:
    """Propose the allowance for expected losses and the movement to it; --book records it.

    A book that expects losses on all claims together gets a matrix of age bands, one that does so
    claim by claim a line for each doubtful plan. Another --policy shows what if. Without --book
    nothing is recorded; recorded again, nothing moves. Exit status 1 if a movement was refused.

    \b
    Examples:
      acquit provision --as-of 2026-03-31
      acquit provision --as-of 2026-03-31 --policy history --in generic --format json
      acquit provision --as-of 2026-03-31 --policy rates.toml --book
    """
    from projections.proposed import require_open
    from projections.provisioning.choosing import charts_for, policy_for
    from projections.provisioning.proposal import propose
    from projections.provisioning.recording import command_lines
    from projections.provisioning.report import proposal_json

    require_sense(known_at, recorded, booked=booked)
    with reporting(door, as_of, known_at) as report:
        policy = policy_for(report.connection, report.at, policy_name)
        named = [report.require(book) for book in wanted]
        charts = charts_for(report.books, report.at, policy, named)
        proposal = propose(report.connection, charts, report.at, policy)
        if booked:
            require_open(report.connection, report.at.as_of)
    value = proposal_json(proposal)
    results = carry_out(door, command_lines(proposal, recorded)) if booked else []
    value["recorded"] = tally(results) if booked else None
    title = f"Provision by policy {policy.name} ({policy.digest[:16]}), {stamp(door, proposal.at)}"
    _print(title, value, form)
    if any(result.refusal for result in results):
        raise click.exceptions.Exit(1)


def _print(title: str, value: Mapping[str, Any], form: str) -> None:
    from projections.provisioning.report import ROW_KEYS, TOTAL_KEYS

    if form == "json":
        output.print_json(value)
        return
    if form == "csv":
        output.print_csv(ROW_KEYS, value["rows"])
    else:
        _print_table(title, ROW_KEYS, value["rows"])
        for history in value["history"]:
            _print_history(history)
        _print_table("Totals", TOTAL_KEYS, value["totals"])
    if value["recorded"] is not None:
        say_recorded("movements", value["recorded"], form)


def _print_table(title: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    names = tuple(columns)
    output.print_table(title, names, [[row[name] for name in names] for row in rows])


def _print_history(history: Mapping[str, Any]) -> None:
    """Print what became of what was sold, so that the rates can be checked."""
    sold = "{sold} {currency} that fell due from {from} to {to}".format(**history)
    rows = [
        {"bucket": band, "paid": paid, "rate_percent": history["rates_percent"][band]}
        for band, paid in history["paid"].items()
    ]
    left = {"bucket": "never paid", "paid": history["never_paid"], "rate_percent": None}
    _print_table(f"History: {sold}", ("bucket", "paid", "rate_percent"), [*rows, left])
