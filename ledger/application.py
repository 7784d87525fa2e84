"""Commands: load, decide, save.

`execute` takes one command: those that threads ask for at once are decided one after the other and
share a transaction; `record` takes a command file in batches, each line with its own decision and
answer. Both decide with the same functions, and both keep the promise of the key: an accepted
command is never applied again, a refused one leaves nothing behind.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, cast

import structlog
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import ApplicationRecorder, Mapper, Transcoder

from ledger.answers import (
    Asked,
    Failure,
    Result,
    Verdict,
    id_of,
    refused,
    repeated,
    settled,
)
from ledger.canonical import request_hash
from ledger.closing import finish_close, require_over
from ledger.command_file import Line
from ledger.commands import read_command
from ledger.deciding import Clock, Group, attempted
from ledger.draft import Draft, Stream, replayed
from ledger.envelope import Event
from ledger.events import PERIOD_STREAM, plan_stream
from ledger.free_text import free_texts
from ledger.group_commit import GroupCommit
from ledger.handlers import decide
from ledger.hot_streams import HotStreams
from ledger.intentions import ChargeDue, ClosePeriod, Command, Day, RegisterCustomer
from ledger.opening import LedgerIdentity, identity
from ledger.ports import Agenda, MonthFigures
from ledger.refusals import PersonNamed, RecordedNotAllowed, TooManyConflicts
from ledger.settlement_quote import SettlementQuote, quote_settlement
from ledger.store import codec
from ledger.store.append import Answer, NewCommand, NewEvent, Outcome, known_keys
from ledger.store.log import last_recorded_us
from ledger.store.recorder import CommandAnsweredError, EventMapper, StoreApplicationRecorder
from ledger.subjects.sealing import Subjects
from ledger.terms.refusals import Refusal

LINES_A_BATCH = 500
PLANS_A_CHUNK = 200
MOST_ATTEMPTS = 20
ATTEMPTS_AMONG_OTHERS = 2
SHORTEST_PAUSE_SECONDS = 0.002
LONGEST_PAUSE_SECONDS = 0.5

Answered = Result | Exception
"""The answer to a command, or what it failed with, which takes no other with it."""

_log = structlog.get_logger()


class LedgerApplication(Application[str]):
    """The ledger as a whole: what every door talks to."""

    name = "Acquit"
    env = {"PERSISTENCE_MODULE": "ledger.store", "CREATE_TABLE": "no"}  # noqa: RUF012 - as the library declares it

    def __init__(self, ledger_url: str, agenda: Agenda | None = None, actor: str = "cli") -> None:
        super().__init__({"ACQUIT_LEDGER": ledger_url})
        self.store = cast("StoreApplicationRecorder", self.recorder)
        self.identity: LedgerIdentity = identity(self.store)
        self.agenda = agenda
        self.figures: MonthFigures | None = None
        self.actor = actor
        self.subjects = Subjects(None)
        self.hot = HotStreams()
        self.conflicts = (
            0  # How often a command was decided again, since another writer came first.
        )
        self._group = GroupCommit(self._answer_all)
        self._pause: Callable[[float], None] = time.sleep

    def construct_transcoder(self) -> Transcoder:
        """Our mapper needs none; the library asks for one."""
        return self.factory.transcoder()

    def construct_mapper(self) -> Mapper[str]:
        """Events are stored as canonical JSON."""
        return EventMapper(transcoder=self.construct_transcoder())

    def construct_recorder(self) -> ApplicationRecorder:
        """Return the store's recorder."""
        return self.factory.application_recorder()

    # One command --------------------------------------------------------------------------------

    def execute(self, line: Mapping[str, Any], number: int = 1) -> Result:
        """Carry out one command, together with those that other threads ask for meanwhile.

        A refusal is in the result, not raised.
        """
        try:
            asked = self._asked(number, line)
        except Refusal as refusal:
            return Result(number, id_of(line), Verdict.REFUSED, refusal)
        return self._answer(asked)

    def _asked(self, number: int, line: Mapping[str, Any]) -> Asked:
        command = read_command(line)
        if command.recorded_us is not None and not self.identity.simulated:
            raise RecordedNotAllowed
        if isinstance(command, RegisterCustomer):
            return self._sealed(number, command, line)
        hints = {}
        for field, hits in self.subjects.named_in(free_texts(line)).items():
            if hits.sure:
                raise PersonNamed(field=field)
            hints[field] = hits.subjects
        return Asked(number, command, request_hash(line, self.identity.request_key), hints)

    def _sealed(self, number: int, command: RegisterCustomer, line: Mapping[str, Any]) -> Asked:
        """Seal personal data before anything else sees them."""
        sealed, masked = self.subjects.sealed(command, line)
        hashed = b"" if masked is None else request_hash(masked, self.identity.request_key)
        return Asked(number, sealed, hashed)

    def _answer(self, asked: Asked) -> Result:
        if _is_barrier(asked):
            return self._answer_for_all(asked)
        return _raised(self._group.answer(asked))

    def _answer_all(self, asked: Sequence[Asked]) -> list[Answered]:
        """Answer commands as one group, decided anew while others get in between.

        Raises what the database raises.
        """
        left, results = dict(enumerate(asked)), dict[int, Answered]()
        for attempt in range(MOST_ATTEMPTS):
            if attempt:
                self._count_conflicts(attempt, len(left))
            results |= self._carried_out(left, alone=attempt >= ATTEMPTS_AMONG_OTHERS)
            left = {number: one for number, one in left.items() if number not in results}
            if not left:
                break
        for number, one in left.items():
            results[number] = refused(one, TooManyConflicts(command_id=one.command.id))
        return [results[number] for number in range(len(asked))]

    def _count_conflicts(self, attempt: int, count: int) -> None:
        self.conflicts += count
        _log.info("decided again", commands=count, attempt=attempt)

    def _back_off(self, attempt: int, count: int) -> None:
        """Wait a random while, longer with each attempt, before deciding again."""
        self._count_conflicts(attempt, count)
        longest = min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2**attempt)
        self._pause(random.uniform(0, longest))  # noqa: S311 - only to part rivals

    def _carried_out(
        self, asked: Mapping[int, Asked], *, strict: bool = False, alone: bool = False
    ) -> dict[int, Answered]:
        """Carry out a group; leave out what met another writer, or repeats one of the group.

        With `strict` nothing behind the first that is refused or fails is carried out. With `alone`
        no other writer can come between, and all others wait.
        """
        if not alone:
            group = self._decided(asked, strict=strict)
            outcomes = self.store.append(list(group.commands.values())) if group.commands else []
        else:
            with self.store.alone() as append:
                group = self._decided(asked, strict=strict)
                outcomes = append(list(group.commands.values()))
        return self._answered(asked, group, outcomes)

    def _decided(self, asked: Mapping[int, Asked], *, strict: bool) -> Group:
        load = partial(self.hot.recent, self.store.database)
        group = Group(asked.values(), load, self._to_append, self._clock(asked.values()))
        for number, one in asked.items():
            group.decide(number, one)
            if strict and (number in group.refused or number in group.failed):
                break
        return group

    def _answered(
        self, asked: Mapping[int, Asked], group: Group, outcomes: Sequence[Outcome]
    ) -> dict[int, Answered]:
        """Return the answers to what was appended; keep the streams if all of it was stored."""
        _log.debug("group stored", commands=len(outcomes))
        if all(outcome.answer is Answer.ACCEPTED for outcome in outcomes):
            self.hot.keep(group.streams)
        else:
            self.hot.distrust(group.streams)
        undecided: dict[int, Answered] = {**group.refused, **group.failed}
        known = self._known([asked[number].command.id for number in undecided])
        results: dict[int, Answered] = {}
        for number, outcome in zip(group.commands, outcomes, strict=True):
            one = asked[number]
            result: Answered | None = settled(one, outcome, len(group.commands[number].events))
            if number in undecided and one.command.id in known:
                result = repeated(one, known[one.command.id])
            elif number in undecided and result is not None:
                result = undecided[number]
            if result is not None:
                results[number] = result
        return results

    def _clock(self, asked: Iterable[Asked]) -> Clock | None:
        """Return the time of a simulated ledger, where commands say when they were recorded."""
        if all(one.command.recorded_us is None for one in asked):
            return None
        return Clock(self.store.database.glance(last_recorded_us), self.default_us)

    def _known(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the request hashes of those ids that were accepted before."""
        if not ids:
            return {}
        return self.store.database.glance(lambda connection: known_keys(connection, ids))

    def _load(self, stream: str) -> Stream:
        try:
            repository = cast("Any", self.repository)  # Typed for aggregates with an id.
            found: Stream = repository.get(stream, projector_func=replayed)
        except AggregateNotFoundError:
            return Stream()
        return found

    def default_us(self, command: Command) -> int:
        """In a simulated ledger a command without recording time is recorded on its own day."""
        return self.identity.default_us(command.on)

    def day(self, through: date, recorded_us: int | None = None) -> Result:
        """Do what falls due through a day, of all plans; however often, it is done once.

        It has no idempotency key: what was opened since the last time must be found.
        """
        command = Day(id=f"day {through}", on=through, plan=None, recorded_us=recorded_us)
        if recorded_us is not None and not self.identity.simulated:
            raise RecordedNotAllowed
        self.hot.distrust_all()  # Others may have been at work since the plans were last seen.
        return self._for_all(Asked(1, command, b""), command, keyed=False)

    def _answer_for_all(self, asked: Asked) -> Result:
        """Answer a command over all plans; what meets another writer goes on from fresh state."""
        command = cast("ChargeDue | ClosePeriod | Day", asked.command)
        for attempt in range(MOST_ATTEMPTS):
            known = self._known([command.id]).get(command.id)
            if known is not None:
                return repeated(asked, known)
            try:
                if isinstance(command, ClosePeriod):
                    return self._closed(asked, command)
                return self._for_all(asked, command)
            except Refusal as refusal:
                return refused(asked, refusal)
            except CommandAnsweredError as error:
                result = settled(asked, error.outcome, 0)
                if result is not None:
                    return result
                self.hot.distrust_all()
                self._back_off(attempt, 1)
        return refused(asked, TooManyConflicts(command_id=command.id))

    def _for_all(self, asked: Asked, command: ChargeDue | Day, *, keyed: bool = True) -> Result:
        """Carry out a command for all plans, in chunks; one plan's failure stops no other.

        The key comes with the last one, so that a crash in between is resumed; what is done for a
        plan is done once whatever happens, so the other chunks need no key of their own.
        """
        if self.agenda is None:
            message = "the ledger was opened without its agenda: open it through bootstrap"
            raise RuntimeError(message)
        after, count, failures, is_last = "", 0, list[Failure](), False
        while not is_last:
            plans = self.agenda.due_plans(command.on, after, PLANS_A_CHUNK)
            is_last = len(plans) < PLANS_A_CHUNK
            draft = Draft(self._prefetched([plan_stream(plan) for plan in plans]))
            for plan in plans:
                failures += attempted(command, plan, draft)
            chunk = self._new_command(asked, draft, keyed=keyed and is_last)
            if chunk.events or chunk.reads or chunk.request_hash is not None:
                self._require(self.store.append([chunk]))
            self.hot.keep(draft.streams)
            after, count = plans[-1] if plans else after, count + len(draft.events())
        return Result(
            asked.number, command.id, Verdict.ACCEPTED, events=count, failures=tuple(failures)
        )

    def _closed(self, asked: Asked, command: ClosePeriod) -> Result:
        """Close a month: fix what belongs to it, then record what that comes to, with the key.

        Between the two others may append, and what they append is posted later. After a crash in
        between, the same command goes on from there. Raises the refusals of closing.
        """
        if self.figures is None:
            message = "the ledger was opened without its figures: open it through bootstrap"
            raise RuntimeError(message)
        self.hot.distrust([PERIOD_STREAM])
        begun = Draft(self._one)
        decide(command, begun)
        require_over(command, self._today(command))
        if begun.events():
            self._require(self.store.append([self._new_command(asked, begun, keyed=False)]))
        self.hot.keep(begun.streams)
        figures = self.figures.of_closing(self._one(PERIOD_STREAM).version)
        ended = Draft(self._one)
        finish_close(command, figures, ended)
        self._require(self.store.append([self._new_command(asked, ended, keyed=True)]))
        self.hot.keep(ended.streams)
        count = len(begun.events()) + len(ended.events())
        return Result(asked.number, command.id, Verdict.ACCEPTED, events=count)

    def _today(self, command: Command) -> date:
        """Return the local day on which a command is recorded."""
        moment_us = self.store.clock_us()
        if self.identity.simulated:
            last_us = self.store.database.glance(last_recorded_us)
            moment_us = command.recorded_us or max(last_us, self.default_us(command))
        return self.identity.local_day(moment_us)

    def quote_settlement(self, plan: str, on: date) -> SettlementQuote:
        """Return what settling a plan early on a day comes to; nothing is stored.

        Raises the refusals of `settle_plan`.
        """
        return quote_settlement(plan, on, self._load)

    def _require(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.answer is not Answer.ACCEPTED:
                raise CommandAnsweredError(outcome)

    def _prefetched(self, names: Sequence[str]) -> Any:
        known = self.hot.recent(self.store.database, names)
        return lambda name: known.get(name) or self._one(name)

    def _one(self, name: str) -> Stream:
        return self.hot.recent(self.store.database, [name])[name]

    # A command file -----------------------------------------------------------------------------

    def record(self, lines: Iterable[Line], *, strict: bool = False) -> Iterator[Result]:
        """Carry out the lines of a command file, answering each, in order.

        With `strict` nothing after the first refusal is carried out. `charge_due` over all plans
        and `close_period` are barriers: the lines before them are stored first.
        """
        for batch in self._batches(lines):
            for result in self._carry_out(batch, strict=strict):
                yield result
                if strict and result.verdict is Verdict.REFUSED:
                    return

    def _batches(self, lines: Iterable[Line]) -> Iterator[list[Asked | Result]]:
        batch: list[Asked | Result] = []
        for line in lines:
            asked = self._asked_or_refused(line)
            if _is_barrier(asked):
                yield from ([batch] if batch else [])
                yield [asked]
                batch = []
                continue
            batch.append(asked)
            if len(batch) >= LINES_A_BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _asked_or_refused(self, line: Line) -> Asked | Result:
        if line.content is None:
            return Result(line.number, None, Verdict.REFUSED, line.refusal)
        try:
            return self._asked(line.number, line.content)
        except Refusal as refusal:
            return Result(line.number, id_of(line.content), Verdict.REFUSED, refusal)

    def _carry_out(self, batch: Sequence[Asked | Result], *, strict: bool) -> Iterable[Result]:
        """Answer lines in their order; those that met another writer one by one, and what follows.

        With `strict` the answers end with the first refusal.
        """
        lines = batch[: _first_bad(batch) + 1] if strict else batch
        asked = {number: one for number, one in enumerate(lines) if isinstance(one, Asked)}
        results = {} if len(lines) == 1 else self._carried_out(asked, strict=strict)
        for number, line in enumerate(lines):
            done = line if isinstance(line, Result) else results.get(number)
            result = _raised(done) if done else self._answer(cast("Asked", line))
            yield result
            if strict and result.verdict is Verdict.REFUSED:
                return

    def _to_append(self, asked: Asked, draft: Draft) -> NewCommand:
        return self._new_command(asked, draft, keyed=True)

    def _new_command(self, asked: Asked, draft: Draft, *, keyed: bool) -> NewCommand:
        """Return what the append takes for a decided command."""
        return NewCommand(
            events=[self._new_event(event) for event in draft.events()],
            command_id=asked.command.id,
            request_hash=asked.request_hash if keyed else None,
            recorded_us=asked.command.recorded_us,
            default_recorded_us=self.default_us(asked.command),
            reads=draft.reads(),
        )

    def _new_event(self, event: Event) -> NewEvent:
        return NewEvent(
            stream=event.originator_id,
            version=event.originator_version,
            type=event.fact.TOPIC,
            payload=codec.encode(event.fact),
            schema_version=event.fact.SCHEMA_VERSION,
            effective_on=event.effective_on,
            actor=self.actor,
        )


def _first_bad(batch: Sequence[Asked | Result]) -> int:
    """Return the place of the first line whose form is wrong, the last place if there is none."""
    places = (place for place, line in enumerate(batch) if isinstance(line, Result))
    return next(places, len(batch) - 1)


def _raised(answered: Answered) -> Result:
    """Return the answer to a command; raise what it failed with."""
    if isinstance(answered, Exception):
        raise answered
    return answered


def _is_barrier(asked: Asked | Result) -> bool:
    if isinstance(asked, Result):
        return False
    command = asked.command
    if isinstance(command, ChargeDue | Day):
        return command.plan is None
    return isinstance(command, ClosePeriod)
