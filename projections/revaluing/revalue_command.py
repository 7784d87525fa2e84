"""The command `acquit revalue`: foreign balances at a closing day's rate; --book records it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from projections.recording import carry_out, require_sense, tally
from projections.reporting import at_options, pass_door, reporting, stamp

if TYPE_CHECKING:
    from projections.revaluing.proposal import Line

_COLUMNS = (
    "kind",
    "book",
    "account",
    "role",
    "currency",
    "amount",
    "rate",
    "carried",
    "worth",
    "difference",
    "lasting",
    "on",
)
_ID_DIGITS = 32


@click.command()
@at_options
@click.option("--in", "wanted", multiple=True, metavar="BOOK", help="In which book; repeatable.")
@click.option("--book", "booked", is_flag=True, help="Record the entries.")
@click.option("--recorded", help="Recording time of the entries, in a simulated ledger.")
@output.FORMAT
@pass_door
def revalue(
    door: Door,
    as_of: str | None,
    known_at: str | None,
    wanted: tuple[str, ...],
    form: str,
    *,
    booked: bool,
    recorded: str | None,
) -> None:
    """Value foreign balances at the rate of a closing day; --book records the differences.

    What is still to be paid is taken back on the next day; at a gateway or bank it stays. Rates are
    set by the command set_rate. What had moved in a currency before its first rate is taken over
    first (kind "open"); run it again for the rest. Recorded again, nothing moves.

    \b
    Examples:
      acquit revalue --as-of 2026-03-31
      acquit revalue --as-of 2026-03-31 --in pcg --format json
      acquit revalue --as-of 2026-03-31 --book
    """
    from projections.provisioning.recording import require_open
    from projections.revaluing.proposal import last_position, propose

    require_sense(known_at, recorded, booked=booked)
    with reporting(door, as_of, known_at) as report:
        named = [report.require(book) for book in wanted]
        charts = report.books.charts(report.at.as_of, report.at.position)
        chosen = [chart for chart in charts if not named or chart.book in named]
        lines = propose(report.connection, chosen, report.at)
        last = {chart.book: last_position(report.connection, chart.book) for chart in chosen}
        if booked:
            for line in lines:
                require_open(report.connection, line.on)
        title = f"Revaluation, {stamp(door, report.at)}"
        coordinates = report.at
    results = carry_out(door, command_lines(lines, last, recorded)) if booked else []
    recorded_as = tally(results) if booked else None
    rows = [_row(line) for line in lines]
    if form == "json":
        value = {
            "as_of": coordinates.as_of.isoformat(),
            "known_at": coordinates.known_at,
            "position": coordinates.position,
            "rows": rows,
            "recorded": recorded_as,
        }
        output.print_json(value)
    elif form == "csv":
        output.print_csv(_COLUMNS, rows)
    else:
        output.print_table(title, _COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])
    if recorded_as is not None and form != "json":
        said = (
            f"{recorded_as['accepted']} revaluations recorded, {recorded_as['repeated']} recorded "
            f"before, {len(recorded_as['refused'])} refused"
        )
        click.echo(said, err=form == "csv")
    if any(result.refusal for result in results):
        raise click.exceptions.Exit(1)


def _row(line: Line) -> dict[str, Any]:
    from ledger.terms.money import amount_text, plain

    return {
        "kind": line.kind,
        "book": line.book,
        "account": line.account,
        "role": line.role,
        "currency": line.currency,
        "amount": amount_text(line.amount_minor, line.exponent),
        "rate": plain(line.rate),
        "carried": amount_text(line.carried_minor, line.functional_exponent),
        "worth": amount_text(line.worth_minor, line.functional_exponent),
        "difference": amount_text(line.difference_minor, line.functional_exponent),
        "lasting": line.lasting,
        "on": line.on.isoformat(),
    }


def command_lines(
    lines: Iterable[Line], last: dict[str, int], recorded: str | None
) -> Iterator[dict[str, Any]]:
    """Yield the commands that record a proposal, one for each book and currency.

    An id is a digest of both and of the position of the book's last functional entry, so that the
    same proposal recorded twice, or by two at once, moves the accounts once.
    """
    for (kind, currency, book), group in groupby(
        lines, key=lambda line: (line.kind, line.currency, line.book)
    ):
        own = list(group)
        of_row = [_row(line) for line in own]
        names = ("role", "amount", "carried") if kind == "revalue" else ("role", "amount")
        yield {
            "command": "revalue" if kind == "revalue" else "open_currency",
            "id": _id(kind, book, currency, last[book]),
            "on": own[0].on.isoformat(),
            "book": book,
            "currency": currency,
            "balances": [{name: row[name] for name in names} for row in of_row],
            **({"recorded": recorded} if recorded else {}),
        }


def _id(*parts: str | int) -> str:
    made = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"revalue {made[:_ID_DIGITS]}"
