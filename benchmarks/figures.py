"""Figures: what was measured, of ours, of the peer, and of the limit; as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement: its unit, and what the peer and the limit reached in the same run.

    `peer` and `limit` are None where there is none.
    """

    name: str
    unit: str
    ours: float
    peer: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the peer's figure ours is."""
        return self.ours / self.peer if self.peer else None

    @property
    def share(self) -> float | None:
        """Which part of the limit ours reaches."""
        return self.ours / self.limit if self.limit else None

    def as_json(self) -> dict[str, object]:
        """Return the figure as it is written to results."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours, 3),
            "peer": _rounded(self.peer),
            "ratio": _rounded(self.ratio),
            "limit": _rounded(self.limit),
            "share": _rounded(self.share),
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def publish(name: str, figures: Sequence[Figure]) -> Path:
    """Print a table of figures and write them to benchmarks/results/NAME.json."""
    table = Table(title=f"Benchmark {name}", box=None)
    table.add_column("figure")
    for column in ("ours", "peer", "ratio", "limit", "share"):
        table.add_column(column, justify="right")
    table.add_column("unit")
    for figure in figures:
        cells = [_text(value) for value in (figure.ours, figure.peer, figure.ratio)]
        cells += [_text(value) for value in (figure.limit, figure.share)]
        table.add_row(figure.name, *cells, figure.unit)
    Console().print(table)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    rows = [figure.as_json() for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return path


def _text(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"  # noqa: PLR2004 - three digits
