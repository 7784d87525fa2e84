"""Bringing a database up to this program's revision of the store.

Alembic is imported only where it is needed: every command asks for the revision, few migrate.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ledger.store.database import Database

NEWEST_REVISION = "0006"


class LedgerNotReadyError(RuntimeError):
    """The database holds no ledger, or one of another revision; the message says what to do."""


def migrate(database: Database, revision: str = NEWEST_REVISION) -> None:
    """Apply every pending migration in one transaction; nothing happens when there is none.

    Tests stop at an older `revision`, to fill what it made.
    """
    with database.writing() as connection:
        if current_revision(connection) == revision:
            return
        from alembic import command, config  # noqa: PLC0415 - a third of a second, rarely needed

        settings = config.Config()
        settings.set_main_option("script_location", str(resources.files("migrations")))
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


def require_place(database: Database) -> None:
    """Raise LedgerNotReadyError for a SQLite file that is not there: opening would make it."""
    path = database.url.database or ""
    named = not path.startswith("file:")  # SQLite's own form of address may say more than a path.
    if not database.is_postgres and named and not Path(path).exists():
        message = f"there is no file {path}: make a ledger with `acquit init`"
        raise LedgerNotReadyError(message)


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the store in this database, None if there is no store."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def require_newest(connection: Connection) -> None:
    """Raise LedgerNotReadyError unless the store has this program's revision."""
    revision = current_revision(connection)
    if revision is None:
        message = "there is no ledger here: make one with `acquit init`"
        raise LedgerNotReadyError(message)
    if revision != NEWEST_REVISION:
        message = (
            f"the ledger has revision {revision}, this program needs {NEWEST_REVISION}: "
            "run `acquit init` to migrate it, or use a matching version of Acquit"
        )
        raise LedgerNotReadyError(message)
