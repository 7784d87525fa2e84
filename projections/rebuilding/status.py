"""What slots there are, how far each is, and what the last comparison said of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from ledger.store.log import head_position
from projections.rebuilding.parts import parts_of
from projections.rebuilding.verdicts import Verdict, newest
from projections.slots import Slot, all_slots


def status_rows(connection: Connection) -> list[dict[str, Any]]:
    """Return a row for each slot, sorted by projection, version and number."""
    head = head_position(connection)
    return [_row(connection, slot, head) for slot in all_slots(connection)]


def _row(connection: Connection, slot: Slot, head: int) -> dict[str, Any]:
    position = _position(connection, slot)
    return {
        "projection": slot.projection,
        "version": slot.version,
        "slot": slot.number,
        "state": slot.state,
        "position": position,
        "behind": head - position,
        "verdict": _said(newest(connection, slot)),
    }


def _position(connection: Connection, slot: Slot) -> int:
    """Return how far a slot is; one that is being filled, on average over its parts."""
    parts = parts_of(connection, [slot])
    return sum(part.position for part in parts) // len(parts) if parts else slot.position


def _said(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    sound = "" if verdict.is_sound else ", and fails checks or closed months"
    return f"{'equal' if verdict.is_equal else 'different'} at {verdict.position}{sound}"
