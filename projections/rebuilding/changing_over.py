"""Changing over: a new slot becomes the live one, in one transaction, and the way back.

The slot that was live stays fed, so that going back is as quick. What is no longer needed is
dropped in two steps: it is taken off the list, and goes when nobody can be reading it any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text

from ledger.store.database import Database
from projections.projection import Projection
from projections.rebuilding.comparing import NotComparableError, candidate
from projections.rebuilding.parts import remove_parts
from projections.rebuilding.verdicts import newest
from projections.slots import (
    Slot,
    active_slots,
    become,
    held,
    locked,
    remove,
    strike,
)

_WAIT_SECONDS = 0.1


class NotActivatedError(RuntimeError):
    """A slot may not become the live one; the message says why and what to do."""


def activate(
    connection: Connection, wanted: Sequence[Projection], *, accept: bool = False
) -> list[Slot]:
    """Make the newest slots of projections the live ones; return them.

    Each must have been compared and found equal. With `accept` it may differ from the live one, but
    its checks must hold and it must reproduce all closed months. Raises NotActivatedError, changing
    nothing, and NotComparableError where there is no new slot.
    """
    held(connection)
    found = [candidate(connection, each) for each in wanted]
    active = active_slots(connection)
    for slot in found:
        _judge(connection, slot, accept=accept)
        live = active.get(slot.key)
        if live is not None and live.position > slot.position:
            raise NotActivatedError(_behind(slot, live))
    for slot in found:
        if slot.key in active:
            become(connection, active[slot.key], "warm")
        become(connection, slot, "active")
    return found


def _judge(connection: Connection, slot: Slot, *, accept: bool) -> None:
    verdict = newest(connection, slot)
    what = f"slot {slot.number} of projection {slot.projection}"
    if verdict is None:
        message = f"{what} was not compared with the live one: run acquit projections compare"
        raise NotActivatedError(message)
    if months := verdict.report["months"]:
        message = (
            f"{what} does not reproduce closed months and cannot become the live one: "
            f"{'; '.join(months[:3])}. Reopen the month, or mend what changed"
        )
        raise NotActivatedError(message)
    if not verdict.is_sound:
        failing = ", ".join(verdict.report["checks"])
        message = f"{what} fails the checks {failing}: see acquit projections compare"
        raise NotActivatedError(message)
    if not verdict.is_equal and not accept:
        message = (
            f"{what} differs from the live one: see acquit projections compare; if that is what "
            "was wanted, activate it with --different"
        )
        raise NotActivatedError(message)


def _behind(slot: Slot, live: Slot) -> str:
    return (
        f"slot {slot.number} of projection {slot.projection} stands at position {slot.position}, "
        f"the live one at {live.position}: run any report, then try again"
    )


def roll_back(connection: Connection, wanted: Sequence[Projection]) -> list[Slot]:
    """Make the slots live again that were so before; return them.

    Raises NotActivatedError, changing nothing, where one is gone.
    """
    known, active = held(connection), active_slots(connection)
    found = []
    for each in wanted:
        live = active[each.key]
        warm = [s for s in known if s.key == each.key and s.state == "warm"]
        before = [slot for slot in warm if slot.number < live.number]
        if not before:
            message = f"projection {each.name} has no earlier slot to go back to"
            raise NotActivatedError(message)
        if before[-1].position < live.position:
            raise NotActivatedError(_behind(before[-1], live))
        found.append(before[-1])
    for slot in found:
        become(connection, active[slot.key], "warm")
        become(connection, slot, "active")
    return found


def drop(
    database: Database,
    wanted: Sequence[Projection],
    number: int | None = None,
    is_patient: Callable[[], bool] = lambda: True,
) -> list[Slot]:
    """Drop the slots of projections that are not live, or the one of a number; return them.

    Raises NotComparableError where the live one is named, NotActivatedError where somebody still
    reads and `is_patient` says not to wait; then running it again goes on.
    """
    by_key = {each.key: each for each in wanted}
    with database.writing() as connection:
        found = [
            slot
            for slot in held(connection)
            if slot.key in by_key
            and (slot.state != "active" if number is None else slot.number == number)
        ]
        for slot in found:
            if slot.state == "active":
                message = f"slot {slot.number} of projection {slot.projection} is the live one"
                raise NotComparableError(message)
            become(connection, slot, "dropping")
            remove_parts(connection, [slot])
        marked = _newest_transaction(connection)
    while _is_read(database, marked):
        if not is_patient():
            message = "a report that began earlier still reads: run the same command again later"
            raise NotActivatedError(message)
        time.sleep(_WAIT_SECONDS)
    with database.writing() as connection:
        locked(connection)
        for slot in found:
            strike(connection, by_key[slot.key], slot.number)
            remove(connection, slot)
    return found


def _newest_transaction(connection: Connection) -> int:
    """Return the number of this transaction on Postgres; SQLite's readers keep what they see."""
    if connection.dialect.name != "postgresql":
        return 0
    return int(connection.execute(text("SELECT pg_current_xact_id()::text::bigint")).scalar_one())


_READERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
AND age(backend_xmin) >= age((CAST(:marked AS bigint) % 4294967296)::text::xid)
"""


def _is_read(database: Database, marked: int) -> bool:
    """Tell whether a transaction still runs that may have seen the slots as they were before."""
    if not database.is_postgres:
        return False
    with database.reading() as connection:
        return bool(connection.execute(text(_READERS), {"marked": marked}).scalar_one())
