"""Printing for people and for programs: tables through rich, JSON, CSV, progress.

Colours and progress bars are for terminals only; rich is imported when a table is printed.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.progress import Progress

_SHOW_AFTER_SECONDS = 1.0
_WIDTH_OF_FILES = 160
RIGHT = frozenset(
    {
        "#",
        "amount",
        "balance",
        "base",
        "credit",
        "debit",
        "deductible",
        "difference",
        "events",
        "fee",
        "from",
        "gross",
        "held",
        "interest",
        "movement",
        "never_paid",
        "not_due",
        "nr",
        "outstanding",
        "output",
        "paid",
        "payable",
        "position",
        "posted",
        "principal",
        "rate",
        "rate_percent",
        "required",
        "returned",
        "reverse_charge",
        "taken",
        "tax",
        "to",
        "total",
    }
)

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="A table for people, JSON or CSV for programs.",
)


def print_json(value: object) -> None:
    """Print a value as JSON with two blanks of indent."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_json_stream(rows: Iterable[object]) -> None:
    """Print a list of values as JSON without holding it in memory."""
    separator = "["
    for row in rows:
        click.echo(separator + "\n  " + json.dumps(row, ensure_ascii=False), nl=False)
        separator = ","
    click.echo("[]" if separator == "[" else "\n]")


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as CSV with a header; absent values are empty."""
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    footer: Sequence[object] | None = None,
) -> None:
    """Print a table for people: figures to the right, a title, perhaps a last line of totals.

    Columns in which nothing stands are left out.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    console = _console()
    console.print(Text(title, style="bold"))
    shown = [[_shown(value) for value in row] for row in rows]
    foot = [_shown(value) for value in footer or [""] * len(columns)]
    if not shown and footer is None:
        console.print("  nothing\n")
        return
    used = [
        index
        for index in range(len(columns))
        if foot[index] or any(row[index] for row in shown) or not shown
    ]
    table = Table(box=SIMPLE_HEAD, show_footer=bool(footer))
    for index in used:
        figures = _is_figure(columns[index])
        widest = max(len(text) for text in (foot[index], *(row[index] for row in shown)))
        table.add_column(
            columns[index],
            Text(foot[index]),
            justify="right" if figures else "left",
            min_width=widest if figures else None,  # An amount is never cut.
        )
    for row in shown:
        table.add_row(*(Text(row[index]) for index in used))
    needed = console.measure(table).minimum
    console.print(table, width=max(needed, console.width), crop=False)


def _is_figure(column: str) -> bool:
    return column in RIGHT or column[:1].isdigit() or column.startswith("over_")


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _console(file: IO[str] | None = None) -> Any:
    from rich.console import Console

    stream = file or sys.stdout
    width = None if stream.isatty() else _WIDTH_OF_FILES
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that shows a bar on a terminal once a second has passed."""
    started = time.monotonic()
    bars: list[tuple[Progress, Any]] = []

    def report(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if not bars and time.monotonic() - started > _SHOW_AFTER_SECONDS:
            bars.append(_started_bar(what, total))
        for bar, task in bars:
            bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        for bar, _ in bars:
            bar.stop()


def _started_bar(what: str, total: int) -> tuple[Progress, Any]:
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many are done a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=_console(sys.stderr),
        transient=True,
    )
    bar.start()
    return bar, bar.add_task(what, total=total)
