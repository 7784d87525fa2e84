"""The command `acquit revalue`: foreign balances at a closing day's rate; --book records it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from projections.recording import carry_out, require_sense, say_recorded, tally
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
    from projections.proposed import require_open
    from projections.revaluing.proposal import last_position, propose

    require_sense(known_at, recorded, booked=booked)
    with reporting(door, as_of, known_at) as report:
        named = [report.require(book) for book in wanted]
        charts = report.books.charts(report.at.as_of, report.at.position)
        chosen = [chart for chart in charts if not named or chart.book in named]
        lines = propose(report.connection, chosen, report.at)
        last = {chart.book: last_position(report.connection, chart.book) for chart in chosen}
        for line in lines if booked else ():
            require_open(report.connection, line.on)
    results = carry_out(door, command_lines(lines, last, recorded)) if booked else []
    value = {
        "as_of": report.at.as_of.isoformat(),
        "known_at": report.at.known_at,
        "position": report.at.position,
        "rows": [_row(line) for line in lines],
        "recorded": tally(results) if booked else None,
    }
    _print(f"Revaluation, {stamp(door, report.at)}", value, form)
    if any(result.refusal for result in results):
        raise click.exceptions.Exit(1)


def _print(title: str, value: Mapping[str, Any], form: str) -> None:
    if form == "json":
        output.print_json(value)
        return
    rows = value["rows"]
    if form == "csv":
        output.print_csv(_COLUMNS, rows)
    else:
        output.print_table(title, _COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])
    if value["recorded"] is not None:
        say_recorded("revaluations", value["recorded"], form)


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
    from projections.proposed import command_id

    for (kind, currency, book), group in groupby(
        lines, key=lambda line: (line.kind, line.currency, line.book)
    ):
        own = list(group)
        of_row = [_row(line) for line in own]
        names = ("role", "amount", "carried") if kind == "revalue" else ("role", "amount")
        yield {
            "command": "revalue" if kind == "revalue" else "open_currency",
            "id": command_id("revalue", kind, book, currency, last[book]),
            "on": own[0].on.isoformat(),
            "book": book,
            "currency": currency,
            "balances": [{name: row[name] for name in names} for row in of_row],
            **({"recorded": recorded} if recorded else {}),
        }
