"""What must hold of a ledger after a crash, whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from bootstrap import open_ledger
from ledger.audit.sealing import Seal, seal
from ledger.audit.verifying import verify
from ledger.command_file import Line
from ledger.opening import identity
from ledger.store.database import Database
from ledger.store.recorder import StoreRecorder
from ledger.store.schema import command_keys, events, ledger_head
from tests.crash.load import Command

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OPENING = "init"
SEALED_US = 1_767_225_600_000_000

Answers = Mapping[str, tuple[str, int]]
"""By command id: the verdict told, and how many events it came to."""


@dataclass(frozen=True)
class Stored:
    """What a ledger holds: its positions, its keys, its head, and its events but for its opening.

    Events are told by position: the command's id, then what is not stamped.
    """

    positions: list[int]
    events: dict[int, tuple[Any, ...]]
    keys: dict[str, int | None]
    head: int

    @property
    def commands(self) -> list[str]:
        """The id of each event's command."""
        return [event[0] for event in self.events.values()]


def stored(url: str) -> Stored:
    """Read everything that a ledger holds, in one view."""
    columns = events.c
    facts = (columns.stream, columns.version, columns.type, columns.effective_on, columns.payload)
    database = Database(url)
    with database.reading() as connection:
        query = select(columns.position, columns.command_id, *facts).order_by(columns.position)
        rows = [(*row[:-1], bytes(row[-1])) for row in connection.execute(query)]
        keys = connection.execute(select(command_keys.c.command_id, command_keys.c.first_position))
        held = Stored(
            positions=[row[0] for row in rows],
            events={row[0]: row[1:] for row in rows if row[1] != OPENING},
            keys={found.command_id: found.first_position for found in keys},
            head=connection.execute(select(ledger_head.c.position)).scalar_one(),
        )
    database.close()
    return held


def faults(
    held: Stored, told: Answers, commands: Sequence[Command], reference_url: str
) -> list[str]:
    """Return what is wrong with a ledger after a crash; `reference_url` is a new, empty ledger.

    The reference carries out, one after the other, the commands that the ledger has stored: it must
    come to the same events.
    """
    return [
        *_gaps(held),
        *_lost(held, told),
        *_halves(held),
        *_differences(held, commands, reference_url),
    ]


def _gaps(held: Stored) -> list[str]:
    found = []
    if held.positions != list(range(1, len(held.positions) + 1)):
        found.append(f"positions have a gap: {held.positions}")
    if held.head != len(held.positions):
        found.append(f"the head is at {held.head}, the log at {len(held.positions)}")
    return found


def _lost(held: Stored, told: Answers) -> list[str]:
    """Return what was acknowledged and is not there as it was told."""
    counts = Counter(held.commands)
    found = [
        f"{command_id} was answered {verdict} and is not there"
        for command_id, (verdict, _) in told.items()
        if verdict != "refused" and command_id not in held.keys
    ]
    found += [
        f"{command_id} was told as {count} events and is {counts[command_id]}"
        for command_id, (verdict, count) in told.items()
        if verdict == "accepted" and counts[command_id] != count
    ]
    return found


def _halves(held: Stored) -> list[str]:
    """Return keys without events, events without keys, and events away from their command."""
    found = [f"{name} has events and no key" for name in {*held.commands} - {*held.keys}]
    for name, first in held.keys.items():
        if first is None:
            continue
        places = [number for number, event in held.events.items() if event[0] == name]
        if places != list(range(first, first + len(places))) or not places:
            found.append(f"{name} starts at {first}, its events are at {places}")
    return found


def _differences(held: Stored, commands: Sequence[Command], reference_url: str) -> list[str]:
    by_id = {command["id"]: command for command in commands}
    order = [by_id[name] for name in dict.fromkeys(held.commands)]
    acquit = open_ledger(reference_url, actor="crash")
    try:
        results = acquit.application.record(Line(n, line) for n, line in enumerate(order, 1))
        found = [f"refused in peace: {one.refusal}" for one in results if one.refusal]
    finally:
        acquit.close()
    peace = stored(reference_url)
    pairs = zip(held.events.values(), peace.events.values(), strict=False)
    found += [f"{mine} is stored, {theirs} in peace" for mine, theirs in pairs if mine != theirs]
    if len(held.events) != len(peace.events):
        found.append(f"{len(held.events)} events are stored, {len(peace.events)} in peace")
    return found


def sealed(url: str, kept: Seal | None = None) -> tuple[Seal, list[str]]:
    """Seal a ledger and verify it, against a seal that was kept, too."""
    database = Database(url)
    try:
        made = seal(database, identity(StoreRecorder(database)), KEY, SEALED_US)
        notes = [kept.signature] if kept else []
        with database.reading() as connection:
            return made, [str(found) for found in verify(connection, notes)]
    finally:
        database.close()
