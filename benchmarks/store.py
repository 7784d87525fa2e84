"""Store size: bytes an event, of a simulated year of sales, indexes and keys included.

Nothing is folded: reports are not part of the store. The limit is the payloads alone.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from benchmarks.figures import Figure
from benchmarks.places import Places, new_ledger
from bootstrap import Acquit
from ledger.command_file import Line
from ledger.simulation import commands
from ledger.store.schema import events

AUDIT_TABLES = ("audit_seals", "audit_nodes", "audit_keys", "audit_stamps")
TABLES = ("events", "command_keys", "ledger_head", *AUDIT_TABLES)


def run(where: Places, *, quick: bool) -> list[Figure]:
    """Measure both databases."""
    lines = list(commands(800 if quick else 8_000, 7))
    figures = []
    for name, url in (
        ("bytes_per_event", where.postgres()),
        ("bytes_per_event_sqlite", where.sqlite()),
    ):
        acquit = new_ledger(url)
        numbered = (Line(number, content) for number, content in enumerate(lines, 1))
        for answered in acquit.application.record(numbered):
            if answered.refusal is not None:
                raise answered.refusal
        with acquit.database.reading() as connection:
            count, payloads = connection.execute(
                select(func.count(), func.sum(func.length(events.c.payload)))
            ).one()
        size = _size(acquit)
        acquit.application.close()
        figures.append(
            Figure(name=name, unit="bytes", ours=size / count, limit=float(payloads) / count)
        )
    return figures


def _size(acquit: Acquit) -> int:
    if not acquit.database.is_postgres:
        with acquit.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        path = make_url(acquit.database.url).database or ""
        return Path(path).stat().st_size
    total = " + ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
    with acquit.database.reading() as connection:
        return int(connection.execute(text(f"SELECT {total}")).scalar_one())
