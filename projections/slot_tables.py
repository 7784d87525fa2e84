"""The tables about slots: which there are, the parts of rebuilds, the verdicts on them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table

from ledger.store.schema import BYTEWISE

metadata = MetaData()

slots = Table(
    "projection_slots",
    metadata,
    Column("projection", BYTEWISE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("state", BYTEWISE, nullable=False),
    Column("position", BigInteger, nullable=False),
)
"""`building`: filled by a rebuild. `warm`: fed like the live one, and read by nobody. `active`: the
live one, one for each projection. `dropping`: no longer fed, about to go.
"""

parts = Table(
    "projection_parts",
    metadata,
    Column("projection", BYTEWISE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("of", Integer, nullable=False),
    Column("through", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("source", BYTEWISE, nullable=False),
)

verdicts = Table(
    "projection_verdicts",
    metadata,
    Column("projection", BYTEWISE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("is_equal", Boolean, nullable=False),
    Column("is_sound", Boolean, nullable=False),
    Column("report", BYTEWISE, nullable=False),
)
