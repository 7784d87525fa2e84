"""Deciding a group of commands one after the other on working copies, to be appended as one.

Each command sees what those before it in the group decided. What it read goes along to the append,
which accepts it only if nothing of that has moved since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.answers import Asked, Result, refused, repeated
from ledger.draft import Draft, Stream
from ledger.envelope import iso_moment
from ledger.events import payment_stream, plan_stream
from ledger.handlers import decide
from ledger.intentions import Command
from ledger.refusals import RecordedGoesBack
from ledger.store.append import NewCommand
from ledger.terms.refusals import Refusal

Load = Callable[[Sequence[str]], Mapping[str, Stream]]
ToAppend = Callable[[Asked, Draft], NewCommand]


@dataclass(slots=True)
class Snapshot:
    """What one view of the database says of the keys that are asked for, and of time."""

    known: dict[str, bytes]
    last_us: int
    default_us: Callable[[Command], int]


class Group:
    """Commands of a group by number: what is to be appended of them, or why nothing is.

    Without a snapshot it is decided from what this process last saw; keys are then left to the
    append, and refusals do not count yet.
    """

    def __init__(
        self, asked: Iterable[Asked], load: Load, to_append: ToAppend, snapshot: Snapshot | None
    ) -> None:
        names = dict.fromkeys(name for one in asked for name in named(one.command))
        self._load = load
        self._to_append = to_append
        self._snapshot = snapshot
        self.streams: dict[str, Stream] = dict(load(list(names)))
        self.commands: dict[int, NewCommand] = {}
        self.refused: dict[int, Result] = {}
        self.known: dict[int, Result] = {}
        self._ids: set[str] = set()

    def decide(self, number: int, asked: Asked) -> None:
        """Decide one command after those before it."""
        known = self._snapshot.known.get(asked.command.id) if self._snapshot else None
        if known is not None:
            self.known[number] = repeated(asked, known)
            return
        if asked.command.id in self._ids:
            return  # Its twin is not stored yet: it is asked again once that is known.
        try:
            moment_us = self._moment_us(asked.command)
            draft = Draft(self._stream)
            decide(asked.command, draft)
        except Refusal as refusal:
            self.refused[number] = refused(asked, refusal)
            return
        if self._snapshot is not None:
            self._snapshot.last_us = moment_us
        self._ids.add(asked.command.id)
        self.streams.update(draft.streams)
        self.commands[number] = self._to_append(asked, draft)

    def _moment_us(self, command: Command) -> int:
        """Return when a command will be recorded, as the append judges it.

        Raises RecordedGoesBack.
        """
        if self._snapshot is None:
            return 0
        last_us = self._snapshot.last_us
        if command.recorded_us is None:
            return max(last_us + 1, self._snapshot.default_us(command))
        if command.recorded_us < last_us:
            raise RecordedGoesBack(recorded=iso_moment(command.recorded_us))
        return command.recorded_us

    def _stream(self, name: str) -> Stream:
        if name not in self.streams:
            self.streams.update(self._load([name]))
        return self.streams[name]


def named(command: Command) -> list[str]:
    """Return the streams that a command names."""
    names = []
    if payment := getattr(command, "payment", None):
        names.append(payment_stream(payment))
    plans = [getattr(command, field, None) for field in ("plan", "source")]
    return names + [plan_stream(plan) for plan in plans if plan]
