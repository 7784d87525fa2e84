"""A ledger that has lived a little, what an archive holds, and files rewritten behind its back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from bootstrap import Acquit
from ledger.archiving.archive import Archived, archive
from ledger.archiving.reader import Archive
from ledger.archiving.verifying import Finding, verify
from ledger.store.database import Database
from ledger.store.schema import events
from tests.audit.conftest import record


def quiet(_done: int, _total: int) -> None:
    """Report no progress."""


def log(database: Database) -> list[tuple[Any, ...]]:
    """Return every row of the log, bytes as bytes."""
    with database.reading() as connection:
        rows = connection.execute(select(events).order_by(events.c.position))
        return [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in rows
        ]


def archived(acquit: Acquit, path: Path, events_a_segment: int = 10) -> Archived:
    """Bring an archive up to date, in short segments."""
    return archive(acquit.database, path, quiet, events_a_segment)


def findings(path: Path, acquit: Acquit | None = None) -> list[Finding]:
    """Return what is wrong with an archive, and with a ledger beside it."""
    if acquit is None:
        return list(verify(Archive.at(path), None, quiet))
    with acquit.database.reading() as connection:
        return list(verify(Archive.at(path), connection, quiet))


def contents(path: Path) -> dict[str, bytes]:
    """Return every file of an archive that its reader may look at."""
    found = (file for file in path.rglob("*") if file.is_file() and file.name != ".lock")
    return {str(file.relative_to(path)): file.read_bytes() for file in found}


Rows = list[dict[str, Any]]


def rewrite(path: Path, name: str, change: Callable[[Rows], Rows]) -> None:
    """Change the rows of a file, and have the manifest vouch for what it then is."""
    file = path / name
    table = pq.read_table(file)
    rows = change(table.to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, table.schema), file)
    manifest = json.loads((path / "manifest.json").read_bytes())
    for segment in manifest["segments"]:
        for entry in segment["files"]:
            if entry["name"] == name:
                entry["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
                entry["bytes"] = file.stat().st_size
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def first_file(path: Path, segment: int = 1) -> str:
    """Return the name of the first file of a segment."""
    manifest = json.loads((path / "manifest.json").read_bytes())
    return str(manifest["segments"][segment]["files"][0]["name"])


@pytest.fixture
def lived(acquit: Acquit) -> Acquit:
    """Give a ledger of some 40 events; the test runs on both databases."""
    record(acquit, "A")
    record(acquit, "B")
    return acquit


@pytest.fixture
def kept(lived: Acquit, tmp_path: Path) -> Path:
    """Give its archive, in segments of 10 events."""
    path = tmp_path / "archive"
    archived(lived, path)
    return path
