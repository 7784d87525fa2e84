"""The store's tables, as the queries see them. Alembic makes them; a test holds the two together.

Dates are calendar days; `recorded_at` is an integer of UTC microseconds since 1970, so that both
databases hold the same value exactly. Text sorts by bytes on both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")
POSITION = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("position", POSITION, primary_key=True, autoincrement=False),
    Column("stream", BYTEWISE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", BYTEWISE, nullable=False),
    Column("schema_version", SmallInteger, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("posted_on", Date, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", BYTEWISE, nullable=False),
    Column("command_id", BYTEWISE, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version", name="events_stream_version"),
)
"""The log. Positions start at 1 and have no gaps; their order is the order of time."""

command_keys = Table(
    "command_keys",
    metadata,
    Column("command_id", BYTEWISE, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("first_position", BigInteger, nullable=True),
)
"""Idempotency keys of accepted commands; `first_position` is null where nothing was to be done."""

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("open_from", Date, nullable=True),
    Column("ledger_id", BYTEWISE, nullable=False),
    Column("simulated", Boolean, nullable=False),
)
"""One row: the last position and moment, and the first day that is not closed. Its lock orders
all writers.
"""

ledger_secrets = Table(
    "ledger_secrets",
    metadata,
    Column("name", BYTEWISE, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""The key of the request hashes."""

tracking = Table(
    "tracking",
    metadata,
    Column("application_name", BYTEWISE, primary_key=True),
    Column("notification_id", BigInteger, nullable=False),
)
"""How far consumers built with the `eventsourcing` library have read."""

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("size", POSITION, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("note", BYTEWISE, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
)
"""Signed roots of the tree over the log's first `size` events; `peaks` are the roots of its whole
subtrees, from the left, 32 bytes each.
"""

audit_nodes = Table(
    "audit_nodes",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Roots of whole subtrees of 2**level events, numbered from 0, so that proofs read few events."""

audit_keys = Table(
    "audit_keys",
    metadata,
    Column("key", BYTEWISE, primary_key=True),
    Column("since_size", BigInteger, nullable=False),
)
"""The public keys that have signed, as verifier keys, each with the size of its first seal."""

audit_stamps = Table(
    "audit_stamps",
    metadata,
    Column("size", POSITION, primary_key=True, autoincrement=False),
    Column("response", LargeBinary, nullable=False),
    Column("stamped_at", BigInteger, nullable=False),
)
"""Time stamps (RFC 3161) over the notes of `audit_seals`, as the authority answered."""
