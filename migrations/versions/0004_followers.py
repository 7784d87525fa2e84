"""In a group, the append refuses what follows a refused command in one of its streams.

Such a command was decided from events that are not stored. Its version may follow all the same, if
another writer has stored as many meanwhile. On Postgres the append takes a lock that can be taken
before, to decide and append while all others wait.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_FUNCTION = Path(__file__).with_name("0004_append_function.sql")


def upgrade() -> None:
    """Replace the append function on Postgres; its owner and its callers stay."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text(APPEND_FUNCTION.read_text(encoding="utf-8").replace(":", r"\:")))
