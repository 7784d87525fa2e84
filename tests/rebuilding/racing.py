"""Runners of one rebuild, and engines of the live rows, in an order that a seed draws.

Each acts on what it saw some time before, when another may have been faster. Whatever the order,
every batch is applied once.
"""

from __future__ import annotations

from random import Random

import pytest

from bootstrap import Acquit
from ledger.store.log import head_position
from projections import engine as engine_module
from projections.catalogue import PROJECTIONS
from projections.engine import Engine
from projections.rebuilding import filling as filling_module
from projections.rebuilding.filling import Filling
from projections.rebuilding.parts import Part
from projections.rebuilding.rebuild import Rebuild
from projections.rebuilding.sources import source_of
from projections.slots import Slot, drop_all

RUNNERS, PARTS, EVENTS_A_BATCH = 2, 2, 9


class Runner:
    """Fills the parts of a rebuild, from where it last saw them."""

    def __init__(self, filling: Filling) -> None:
        self._filling = filling
        self._seen: list[Part | None] = [filling.part(number) for number in range(PARTS)]

    def act(self, random: Random) -> None:
        """Look at a part again, or fill in a batch from where it was seen; keep what was seen."""
        number = random.randrange(PARTS)
        seen = self._seen[number]
        if seen is None or seen.position == seen.through or random.random() < 0.4:
            self._seen[number] = self._filling.part(number)
        else:
            filling_module._fill_batch(self._filling, seen)


class Feeder(Engine):
    """An engine that folds from where it last saw the live slots."""

    def __init__(self, acquit: Acquit) -> None:
        super().__init__(acquit.database, PROJECTIONS)
        self._seen: list[Slot] = []
        self._is_blind = False

    def fed(self, connection: object) -> list[Slot]:
        """Return the slots as they were last seen."""
        return self._seen if self._is_blind else super().fed(connection)  # type: ignore[arg-type]

    def act(self, random: Random) -> None:
        """Look at the slots again, or fold a batch from where they were seen."""
        if not self._seen or random.random() < 0.4:
            with self.database.reading() as connection:
                self._seen = [slot for slot in super().fed(connection) if slot.state == "active"]
            return
        after = min(slot.position for slot in self._seen)
        self._is_blind = True
        try:
            self._step(after, min(after + EVENTS_A_BATCH, self._head()))
        finally:
            self._is_blind = False

    def is_done(self) -> bool:
        """Tell whether the live slots hold everything."""
        return self._lowest() == self._head()

    def _head(self) -> int:
        with self.database.reading() as connection:
            return head_position(connection)


def race(acquit: Acquit, seed: int) -> None:
    """Fill live slots and new ones from nothing, by several, in an order drawn by a seed."""
    random = Random(seed)  # noqa: S311 - an order, not a secret
    with acquit.database.writing() as connection:
        drop_all(connection, PROJECTIONS)
    feeders = [Feeder(acquit) for _ in range(RUNNERS)]
    feeders[0].prepare()
    rebuild = Rebuild(acquit.database, PROJECTIONS, PARTS)
    filled, _ = rebuild._begin()
    engine = Engine(acquit.database, PROJECTIONS, ("building",))
    filling = Filling(engine, filled, source_of(engine, None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling_module, "EVENTS_A_BATCH", EVENTS_A_BATCH)
        patch.setattr(engine_module, "EVENTS_A_BATCH", EVENTS_A_BATCH)
        acting: list[Feeder | Runner] = [*feeders, *(Runner(filling) for _ in range(RUNNERS))]
        while not (feeders[0].is_done() and _is_filled(filling)):
            for _ in range(10):
                random.choice(acting).act(random)
    rebuild.run()


def _is_filled(filling: Filling) -> bool:
    parts = [filling.part(number) for number in range(PARTS)]
    return all(part is None or part.position == part.through for part in parts)
