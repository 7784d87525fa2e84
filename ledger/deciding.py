"""Deciding a group of commands one after the other on working copies, to be appended as one.

Each command sees what those before it in the group decided. What it read goes along to the append,
which accepts it only if nothing of that has moved since: so working copies may start from what this
process last saw. A refusal goes along too, as what it was decided from: it counts only if that
still holds at its place in the group. So does a failure, since copies seen at different moments may
not go together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from ledger.answers import Asked, Failure, Result, refused
from ledger.draft import Draft, Stream
from ledger.envelope import iso_moment
from ledger.events import payment_stream, plan_stream
from ledger.handlers import decide, steps_for_plan
from ledger.intentions import ChargeDue, Command, Day
from ledger.refusals import PersonNamed, RecordedGoesBack
from ledger.store.append import NewCommand
from ledger.store.codec import UnreadableEventError
from ledger.terms.refusals import Refusal

Load = Callable[[Sequence[str]], Mapping[str, Stream]]
ToAppend = Callable[[Asked, Draft], NewCommand]
_log = structlog.get_logger()


@dataclass(slots=True)
class Clock:
    """Time in a simulated ledger: the last moment, and a command's own where it gives none."""

    last_us: int
    default_us: Callable[[Command], int]

    def moment_us(self, command: Command) -> int:
        """Return when a command is recorded, as the append judges it. Raises RecordedGoesBack."""
        if command.recorded_us is None:
            return max(self.last_us + 1, self.default_us(command))
        if command.recorded_us < self.last_us:
            raise RecordedGoesBack(recorded=iso_moment(command.recorded_us))
        return command.recorded_us


class Group:
    """Commands of a group by number: what is to be appended of them, and which are refused or fail.

    Where commands say when they were recorded, a clock tells in advance which come too late.
    """

    def __init__(
        self, asked: Iterable[Asked], load: Load, to_append: ToAppend, clock: Clock | None = None
    ) -> None:
        names = dict.fromkeys(name for one in asked for name in named(one.command))
        self._load = load
        self._to_append = to_append
        self._clock = clock
        self.streams: dict[str, Stream] = {}
        with suppress(UnreadableEventError):  # Whose command it is, is found one by one.
            self.streams |= load(list(names))
        self.commands: dict[int, NewCommand] = {}
        self.refused: dict[int, Result] = {}
        self.failed: dict[int, Exception] = {}
        self._ids: set[str] = set()

    def decide(self, number: int, asked: Asked) -> None:
        """Decide one command after those before it.

        One with the id of another in the group is left out: it is asked again once that is stored.
        """
        if asked.command.id in self._ids:
            return
        self._ids.add(asked.command.id)
        draft = Draft(self._stream)
        try:
            moment_us = self._clock.moment_us(asked.command) if self._clock else 0
            decide(asked.command, draft)
            _refuse_names(asked, draft)
        except Exception as error:  # noqa: BLE001 - whose fault it is, the append tells
            if isinstance(error, Refusal):
                self.refused[number] = refused(asked, error)
            else:
                self.failed[number] = error
            self.commands[number] = NewCommand((), asked.command.id, reads=draft.seen())
            return
        if self._clock is not None:
            self._clock.last_us = moment_us
        self.streams.update(draft.streams)
        self.commands[number] = self._to_append(asked, draft)

    def _stream(self, name: str) -> Stream:
        if name not in self.streams:
            self.streams.update(self._load([name]))
        return self.streams[name]


def _refuse_names(asked: Asked, draft: Draft) -> None:
    """Refuse a text with a word of the name of the customer it is about. Raises PersonNamed."""
    if not asked.hints:
        return
    states = (stream.state for stream in draft.streams.values())
    customers = {getattr(state, "customer", None) for state in states}
    for field, subjects in asked.hints.items():
        if subjects & customers:
            raise PersonNamed(field=field)


def named(command: Command) -> list[str]:
    """Return the streams that a command names."""
    names = []
    if payment := getattr(command, "payment", None):
        names.append(payment_stream(payment))
    plans = [getattr(command, field, None) for field in ("plan", "source")]
    return names + [plan_stream(plan) for plan in plans if plan]


def attempted(command: ChargeDue | Day, plan: str, draft: Draft) -> Iterator[Failure]:
    """Decide a command for one plan of many; yield the failures of steps that were left out."""
    for step in steps_for_plan(command, plan, draft):
        try:
            refusal = draft.attempt(step)
        except (ArithmeticError, LookupError, ValueError) as error:  # A fault of ours: say where.
            _log.exception("a plan failed", plan=plan)
            yield Failure(plan, f"{type(error).__name__}: {error}")
            continue
        if refusal is not None:
            yield Failure(plan, str(refusal))
