"""Bulk record: a command file through all domain checks, events a second, on both databases.

The peer charges fees in saves of 200 aggregates. The limit is what the database takes of the very
same rows: COPY into a table with the same indexes on Postgres, one executemany on SQLite.
"""

from __future__ import annotations

import io
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlalchemy.engine import make_url

from benchmarks import peer
from benchmarks.figures import Figure
from benchmarks.places import Places, new_ledger
from bootstrap import Acquit
from ledger.command_file import Line
from ledger.simulation import commands
from ledger.store.schema import events

AGGREGATES_A_SAVE = 200


def run(where: Places, *, quick: bool) -> list[Figure]:
    """Measure both databases."""
    plans = 800 if quick else 8_000
    lines = [json.loads(json.dumps(line)) for line in commands(plans, 7)]
    figures = []
    for name, url in (("bulk_postgres", where.postgres()), ("bulk_sqlite", where.sqlite())):
        acquit = new_ledger(url)
        ours, rows = _recorded(acquit, lines)
        is_postgres = acquit.database.is_postgres
        acquit.application.close()
        saves = 40 if quick else 400
        figures.append(
            Figure(
                name=name,
                unit="events/s",
                ours=ours,
                peer=_peer(where, saves, is_postgres=is_postgres),
                limit=_copy(where, rows) if is_postgres else _many(where, rows),
            )
        )
    return figures


def _recorded(acquit: Acquit, lines: list[dict[str, Any]]) -> tuple[float, list[tuple[Any, ...]]]:
    """Record a file; return the events a second, and all rows."""
    numbered = (Line(number, content) for number, content in enumerate(lines, 1))
    start = time.perf_counter()
    for answered in acquit.application.record(numbered):
        if answered.refusal is not None:
            raise answered.refusal
    elapsed = time.perf_counter() - start
    with acquit.database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(select(events))]
    return len(rows) / elapsed, rows


def _peer(where: Places, saves: int, *, is_postgres: bool) -> float:
    url = where.postgres() if is_postgres else where.sqlite()
    parsed = make_url(url)
    application = (
        peer.opened(parsed, 2) if is_postgres else peer.opened_sqlite(Path(parsed.database or ""))
    )
    agreements = application.agree(AGGREGATES_A_SAVE * 10)
    start, count = time.perf_counter(), 0
    for number in range(saves):
        first = number % 10 * AGGREGATES_A_SAVE
        count += application.charge_many(agreements[first : first + AGGREGATES_A_SAVE], number)
    elapsed = time.perf_counter() - start
    application.close()
    return count / elapsed


def _copy(where: Places, rows: list[tuple[Any, ...]]) -> float:
    """Return how many of the rows a second COPY takes, indexed as ours are."""
    url = where.postgres()
    text = "".join("\t".join(_cell(value) for value in row) + "\n" for row in rows)
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        connection.commit()
        start = time.perf_counter()
        cursor.copy_expert("COPY bare FROM STDIN", io.StringIO(text))
        connection.commit()
        elapsed = time.perf_counter() - start
    connection.close()
    where.drop(url)
    return len(rows) / elapsed


_TABLE = (
    "CREATE TABLE bare (position bigint PRIMARY KEY, stream text, version integer, type text, "
    "schema_version smallint, effective_on date, posted_on date, recorded_at bigint, actor text, "
    "command_id text, payload bytea, leaf bytea, UNIQUE (stream, version))"
)


def _cell(value: Any) -> str:
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).replace("\\", "\\\\")


def _many(where: Places, rows: list[tuple[Any, ...]]) -> float:
    """Return how many of the rows a second SQLite takes in one transaction, written to disk."""
    connection = sqlite3.connect(make_url(where.sqlite()).database or "")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_TABLE)
    values = [tuple(v if isinstance(v, bytes | int) else str(v) for v in row) for row in rows]
    start = time.perf_counter()
    marks = ", ".join("?" * len(values[0]))
    connection.executemany(f"INSERT INTO bare VALUES ({marks})", values)  # noqa: S608 - our own names
    connection.commit()
    elapsed = time.perf_counter() - start
    connection.close()
    return len(rows) / elapsed
