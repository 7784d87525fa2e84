"""A rebuild: new slots beside the live ones, filled in parts, brought up to date, kept warm.

Every step says in the database that it is done, so a rebuild that was cut off goes on where it was
when it is run again. Appends and reports go on all the while.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ledger.archiving.reader import Archive
from ledger.progress import Progress
from ledger.store.database import Database
from ledger.store.log import head_position
from projections.engine import EVENTS_A_BATCH, Engine
from projections.projection import Projection
from projections.rebuilding.dask_workers import work_on_dask
from projections.rebuilding.filling import Filling, fill
from projections.rebuilding.parts import (
    ARCHIVE,
    LOG,
    Part,
    RebuildUnderWayError,
    apart,
    enter_parts,
    parts_of,
    remove_parts,
)
from projections.rebuilding.sources import archived, source_of
from projections.rebuilding.worker import CATALOGUE, Job
from projections.rebuilding.workers import work
from projections.slots import (
    Slot,
    all_slots,
    become,
    enter,
    held,
    index,
    locked,
    make_bare,
    move,
    prepare_unknown,
)

EVENTS_A_WORKER = 20_000


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What to rebuild, where, and by how many workers; None: as many as are worth their start.

    `archive` names a folder to read from instead of the log, as far as it goes. `on_dask` has the
    parts filled by tasks of Dask, on `scheduler` or else on this machine.
    """

    database: Database
    projections: Sequence[Projection]
    workers: int | None = None
    catalogue: str = CATALOGUE
    archive: str | None = None
    on_dask: bool = False
    scheduler: str | None = None

    def run(self, progress: Progress = lambda _done, _all: None) -> list[Slot]:
        """Build the projections anew and return their slots, which are then fed like the live ones.

        Raises UnreadableEventError, UnfoldableEventError, ArchiveError or WorkerError, naming what
        stopped it, and RebuildUnderWayError where another selection was begun.
        """
        engine = Engine(self.database, self.projections)
        with self.database.writing() as connection:
            prepare_unknown(connection, self.projections)
        archive = archived(self.database, self.archive) if self.archive else None
        filled, parts = self._begin(archive)
        if parts:
            self._fill(engine, filled, parts, progress)
            self._end_parts(filled, parts[0].through)
        return self._follow(filled, progress)

    def _begin(self, archive: Archive | None = None) -> tuple[list[Slot], list[Part]]:
        """Enter slots for the projections, or find those that were begun; return their parts."""
        with self.database.writing() as connection:
            locked(connection)
            begun = [slot for slot in self._slots(connection) if slot.state == "building"]
            if not begun:
                begun = [enter(connection, each, "building") for each in self.projections]
                for each, slot in zip(self.projections, begun, strict=True):
                    make_bare(connection, each, slot.number)
                self._enter_parts(connection, begun, archive)
            elif len(begun) < len(self.projections):
                raise RebuildUnderWayError(apart(slot.projection for slot in begun))
            parts = parts_of(connection, begun)
            if parts:
                _require_source(parts, ARCHIVE if archive else LOG)
            return begun, parts

    def _enter_parts(
        self, connection: Connection, begun: Sequence[Slot], archive: Archive | None
    ) -> None:
        """Enter the parts of a new rebuild: the buckets of an archive, or parts of the log."""
        if archive is not None:
            manifest = archive.manifest
            enter_parts(connection, begun, manifest.buckets, manifest.size, ARCHIVE)
            return
        through = head_position(connection)
        enter_parts(connection, begun, self._workers(through), through)

    def _slots(self, connection: Connection) -> list[Slot]:
        """Return the slots of the projections that are rebuilt."""
        keys = {each.key for each in self.projections}
        return [slot for slot in all_slots(connection) if slot.key in keys]

    def _workers(self, events: int) -> int:
        """Return how many parts a log of so many events is worth."""
        if self.workers is not None:
            return self.workers
        return max(1, min(os.cpu_count() or 1, events // EVENTS_A_WORKER))

    def _fill(
        self, engine: Engine, filled: Sequence[Slot], parts: Sequence[Part], progress: Progress
    ) -> None:
        filling = Filling(engine, filled, source_of(engine, self.archive))
        workers = min(self._workers(parts[0].through), len(parts))
        if self.on_dask:
            jobs = self._jobs(filled, parts, len(parts))
            work_on_dask(jobs, filling, progress, workers, self.scheduler)
        elif workers == 1 and (len(parts) == 1 or self.archive):
            for part in parts:
                fill(filling, part.number, progress)
        else:
            work(self._jobs(filled, parts, workers), filling, progress)

    def _jobs(self, filled: Sequence[Slot], parts: Sequence[Part], count: int) -> list[Job]:
        """Share the parts out among so many jobs."""
        url = self.database.url.render_as_string(hide_password=False)
        numbers = [part.number for part in parts]
        archive = None if self.archive is None else str(Path(self.archive).resolve())
        return [
            Job(url, self.catalogue, list(filled), numbers[first::count], sys.path, archive)
            for first in range(count)
        ]

    def _end_parts(self, filled: Sequence[Slot], through: int) -> None:
        """Index what was filled, and enter that it holds everything up to a position."""
        by_key = {each.key: each for each in self.projections}
        for slot in filled:
            with self.database.writing() as connection:
                locked(connection)
                index(connection, by_key[slot.key], slot.number)
        with self.database.writing() as connection:
            held(connection)
            if parts_of(connection, filled):  # Nobody else has ended them.
                for slot in filled:
                    move(connection, slot, through, ("building",))
                remove_parts(connection, filled)

    def _follow(self, filled: Sequence[Slot], progress: Progress) -> list[Slot]:
        """Fold what was recorded meanwhile; when little is left, leave it to who feeds them all."""
        engine = Engine(self.database, self.projections, states=("building",))
        if any(slot.state == "building" for slot in filled):
            while engine.lag() > EVENTS_A_BATCH:
                engine.catch_up(progress)
        with self.database.writing() as connection:
            held(connection)
            for slot in engine.fed(connection):
                become(connection, slot, "warm")
            built = {(slot.key, slot.number) for slot in filled}
            return [slot for slot in self._slots(connection) if (slot.key, slot.number) in built]


def _require_source(parts: Sequence[Part], source: str) -> None:
    """Refuse to go on from elsewhere than it was begun. Raises RebuildUnderWayError."""
    if parts[0].source != source:
        message = (
            f"the rebuild that is under way reads from the {parts[0].source}, not the {source}: "
            "go on with it as it was begun, or give it up with acquit projections drop"
        )
        raise RebuildUnderWayError(message)
