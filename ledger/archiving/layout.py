"""What an archived event is, in which file of a segment it stands, and how a file is written.

A file holds the columns of the table `events`, as they are stored. A segment is a range of
positions; its events are spread over buckets by a hash of their stream, which depends on nothing
but the stream's name, so that a stream is always read whole from one bucket.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.extras import needed

EXTRA = "archive"
BUCKETS = 16
COMPRESSION = "zstd"


class ArchivedEvent(NamedTuple):
    """A row of `events`; `recorded_at` is UTC microseconds since 1970."""

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    effective_on: date
    posted_on: date
    recorded_at: int
    actor: str
    command_id: str
    payload: bytes
    leaf: bytes


def as_archived(row: Any) -> ArchivedEvent:
    """Return a row of `events` as it is archived: Postgres hands bytes out as views of memory."""
    *values, payload, leaf = row
    return ArchivedEvent._make((*values, bytes(payload), bytes(leaf)))


@lru_cache(maxsize=65_536)
def bucket_of(stream: str, buckets: int = BUCKETS) -> int:
    """Return the bucket of a stream: the first 8 bytes of SHA-256 over its name, big-endian, mod.

    Never changed: archives that exist are read by it.
    """
    return int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big") % buckets


def schema() -> Any:
    """Return the Arrow schema of a file. Raises ExtraMissingError."""
    arrow = needed("pyarrow", EXTRA)
    kinds = {
        "position": arrow.int64(),
        "stream": arrow.string(),
        "version": arrow.int32(),
        "type": arrow.string(),
        "schema_version": arrow.int16(),
        "effective_on": arrow.date32(),
        "posted_on": arrow.date32(),
        "recorded_at": arrow.int64(),
        "actor": arrow.string(),
        "command_id": arrow.string(),
        "payload": arrow.binary(),
        "leaf": arrow.binary(32),
    }
    return arrow.schema(
        [arrow.field(name, kinds[name], nullable=False) for name in ArchivedEvent._fields]
    )


def segment_name(first: int, last: int) -> str:
    """Return the name of a segment's folder; by name, segments sort by position."""
    return f"{first:012}-{last:012}"


def file_name(first: int, last: int, bucket: int) -> str:
    """Return the name of a bucket's file, from the archive's folder on."""
    return f"{segment_name(first, last)}/bucket-{bucket:02}.parquet"
