"""`acquit events check`: every stored event is decoded, and what cannot be read is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledger.events import EVENT_TYPES
from ledger.store.database import Database

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell


def test_what_this_program_wrote_can_be_read(told: Shell) -> None:
    """All events of a life are counted by type and version, and can be read."""
    rows = told.on_ledger("events", "check", "--format", "json").json()
    assert all(row["readable"] and row["problem"] is None for row in rows)
    assert sum(row["events"] for row in rows) == told.stored()[0]
    assert {row["type"] for row in rows} <= set(EVENT_TYPES)
    assert told.on_ledger("events", "check").status == 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("type = 'PlanPraised'", "is unknown to this version of Acquit: upgrade it"),
        ("schema_version = 99", "has version 99, this version of Acquit reads up to"),
        ("payload = {}", "does not fit"),
    ],
)
def test_what_cannot_be_read_is_named(told: Shell, change: str, problem: str) -> None:
    """A type of the future, a newer version, a payload that does not fit; reports stop at it."""
    database = Database(told.url)
    kind = "BYTEA" if database.is_postgres else "BLOB"
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER events_no_update"))
        changed = change.format(f"CAST('{{}}' AS {kind})")
        where = "WHERE position = (SELECT max(position) FROM events)"
        connection.exec_driver_sql(f"UPDATE events SET {changed} {where}")
    database.close()
    said = told.on_ledger("events", "check", "--format", "json")
    assert said.status == 1
    (row,) = (row for row in said.json() if not row["readable"])
    assert row["first_unreadable"] == told.stored()[0]
    assert problem in row["problem"]
    assert f"position {row['first_unreadable']}" in told.on_ledger("balances").err
