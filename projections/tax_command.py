"""The command `acquit tax`: the VAT return of a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from ledger import output
from ledger.door import Door
from projections.reporting import (
    FUNCTIONAL_AMOUNTS,
    own_currency,
    pass_door,
    reporting,
    stamp,
)


@click.command()
@click.option("--from", "since", metavar="D", required=True, help="The first day of the period.")
@click.option("--to", "until", metavar="D", required=True, help="The last day of the period.")
@click.option(
    "--known-at",
    metavar="T",
    help="As known at a moment; a bare day is its end. Default: the last recorded moment.",
)
@click.option("--detail", is_flag=True, help="Every movement of tax, too.")
@FUNCTIONAL_AMOUNTS
@output.FORMAT
@pass_door
def tax(
    door: Door,
    since: str,
    until: str,
    known_at: str | None,
    form: str,
    *,
    detail: bool,
    functional: bool,
) -> None:
    """Print the VAT return of a period: base and tax by rate, late items, tied to the accounts.

    Movements belong to the period in which they are posted; those whose tax point lies before it
    are listed as late items, and are in the totals. By default each currency has its own return;
    --functional values all in the ledger's own. Exit status 1 if the return does not agree with
    the tax accounts of every book.

    \b
    Examples:
      acquit tax --from 2026-01-01 --to 2026-01-31
      acquit tax --from 2026-01-01 --to 2026-03-31 --detail --format csv
      acquit tax --from 2026-01-01 --to 2026-01-31 --known-at 2026-02-10 --format json
    """
    from projections.coordinates import parse_day
    from projections.tax_return import MOVEMENT_KEYS, ROW_KEYS, Period, tax_return, ties

    with reporting(door, until, known_at) as report:
        first = parse_day(since)
        period = Period(report.at, first, own_currency(door, functional))
        value = tax_return(report.connection, report.books, period, detail=detail)
        title = f"Tax from {first} to {report.at.as_of}, {stamp(door, report.at, bounded=False)}"
    if form == "json":
        output.print_json(value)
    elif form == "csv":
        columns = MOVEMENT_KEYS if detail else (*ROW_KEYS, "base", "tax")
        output.print_csv(columns, value["movements" if detail else "rows"])
    else:
        _print_tables(title, value)
    if not ties(value):
        raise click.exceptions.Exit(1)


def _print_tables(title: str, value: Mapping[str, Any]) -> None:
    from projections.tax_return import ROW_KEYS, TIE_KEYS

    figures = ("base", "tax")
    _print_table(title, (*ROW_KEYS, *figures), value["rows"])
    if value["late"]:
        shown = ("reason", "tax_point", "posted_on", "event", "rate", *figures, "currency")
        _print_table("Late items, in the totals", (*shown, "plan", "payment"), value["late"])
    for name in ("totals", "movements"):
        if value.get(name):
            columns = _SHOWN_MOVEMENT if name == "movements" else tuple(value[name][0])
            _print_table(name.capitalize(), columns, value[name])
    _print_table("Tie to the accounts", TIE_KEYS, value["tie"])


_SHOWN_MOVEMENT = (
    *("position", "posted_on", "tax_point", "event", "section", "rate", "base", "tax", "currency"),
    *("plan", "charge", "payment", "document"),
)


def _print_table(title: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    names = tuple(columns)
    output.print_table(title, names, [[row[name] for name in names] for row in rows])
