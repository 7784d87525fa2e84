"""An archive grows by what is new, is of one ledger, and is whole wherever a run was stopped."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, update

from bootstrap import Acquit
from ledger.archiving.manifest import ArchiveError
from ledger.archiving.reader import Archive
from ledger.audit.sealing import seal
from ledger.audit.tree import root_of
from ledger.store.leaf import leaf_of
from ledger.store.schema import audit_nodes, audit_seals, events, ledger_head
from tests.archiving.conftest import archived, contents, findings, log
from tests.audit.conftest import KEY, NOW_US, Sealed, record, unguarded
from tests.conftest import NewLedger


def test_its_root_is_the_root_of_the_ledger(lived: Acquit, kept: Path) -> None:
    """The manifest's last root is that of the RFC over the stored leaves; a seal has the same."""
    manifest = Archive.at(kept).manifest
    assert manifest.root == root_of([row[-1] for row in log(lived.database)])
    sealed = seal(lived.database, lived.identity, KEY, NOW_US)
    assert (sealed.checkpoint.size, sealed.checkpoint.root) == (manifest.size, manifest.root)
    assert [segment.first % 10 for segment in manifest.segments] == [1] * len(manifest.segments)


def test_again_only_what_is_new_is_written(lived: Acquit, kept: Path) -> None:
    """No file of an earlier run is touched, whether or not seals shorten the look back."""
    before = contents(kept)
    assert archived(lived, kept).added == 0
    assert contents(kept) == before
    seal(lived.database, lived.identity, KEY, NOW_US)
    record(lived, "C")
    done = archived(lived, kept)
    assert done.manifest.size == len(log(lived.database)) > done.added > 0
    after = contents(kept)
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: content for name, content in before.items() if name != "manifest.json"
    }
    assert findings(kept, lived) == []


def test_an_empty_archive_of_an_opened_ledger(acquit: Acquit, tmp_path: Path) -> None:
    """A ledger with nothing but its opening has an archive of that; folders above are made."""
    path = tmp_path / "deep" / "archive"
    assert archived(acquit, path).manifest.size == len(log(acquit.database))
    assert list(Archive.at(path).rows()) == log(acquit.database)


class Killed(BaseException):
    """The process is killed."""


def test_stopped_anywhere_the_same_command_ends_right(
    lived: Acquit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped at every flush to the disk in turn: what is there verifies, and the next run ends it.

    It then equals, to the byte, the archive of a run that nothing has stopped.
    """
    whole = tmp_path / "whole"
    flushes = Stopping(monkeypatch, None)
    archived(lived, whole, 20)
    steps = flushes.seen
    assert steps > 20
    for step in range(1, steps + 1):
        path = tmp_path / f"stopped-{step}"
        Stopping(monkeypatch, step)
        with pytest.raises(Killed):
            archived(lived, path, 20)
        monkeypatch.undo()
        if (path / "manifest.json").exists():
            assert findings(path, lived) == []
        archived(lived, path, 20)
        assert contents(path) == contents(whole)


class Stopping:
    """Counts the flushes to the disk, and stops the program before one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: int | None) -> None:
        self.seen = 0
        self._step = step
        self._flush = os.fsync
        monkeypatch.setattr(os, "fsync", self)

    def __call__(self, descriptor: int) -> None:
        self.seen += 1
        if self.seen == self._step:
            raise Killed
        self._flush(descriptor)


def test_another_ledger_is_refused(kept: Path, new_ledger: NewLedger) -> None:
    """An archive is of one ledger; another one does not write into it."""
    before = contents(kept)
    other = new_ledger()
    with pytest.raises(ArchiveError, match=r"is of ledger .*, this is "):
        archived(other, kept)
    assert contents(kept) == before
    assert "the one beside it is" in findings(kept, other)[0].text


def test_a_ledger_that_lost_events_is_refused(lived: Acquit, kept: Path, tmp_path: Path) -> None:
    """Where the ledger holds less than the archive, nothing is written and --verify says where."""
    last = Archive.at(kept).manifest.size
    unguarded(Sealed(lived, None, tmp_path))  # type: ignore[arg-type] # without a checkpoint
    with lived.database.writing() as connection:
        connection.execute(delete(events).where(events.c.position == last))
        connection.execute(update(ledger_head).values(position=last - 1))
    with pytest.raises(ArchiveError, match="the ledger has lost some"):
        archived(lived, kept)
    (found,) = findings(kept, lived)
    assert (found.position, found.text) == (last, f"the ledger ends before position {last}")


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "not sealed"])
def test_another_history_is_refused(
    lived: Acquit, kept: Path, tmp_path: Path, *, is_sealed: bool
) -> None:
    """A ledger whose past was forged, seals made anew, is not added; the place is named."""
    forged = 12
    sealed = Sealed(lived, None, tmp_path)  # type: ignore[arg-type] # without a checkpoint
    unguarded(sealed, f"UPDATE events SET actor = 'nobody' WHERE position = {forged}")
    with lived.database.writing() as connection:
        row = connection.execute(events.select().where(events.c.position == forged)).one()
        leaf = leaf_of(lived.identity.opened.ledger_id, SimpleNamespace(**row._mapping))
        connection.execute(update(events).where(events.c.position == forged).values(leaf=leaf))
        for table in (audit_seals, audit_nodes):
            connection.execute(delete(table))
    if is_sealed:
        seal(lived.database, lived.identity, KEY, NOW_US)
    record(lived, "C")
    with pytest.raises(ArchiveError, match="are not those in the archive"):
        archived(lived, kept)
    (found,) = findings(kept, lived)
    assert (found.position, found.kind) == (forged, "differs")
    assert found.text == f"position {forged} is another event in the ledger: actor, leaf"


def test_a_changed_event_is_not_archived(lived: Acquit, tmp_path: Path) -> None:
    """An event that is not what its hash says stops the run; what went before is there."""
    unguarded(Sealed(lived, None, tmp_path), "UPDATE events SET actor = 'x' WHERE position = 14")  # type: ignore[arg-type] # without a checkpoint
    path = tmp_path / "archive"
    with pytest.raises(ArchiveError, match="position 14 is not what was stored: run acquit audit"):
        archived(lived, path)
    assert [row.position for row in Archive.at(path).rows()] == list(range(1, 11))


def test_one_program_at_a_time(lived: Acquit, kept: Path) -> None:
    """While another program holds the archive, a run says so and touches nothing."""
    with (kept / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ArchiveError, match="another program is writing the archive"):
            archived(lived, kept)
    assert archived(lived, kept).added == 0


def test_a_folder_with_other_files_is_refused(lived: Acquit, tmp_path: Path) -> None:
    """An archive is made in a new or an empty folder, never among other files."""
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ArchiveError, match="name a new or empty folder"):
        archived(lived, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_a_place_that_cannot_be_written(lived: Acquit, tmp_path: Path) -> None:
    """A file where a folder should be is named."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ArchiveError, match="cannot be written: "):
        archived(lived, tmp_path / "file")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("format", "zip", "is of no archive that this version reads"),
        ("version", 2, "is of no archive that this version reads"),
        ("buckets", 0, "0 buckets cannot be"),
        ("segments", 3, "is damaged: "),
        ("ledger_id", None, "is damaged: "),
    ],
)
def test_a_manifest_that_cannot_be_read(kept: Path, key: str, value: object, said: str) -> None:
    """What is of another version or kind is said in a sentence."""
    file = kept / "manifest.json"
    manifest = json.loads(file.read_bytes())
    file.write_text(json.dumps({**manifest, key: value}), encoding="utf-8")
    with pytest.raises(ArchiveError, match=said):
        Archive.at(kept)


@pytest.mark.parametrize("key", ["from", "to", "events", "root", "peaks", "files"])
def test_a_manifest_that_contradicts_itself(kept: Path, key: str) -> None:
    """A segment with the place, root or files of another is found when the manifest is read."""
    file = kept / "manifest.json"
    manifest = json.loads(file.read_bytes())
    first, second = manifest["segments"][0], manifest["segments"][-1]
    second[key] = first[key]
    file.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArchiveError, match="is damaged: the segment of positions"):
        Archive.at(kept)
