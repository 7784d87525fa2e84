"""Backing a ledger up into one file, and restoring it: from any database into any other.

The file is JSON Lines, compressed: a head (whose ledger, how many events, the root of the tree over
them), then every row of the store's tables, then how many there were. It is read in one view of the
database while others go on writing. Restoring makes every leaf hash and the root anew before it
commits: what is restored is what was backed up, or nothing. Projections are not in it; they are
folded again.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import os
import struct
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Table, delete, func, select
from sqlalchemy.exc import OperationalError, StatementError

from ledger.audit.tree import Frontier
from ledger.progress import Progress
from ledger.store.database import Database
from ledger.store.leaf import leaf_of
from ledger.store.log import head_position
from ledger.store.migration import NEWEST_REVISION, require_newest
from ledger.store.rows import insert_rows
from ledger.store.schema import (
    audit_keys,
    audit_nodes,
    audit_seals,
    audit_stamps,
    command_keys,
    events,
    ledger_head,
    ledger_secrets,
    tracking,
)

FORMAT = "acquit-backup-1"
TABLES = {
    table.name: table
    for table in (
        ledger_head,
        ledger_secrets,
        events,
        command_keys,
        tracking,
        audit_keys,
        audit_nodes,
        audit_seals,
        audit_stamps,
    )
}
_ROWS_A_BATCH = 1000


class BackupError(ValueError):
    """A backup cannot be written or restored; the message says why and the way out."""


# Out --------------------------------------------------------------------------------------------


def back_up(database: Database, path: Path, progress: Progress) -> int:
    """Write a backup; return how many events it holds. It appears whole or not at all.

    Raises BackupError, LedgerNotReadyError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with database.reading() as connection, gzip.open(part, "wt", encoding="utf-8") as file:
            require_newest(connection)
            size = head_position(connection)
            for line in _lines(connection, size, progress):
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise BackupError(message) from None
    finally:
        part.unlink(missing_ok=True)
    return size


def _lines(connection: Connection, size: int, progress: Progress) -> Iterator[dict[str, Any]]:
    ledger_id: str = connection.execute(select(ledger_head.c.ledger_id)).scalar_one()
    root = _root(connection, ledger_id)
    yield {
        "format": FORMAT,
        "revision": NEWEST_REVISION,
        "ledger_id": ledger_id,
        "events": size,
        "root": root.hex(),
    }
    total = sum(
        int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in TABLES.values()
    )
    done = 0
    for name, table in TABLES.items():
        query = select(table).order_by(*table.primary_key.columns)
        rows = connection.execution_options(yield_per=_ROWS_A_BATCH).execute(query)
        for row in rows:
            yield {"table": name, "row": [_plain(value) for value in row]}
            done += 1
            if done % _ROWS_A_BATCH == 0:
                progress(done, total)
    yield {"rows": done}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, date) else value


def _root(connection: Connection, ledger_id: str) -> bytes:
    """Return the root over all events, every leaf made anew. Raises BackupError."""
    frontier = Frontier()
    query = select(events).order_by(events.c.position)
    for row in connection.execution_options(yield_per=_ROWS_A_BATCH).execute(query):
        leaf = leaf_of(ledger_id, row)
        if row.position != frontier.size + 1 or leaf != bytes(row.leaf):
            message = f"position {row.position} is not what was stored: run acquit audit verify"
            raise BackupError(message)
        for _ in frontier.add(leaf):
            pass
    return frontier.root


# In ---------------------------------------------------------------------------------------------


def restore(database: Database, path: Path, progress: Progress) -> int:
    """Fill an empty store from a backup; return how many events it now holds.

    All in one transaction: after a crash the store is empty, and the same command does it. Raises
    BackupError where the store is not empty, or the file is damaged or of another version.
    """
    try:
        with database.writing() as connection:
            return _restore(connection, path, progress)
    except OperationalError:  # The disk or the connection, not the file.
        raise
    except (StatementError, *_UNREADABLE) as error:
        message = f"{path} is damaged: {type(error).__name__} in one of its rows"
        raise BackupError(message) from None


_UNREADABLE = (AttributeError, KeyError, OverflowError, TypeError, UnicodeError, struct.error)
"""What values of other kinds than a column's lead to."""


def _restore(connection: Connection, path: Path, progress: Progress) -> int:
    if head_position(connection):
        message = "this database holds a ledger already: restore into a new one with --ledger"
        raise BackupError(message)
    connection.execute(delete(ledger_head))
    lines = _read(path)
    head = next(lines, {})
    if head.get("format") != FORMAT or head.get("revision") != NEWEST_REVISION:
        message = (
            f"{path} is no backup that this version reads ({FORMAT}, store {NEWEST_REVISION}): "
            f"it says {str(head.get('format'))[:40]!r} {str(head.get('revision'))[:40]!r}"
        )
        raise BackupError(message)
    _fill(connection, path, lines, progress)
    root = _root(connection, str(head["ledger_id"]))
    if root.hex() != head["root"] or head_position(connection) != head["events"]:
        message = f"{path} is damaged: its events do not have the root that it names"
        raise BackupError(message)
    return head_position(connection)


def _fill(
    connection: Connection, path: Path, lines: Iterator[dict[str, Any]], progress: Progress
) -> None:
    """Insert the rows in batches of one table. Raises BackupError where the file ends early."""
    batch: list[dict[str, Any]] = []
    table: Table | None = None
    done, ended = 0, False
    for line in lines:
        if "rows" in line:
            ended = line["rows"] == done
            break
        found = TABLES.get(line.get("table", ""))
        if found is None:
            message = f"{path} is damaged: row {done + 1} is of no table"
            raise BackupError(message)
        if table is not None and (table is not found or len(batch) >= _ROWS_A_BATCH):
            insert_rows(connection, table, batch)
            batch = []
            progress(done, max(done, 1))
        table = found
        batch.append(_row(path, found, line["row"]))
        done += 1
    if table is not None:
        insert_rows(connection, table, batch)
    if not ended:
        message = f"{path} is damaged: it ends after {done} rows, before its end"
        raise BackupError(message)


def _row(path: Path, table: Table, values: list[Any]) -> dict[str, Any]:
    try:
        return {
            column.name: _typed(column.type, value)
            for column, value in zip(table.columns, values, strict=True)
        }
    except (TypeError, ValueError, binascii.Error):
        message = f"{path} is damaged: a row of {table.name} cannot be read"
        raise BackupError(message) from None


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a backup. Raises BackupError."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                value = json.loads(line)
                if isinstance(value, dict):
                    yield value
    except FileNotFoundError:
        message = f"there is no file {path}"
        raise BackupError(message) from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        message = f"{path} is damaged or no backup: {error}"
        raise BackupError(message) from None
