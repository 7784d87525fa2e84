"""Commands: load, decide, save.

`execute` takes one command through the `eventsourcing` library's application and repository;
`record` takes a command file in batches, each line with its own decision and answer, all of a batch
in one transaction. Both decide with the same functions, and both keep the promise of the key: an
accepted command is never applied again, a refused one leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, cast

import structlog
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import ApplicationRecorder, Mapper, Transcoder
from sqlalchemy import Connection

from ledger.canonical import request_hash
from ledger.command_file import Line
from ledger.commands import read_command
from ledger.draft import Draft, Stream, replayed
from ledger.envelope import Event, iso_moment
from ledger.events import payment_stream, plan_stream
from ledger.handlers import decide, steps_for_plan
from ledger.hot_streams import HotStreams
from ledger.intentions import ChargeDue, Command, Day
from ledger.opening import LedgerIdentity, identity
from ledger.refusals import (
    CommandIdReused,
    RecordedGoesBack,
    RecordedNotAllowed,
    TooManyConflicts,
)
from ledger.settlement_quote import SettlementQuote, quote_settlement
from ledger.store import codec
from ledger.store.append import Answer, NewCommand, NewEvent, Outcome, known_keys
from ledger.store.log import last_recorded_us
from ledger.store.recorder import CommandAnsweredError, EventMapper, StoreApplicationRecorder
from ledger.terms.card_numbers import holds_card_number
from ledger.terms.refusals import Refusal

LINES_A_BATCH = 500
PLANS_A_CHUNK = 200
MOST_ATTEMPTS = 20

_log = structlog.get_logger()


class Verdict(StrEnum):
    """What became of a line."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Failure:
    """A plan for which a command over all plans could not be carried out, and why."""

    plan: str
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one line: its number, its command id if it has one, and the refusal if any.

    `failures` are the plans that a command over all plans had to leave out.
    """

    number: int
    command_id: str | None
    verdict: Verdict
    refusal: Refusal | None = None
    events: int = 0
    failures: tuple[Failure, ...] = ()


class Agenda(Protocol):
    """What falls due when: the one thing a decision may ask a projection."""

    def due_plans(self, through: date, after: str, limit: int) -> Sequence[str]:
        """Return up to `limit` plans, by id, after `after`, that have something to bill."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command of well-formed content, with what identifies it."""

    number: int
    command: Command
    request_hash: bytes


class LedgerApplication(Application[str]):
    """The ledger as a whole: what every door talks to."""

    name = "Acquit"
    env = {"PERSISTENCE_MODULE": "ledger.store", "CREATE_TABLE": "no"}  # noqa: RUF012 - as the library declares it

    def __init__(self, ledger_url: str, agenda: Agenda | None = None, actor: str = "cli") -> None:
        super().__init__({"ACQUIT_LEDGER": ledger_url})
        self.store = cast("StoreApplicationRecorder", self.recorder)
        self.identity: LedgerIdentity = identity(self.store)
        self.agenda = agenda
        self.actor = actor
        self.hot = HotStreams()

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
        """Carry out one command. A refusal is in the result, not raised."""
        try:
            return self._execute(self._asked(number, line))
        except Refusal as refusal:
            return Result(number, _id_of(line), Verdict.REFUSED, refusal)

    def _asked(self, number: int, line: Mapping[str, Any]) -> Asked:
        command = read_command(line)
        if command.recorded_us is not None and not self.identity.simulated:
            raise RecordedNotAllowed
        return Asked(number, command, request_hash(line, self.identity.request_key))

    def _execute(self, asked: Asked) -> Result:
        """Decide and save; a conflict with another writer is decided again, from fresh state."""
        for attempt in range(MOST_ATTEMPTS):
            with self.store.database.reading() as connection:
                known = known_keys(connection, [asked.command.id]).get(asked.command.id)
            if known is not None:
                return _answer_known(asked, known)
            try:
                if isinstance(asked.command, ChargeDue | Day) and asked.command.plan is None:
                    return self._for_all(asked, asked.command)
                draft = Draft(self._load)
                decide(asked.command, draft)
                return self._save(asked, draft.events())
            except CommandAnsweredError as error:
                if error.outcome.answer is not Answer.CONFLICT:
                    return self._answer(asked, error.outcome, 0)
                _log.info("decided again", command=asked.command.id, attempt=attempt)
        raise TooManyConflicts(command_id=asked.command.id)

    def _load(self, stream: str) -> Stream:
        try:
            repository = cast("Any", self.repository)  # Typed for aggregates with an id.
            found: Stream = repository.get(stream, projector_func=replayed)
        except AggregateNotFoundError:
            return Stream()
        return found

    def _save(self, asked: Asked, events: Sequence[Event]) -> Result:
        self.save(
            *events,
            command_id=asked.command.id,
            request_hash=asked.request_hash,
            actor=self.actor,
            recorded_us=asked.command.recorded_us,
            default_recorded_us=self.default_us(asked.command),
        )
        return Result(asked.number, asked.command.id, Verdict.ACCEPTED, events=len(events))

    def default_us(self, command: Command) -> int:
        """In a simulated ledger a command without recording time is recorded on its own day."""
        return self.identity.day_start_us(command.on) if self.identity.simulated else 0

    def day(self, through: date, recorded_us: int | None = None) -> Result:
        """Do what falls due through a day, of all plans; however often, it is done once.

        It has no idempotency key: what was opened since the last time must be found.
        """
        command = Day(id=f"day {through}", on=through, plan=None, recorded_us=recorded_us)
        if recorded_us is not None and not self.identity.simulated:
            raise RecordedNotAllowed
        return self._for_all(Asked(1, command, b""), command, keyed=False)

    def _for_all(self, asked: Asked, command: ChargeDue | Day, *, keyed: bool = True) -> Result:
        """Carry out a command for all plans, in chunks; one plan's failure stops no other.

        The key comes last, so that a crash in between is resumed; what is done for a plan is done
        once whatever happens, so the chunks need no key of their own.
        """
        if self.agenda is None:
            message = "the ledger was opened without its agenda: open it through bootstrap"
            raise RuntimeError(message)
        after, count, failures = "", 0, list[Failure]()
        while plans := self.agenda.due_plans(command.on, after, PLANS_A_CHUNK):
            draft = Draft(self._prefetched([plan_stream(plan) for plan in plans]))
            for plan in plans:
                failures += _attempted(command, plan, draft)
            chunk = self.new_command(asked, draft.events(), keyed=False)
            self._require(self.store.append([chunk]))
            self.hot.keep(draft.streams)
            after, count = plans[-1], count + len(draft.events())
        if keyed:
            self._require(self.store.append([self.new_command(asked, [], keyed=True)]))
        return Result(
            asked.number, command.id, Verdict.ACCEPTED, events=count, failures=tuple(failures)
        )

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
        with self.store.database.reading() as connection:
            known = self.hot.load(connection, names)
        return lambda name: known.get(name) or self._load(name)

    # A command file -----------------------------------------------------------------------------

    def record(self, lines: Iterable[Line], *, strict: bool = False) -> Iterator[Result]:
        """Carry out the lines of a command file, answering each, in order.

        With `strict` nothing after the first refusal is carried out. `charge_due` over all plans is
        a barrier: the lines before it are stored first.
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
            return Result(line.number, _id_of(line.content), Verdict.REFUSED, refusal)

    def _carry_out(self, batch: Sequence[Asked | Result], *, strict: bool) -> Iterable[Result]:
        if len(batch) == 1 and isinstance(batch[0], Asked):
            return [self._answered(batch[0])]
        with self.store.database.reading() as connection:
            decided = _Batch(self, connection, batch)
            decided.decide(strict=strict)
        outcomes = self.store.append(decided.commands) if decided.commands else []
        _log.debug("batch stored", lines=len(batch), commands=len(outcomes))
        if all(outcome.answer is Answer.ACCEPTED for outcome in outcomes):
            self.hot.keep(decided.streams)
        events = [len(command.events) for command in decided.commands]
        counts = dict(zip(decided.indexes, events, strict=True))
        for index, outcome in zip(decided.indexes, outcomes, strict=True):
            asked = cast("Asked", batch[index])
            decided.results[index] = self._settled(asked, outcome, counts[index])
        return [decided.results[index] for index in sorted(decided.results)]

    def _settled(self, asked: Asked, outcome: Outcome, count: int) -> Result:
        """Answer a command of a batch; one that met another writer is decided again, alone."""
        if outcome.answer is Answer.CONFLICT:
            return self._answered(asked)
        try:
            return self._answer(asked, outcome, count)
        except Refusal as refusal:
            return Result(asked.number, asked.command.id, Verdict.REFUSED, refusal)

    def _answered(self, asked: Asked) -> Result:
        try:
            return self._execute(asked)
        except Refusal as refusal:
            return Result(asked.number, asked.command.id, Verdict.REFUSED, refusal)

    def _answer(self, asked: Asked, outcome: Outcome, count: int) -> Result:
        command = asked.command
        match outcome.answer:
            case Answer.ACCEPTED:
                return Result(asked.number, command.id, Verdict.ACCEPTED, events=count)
            case Answer.REPEATED:
                return Result(asked.number, command.id, Verdict.REPEATED)
            case Answer.RECORDED_EARLIER:
                raise RecordedGoesBack(recorded=iso_moment(command.recorded_us or 0))
            case _:
                raise CommandIdReused(command_id=command.id)

    def new_command(self, asked: Asked, events: Sequence[Event], *, keyed: bool) -> NewCommand:
        """Return what the append takes for a decided command."""
        return NewCommand(
            events=[self._new_event(event) for event in events],
            command_id=asked.command.id,
            request_hash=asked.request_hash if keyed else None,
            recorded_us=asked.command.recorded_us,
            default_recorded_us=self.default_us(asked.command),
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


class _Batch:
    """Lines decided one after the other on working copies, to be appended as one group."""

    def __init__(
        self,
        application: LedgerApplication,
        connection: Connection,
        items: Sequence[Asked | Result],
    ) -> None:
        self._application = application
        self._connection = connection
        self._items = items
        asked = [item for item in items if isinstance(item, Asked)]
        names = list(dict.fromkeys(name for item in asked for name in _named(item.command)))
        self.streams = application.hot.load(connection, names)
        self._known = known_keys(connection, [item.command.id for item in asked])
        self._last_us = last_recorded_us(connection)
        self.results: dict[int, Result] = {}
        self.indexes: list[int] = []
        self.commands: list[NewCommand] = []

    def decide(self, *, strict: bool) -> None:
        """Decide every line; with `strict` stop behind the first refusal."""
        for index, item in enumerate(self._items):
            if isinstance(item, Result):
                self.results[index] = item
            else:
                self._decide_one(index, item)
            result = self.results.get(index)
            if strict and result is not None and result.verdict is Verdict.REFUSED:
                return

    def _decide_one(self, index: int, asked: Asked) -> None:
        try:
            known = self._known.get(asked.command.id)
            if known is not None:
                self.results[index] = _answer_known(asked, known)
                return
            moment_us = self._moment_us(asked.command)
            draft = Draft(self._load)
            decide(asked.command, draft)
        except Refusal as refusal:
            self.results[index] = Result(asked.number, asked.command.id, Verdict.REFUSED, refusal)
            return
        self._last_us = moment_us
        self._known[asked.command.id] = asked.request_hash
        self.streams.update(draft.streams)
        self.indexes.append(index)
        self.commands.append(self._application.new_command(asked, draft.events(), keyed=True))

    def _moment_us(self, command: Command) -> int:
        """Return when a line will be recorded, as the append judges it. Raises RecordedGoesBack."""
        if command.recorded_us is None:
            return max(self._last_us + 1, self._application.default_us(command))
        if command.recorded_us < self._last_us:
            raise RecordedGoesBack(recorded=iso_moment(command.recorded_us))
        return command.recorded_us

    def _load(self, name: str) -> Stream:
        if name not in self.streams:
            self.streams.update(self._application.hot.load(self._connection, [name]))
        return self.streams[name]


def _attempted(command: ChargeDue | Day, plan: str, draft: Draft) -> Iterator[Failure]:
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


def _answer_known(asked: Asked, known: bytes) -> Result:
    if known != asked.request_hash:
        raise CommandIdReused(command_id=asked.command.id)
    return Result(asked.number, asked.command.id, Verdict.REPEATED)


def _is_barrier(asked: Asked | Result) -> bool:
    if isinstance(asked, Result):
        return False
    return isinstance(asked.command, ChargeDue | Day) and asked.command.plan is None


def _named(command: Command) -> list[str]:
    """Return the streams that a command names."""
    names = []
    if payment := getattr(command, "payment", None):
        names.append(payment_stream(payment))
    plans = [getattr(command, field, None) for field in ("plan", "source")]
    return names + [plan_stream(plan) for plan in plans if plan]


def _id_of(line: Mapping[str, Any]) -> str | None:
    value = line.get("id")
    return value if isinstance(value, str) and not holds_card_number(value, is_key=True) else None
