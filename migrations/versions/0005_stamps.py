"""Time stamps: what an authority outside says of when a checkpoint was there. Never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "audit_stamps"


def upgrade() -> None:
    """Make the table, and refuse every change of what is in it."""
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        TABLE,
        sa.Column(
            "size",
            sa.BigInteger if postgres else sa.Integer,
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("stamped_at", sa.BigInteger, nullable=False),
    )
    if postgres:
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION acquit_refuse_change()"
        )
        op.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_append_only")
        return
    for name, change, when in (
        ("update", "UPDATE", ""),
        ("delete", "DELETE", ""),
        ("replace", "INSERT", "WHEN EXISTS (SELECT 1 FROM audit_stamps WHERE size = NEW.size) "),
    ):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{name} BEFORE {change} ON {TABLE} {when}BEGIN "
            f"SELECT RAISE(ABORT, 'history is append-only: {name.upper()} on {TABLE} is refused'); "
            "END"
        )
