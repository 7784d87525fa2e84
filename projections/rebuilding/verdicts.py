"""Verdicts: what comparing a new slot with the live one came to, kept for whoever changes over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from projections.rebuilding.comparing import Comparison
from projections.slot_tables import verdicts
from projections.slots import Slot


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict on a slot; `is_sound` tells that checks hold and closed months are reproduced."""

    position: int
    given_at_us: int
    is_equal: bool
    is_sound: bool
    report: dict[str, Any]


def record(connection: Connection, comparison: Comparison, now_us: int) -> None:
    """Keep the verdict on each slot that was compared."""
    for slot in comparison.slots:
        known = len(_verdicts(connection, slot))
        connection.execute(
            insert(verdicts).values(
                projection=slot.projection,
                version=slot.version,
                slot=slot.number,
                number=known + 1,
                position=comparison.position,
                given_at=now_us,
                is_equal=comparison.is_equal(slot.key),
                is_sound=comparison.is_sound,
                report=msgspec.json.encode(report_of(comparison, slot)).decode(),
            )
        )


def newest(connection: Connection, slot: Slot) -> Verdict | None:
    """Return the last verdict on a slot, None if it was never compared."""
    found = _verdicts(connection, slot)
    return found[-1] if found else None


def _verdicts(connection: Connection, slot: Slot) -> list[Verdict]:
    query = (
        select(
            verdicts.c.position,
            verdicts.c.given_at,
            verdicts.c.is_equal,
            verdicts.c.is_sound,
            verdicts.c.report,
        )
        .where(
            verdicts.c.projection == slot.projection,
            verdicts.c.version == slot.version,
            verdicts.c.slot == slot.number,
        )
        .order_by(verdicts.c.number)
    )
    return [Verdict(*row[:4], msgspec.json.decode(row[4])) for row in connection.execute(query)]


def report_of(comparison: Comparison, slot: Slot) -> dict[str, Any]:
    """Return what was found of a slot, as JSON values."""
    return {
        "projection": slot.projection,
        "version": slot.version,
        "slot": slot.number,
        "position": comparison.position,
        "equal": comparison.is_equal(slot.key),
        "tables": [
            {
                "table": tally.table,
                "same": tally.same,
                **tally.counts,
                "live_digest": tally.digests[0],
                "new_digest": tally.digests[1],
                "differences": [
                    {
                        "kind": difference.kind,
                        "key": dict(difference.key),
                        "live": difference.old and dict(difference.old),
                        "new": difference.new and dict(difference.new),
                        "events": list(comparison.sources[tally.table, number]),
                    }
                    for number, difference in enumerate(tally.shown)
                ],
            }
            for tally in comparison.tallies[slot.key]
        ],
        "checks": {name: list(found) for name, found in comparison.checks.items() if found},
        "months": list(comparison.months),
    }
