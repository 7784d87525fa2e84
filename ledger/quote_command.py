"""The command `acquit quote`: a schedule, its cost and its annual rates, and nothing stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ledger import output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.quoting import Quote

_COST = re.compile(r"(?P<kind>[^:=]+)[:=](?P<worth>[0-9.]+)(?P<percent>%?)(?::(?P<when>.+))?\Z")
_TERMS = ("rounding", "remainder")
_INTEREST = {
    "rate": "annual_rate",
    "rate_per_period": "rate_per_period",
    "method": "method",
    "day_count": "day_count",
    "interest_from": "from",
    "interest_rounding": "rounding",
    "final": "final",
}
_SCHEDULE = (
    "total",
    "instalments",
    "first_due",
    "every",
    "deposit",
    "deposit_due",
    "growth_percent",
    "growth_amount",
    "multiple",
    "business_days",
    "month_end",
)


@click.command(no_args_is_help=True)
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--on", metavar="DAY", help="The day of the agreement. Needed without FILE.")
@click.option("--currency", metavar="CODE", help="ISO 4217. Default: EUR.")
@click.option("--total", metavar="AMOUNT", help="The price, taxes included.")
@click.option("--instalments", type=int, metavar="COUNT")
@click.option("--first-due", metavar="DAY", help="Default: an interval after --on.")
@click.option("--every", metavar="INTERVAL", help='As "1 month", "2 weeks". Default: 1 month.')
@click.option("--month-end", is_flag=True, default=None, help="Stay on last days of months.")
@click.option("--business-days", metavar="SHIFT", help="none, following or modified_following.")
@click.option("--deposit", metavar="AMOUNT", help="Paid first, on --deposit-due.")
@click.option("--deposit-due", metavar="DAY", help="Default: --on.")
@click.option("--weights", metavar="N,N,...", help="Instalments in these proportions.")
@click.option("--growth-percent", metavar="PERCENT", help="Each instalment on the one before.")
@click.option("--growth-amount", metavar="AMOUNT", help="Each instalment on the one before.")
@click.option("--multiple", metavar="AMOUNT", help="Round instalments to multiples of this.")
@click.option("--rounding", metavar="MODE", help="half_up, half_even, down or up.")
@click.option("--remainder", metavar="POLICY", help="last, first or largest_remainder.")
@click.option("--rate", metavar="PERCENT", help="Interest a year.")
@click.option("--rate-per-period", metavar="PERCENT", help="Interest a period, instead.")
@click.option("--method", metavar="METHOD", help="level, constant_principal or flat.")
@click.option("--day-count", metavar="COUNT", help="period, 30/360, actual/365, actual/actual, ...")
@click.option("--interest-from", metavar="DAY", help="Default: --on.")
@click.option("--interest-rounding", metavar="MODE", help="Default: --rounding.")
@click.option("--final", metavar="WHAT", help="amount, interest or not_above.")
@click.option(
    "--fee",
    "fees",
    multiple=True,
    metavar="KIND:AMOUNT[:WHEN]",
    help="AMOUNT or PERCENT%; WHEN is signature (default), spread or financed. Repeatable.",
)
@click.option(
    "--promotion",
    "promotions",
    multiple=True,
    metavar="KIND[:VALUE]",
    help="percent_off:PERCENT, first_reduced:AMOUNT or deposit_waived. Repeatable.",
)
@output.FORMAT
def quote(file: BinaryIO | None, form: str, **options: Any) -> None:
    """Show what a plan would be: schedule, total cost, cost of credit, and both APRs.

    FILE (- is standard input) holds one JSON object as for the command open_plan; options may say
    the same instead. Nothing is stored, and no ledger is needed. Exit status 1 if the plan cannot
    be.

    \b
    Examples:
      acquit quote --on 2026-01-15 --total 1200.00 --instalments 12 --rate 9.9
      acquit quote --on 2026-01-15 --total 400 --instalments 3 --deposit 100 --fee handling:2.2%
      acquit quote plan.json --format json
    """
    from ledger.quoting import quote as quoted
    from ledger.terms.refusals import Refusal

    given = {name: value for name, value in options.items() if value not in (None, ())}
    try:
        line = _line_of(given) if file is None else _read(file, given)
        _print(quoted(line), form)
    except Refusal as refusal:
        if form == "json":
            output.print_json({"error": refusal.code, "message": str(refusal)})
        click.echo(f"refused: {refusal}", err=True)
        raise click.exceptions.Exit(1) from None


def _read(file: BinaryIO, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one object of a file. Raises UsageError, LineNotUtf8, LineNotJson, LineTooLong."""
    from ledger.command_file import MOST_BYTES, parse
    from ledger.refusals import LineTooLong

    if given:
        message = "a file says it all: leave out the options that describe the plan"
        raise click.UsageError(message)
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise LineTooLong(most_bytes=MOST_BYTES)
    return parse(raw)


def _line_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the open_plan object that options describe. Raises UsageError, IntervalUnknown."""
    missing = [name for name in ("on", "total") if name not in given]
    if missing or ("instalments" not in given and "weights" not in given):
        message = "give a FILE, or at least --on, --total and --instalments (or --weights)"
        raise click.UsageError(message)
    interest = {field: given[name] for name, field in _INTEREST.items() if name in given}
    line: dict[str, Any] = {
        "on": given["on"],
        "currency": given.get("currency", "EUR"),
        "schedule": _schedule(given),
        **{name: given[name] for name in _TERMS if name in given},
    }
    if interest:
        line["interest"] = interest
    if "fees" in given:
        line["fees"] = [_fee(text) for text in given["fees"]]
    if "promotions" in given:
        line["promotions"] = [_promotion(text) for text in given["promotions"]]
    return line


def _schedule(given: Mapping[str, Any]) -> dict[str, Any]:
    every = given.get("every", "1 month")
    schedule = {name: given[name] for name in _SCHEDULE if name in given}
    schedule |= {"kind": _kind(given), "every": every}
    schedule.setdefault("first_due", _interval_after(given["on"], every))
    if "weights" in given:
        schedule["weights"] = [_whole(text) for text in given["weights"].split(",")]
    return schedule


def _kind(given: Mapping[str, Any]) -> str:
    tell = {
        "deposit": "deposit",
        "weights": "weighted",
        "growth_percent": "progressive",
        "growth_amount": "progressive",
    }
    kinds = sorted({kind for name, kind in tell.items() if name in given})
    if len(kinds) > 1:
        message = f"a schedule is of one kind, not {' and '.join(kinds)}: use a FILE for others"
        raise click.UsageError(message)
    return kinds[0] if kinds else "equal"


def _interval_after(day: str, every: str) -> str:
    from ledger.fields import plain_day
    from ledger.terms.dates import Interval

    try:
        return Interval.parse(every).after(plain_day(day), 1).isoformat()
    except ValueError:
        return day  # Refused where the day is read, by the name of its field.


def _whole(text: str) -> int:
    if not text.strip().isdecimal():
        message = f"--weights: {text!r} is not a whole number"
        raise click.UsageError(message)
    return int(text)


def _fee(text: str) -> dict[str, str]:
    found = _COST.match(text)
    if found is None:
        message = f"--fee: {text!r} is not KIND:AMOUNT[:WHEN], as handling:2.2%:spread is"
        raise click.UsageError(message)
    worth = {"percent" if found["percent"] else "amount": found["worth"]}
    return {"kind": found["kind"], **worth, **({"when": found["when"]} if found["when"] else {})}


def _promotion(text: str) -> dict[str, str]:
    kind, _, value = text.partition(":")
    name = {"percent_off": "percent", "first_reduced": "amount"}.get(kind)
    return {"kind": kind, **({name: value.removesuffix("%")} if name and value else {})}


def _print(quoted: Quote, form: str) -> None:
    from ledger.quoting import COLUMNS

    if form == "json":
        output.print_json(quoted.as_json())
    elif form == "csv":
        output.print_csv(COLUMNS, quoted.as_rows())
    else:
        print_tables(quoted)


def print_tables(quoted: Quote) -> None:
    """Print the schedule and the costs; a column of interest or fees where there are any."""
    from ledger.quoting import COLUMNS

    content = quoted.as_json()
    absent = {"interest"} if not quoted.interest_minor else set()
    absent |= set() if quoted.fees_minor else {"fee"}
    columns = [name for name in COLUMNS if name not in absent]
    totals = {
        "due": "total",
        "principal": content["principal"],
        "interest": content["interest"],
        "fee": content["fees_total"],
        "amount": content["total_cost"],
    }
    output.print_table(
        f"Quote of {content['on']}, in {quoted.currency}",
        columns,
        [[row[name] for name in columns] for row in content["rows"]],
        [totals.get(name) for name in columns],
    )
    output.print_table("Cost", ["what", "amount"], quoted.summary())
