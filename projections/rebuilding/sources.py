"""Where a rebuild reads its events: the ledger's log, or an archive of it in Parquet files.

Both give a part its events in the order of positions, in batches of a bounded size. A part of the
log has the streams with its share of a hash; a part of an archive is one of its buckets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Protocol

from ledger.archiving.archive import require_prefix
from ledger.archiving.layout import bucket_of
from ledger.archiving.reader import Archive
from ledger.envelope import RecordedEvent
from ledger.events import LEDGER_STREAM
from ledger.store.database import Database
from ledger.store.log import head_position, read_part
from projections.engine import Engine
from projections.projection import Books
from projections.rebuilding.parts import Part


class Source(Protocol):
    """Gives parts their events, and the books that apply to them."""

    def read(self, part: Part, most: int) -> tuple[list[RecordedEvent], int, Books]:
        """Return the next events of a part, the position up to which these are all, the books."""
        ...


@dataclass(slots=True)
class LogSource:
    """The log of the ledger."""

    engine: Engine

    def read(self, part: Part, most: int) -> tuple[list[RecordedEvent], int, Books]:
        """Return a batch. Raises UnreadableEventError."""
        with self.engine.database.reading() as connection:
            found, reached = read_part(
                connection, part.position, part.through, part.number, part.of, most
            )
            return found, reached, self.engine.books(connection)


@dataclass(slots=True)
class ArchiveSource:
    """An archive of the ledger; a bucket is read on from where the last batch of it ended."""

    archive: Archive
    _adopted: Books | None = None
    _open: dict[int, tuple[int, Iterator[RecordedEvent]]] = field(default_factory=dict)

    def read(self, part: Part, most: int) -> tuple[list[RecordedEvent], int, Books]:
        """Return a batch. Raises ArchiveError, UnreadableEventError."""
        stands, events = self._open.pop(part.number, (-1, iter(())))
        if stands != part.position:
            events = self.archive.recorded_events(part.position, part.through, part.number)
        found: list[RecordedEvent] = []
        for event in events:
            found.append(event)
            if len(found) == most:
                break
        following = next(events, None)
        if following is None:
            return found, part.through, self._books()
        reached = found[-1].position
        self._open[part.number] = reached, chain([following], events)
        return found, reached, self._books()

    def _books(self) -> Books:
        if self._adopted is None:
            events = self.archive.recorded_events(bucket=bucket_of(LEDGER_STREAM))
            self._adopted = Books.of([event for event in events if event.stream == LEDGER_STREAM])
        return Books(self._adopted.adopted)


def source_of(engine: Engine, archive: str | None) -> Source:
    """Return the archive in a folder, or without one the log. Raises ArchiveError."""
    return LogSource(engine) if archive is None else ArchiveSource(Archive.at(Path(archive)))


def archived(database: Database, path: str) -> Archive:
    """Open an archive, which must be of the ledger in a database. Raises ArchiveError."""
    archive = Archive.at(Path(path))
    with database.reading() as connection:
        head = head_position(connection)
        require_prefix(connection, archive.path, archive.manifest, head)
    return archive
