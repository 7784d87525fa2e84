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
    {"debit", "credit", "balance", "outstanding", "amount", "days", "total", "position", "#"}
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
    """Print a table for people: figures to the right, a title, perhaps a last line of totals."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    console = _console()
    console.print(Text(title, style="bold"))
    table = Table(box=SIMPLE_HEAD, show_footer=bool(footer))
    foot = list(footer or [""] * len(columns))
    for name, last in zip(columns, foot, strict=True):
        right = name in RIGHT or (name[:1].isdigit()) or name in {"not due", "over"}
        table.add_column(
            name, Text(_shown(last)), justify="right" if right else "left", no_wrap=right
        )
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row))
    console.print(table)


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
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=_console(sys.stderr),
        transient=True,
    )
    bar.start()
    return bar, bar.add_task(what, total=total)
