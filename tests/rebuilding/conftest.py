"""A year of sales of a few plans, and digests of what stands in slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bootstrap import Acquit
from ledger.simulation.year import commands
from projections.projection import Projection
from projections.rebuilding.rows import compared
from projections.slots import Slot, active_slots, all_slots, standing

PLANS = 3


def record(acquit: Acquit, lines: Sequence[Mapping[str, Any]]) -> None:
    """Carry out commands, of which none is refused."""
    for number, line in enumerate(lines, 1):
        result = acquit.application.execute(dict(line), number)
        assert result.refusal is None, result.refusal


@pytest.fixture
def sold(acquit: Acquit) -> Acquit:
    """Give a ledger with a year of sales, its reports up to date; on both databases."""
    record(acquit, list(commands(PLANS, seed=5)))
    acquit.engine.catch_up()
    return acquit


def slot_of(acquit: Acquit, projection: Projection, state: str) -> Slot:
    """Return the newest slot of a projection in a state."""
    with acquit.database.reading() as connection:
        found = [slot for slot in all_slots(connection) if slot.key == projection.key]
    return [slot for slot in found if slot.state == state][-1]


def live_slots(acquit: Acquit) -> dict[str, int]:
    """Return the number of each projection's live slot."""
    with acquit.database.reading() as connection:
        return {name: slot.number for (name, _), slot in active_slots(connection).items()}


def digests(acquit: Acquit, state: str) -> dict[str, str]:
    """Return the digest of each table of the newest slots in a state."""
    found = {}
    for projection in acquit.engine.projections:
        slot = slot_of(acquit, projection, state)
        for name, table in standing(projection, slot.number).items():
            with acquit.database.reading() as connection:
                keys = [column.name for column in table.primary_key]
                query = select(table).order_by(*table.primary_key)
                rows = [dict(row) for row in connection.execute(query).mappings()]
            found[name] = compared(name, keys, rows, rows).digests[1]
    return found
