"""A new slot held against the live one, both at one position, row by row; and checked by itself.

A new version of a projection has other tables: then its declared equivalences are compared, each a
query over the old shape and one over the new. Beside the rows, all checks are run with the new
slots in the place of the live ones, and every closed month must come to what was recorded of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from ledger.store.schema import events
from projections.checks import CHECKS, run
from projections.closing.reproducing import differences as month_differences
from projections.engine import Engine
from projections.projection import LIVE, Equivalence, Projection
from projections.rebuilding.rows import Difference, Row, Tally, compared
from projections.slots import Key, Slot, active_slots, all_slots, standing, view

OF_EVENTS = frozenset({"hashes", "positions", "periods"})
"""Checks of what no projection holds; closed months are looked at by themselves."""
_ROWS_AT_ONCE = 5000
_MOST_EVENTS = 10
_MOST_TRIES = 20


class NotComparableError(RuntimeError):
    """There is nothing to compare, or it does not come to stand at one position."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found: for each new slot its tables, and for all of them together the rest."""

    position: int
    slots: tuple[Slot, ...]
    tallies: Mapping[Key, tuple[Tally, ...]]
    checks: Mapping[str, tuple[str, ...]]
    months: tuple[str, ...]
    sources: Mapping[tuple[str, int], tuple[str, ...]]
    """The events behind each difference shown, by table and number."""

    def is_equal(self, key: Key) -> bool:
        """Whether a new slot has the rows of the live one, and nothing is against it."""
        return self.is_sound and all(tally.is_equal for tally in self.tallies[key])

    @property
    def is_sound(self) -> bool:
        """Whether the checks hold and the closed months come to the same."""
        return not self.months and not any(self.checks.values())


def compare(engine: Engine, wanted: Sequence[Projection]) -> Comparison:
    """Compare the newest warm slot of each projection with its live one.

    Raises NotComparableError.
    """
    for _ in range(_MOST_TRIES):
        engine.catch_up()
        with engine.database.reading() as connection:
            found = [candidate(connection, each) for each in wanted]
            active = active_slots(connection)
            beside = [active[slot.key] for slot in found if slot.key in active]
            positions = {slot.position for slot in (*found, *beside)}
            if len(positions) == 1:
                return _compared(connection, engine, found)
    message = "the slots do not come to stand at one position, others are folding: try again"
    raise NotComparableError(message)


def candidate(connection: Connection, projection: Projection) -> Slot:
    """Return the newest slot that could take the place of a projection's live one.

    Raises NotComparableError if there is none.
    """
    known = [slot for slot in all_slots(connection) if slot.key == projection.key]
    live = max((slot.number for slot in known if slot.state == "active"), default=0)
    warm = [slot for slot in known if slot.state == "warm" and slot.number > live]
    if not warm:
        message = (
            f"projection {projection.name} has no new slot: build one with "
            f"acquit projections rebuild {projection.name}"
        )
        raise NotComparableError(message)
    return warm[-1]


def _compared(connection: Connection, engine: Engine, found: Sequence[Slot]) -> Comparison:
    numbers = {slot.key: slot.number for slot in found}
    tallies: dict[Key, tuple[Tally, ...]] = {}
    sources: dict[tuple[str, int], tuple[str, ...]] = {}
    for slot in found:
        projection = engine.by_key[slot.key]
        tallies[slot.key] = tuple(_tallies(connection, projection, slot))
        for tally in tallies[slot.key]:
            for number, difference in enumerate(tally.shown):
                sources[tally.table, number] = _behind(connection, projection, numbers, difference)
    view(connection, numbers)
    position = found[0].position
    checks = {
        name: tuple(run(connection, name, position)) for name in CHECKS if name not in OF_EVENTS
    }
    months = tuple(each.text for each in month_differences(connection, position))
    return Comparison(position, tuple(found), tallies, checks, months, sources)


def _tallies(connection: Connection, projection: Projection, slot: Slot) -> Iterator[Tally]:
    """Compare the tables of a slot with the live ones, or what an older version has of them."""
    live = active_slots(connection)
    if slot.key in live:
        old = standing(projection, live[slot.key].number)
        new = standing(projection, slot.number)
        for name in projection.tables:
            keys = [column.name for column in new[name].primary_key]
            yield compared(
                name.removesuffix(LIVE),
                keys,
                _rows(connection, select(old[name]).order_by(*old[name].primary_key)),
                _rows(connection, select(new[name]).order_by(*new[name].primary_key)),
            )
        return
    view(connection, {slot.key: slot.number})
    for each in projection.equivalences:
        if (projection.name, each.version) in live:
            yield _equivalent(connection, each)


def _equivalent(connection: Connection, each: Equivalence) -> Tally:
    old = sorted(_rows(connection, text(each.old)), key=_all)
    new = sorted(_rows(connection, text(each.new)), key=_all)
    keys = list((new or old or [{}])[0])
    return compared(f"{each.name} (as version {each.version} had it)", keys, old, new)


def _all(row: Row) -> tuple[str, ...]:
    return tuple(map(str, row.values()))


def _rows(connection: Connection, query: Any) -> Iterator[Row]:
    for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query).mappings():
        yield dict(row)


def _behind(
    connection: Connection,
    projection: Projection,
    numbers: Mapping[Key, int],
    difference: Difference,
) -> tuple[str, ...]:
    """Return the events that a differing row comes from, in words."""
    positions: set[int] = set()
    if "position" in difference.row:
        positions.add(difference.row["position"])
    elif projection.events_of is not None:
        for seen in (numbers, {}):  # The older side may know of others than the newer.
            view(connection, seen)
            query = projection.events_of(dict(difference.row)).limit(_MOST_EVENTS)
            positions.update(int(row.position) for row in connection.execute(query))
    named = (
        select(events.c.position, events.c.type, events.c.stream)
        .where(events.c.position.in_(sorted(positions)[:_MOST_EVENTS]))
        .order_by(events.c.position)
    )
    return tuple(
        f"position {position} {kind} {stream}"
        for position, kind, stream in connection.execute(named)
    )
