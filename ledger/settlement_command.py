"""The command `acquit settlement`: the figure for settling a plan early, and nothing stored."""

from __future__ import annotations

import click

from ledger import output
from ledger.door import Door
from ledger.options import day_given

pass_door = click.make_pass_decorator(Door)


@click.command()
@click.argument("plan")
@click.option("--on", "day", required=True, metavar="D", help="The day on which it is paid.")
@output.FORMAT
@pass_door
def settlement(door: Door, plan: str, day: str, form: str) -> None:
    """Quote what PLAN costs to settle on a day: all of the price, interest only until then.

    Nothing is stored. The command settle_plan, with the same day, bills just this.

    \b
    Examples:
      acquit settlement P-1 --on 2026-06-15
      acquit settlement P-1 --on 2026-06-15 --format json
    """
    on = day_given(day)
    quote = door.application.quote_settlement(plan, on).as_json()
    if form == "json":
        output.print_json(quote)
    elif form == "csv":
        output.print_csv(list(quote), [quote])
    else:
        title = f"Settlement of {plan} on {on}, {quote['currency']}"
        rows = [(name.replace("_", " "), quote[name]) for name in _LINES]
        output.print_table(title, ["", "amount"], rows, ["to pay", quote["figure"]])


_LINES = ("owed_now", "price", "interest", "waiting", "saved")
