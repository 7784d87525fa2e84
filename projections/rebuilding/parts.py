"""The parts of a rebuild: each has the events of its own streams, and a checkpoint of its own.

The parts of slots that are filled together move together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from projections.slot_tables import parts
from projections.slots import Slot

LOG, ARCHIVE = "log", "archive"


class RebuildUnderWayError(RuntimeError):
    """Another selection of projections is being rebuilt."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of so many: how far its streams are filled in, and how far they are to be."""

    number: int
    of: int
    through: int
    position: int
    source: str = LOG


def enter_parts(
    connection: Connection, filled: Sequence[Slot], of: int, through: int, source: str = LOG
) -> None:
    """Enter the parts of slots that are to be filled together, from the log or from an archive."""
    whole = {"of": of, "through": through, "position": 0, "source": source}
    rows = [{**_named(slot), "part": number, **whole} for slot in filled for number in range(of)]
    connection.execute(insert(parts), rows)


def parts_of(connection: Connection, filled: Sequence[Slot]) -> list[Part]:
    """Return the parts of slots that are filled together, none where that is done.

    Raises RebuildUnderWayError if they were not begun together.
    """
    columns = (parts.c.part, parts.c.of, parts.c.through, parts.c.position, parts.c.source)
    query = select(parts.c.projection, parts.c.version, parts.c.slot, *columns)
    found: dict[tuple[Any, ...], set[Part]] = {_key(slot): set() for slot in filled}
    for name, version, slot, *part in connection.execute(query):
        if (name, version, slot) in found:
            found[name, version, slot].add(Part(*part))
    together = list(found.values())
    if any(each != together[0] for each in together):
        raise RebuildUnderWayError(apart(slot.projection for slot in filled))
    return sorted(together[0], key=lambda part: part.number)


def apart(names: Iterable[str]) -> str:
    """Say that projections cannot be rebuilt together now, and the way out."""
    return (
        f"a rebuild of {', '.join(sorted(names))} is under way, begun for another selection: "
        "end it with acquit projections rebuild and the names with which it was begun, or drop it "
        "with acquit projections drop"
    )


def move_part(connection: Connection, filled: Sequence[Slot], part: Part, position: int) -> bool:
    """Move a part from where it was seen to a position; tell whether it still was there."""
    moved = connection.execute(
        update(parts)
        .where(_of(filled), parts.c.part == part.number, parts.c.position == part.position)
        .values(position=position)
    )
    return moved.rowcount == len(filled)


def remove_parts(connection: Connection, filled: Sequence[Slot]) -> None:
    """Take the parts of slots off the list."""
    connection.execute(delete(parts).where(_of(filled)))


def _of(filled: Sequence[Slot]) -> Any:
    columns = tuple_(parts.c.projection, parts.c.version, parts.c.slot)
    return columns.in_([_key(slot) for slot in filled])


def _key(slot: Slot) -> tuple[str, int, int]:
    return slot.projection, slot.version, slot.number


def _named(slot: Slot) -> dict[str, Any]:
    return {"projection": slot.projection, "version": slot.version, "slot": slot.number}
