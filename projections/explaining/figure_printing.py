"""Printing what stands behind figures: a table each for people, one list of lines for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ledger import output


@dataclass(frozen=True, slots=True)
class Form:
    """How lines are printed: `figure` names the columns by which they belong together.

    `running` is the column whose last value is the figure; `shown` are the columns for people.
    """

    columns: Sequence[str]
    figure: Sequence[str]
    running: str
    shown: Sequence[str]


def print_lines(form: str, title: str, lines: Iterable[dict[str, Any]], printed: Form) -> None:
    """Print lines as they come; a table holds those of its own figure only."""
    if form == "json":
        output.print_json_stream(lines)
    elif form == "csv":
        output.print_csv(printed.columns, lines)
    else:
        _print_tables(title, lines, printed)


def _print_tables(title: str, lines: Iterable[dict[str, Any]], printed: Form) -> None:
    shown, found = printed.shown, False
    for figure, of_figure in groupby(lines, key=lambda line: _name(line, printed.figure)):
        found = True
        rows, last = [], ""
        for line in of_figure:
            rows.append([line[name] for name in shown])
            last = line[printed.running]
        footer = [last if name == printed.running else "" for name in shown]
        output.print_table(f"{figure}: {title}", shown, rows, footer)
    if not found:
        output.print_table(title, shown, [])


def _name(line: dict[str, Any], figure: Sequence[str]) -> str:
    return " ".join(str(line[name]) for name in figure if line[name] is not None)
