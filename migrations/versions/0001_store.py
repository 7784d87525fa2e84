"""The event store: log, idempotency keys, head, and what refuses to change history.

There is no way down: a log of events is never taken apart.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_FUNCTION = Path(__file__).with_name("0001_append_function.sql")
GUARDED = ("events", "command_keys")


def upgrade() -> None:
    """Make the tables, the triggers and, on Postgres, the append function."""
    postgres = op.get_bind().dialect.name == "postgresql"
    _tables(postgres=postgres)
    op.execute(
        "INSERT INTO ledger_head (id, position, recorded_at, open_from, ledger_id, simulated) "
        "VALUES (1, 0, 0, NULL, '', false)"
    )
    if postgres:
        _postgres_guards()
        op.execute(sa.text(APPEND_FUNCTION.read_text(encoding="utf-8").replace(":", r"\:")))
        op.execute("REVOKE ALL ON FUNCTION acquit_append FROM PUBLIC")
    else:
        _sqlite_guards()


def _tables(*, postgres: bool) -> None:
    text = sa.Text(collation="C") if postgres else sa.Text()
    op.create_table(
        "events",
        sa.Column(
            "position",
            sa.BigInteger if postgres else sa.Integer,
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("stream", text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", text, nullable=False),
        sa.Column("schema_version", sa.SmallInteger, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("posted_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("actor", text, nullable=False),
        sa.Column("command_id", text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    )
    op.create_table(
        "command_keys",
        sa.Column("command_id", text, primary_key=True),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("first_position", sa.BigInteger),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("open_from", sa.Date),
        sa.Column("ledger_id", text, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.CheckConstraint("id = 1", name="ledger_head_one_row"),
    )
    op.create_table(
        "ledger_secrets",
        sa.Column("name", text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "tracking",
        sa.Column("application_name", text, primary_key=True),
        sa.Column("notification_id", sa.BigInteger, nullable=False),
    )


def _postgres_guards() -> None:
    """Refuse the statements themselves, even for the owner and in replica sessions."""
    op.execute(
        "CREATE FUNCTION acquit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'history is append-only: % on % is refused', "
        "TG_OP, TG_TABLE_NAME; END $$"
    )
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION acquit_refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")


def _sqlite_guards() -> None:
    """Refuse UPDATE and DELETE, and an INSERT OR REPLACE onto what is there."""
    same = {
        "events": "SELECT 1 FROM events WHERE position = NEW.position UNION ALL "
        "SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version",
        "command_keys": "SELECT 1 FROM command_keys WHERE command_id = NEW.command_id",
    }
    for table in GUARDED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, 'history is append-only: {change} on {table} is refused'); "
                "END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS ({same[table]}) BEGIN "
            f"SELECT RAISE(ABORT, 'history is append-only: REPLACE on {table} is refused'); END"
        )
