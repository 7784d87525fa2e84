"""Writing one segment: a range of the log into a Parquet file for each bucket.

Every event is checked against its hash as it goes by. What is held is a bounded number of events
and of bytes, whatever the segment's length: then each bucket gets a row group.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ledger.archiving.layout import (
    COMPRESSION,
    EXTRA,
    ArchivedEvent,
    as_archived,
    bucket_of,
    file_name,
    schema,
    segment_name,
)
from ledger.archiving.manifest import ArchivedFile, ArchiveError, Segment, sync_folder
from ledger.audit.tree import Frontier
from ledger.extras import needed
from ledger.store.leaf import leaf_of

PART = ".part"
_EVENTS_HELD = 65_536
_BYTES_HELD = 32 * 1024 * 1024
_BYTES_A_READ = 1024 * 1024
_EVENTS_A_REPORT = 5000


class _Buckets:
    """The files of a segment while they are written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = schema()
        self._arrow = needed("pyarrow", EXTRA)
        self._parquet = needed("pyarrow.parquet", EXTRA)
        self._held: dict[int, list[ArchivedEvent]] = {}
        self._writers: dict[int, Any] = {}
        self._events = self._bytes = 0
        self.counts: dict[int, int] = {}

    def add(self, event: ArchivedEvent) -> None:
        """Take one event more."""
        self._held.setdefault(bucket_of(event.stream), []).append(event)
        self._events += 1
        self._bytes += len(event.payload)
        if self._events >= _EVENTS_HELD or self._bytes >= _BYTES_HELD:
            self.flush()

    def flush(self) -> None:
        """Write what is held, a row group a bucket."""
        for bucket, events in sorted(self._held.items()):
            columns = [
                self._arrow.array(values, field.type)
                for values, field in zip(zip(*events, strict=True), self._schema, strict=True)
            ]
            table = self._arrow.Table.from_arrays(columns, schema=self._schema)
            self._writer(bucket).write_table(table, row_group_size=len(events))
            self.counts[bucket] = self.counts.get(bucket, 0) + len(events)
        self._held.clear()
        self._events = self._bytes = 0

    def _writer(self, bucket: int) -> Any:
        if bucket not in self._writers:
            self._writers[bucket] = self._parquet.ParquetWriter(
                str(self._folder / f"bucket-{bucket:02}.parquet"),
                self._schema,
                compression=COMPRESSION,
                use_dictionary=["stream", "type", "actor"],
                write_statistics=["position", "effective_on", "posted_on", "recorded_at"],
            )
        return self._writers[bucket]

    def close(self) -> None:
        """End the files."""
        for writer in self._writers.values():
            writer.close()


def write_segment(
    path: Path,
    ledger_id: str,
    tree: Frontier,
    rows: Iterable[Any],
    last: int,
    report: Callable[[int], None],
) -> Segment:
    """Write the events after the end of `tree` and through position `last`; return the segment.

    `tree` grows with them. The folder appears whole or not at all; it belongs to the archive once
    the manifest names it. Raises ArchiveError where the log is not what was stored.
    """
    first = tree.size + 1
    name = segment_name(first, last)
    part = path / f"{name}{PART}"
    _removed(part)
    part.mkdir()
    counts = _fill(part, ledger_id, tree, rows, report)
    if tree.size != last:
        message = f"position {tree.size + 1} is missing: run acquit check positions"
        raise ArchiveError(message)
    files = [
        _archived(part, first, last, bucket, count) for bucket, count in sorted(counts.items())
    ]
    sync_folder(part)
    _removed(path / name)
    part.rename(path / name)
    sync_folder(path)
    return Segment(
        first=first,
        last=last,
        events=last - first + 1,
        root=tree.root.hex(),
        peaks=[peak.hex() for peak in tree.peaks],
        files=files,
    )


def _removed(folder: Path) -> None:
    """Remove what a run that was stopped has left."""
    if folder.exists():
        shutil.rmtree(folder)


def _fill(
    folder: Path,
    ledger_id: str,
    tree: Frontier,
    rows: Iterable[Any],
    report: Callable[[int], None],
) -> dict[int, int]:
    """Write the rows; return how many events each bucket has."""
    buckets = _Buckets(folder)
    try:
        for row in rows:
            buckets.add(_checked(ledger_id, tree, row))
            if tree.size % _EVENTS_A_REPORT == 0:
                report(tree.size)
        buckets.flush()
    finally:
        buckets.close()
    return buckets.counts


def _checked(ledger_id: str, tree: Frontier, row: Any) -> ArchivedEvent:
    """Return a row of the log as it is archived, added to the tree. Raises ArchiveError."""
    event = as_archived(row)
    if event.position != tree.size + 1:
        message = f"position {tree.size + 1} is missing: run acquit check positions"
        raise ArchiveError(message)
    if leaf_of(ledger_id, event) != event.leaf:
        message = f"position {event.position} is not what was stored: run acquit audit verify"
        raise ArchiveError(message)
    for _ in tree.add(event.leaf):
        pass
    return event


def _archived(folder: Path, first: int, last: int, bucket: int, events: int) -> ArchivedFile:
    """Have a file reach the disk; return what the manifest says of it."""
    path = folder / f"bucket-{bucket:02}.parquet"
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return ArchivedFile(
        name=file_name(first, last, bucket),
        bucket=bucket,
        events=events,
        bytes=path.stat().st_size,
        sha256=sha256_of(path),
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_BYTES_A_READ):
            digest.update(piece)
    return digest.hexdigest()
