"""A worker of a rebuild: the program that fills parts, told by one line of JSON on its input.

What stops it for good is said on its output. It ends when its input does, for then the program that
started it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import msgspec

from ledger.archiving.manifest import ArchiveError
from ledger.store.codec import UnreadableEventError
from ledger.store.database import Database
from ledger.store.timeouts import timeouts_from
from projections.engine import Engine
from projections.folding import UnfoldableEventError
from projections.projection import Projection
from projections.rebuilding.filling import Filling, fill
from projections.rebuilding.sources import source_of
from projections.slots import Slot

CATALOGUE = "projections.catalogue:PROJECTIONS"


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told: where, which projections (module:name), which slots, which parts.

    `path` is where modules are looked for; `archive` the folder to read from instead of the log.
    """

    url: str
    catalogue: str
    filled: list[Slot]
    parts: list[int]
    path: list[str]
    archive: str | None = None


def catalogued(catalogue: str) -> Sequence[Projection]:
    """Return the projections that a catalogue (module:name) lists."""
    module, _, name = catalogue.partition(":")
    found: Sequence[Projection] = getattr(import_module(module), name)
    return found


def main() -> None:
    """Do the job that the input names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent ends its workers.
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        do(job)
    except (ArchiveError, UnreadableEventError, UnfoldableEventError) as error:
        print(error)  # noqa: T201 - the parent reads it
        sys.exit(1)


def _end_with_parent() -> None:
    """End at once when the input ends: what was not committed is not there."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


def do(job: Job) -> None:
    """Fill the parts of a job.

    Raises UnreadableEventError, UnfoldableEventError, ArchiveError.
    """
    sys.path.extend(each for each in job.path if each not in sys.path)
    database = Database(job.url, timeouts_from(os.environ))
    wanted = {slot.key for slot in job.filled}
    projections = [each for each in catalogued(job.catalogue) if each.key in wanted]
    engine = Engine(database, projections)
    filling = Filling(engine, job.filled, source_of(engine, job.archive))
    try:
        for number in job.parts:
            fill(filling, number)
    finally:
        database.close()


if __name__ == "__main__":
    main()
