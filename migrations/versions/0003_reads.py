"""The append refuses a command also if a stream that it only read has moved since."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_FUNCTION = Path(__file__).with_name("0003_append_function.sql")


def upgrade() -> None:
    """Replace the append function on Postgres; who could call it can call the new one."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    old = bind.execute(sa.text("SELECT oid FROM pg_proc WHERE proname = 'acquit_append'"))
    oid = old.scalar_one()
    callers = bind.execute(
        sa.text(
            "SELECT quote_ident(pg_get_userbyid(grantee)) FROM pg_proc, aclexplode(proacl) "
            "WHERE pg_proc.oid = :oid AND grantee NOT IN (0, proowner)"
        ),
        {"oid": oid},
    )
    names = [name for (name,) in callers]
    signature = bind.execute(
        sa.text("SELECT CAST(CAST(:oid AS regprocedure) AS text)"), {"oid": oid}
    )
    op.execute(f"DROP FUNCTION {signature.scalar_one()}")
    op.execute(sa.text(APPEND_FUNCTION.read_text(encoding="utf-8").replace(":", r"\:")))
    op.execute("REVOKE ALL ON FUNCTION acquit_append FROM PUBLIC")
    for name in names:
        op.execute(f"GRANT EXECUTE ON FUNCTION acquit_append TO {name}")
