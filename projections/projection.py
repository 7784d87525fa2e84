"""What a projection is: a name, a version, its tables, and a pure fold from events to changes.

A fold sees a batch of events and the books, and nothing else: no clock, no network, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import MetaData, Select, Table

from ledger.books.accounts import Chart, chart_of
from ledger.books.posting import JournalEntry
from ledger.books.rules import entry_of
from ledger.envelope import RecordedEvent
from ledger.events import RulesAdopted

Row = dict[str, Any]
LIVE = "@live"
metadata = MetaData()
"""The tables of all projections. They are made by code and can be dropped and filled again.

A table is named projection_version_what with LIVE behind it: projections/slots.py says what for.
"""


@dataclass(frozen=True, slots=True)
class Books:
    """The charts that were adopted, each from its day on; the latest adoption for a day counts."""

    adopted: tuple[tuple[date, int, Chart], ...]
    _posted: dict[int, list[tuple[Chart, JournalEntry]]] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger_events: Sequence[RecordedEvent]) -> Books:
        """Read the adoptions out of the stream `ledger`."""
        return cls(
            tuple(
                (event.effective_on, event.position, _chart(event.fact))
                for event in ledger_events
                if isinstance(event.fact, RulesAdopted)
            )
        )

    def charts(self, posted_on: date, position: int) -> list[Chart]:
        """Return the chart of each book that applies to an event, by its day and position."""
        latest: dict[str, tuple[date, int, Chart]] = {}
        for adoption in self.adopted:
            since, adopted_at, chart = adoption
            if since <= posted_on and adopted_at <= position:
                known = latest.get(chart.book)
                if known is None or (since, adopted_at) >= known[:2]:
                    latest[chart.book] = adoption
        return [latest[book][2] for book in sorted(latest)]

    def entries(self, event: RecordedEvent) -> list[tuple[Chart, JournalEntry]]:
        """Return the journal entries of an event, one for each book in which it posts.

        They are remembered, since several folds of one batch ask for the same ones.
        """
        posted = self._posted.get(event.position)
        if posted is None:
            charts = self.charts(event.posted_on, event.position)
            found = ((chart, entry_of(event, chart.book, chart.rules)) for chart in charts)
            posted = [(chart, entry) for chart, entry in found if entry is not None]
            self._posted[event.position] = posted
        return posted

    def newest(self, book: str) -> Chart | None:
        """Return the chart of a book that was adopted last, None if there is no such book."""
        found = [chart for _, _, chart in self.adopted if chart.book == book]
        return found[-1] if found else None

    def names(self) -> list[str]:
        """Return the names of the books."""
        return sorted({chart.book for _, _, chart in self.adopted})


_CHARTS: dict[str, Chart] = {}


def _chart(fact: RulesAdopted) -> Chart:
    """Return the chart that was adopted, read once for each content."""
    if not fact.digest:
        return chart_of(fact.content)
    if fact.digest not in _CHARTS:
        _CHARTS[fact.digest] = chart_of(fact.content)
    return _CHARTS[fact.digest]


@dataclass(slots=True)
class Changes:
    """What a batch does to a projection's tables: added, raised, then gone.

    `added` are inserted. `raised` are added to the numbers of the row with the same key. `gone`
    names rows by key.
    """

    added: dict[str, list[Row]] = field(default_factory=dict)
    raised: dict[str, list[Row]] = field(default_factory=dict)
    gone: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: Table, row: Row) -> None:
        """Note a row to insert."""
        self.added.setdefault(table.name, []).append(row)


Fold = Callable[[Sequence[RecordedEvent], Books], Changes]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two queries that give the same rows while an older version and this one hold the same.

    Both name tables as they stand live: FROM "journal_1_postings@live".
    """

    version: int
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model. A new version is another model, in tables of its own.

    `types` names the events that its fold looks at; empty stands for all. `events_of` returns the
    query for the positions of the events behind a row that has no position of its own.
    """

    name: str
    version: int
    tables: Mapping[str, Table]
    fold: Fold
    types: frozenset[str] = frozenset()
    equivalences: tuple[Equivalence, ...] = ()
    events_of: Callable[[Row], Select[tuple[int]]] | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Its name and version."""
        return self.name, self.version
