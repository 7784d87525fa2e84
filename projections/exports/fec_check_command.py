"""`acquit check fec FILE`: what `check_fec` finds, printed; no ledger is needed for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from ledger import output
from projections.exports.fec_findings import Finding

_SHOWN_OF_A_KIND = 5
_COLUMNS = ("line", "field", "grade", "rule", "finding")


def check_files(names: Sequence[str], form: str) -> None:
    """Check FEC files and print what is found. Exits with 1 if one of them does not conform."""
    from projections.exports.fec_check import check_fec, conforms

    if not names:
        message = "name the file to check: acquit check fec FILE"
        raise click.UsageError(message)
    checked = {name: check_fec(Path(name).name, Path(name).read_bytes()) for name in names}
    if form == "json":
        output.print_json([_as_json(name, found) for name, found in checked.items()])
    else:
        for name, found in checked.items():
            _print(name, found)
    if not all(conforms(found) for found in checked.values()):
        raise click.exceptions.Exit(1)


def _as_json(name: str, found: Iterable[Finding]) -> dict[str, Any]:
    from projections.exports.fec_check import conforms

    listed = list(found)
    return {
        "file": name,
        "conforms": conforms(listed),
        "findings": [
            {
                "line": one.line,
                "field": one.field,
                "grade": one.grade,
                "rule": one.rule,
                "text": one.text,
                "tolerated": one.tolerated,
                "times": one.times,
            }
            for one in listed
        ],
    }


def _print(name: str, found: Sequence[Finding]) -> None:
    """Print a table; of what is found over and over, the first few."""
    grades = Counter(one.grade for one in found)
    verdict = "does not conform" if grades["error"] else "conforms"
    title = f"{name} {verdict}: {_count(grades['error'], 'error')}, "
    kinds = Counter((one.rule, one.field) for one in found)
    seen: Counter[tuple[str, str | None]] = Counter()
    rows = []
    for one in found:
        kind = (one.rule, one.field)
        seen[kind] += 1
        if seen[kind] <= _SHOWN_OF_A_KIND:
            rows.append((one.line, one.field, one.grade, one.rule, _told(one)))
        elif seen[kind] == _SHOWN_OF_A_KIND + 1:
            left = kinds[kind] - _SHOWN_OF_A_KIND
            text = f"and {left} more of this kind: --format json lists them"
            rows.append((None, one.field, one.grade, one.rule, text))
    output.print_table(title + _count(grades["remark"], "remark"), _COLUMNS, rows)


def _told(one: Finding) -> str:
    more = f" (and on {_count(one.times - 1, 'more line')})" if one.times > 1 else ""
    passes = " (the tax office's tool lets it pass)" if one.tolerated else ""
    return f"{one.text}{more}{passes if one.grade == 'error' else ''}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
