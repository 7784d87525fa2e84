"""The manifest of an archive: its segments, their files, and the tree's root at the end of each.

It is one JSON file, the last to be written, and it alone says what belongs to the archive: a file
that it does not name is not there. With the roots stand the peaks of the tree, from which the next
segment grows without reading those before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ledger.archiving.layout import file_name
from ledger.audit.tree import EMPTY_ROOT, Frontier

FORMAT = "acquit-archive"
VERSION = 1
NAME = "manifest.json"
_MOST_BUCKETS = 100


class ArchiveError(ValueError):
    """An archive cannot be written or read; the message says why and the way out."""


class ArchivedFile(msgspec.Struct, frozen=True):
    """One Parquet file: `name` from the archive's folder on, `sha256` in hexadecimal digits."""

    name: str
    bucket: int
    events: int
    bytes: int
    sha256: str


class Segment(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}, kw_only=True):
    """A range of positions, both ends included; root and peaks are of the tree up to its end."""

    first: int
    last: int
    events: int
    root: str
    peaks: list[str]
    files: list[ArchivedFile]

    @property
    def frontier(self) -> Frontier:
        """The tree at the segment's end, to grow on."""
        return Frontier(self.last, [bytes.fromhex(peak) for peak in self.peaks])


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds, and of which ledger."""

    format: str = FORMAT
    version: int = VERSION
    ledger_id: str
    buckets: int
    segments: list[Segment] = []

    @property
    def size(self) -> int:
        """The last position in the archive, 0 where it is empty."""
        return self.segments[-1].last if self.segments else 0

    @property
    def root(self) -> bytes:
        """The root of the tree over all of it."""
        return bytes.fromhex(self.segments[-1].root) if self.segments else EMPTY_ROOT

    @property
    def frontier(self) -> Frontier:
        """The tree over all of it, to grow on."""
        return self.segments[-1].frontier if self.segments else Frontier()

    def followed_by(self, segment: Segment) -> Manifest:
        """Return the manifest with one segment more."""
        return msgspec.structs.replace(self, segments=[*self.segments, segment])


def load(path: Path) -> Manifest:
    """Read the manifest of the archive in a folder. Raises ArchiveError."""
    file = path / NAME
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        message = f"there is no archive at {path}: {NAME} is not there"
        raise ArchiveError(message) from None
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise ArchiveError(message) from None
    _require_version(file, content)
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
        wrong = next(_wrong(manifest), None)
    except (msgspec.DecodeError, ValueError) as error:
        wrong = str(error)
    if wrong:
        message = f"{file} is damaged: {wrong}. Put it back from a copy, or archive anew"
        raise ArchiveError(message)
    return manifest


class _Head(msgspec.Struct, frozen=True):
    format: str = ""
    version: int = 0


def _require_version(file: Path, content: bytes) -> None:
    """Look at format and version before all else. Raises ArchiveError."""
    try:
        head = msgspec.json.decode(content, type=_Head)
    except (msgspec.DecodeError, ValueError) as error:
        message = f"{file} is damaged: {error}. Put it back from a copy, or archive anew"
        raise ArchiveError(message) from None
    if (head.format, head.version) != (FORMAT, VERSION):
        message = (
            f"{file} is of no archive that this version reads ({FORMAT} {VERSION}): "
            f"it says {head.format[:40]!r} {head.version}"
        )
        raise ArchiveError(message)


def _wrong(manifest: Manifest) -> Iterator[str]:
    """Yield what in a manifest cannot be."""
    if not 0 < manifest.buckets <= _MOST_BUCKETS:
        yield f"{manifest.buckets} buckets cannot be"
    end = 0
    for segment in manifest.segments:
        place = f"the segment of positions {segment.first} to {segment.last}"
        if segment.first != end + 1 or segment.last < segment.first:
            yield f"{place} follows position {end}"
        counts = sum(file.events for file in segment.files)
        if not segment.last - segment.first + 1 == segment.events == counts:
            yield f"{place} names other numbers of events"
        buckets = [file.bucket for file in segment.files]
        if buckets != sorted(set(buckets)) or not set(buckets) <= set(range(manifest.buckets)):
            yield f"{place} names a bucket that cannot be, or one twice"
        if any(
            file.name != file_name(segment.first, segment.last, file.bucket)
            for file in segment.files
        ):
            yield f"{place} names a file of another"
        peaks = segment.last.bit_count()
        if len(segment.peaks) != peaks or segment.frontier.root.hex() != segment.root:
            yield f"{place} has a root that is not made of its peaks"
        end = segment.last


def save(path: Path, manifest: Manifest) -> None:
    """Write the manifest of the archive in a folder: whole, or the one before stays."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    part = path / f".{NAME}.part"
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path / NAME)
    sync_folder(path)


def sync_folder(path: Path) -> None:
    """Have what was named, renamed and removed in a folder reach the disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
