"""Reading an archive: its events in the order of positions, whole or of one bucket, from anywhere.

What comes back are the rows of the table `events`, equal to the byte; `recorded_events` decodes
them as the log does, so that whoever folds the log can fold the archive. Whether files are those
that were written, `verifying` tells; here a file that is missing, short or of another shape stops
the reader.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from ledger.archiving import manifest as manifests
from ledger.archiving.layout import EXTRA, ArchivedEvent, schema
from ledger.archiving.manifest import ArchivedFile, ArchiveError, Manifest
from ledger.envelope import RecordedEvent
from ledger.extras import needed
from ledger.store.log import recorded_event

_ROWS_A_BATCH = 1000
_POSITION = attrgetter("position")


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that can be read: its folder, and what its manifest says."""

    path: Path
    manifest: Manifest

    @classmethod
    def at(cls, path: Path) -> Archive:
        """Open the archive in a folder. Raises ArchiveError, ExtraMissingError."""
        needed("pyarrow.parquet", EXTRA)
        return cls(path, manifests.load(path))

    def rows(
        self, after: int = 0, through: int | None = None, bucket: int | None = None
    ) -> Iterator[ArchivedEvent]:
        """Yield the events after one position and through another, by default all to the end.

        Of one bucket, or of all. Raises ArchiveError.
        """
        end = self.manifest.size if through is None else min(through, self.manifest.size)
        for segment in self.manifest.segments:
            if segment.last <= after or segment.first > end:
                continue
            wanted = [file for file in segment.files if bucket in {None, file.bucket}]
            found = heapq.merge(
                *(self.file_rows(file, after, end) for file in wanted), key=_POSITION
            )
            if bucket is not None:
                yield from found
                continue
            yield from _gapless(found, max(after + 1, segment.first), min(end, segment.last))

    def recorded_events(
        self, after: int = 0, through: int | None = None, bucket: int | None = None
    ) -> Iterator[RecordedEvent]:
        """Yield the same events, decoded. Raises ArchiveError, UnreadableEventError."""
        rows: Iterator[Any] = self.rows(after, through, bucket)
        return map(recorded_event, rows)

    def file_rows(self, file: ArchivedFile, after: int, through: int) -> Iterator[ArchivedEvent]:
        """Yield the events of one file after one position and through another.

        Raises ArchiveError.
        """
        parquet = needed("pyarrow.parquet", EXTRA)
        arrow = needed("pyarrow", EXTRA)
        try:
            with (self.path / file.name).open("rb") as raw, parquet.ParquetFile(raw) as opened:
                _require_shape(opened, file)
                groups = _groups(opened.metadata, after, through)
                for batch in opened.iter_batches(_ROWS_A_BATCH, row_groups=groups):
                    columns = [column.to_pylist() for column in batch.columns]
                    for row in map(ArchivedEvent._make, zip(*columns, strict=True)):
                        if after < row.position <= through:
                            yield row
        except (arrow.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
            message = (
                f"{self.path / file.name} cannot be read: {_first_line(error)}. Run "
                f"acquit archive {self.path} --verify, and put it back from a copy"
            )
            raise ArchiveError(message) from None


def _first_line(error: Exception) -> str:
    lines = str(getattr(error, "strerror", None) or error).splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _require_shape(opened: Any, file: ArchivedFile) -> None:
    """Refuse a file with other columns or another number of rows. Raises ArchiveError."""
    if not opened.schema_arrow.equals(schema()):
        message = f"{file.name} does not have the columns of an archive"
        raise ArchiveError(message)
    if opened.metadata.num_rows != file.events:
        message = (
            f"{file.name} holds {opened.metadata.num_rows} events, the manifest says {file.events}"
        )
        raise ArchiveError(message)


def _groups(metadata: Any, after: int, through: int) -> list[int]:
    """Return the row groups that may hold a position between two."""
    found = []
    for number in range(metadata.num_row_groups):
        known = metadata.row_group(number).column(0).statistics
        if known is None or not known.has_min_max or (known.max > after and known.min <= through):
            found.append(number)
    return found


def _gapless(rows: Iterator[ArchivedEvent], first: int, last: int) -> Iterator[ArchivedEvent]:
    """Pass on rows that follow one another. Raises ArchiveError where one is missing."""
    expected = first
    for row in rows:
        if row.position != expected:
            break
        yield row
        expected += 1
    if expected != last + 1:
        message = f"position {expected} is missing in the archive: run acquit archive PATH --verify"
        raise ArchiveError(message)
