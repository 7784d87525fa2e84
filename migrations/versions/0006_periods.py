"""The append moves the first open day: the stream `period` closes months and opens them again."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_FUNCTION = Path(__file__).with_name("0006_append_function.sql")


def upgrade() -> None:
    """Replace the append function on Postgres; its owner and its callers stay."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text(APPEND_FUNCTION.read_text(encoding="utf-8").replace(":", r"\:")))
