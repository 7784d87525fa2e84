"""Verifying an archive: every file is read again, every hash made anew, up to the roots.

What is wrong is named by file and, where it can be, by position; of each file the first position.
With a ledger beside it each event is also compared with the one that is stored there.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from sqlalchemy import Connection, select

from ledger.archiving.layout import ArchivedEvent, as_archived, bucket_of
from ledger.archiving.manifest import ArchivedFile, ArchiveError, Segment
from ledger.archiving.reader import Archive
from ledger.archiving.writing import sha256_of
from ledger.audit.tree import Frontier
from ledger.progress import Progress
from ledger.store.leaf import leaf_of
from ledger.store.schema import events, ledger_head

_ROWS_A_READ = 5000
_EVENTS_A_REPORT = 5000

Placed = tuple[int, str, ArchivedEvent]
"""Position, the name of the file, the event."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: in a file (None: in the archive), at a position (None: as a whole), in words.

    Kinds: missing, changed, unreadable, replaced, differs.
    """

    file: str | None
    position: int | None
    kind: str
    text: str


@dataclass(slots=True)
class _Ledger:
    """The log of the ledger, read along; after the first difference no more is looked for."""

    rows: Iterator[ArchivedEvent]
    differs: bool = False

    def compared(self, file: str, event: ArchivedEvent) -> Iterator[Finding]:
        if self.differs:
            return
        stored = next((row for row in self.rows if row.position >= event.position), None)
        if stored == event:
            return
        self.differs = True
        where = f"position {event.position}"
        if stored is None:
            text = f"the ledger ends before {where}"
        elif stored.position != event.position:
            text = f"{where} is missing in the ledger"
        else:
            names = [
                name
                for name, left, right in zip(event._fields, event, stored, strict=True)
                if left != right
            ]
            text = f"{where} is another event in the ledger: {', '.join(names)}"
        yield Finding(file, event.position, "differs", text)


def verify(
    archive: Archive, connection: Connection | None, progress: Progress
) -> Iterator[Finding]:
    """Yield what is wrong with an archive, and with a ledger beside it, by segment and position."""
    ledger = None
    if connection is not None:
        ledger_id = connection.execute(select(ledger_head.c.ledger_id)).scalar_one()
        if ledger_id != archive.manifest.ledger_id:
            own = archive.manifest.ledger_id
            text = f"the archive is of ledger {own}, the one beside it is {ledger_id}"
            yield Finding(None, None, "differs", text)
        else:
            ledger = _Ledger(_stored(connection, archive.manifest.size))
    tree = Frontier()
    for segment in archive.manifest.segments:
        yield from _Check(archive, segment, tree, ledger, progress).findings()
        tree = segment.frontier


def _stored(connection: Connection, through: int) -> Iterator[ArchivedEvent]:
    query = select(events).where(events.c.position <= through).order_by(events.c.position)
    yield from map(as_archived, connection.execution_options(yield_per=_ROWS_A_READ).execute(query))


@dataclass(slots=True)
class _Check:
    """One segment being read again; `tree` is the one that it grows on."""

    archive: Archive
    segment: Segment
    tree: Frontier
    ledger: _Ledger | None
    progress: Progress
    found: list[Finding] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the segment."""
        read = [self._read(file) for file in self.segment.files]
        expected = self.segment.first
        for position, file, event in heapq.merge(*read, key=itemgetter(0)):
            if position != expected and not self.found:
                text = f"position {expected} is missing: {position} stands in its place"
                self._note(file, expected, "missing", text)
            expected = position + 1
            for _ in self.tree.add(event.leaf):
                pass
            if self.ledger is not None:
                self.found.extend(self.ledger.compared(file, event))
            if position % _EVENTS_A_REPORT == 0:
                self.progress(position, self.archive.manifest.size)
        if not self.found and self.tree.root.hex() != self.segment.root:
            text = (
                f"positions {self.segment.first} to {self.segment.last} do not lead to the root "
                "that the manifest names"
            )
            self._note(None, None, "replaced", text)
        yield from self.found

    def _note(self, file: str | None, position: int | None, kind: str, text: str) -> None:
        self.found.append(Finding(file, position, kind, text))

    def _read(self, file: ArchivedFile) -> Iterator[Placed]:
        """Yield the events of a file, noting what is wrong with it."""
        if not self._is_there(file):
            return
        rows = self.archive.file_rows(file, 0, self.archive.manifest.size)
        wrong, last = "", self.segment.first - 1
        try:
            for event in rows:
                if not wrong and (wrong := self._wrong(file, event, last)):
                    self._note(file.name, event.position, "changed", wrong)
                last = event.position
                yield event.position, file.name, event
        except ArchiveError as error:
            self._note(file.name, None, "unreadable", str(error))

    def _is_there(self, file: ArchivedFile) -> bool:
        """Tell whether a file can be read; note whether it is the one that was written."""
        try:
            digest = sha256_of(self.archive.path / file.name)
        except OSError as error:
            self._note(file.name, None, "missing", f"{file.name}: {error.strerror}")
            return False
        if digest != file.sha256:
            text = f"{file.name} is not the file that was written: its SHA-256 is another"
            self._note(file.name, None, "changed", text)
        return True

    def _wrong(self, file: ArchivedFile, event: ArchivedEvent, last: int) -> str:
        """Return what is wrong with one event, nothing where all is well."""
        if not last < event.position <= self.segment.last:
            return f"position {event.position} does not belong after {last} in {file.name}"
        if leaf_of(self.archive.manifest.ledger_id, event) != event.leaf:
            return f"position {event.position} is not what its leaf hash says"
        if bucket_of(event.stream, self.archive.manifest.buckets) != file.bucket:
            return f"position {event.position} of {event.stream} belongs in another bucket"
        return ""
