"""Keeping an archive up with its ledger: each run adds the events that are new, in segments.

A segment is written beside, flushed to the disk and renamed; then the manifest that names it is. So
a run that is stopped anywhere leaves an archive that is whole, and the same command goes on after
its last segment. One program at a time writes an archive.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ledger.archiving import manifest as manifests
from ledger.archiving.layout import BUCKETS, EXTRA, segment_name
from ledger.archiving.manifest import ArchiveError, Manifest
from ledger.archiving.writing import PART, write_segment
from ledger.audit.sealing import leaves, seals
from ledger.audit.tree import Frontier
from ledger.extras import needed
from ledger.progress import Progress
from ledger.store.database import Database
from ledger.store.log import head_position
from ledger.store.schema import events, ledger_head

EVENTS_A_SEGMENT = 262_144
_ROWS_A_READ = 5000
_LOCK = ".lock"
_OURS = {_LOCK, f".{manifests.NAME}{PART}"}


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run has done: how many events it added, and what the archive now is."""

    added: int
    manifest: Manifest


def archive(
    database: Database, path: Path, progress: Progress, events_a_segment: int = EVENTS_A_SEGMENT
) -> Archived:
    """Add what is new in a ledger to the archive in a folder, which is made where there is none.

    Raises ArchiveError: the archive is of another ledger, holds what the ledger does not, is being
    written by another program, or cannot be written; ExtraMissingError.
    """
    needed("pyarrow.parquet", EXTRA)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            return _archive(database, path, progress, events_a_segment)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise ArchiveError(message) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other programs from writing this archive. The lock goes with the process."""
    if not (path / manifests.NAME).exists() and {found.name for found in path.iterdir()} - _OURS:
        message = f"{path} holds other files and no {manifests.NAME}: name a new or empty folder"
        raise ArchiveError(message)
    with (path / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another program is writing the archive at {path}: wait until it has ended"
            raise ArchiveError(message) from None
        yield


def _archive(database: Database, path: Path, progress: Progress, events_a_segment: int) -> Archived:
    with database.reading() as connection:
        ledger_id: str = connection.execute(select(ledger_head.c.ledger_id)).scalar_one()
        head = head_position(connection)
        manifest = _manifest(path, ledger_id)
        require_prefix(connection, path, manifest, head)
    _clear(path, manifest)
    before = manifest.size
    tree = manifest.frontier
    while tree.size < head:
        last = min(tree.size + events_a_segment, head)
        with database.reading() as connection:
            rows = _rows(connection, tree.size, last)
            segment = write_segment(
                path, ledger_id, tree, rows, last, lambda done: progress(done, head)
            )
        manifest = manifest.followed_by(segment)
        manifests.save(path, manifest)
    return Archived(manifest.size - before, manifest)


def _manifest(path: Path, ledger_id: str) -> Manifest:
    """Return the manifest of the archive, an empty one where there is none. Raises ArchiveError."""
    if not (path / manifests.NAME).exists():
        manifest = Manifest(ledger_id=ledger_id, buckets=BUCKETS)
        manifests.save(path, manifest)
        return manifest
    manifest = manifests.load(path)
    if manifest.ledger_id != ledger_id:
        message = (
            f"the archive at {path} is of ledger {manifest.ledger_id}, this is {ledger_id}: "
            "name another folder, or its own ledger with --ledger"
        )
        raise ArchiveError(message)
    if manifest.buckets != BUCKETS:
        message = f"the archive at {path} has {manifest.buckets} buckets, this version {BUCKETS}"
        raise ArchiveError(message)
    return manifest


def require_prefix(connection: Connection, path: Path, manifest: Manifest, head: int) -> None:
    """Refuse to go on with an archive of another history. Raises ArchiveError."""
    if manifest.size > head:
        message = (
            f"the archive at {path} holds {manifest.size} events, the ledger {head}: "
            "the ledger has lost some; restore it from a later backup, or name another folder"
        )
        raise ArchiveError(message)
    if root_at(connection, manifest.size) != manifest.root:
        message = (
            f"the first {manifest.size} events of the ledger are not those in the archive at "
            f"{path}: acquit archive {path} --verify --ledger URL names the first that differs"
        )
        raise ArchiveError(message)


def root_at(connection: Connection, size: int) -> bytes:
    """Return the root of the tree over the log's first `size` events, out of the stored leaves.

    Reading begins at the last seal before.
    """
    tree = Frontier()
    for seal in seals(connection):
        if seal.checkpoint.size <= size:
            tree = Frontier(seal.checkpoint.size, seal.peaks)
    for leaf in leaves(connection, tree.size, size):
        for _ in tree.add(leaf):
            pass
    return tree.root


def _clear(path: Path, manifest: Manifest) -> None:
    """Remove the segments that a run left behind that was stopped before the manifest had them."""
    named = {segment_name(segment.first, segment.last) for segment in manifest.segments}
    for found in path.iterdir():
        first, _, last = found.name.removesuffix(PART).partition("-")
        if found.name not in named and first.isdigit() and last.isdigit() and found.is_dir():
            shutil.rmtree(found)


def _rows(connection: Connection, after: int, through: int) -> Iterator[Any]:
    query = (
        select(events)
        .where(events.c.position > after, events.c.position <= through)
        .order_by(events.c.position)
    )
    yield from connection.execution_options(yield_per=_ROWS_A_READ).execute(query)
