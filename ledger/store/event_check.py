"""Can every stored event be read? By type and version, and which one is the first that cannot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ledger.progress import Progress
from ledger.store.codec import UnreadableEventError, decode
from ledger.store.log import head_position
from ledger.store.schema import events

_ROWS_A_READ = 2000


def check_all(connection: Connection, progress: Progress) -> list[dict[str, Any]]:
    """Return a row for each type and version, sorted by them.

    Keys: type, schema_version, events, readable, first_unreadable (its position) and problem, null
    where all can be read.
    """
    counts: dict[tuple[str, int], int] = {}
    problems: dict[tuple[str, int], tuple[int, str]] = {}
    total = head_position(connection)
    columns = (events.c.position, events.c.type, events.c.schema_version, events.c.payload)
    query = select(*columns).order_by(events.c.position)
    rows = connection.execution_options(yield_per=_ROWS_A_READ).execute(query)
    for done, (position, topic, version, payload) in enumerate(rows, 1):
        key = (topic, version)
        counts[key] = counts.get(key, 0) + 1
        try:
            decode(topic, version, bytes(payload))
        except UnreadableEventError as error:
            problems.setdefault(key, (position, str(error)))
        if done % _ROWS_A_READ == 0:
            progress(done, total)
    return [_row(key, counts[key], problems.get(key)) for key in sorted(counts)]


def _row(key: tuple[str, int], count: int, problem: tuple[int, str] | None) -> dict[str, Any]:
    topic, version = key
    position, text = problem or (None, None)
    return {
        "type": topic,
        "schema_version": version,
        "events": count,
        "readable": problem is None,
        "first_unreadable": position,
        "problem": text,
    }
