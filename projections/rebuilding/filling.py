"""Filling one part of the slots of a rebuild: read, fold, write, move the part's checkpoint.

A batch's rows and its checkpoint are committed together, so that a part goes on where it was cut
off. Two programs may fill the same part: of one batch, one of them commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.progress import Progress
from projections.engine import Engine, write
from projections.folding import folded
from projections.projection import Changes, Projection
from projections.rebuilding.parts import Part, move_part, parts_of
from projections.rebuilding.sources import Source
from projections.slots import Slot, standing

EVENTS_A_BATCH = 4000


@dataclass(frozen=True, slots=True)
class Filling:
    """The slots that are filled together, an engine for their projections, a source of events."""

    engine: Engine
    filled: Sequence[Slot]
    source: Source

    def part(self, number: int) -> Part | None:
        """Return a part as it now stands, None where all are done."""
        with self.engine.database.reading() as connection:
            found = [part for part in parts_of(connection, self.filled) if part.number == number]
        return found[0] if found else None


def fill(filling: Filling, number: int, progress: Progress = lambda _done, _all: None) -> None:
    """Fill a part to its end.

    Raises UnreadableEventError or UnfoldableEventError, naming the event that it stops at.
    """
    part = filling.part(number)
    while part is not None and part.position < part.through:
        reached = _fill_batch(filling, part)
        if reached is None:  # Another program was faster.
            part = filling.part(number)
        else:
            part = replace(part, position=reached)
            progress(reached, part.through)


def _fill_batch(filling: Filling, part: Part) -> int | None:
    """Fill in a batch; return the position reached, None if the part had been moved."""
    engine = filling.engine
    events, reached, books = filling.source.read(part, EVENTS_A_BATCH)
    projections: Mapping[Slot, Projection] = {
        slot: engine.by_key[slot.key] for slot in filling.filled
    }
    changes = {slot: folded(each, events, books) for slot, each in projections.items()}
    with engine.database.writing(durable=False) as connection:
        if not move_part(connection, filling.filled, part, reached):
            connection.rollback()
            return None
        for slot, changed in changes.items():
            write(connection, standing(projections[slot], slot.number), _in_order(changed))
    return reached


def _in_order(changes: Changes) -> Changes:
    """Sort what is raised, so that parts that raise the same rows wait for each other in turn."""
    for rows in changes.raised.values():
        rows.sort(key=lambda row: tuple(map(str, row.values())))
    return changes
