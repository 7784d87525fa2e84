"""Slots: the places in which a projection's rows stand, of which reports read one.

A query names its tables as they stand `@live`; which slot that is, is looked up in the view in
which the query runs, so a report reads one slot from its first line to its last while another is
made live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    event,
    func,
    inspect,
    quoted_name,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateTable

from projections.projection import LIVE, Projection
from projections.slot_tables import metadata, slots

if TYPE_CHECKING:
    from ledger.store.database import Database

State = Literal["building", "warm", "active", "dropping"]
FED: tuple[State, ...] = ("warm", "active")
FIRST = 1
_PREPARING = 7_221_001
_VIEW = "acquit_slots"
_LIVE_TABLE = re.compile(rf'"(([a-z_]+)_(\d+)_[a-z_]+){LIVE}"')
Key = tuple[str, int]
"""Name and version of a projection."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a projection, and how far its rows are."""

    projection: str
    version: int
    number: int
    state: State
    position: int

    @property
    def key(self) -> Key:
        """Name and version of its projection."""
        return self.projection, self.version


def all_slots(connection: Connection) -> list[Slot]:
    """Return every slot, of this program's projections and of others."""
    query = select(slots).order_by(slots.c.projection, slots.c.version, slots.c.slot)
    return [Slot(*row) for row in connection.execute(query)]


def active_slots(connection: Connection) -> dict[Key, Slot]:
    """Return the live slot of each projection."""
    return {slot.key: slot for slot in all_slots(connection) if slot.state == "active"}


def standing_in(table: Table, number: int) -> Table:
    """Return a projection's table as it stands in one slot."""
    return _standing_in(table, number)


@cache
def _standing_in(table: Table, number: int) -> Table:
    standing = table.to_metadata(MetaData(), name=_name(table.name.removesuffix(LIVE), number))
    for index in standing.indexes:
        index.name = quoted_name(_name(str(index.name), number), quote=None)
    return standing


def _name(name: str, number: int) -> str:
    return name if number == FIRST else f"{name}_s{number}"


def standing(projection: Projection, number: int) -> dict[str, Table]:
    """Return the tables of a projection in one slot, by the names under which a fold knows them."""
    return {name: standing_in(table, number) for name, table in projection.tables.items()}


# Making and striking ------------------------------------------------------------------------------


def make(connection: Connection, projection: Projection, number: int) -> None:
    """Make the tables of a slot that are missing."""
    for table in standing(projection, number).values():
        table.create(connection, checkfirst=True)


def make_bare(connection: Connection, projection: Projection, number: int) -> None:
    """Make the tables of a slot without the indexes that are made when it is filled."""
    for table in standing(projection, number).values():
        connection.execute(CreateTable(table))


def index(connection: Connection, projection: Projection, number: int) -> None:
    """Make the indexes of a slot that are missing, and count its rows for the query planner."""
    for table in standing(projection, number).values():
        for each in table.indexes:
            each.create(connection, checkfirst=True)
        connection.execute(text(f'ANALYZE "{table.name}"'))


def strike(connection: Connection, projection: Projection, number: int) -> None:
    """Drop the tables of a slot."""
    for table in standing(projection, number).values():
        table.drop(connection, checkfirst=True)


def locked(connection: Connection) -> None:
    """Wait until nobody else changes the list of slots; until the transaction ends nobody does."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_PREPARING)))


def held(connection: Connection) -> list[Slot]:
    """Return every slot, none of which moves until the transaction ends.

    They are locked in the order in which an engine moves them, so that neither waits for the other
    for ever.
    """
    locked(connection)
    query = select(slots).order_by(slots.c.projection, slots.c.version, slots.c.slot)
    return [Slot(*row) for row in connection.execute(query.with_for_update())]


def prepare(connection: Connection, projections: Iterable[Projection]) -> None:
    """Make what is missing, so that each projection that has no slot has a live one.

    Two programs may do so at once. The checkpoints of programs that knew no slots are taken over.
    """
    locked(connection)
    if not inspect(connection).has_table(slots.name):
        metadata.create_all(connection)
        if inspect(connection).has_table("projection_checkpoints"):
            connection.execute(text(_TAKE_OVER))
            connection.execute(text("DROP TABLE projection_checkpoints"))
    metadata.create_all(connection)
    known = {slot.key: slot.number for slot in all_slots(connection) if slot.state == "active"}
    others = {slot.key for slot in all_slots(connection)} - known.keys()
    for projection in projections:
        if projection.key in others:  # It is being rebuilt.
            continue
        number = known.get(projection.key) or enter(connection, projection, "active").number
        make(connection, projection, number)


def prepare_unknown(connection: Connection, projections: Iterable[Projection]) -> None:
    """Make live slots for the projections that have none, nor has any other version of them."""
    prepare(connection, ())
    known = {slot.projection for slot in all_slots(connection)}
    prepare(connection, [each for each in projections if each.name not in known])


_TAKE_OVER = (
    "INSERT INTO projection_slots (projection, version, slot, state, position) "
    "SELECT projection, version, 1, 'active', position FROM projection_checkpoints"
)


def enter(connection: Connection, projection: Projection, state: State) -> Slot:
    """Enter a new slot of a projection, at position 0; its tables are still to be made."""
    last = connection.execute(
        select(func.max(slots.c.slot)).where(
            slots.c.projection == projection.name, slots.c.version == projection.version
        )
    ).scalar_one()
    entered = Slot(projection.name, projection.version, (last or 0) + 1, state, 0)
    connection.execute(
        slots.insert().values(
            projection=entered.projection,
            version=entered.version,
            slot=entered.number,
            state=state,
            position=0,
        )
    )
    return entered


def move(connection: Connection, slot: Slot, position: int, states: tuple[State, ...]) -> bool:
    """Move a slot from the position at which it was seen to another; tell whether it was there."""
    moved = connection.execute(
        update(slots)
        .where(*_is(slot), slots.c.position == slot.position, slots.c.state.in_(states))
        .values(position=position)
    )
    return moved.rowcount == 1


def become(connection: Connection, slot: Slot, state: State) -> None:
    """Give a slot another state."""
    connection.execute(update(slots).where(*_is(slot)).values(state=state))


def remove(connection: Connection, slot: Slot) -> None:
    """Take a slot off the list."""
    connection.execute(slots.delete().where(*_is(slot)))


def _is(slot: Slot) -> tuple[Any, ...]:
    return (
        slots.c.projection == slot.projection,
        slots.c.version == slot.version,
        slots.c.slot == slot.number,
    )


def drop_all(connection: Connection, projections: Iterable[Projection]) -> None:
    """Drop every slot of some projections, and the list of slots; all of it can be made anew."""
    by_key = {each.key: each for each in projections}
    for slot in all_slots(connection):
        if slot.key in by_key:
            strike(connection, by_key[slot.key], slot.number)
    metadata.drop_all(connection)


# Reading ------------------------------------------------------------------------------------------


def follow(database: Database) -> None:
    """Have every query of a database that names a table as live read the slot that is live."""
    for engine in database.engines:
        if not event.contains(engine, "before_cursor_execute", _in_live_slot):
            event.listen(engine, "before_cursor_execute", _in_live_slot, retval=True)
            event.listen(engine, "begin", _forget)


def view(connection: Connection, numbers: Mapping[Key, int]) -> None:
    """Have a transaction read other slots than the live ones, until it ends."""
    live = {key: slot.number for key, slot in active_slots(connection).items()}
    connection.info[_VIEW] = live | dict(numbers)


def viewed_position(connection: Connection, projection: Projection) -> int | None:
    """Return how far the slot is that a transaction reads for a projection, None without one."""
    key = projection.key
    number = _viewed(connection).get(key, FIRST)
    found = [slot for slot in all_slots(connection) if slot.key == key and slot.number == number]
    return found[0].position if found else None


def _viewed(connection: Connection) -> Mapping[Key, int]:
    """Return the numbers of the slots that a transaction reads, looked up once in its view."""
    numbers: dict[Key, int] | None = connection.info.get(_VIEW)
    if numbers is None:
        numbers = {key: slot.number for key, slot in active_slots(connection).items()}
        connection.info[_VIEW] = numbers
    return numbers


def _forget(connection: Connection) -> None:
    connection.info.pop(_VIEW, None)


def _in_live_slot(
    connection: Connection,
    _cursor: Any,
    statement: str,
    parameters: Any,
    _context: Any,
    _many: bool,
) -> tuple[str, Any]:
    if LIVE not in statement:
        return statement, parameters
    numbers = _viewed(connection)

    def named(found: re.Match[str]) -> str:
        return _name(found[1], numbers.get((found[2], int(found[3])), FIRST))

    return _LIVE_TABLE.sub(named, statement), parameters
