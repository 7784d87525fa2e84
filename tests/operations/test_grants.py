"""`acquit init --grants`: the printed SQL gives each role what it needs, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bootstrap import Acquit
from ledger.store.append import NewCommand, NewEvent, append
from ledger.store.grants import READER, SQL, WRITER
from ledger.store.schema import ledger_head

FORBIDDEN = [
    "UPDATE events SET actor = 'x'",
    "DELETE FROM events",
    "INSERT INTO ledger_secrets (name, value) VALUES ('x', 'x')",
    "UPDATE ledger_head SET position = 0",
    "INSERT INTO audit_seals SELECT * FROM audit_seals",
]


@pytest.fixture
def granted(acquit: Acquit) -> Acquit:
    """Give a ledger whose roles have what the SQL gives them, twice over."""
    if not acquit.database.is_postgres:
        pytest.skip("SQLite has no roles")
    for _ in range(2):
        with acquit.database.writing() as connection:
            connection.exec_driver_sql(SQL)
    return acquit


def attempt(acquit: Acquit, role: str, statement: str) -> None:
    """Carry out a statement under a role."""
    with acquit.database.writing() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.exec_driver_sql(statement)


def test_nobody_changes_history(granted: Acquit) -> None:
    """Neither role changes, deletes or adds to a table itself; the reader does not see the key."""
    for role in (READER, WRITER):
        for statement in FORBIDDEN:
            with pytest.raises(Exception, match="permission denied"):
                attempt(granted, role, statement)
        attempt(granted, role, "SELECT * FROM events")
    with pytest.raises(Exception, match="permission denied"):
        attempt(granted, READER, "SELECT * FROM ledger_secrets")
    with pytest.raises(Exception, match="permission denied"):
        appended(granted, READER)


def test_the_writer_appends(granted: Acquit) -> None:
    """Through the function, and as the next position."""
    with granted.database.reading() as connection:
        before = connection.execute(ledger_head.select()).one().position
    assert appended(granted, WRITER) == before + 1


def appended(acquit: Acquit, role: str) -> int | None:
    """Append an event under a role; return its position."""
    with acquit.database.writing() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        event = NewEvent("payout:x", 1, "PayoutLanded", b"{}", 2)
        (outcome,) = append(connection, [NewCommand([event])], lambda: 0)
        return outcome.first_position
