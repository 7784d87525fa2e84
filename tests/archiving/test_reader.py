"""What comes out of an archive is the store's log, to the byte; by bucket and from anywhere."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap import Acquit
from ledger.archiving import reader, writing
from ledger.archiving.layout import BUCKETS, bucket_of
from ledger.archiving.manifest import ArchiveError
from ledger.archiving.reader import Archive
from ledger.store.log import read_range
from tests.archiving.conftest import archived, findings, first_file, log
from tests.properties.conftest import Fresh, fresh
from tests.properties.reports import record
from tests.properties.strategies import Line, lives

__all__ = ["fresh"]


@given(lines=lives(), size=st.integers(1, 60), cut=st.integers(0, 80), end=st.integers(0, 80))
def test_archived_and_read_it_is_the_log(
    fresh: Fresh, lines: list[Line], size: int, cut: int, end: int
) -> None:
    """Whole, by bucket, between two positions and decoded: equal to the store's rows, in order.

    Whatever the length of segments, and with runs in the middle of the ledger's life.
    """
    with fresh() as acquit, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive"
        for start in range(0, len(lines), 7):
            record(acquit, lines[start : start + 7])
            archived(acquit, path, size)
        archive, stored = Archive.at(path), log(acquit.database)
        assert list(archive.rows()) == stored
        assert list(archive.rows(cut, end)) == stored[cut : max(cut, end)]
        assert list(archive.rows(cut)) == stored[cut:]
        for bucket in range(BUCKETS):
            own = [row for row in stored if bucket_of(row[1]) == bucket]
            assert list(archive.rows(bucket=bucket)) == own
        with acquit.database.reading() as connection:
            assert list(archive.recorded_events()) == read_range(connection, 0, len(stored))
        assert findings(path, acquit) == []


@pytest.mark.parametrize(("events_held", "bytes_held"), [(7, 10**9), (10**9, 1500), (1, 1)])
def test_a_bounded_number_of_events_is_held(
    lived: Acquit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    events_held: int,
    bytes_held: int,
) -> None:
    """However few events or bytes are held, the files are read in order, from any position."""
    monkeypatch.setattr(writing, "_EVENTS_HELD", events_held)
    monkeypatch.setattr(writing, "_BYTES_HELD", bytes_held)
    monkeypatch.setattr(reader, "_ROWS_A_BATCH", 2)
    path = tmp_path / "archive"
    manifest = archived(lived, path, 1000).manifest
    groups = [
        pq.ParquetFile(path / file.name).metadata.num_row_groups
        for file in manifest.segments[0].files
    ]
    assert max(groups) > 1
    stored = log(lived.database)
    for after in range(len(stored) + 1):
        assert list(Archive.at(path).rows(after, after + 5)) == stored[after : after + 5]
    assert findings(path, lived) == []


def test_an_archive_can_be_handed_to_a_worker(lived: Acquit, kept: Path) -> None:
    """Pickled, as another process gets it, it reads the same."""
    there = pickle.loads(pickle.dumps(Archive.at(kept)))  # noqa: S301 - our own
    assert list(there.rows()) == log(lived.database)


@pytest.mark.parametrize(
    ("stream", "bucket"), [("ledger", 3), ("plan:P-1", 4), ("payment:pay-1", 2), ("plan:é", 8)]
)
def test_a_stream_keeps_its_bucket(stream: str, bucket: int) -> None:
    """The bucket of a name never changes: files that were written are found by it.

    The numbers are the 16th digit of `printf NAME | sha256sum`.
    """
    assert bucket_of(stream) == bucket


def test_a_file_that_is_gone_stops_the_reader(kept: Path) -> None:
    """It is named, with the way out; events of other segments are not taken for all."""
    name = first_file(kept)
    (kept / name).unlink()
    with pytest.raises(ArchiveError, match=f"{name} cannot be read: No such file"):
        list(Archive.at(kept).rows())
    assert len(list(Archive.at(kept).rows(through=10))) == 10


def test_a_file_of_another_bucket_stops_the_reader(kept: Path) -> None:
    """A file in the place of another is found by its number of events or by a gap."""
    manifest = Archive.at(kept).manifest
    first, other = manifest.segments[1].files[:2]
    (kept / first.name).write_bytes((kept / other.name).read_bytes())
    with pytest.raises(ArchiveError, match=r"the manifest says|is missing in the archive"):
        list(Archive.at(kept).rows())


def test_no_archive_is_said(acquit: Acquit, tmp_path: Path) -> None:
    """A folder without a manifest, and a folder that is not there, are named."""
    del acquit
    with pytest.raises(ArchiveError, match="there is no archive at"):
        Archive.at(tmp_path)
    with pytest.raises(ArchiveError, match="there is no archive at"):
        Archive.at(tmp_path / "none")
