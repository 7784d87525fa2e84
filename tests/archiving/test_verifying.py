"""Whatever is changed in an archive is found: by file, and by position where there is one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap import Acquit
from ledger.archiving.manifest import ArchiveError
from ledger.archiving.reader import Archive
from ledger.store.leaf import leaf_of
from tests.archiving.conftest import Rows, findings, first_file, log, rewrite


def test_what_was_written_verifies(lived: Acquit, kept: Path) -> None:
    """Nothing is wrong with an archive, alone or beside its ledger."""
    assert findings(kept) == []
    assert findings(kept, lived) == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 100_000), mask=st.integers(1, 255), number=st.integers(0, 1000))
def test_any_changed_byte_is_found(kept: Path, place: int, mask: int, number: int) -> None:
    """One byte of any file changed: the file is named, and no traceback comes of it."""
    files = sorted(kept.rglob("*.parquet"))
    file = files[number % len(files)]
    good = file.read_bytes()
    start = place % len(good)
    file.write_bytes(good[:start] + bytes([good[start] ^ mask]) + good[start + 1 :])
    try:
        found = findings(kept)
        assert {finding.file for finding in found} == {str(file.relative_to(kept))}
    finally:
        file.write_bytes(good)


def test_a_file_that_is_gone_is_named(lived: Acquit, kept: Path) -> None:
    """It is named, once, and the other segments are still looked at."""
    first, last = first_file(kept), first_file(kept, -1)
    for name in (first, last):
        (kept / name).unlink()
    assert [(found.file, found.kind) for found in findings(kept)] == [
        (first, "missing"),
        (last, "missing"),
    ]
    assert {found.file for found in findings(kept, lived)} >= {first, last}


@pytest.mark.parametrize("field", ["stream", "actor", "payload", "recorded_at", "posted_on"])
def test_a_changed_event_is_named(kept: Path, field: str) -> None:
    """An event changed together with the manifest's hash is named by its position."""
    name = first_file(kept)
    where: list[int] = []

    def change(rows: Rows) -> Rows:
        where.append(rows[0]["position"])
        value = rows[0][field]
        other = {"stream": "x", "actor": "x", "payload": b"{}"}.get(field)
        rows[0][field] = other if other is not None else value.replace(day=1 + value.day % 28)
        return rows

    def later(rows: Rows) -> Rows:
        where.append(rows[0]["position"])
        rows[0][field] += 1
        return rows

    rewrite(kept, name, later if field == "recorded_at" else change)
    (found,) = findings(kept)
    assert (found.file, found.position, found.kind) == (name, where[0], "changed")
    assert found.text == f"position {where[0]} is not what its leaf hash says"


def test_a_forged_event_leads_to_another_root(lived: Acquit, kept: Path) -> None:
    """With its hashes made anew, only the root says it, and a ledger beside it says where."""
    name = first_file(kept)
    where: list[int] = []

    def forge(rows: Rows) -> Rows:
        where.append(rows[-1]["position"])
        event = next(Archive.at(kept).rows(where[0] - 1, where[0]))._replace(actor="nobody")
        leaf = leaf_of(Archive.at(kept).manifest.ledger_id, event)
        return [*rows[:-1], event._replace(leaf=leaf)._asdict()]

    rewrite(kept, name, forge)
    (found,) = findings(kept)
    assert (found.kind, found.position) == ("replaced", None)
    (found,) = findings(kept, lived)
    assert (found.kind, found.position, found.file) == ("differs", where[0], name)


def test_an_event_left_out_is_found(kept: Path) -> None:
    """A file with one event less is not read as if it were whole."""
    name = first_file(kept)
    rewrite(kept, name, lambda rows: rows[:-1])
    assert [(found.file, found.kind) for found in findings(kept)] == [(name, "unreadable")]


def test_a_segment_of_another_ledger_is_found(kept: Path, lived: Acquit, tmp_path: Path) -> None:
    """The leaf hash covers the ledger's id: the same events under another id are not its own."""
    other = tmp_path / "other"
    shutil.copytree(kept, other)
    manifest = other / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    own = lived.identity.opened.ledger_id
    manifest.write_text(text.replace(own, "00000000" + own[8:]), encoding="utf-8")
    assert findings(other)[0].position == 1
    assert len(log(lived.database)) == Archive.at(other).manifest.size


def test_a_damaged_manifest_is_said(kept: Path) -> None:
    """A manifest cut off is no archive."""
    file = kept / "manifest.json"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ArchiveError, match="is damaged: "):
        findings(kept)
