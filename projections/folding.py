"""Folding a batch by a projection, so that an event on which the fold fails is named."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.envelope import RecordedEvent
from projections.projection import Books, Changes, Projection


class UnfoldableEventError(RuntimeError):
    """A projection's fold fails on an event; the message names both."""


def folded(projection: Projection, events: Sequence[RecordedEvent], books: Books) -> Changes:
    """Return what a batch changes. Raises UnfoldableEventError, naming the first event that fails.

    Where the batch fails and no event of it does alone, the whole batch is named.
    """
    try:
        return projection.fold(events, books)
    except Exception as error:
        where = _first_failing(projection, events, books)
        message = (
            f"{where}: projection {projection.name}, version {projection.version}, cannot fold it "
            f"({type(error).__name__}: {error}). Nothing was skipped; mend the fold and go on"
        )
        raise UnfoldableEventError(message) from error


def _first_failing(projection: Projection, events: Sequence[RecordedEvent], books: Books) -> str:
    for event in events:
        try:
            projection.fold([event], books)
        except Exception:  # noqa: BLE001 - whatever a fold raises
            return f"position {event.position}, stream {event.stream}, {event.type}"
    return f"positions {events[0].position} to {events[-1].position}"
