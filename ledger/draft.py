"""A draft collects what one command decides, on working copies, until all of it is decided.

Decisions read plans and payments through the draft and record events into it; each recorded event
is applied to the working copy at once, so that the next decision sees it. A refusal throws the
draft away: nothing of it was ever stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from ledger import customer as customers
from ledger import held, ledger_state, rates, series
from ledger import payment as payments
from ledger import payout as payouts
from ledger import period as periods
from ledger import plan_changes as plans
from ledger.books.measures import MEASURES
from ledger.customer import Customer
from ledger.envelope import Event
from ledger.events import (
    LEDGER_STREAM,
    PERIOD_STREAM,
    Fact,
    FunctionalPart,
    exchange_stream,
    payment_stream,
    plan_stream,
)
from ledger.held import Held, functional_of
from ledger.ledger_state import LedgerState
from ledger.payment import Awaited, Payment
from ledger.payout import Payout
from ledger.period import Periods
from ledger.plan import Plan
from ledger.rates import Rates
from ledger.refusals import PaymentUnknown, PlanUnknown, RuleMissing
from ledger.series import Series
from ledger.terms.refusals import Refusal
from ledger.valuing import Twin, Valuing, twin_of, valued

_PLAN = plan_stream("")
_Found = TypeVar(
    "_Found", Plan, Payment, Awaited, Payout, Series, Rates, Customer, LedgerState, Periods
)


State = Plan | Payment | Awaited | Payout | Series | Rates | Customer | LedgerState | Periods
_EVOLVE: Mapping[str, Callable[[Any, date, Fact], State | None]] = {
    "plan": plans.evolve,
    "payment": payments.evolve,
    "payout": payouts.evolve,
    "series": series.evolve,
    "exchange": rates.evolve,
    "customer": customers.evolve,
    LEDGER_STREAM: ledger_state.evolve,
    PERIOD_STREAM: periods.evolve,
}
"""How events change the state of a stream, by what its name begins with; others have no state."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream's last version (0: no such stream) and the state that its events lead to.

    `held` is what its followed accounts hold in a foreign currency and in the ledger's own.
    """

    version: int = 0
    state: State | None = None
    held: Held | None = None

    def after(self, event: Event) -> Stream:
        """Return the stream with one more event."""
        kind = event.originator_id.partition(":")[0]
        evolve = _EVOLVE.get(kind)
        state = evolve(self.state, event.effective_on, event.fact) if evolve else None
        return Stream(event.originator_version, state, held.after(self.held, kind, event.fact))


def replayed(stream: Stream | None, events: Iterable[Event]) -> Stream | None:
    """Return the stream after `events`; None if there are none. The library's projector."""
    for event in events:
        stream = (stream or Stream()).after(event)
    return stream


Load = Callable[[str], Stream]


class Draft:
    """The events that one command decides, in the order in which it decides them."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self.streams: dict[str, Stream] = {}
        self._loaded: dict[str, Stream] = {}
        self._events: list[Event] = []
        self._twins: dict[Twin, FunctionalPart] = {}

    def find(self, stream: str, kind: type[_Found]) -> _Found | None:
        """Return the working copy of a stream's state, None if there is none of that kind."""
        state = self._stream(stream).state
        return state if isinstance(state, kind) else None

    @property
    def ledger(self) -> LedgerState:
        """The ledger as a whole."""
        return self.find(LEDGER_STREAM, LedgerState) or LedgerState()

    def find_plan(self, plan: str) -> Plan | None:
        """Return the working copy of a plan, None if there is no such plan."""
        return self.find(plan_stream(plan), Plan)

    def plan(self, plan: str) -> Plan:
        """Return the working copy of a plan. Raises PlanUnknown."""
        found = self.find_plan(plan)
        if found is None:
            raise PlanUnknown(plan=plan)
        return found

    def find_payment(self, payment: str) -> Payment | None:
        """Return the working copy of a payment, None if there is no such payment."""
        return self.find(payment_stream(payment), Payment)

    def payment(self, payment: str) -> Payment:
        """Return the working copy of a payment. Raises PaymentUnknown."""
        found = self.find_payment(payment)
        if found is None:
            raise PaymentUnknown(payment=payment)
        return found

    def record(self, stream: str, effective_on: date, fact: Fact) -> None:
        """Decide an event: append it to the draft and apply it to the working copy.

        One in a foreign currency that has rates gets its functional amounts. Raises RateMissing,
        and RuleMissing if a book cannot post it.
        """
        self._require_rules(effective_on, fact)
        before = self._stream(stream)
        event = Event(
            stream, before.version + 1, effective_on, self._valued(before, effective_on, fact)
        )
        self.streams[stream] = before.after(event)
        self._events.append(event)

    def _require_rules(self, effective_on: date, fact: Fact) -> None:
        """Refuse an event that a book would leave out: its books would not agree any more."""
        if type(fact) in MEASURES:
            book = self.ledger.lacking(fact.TOPIC, effective_on, getattr(fact, "book", None))
            if book is not None:
                raise RuleMissing(book=book, event=fact.TOPIC)

    def _valued(self, before: Stream, effective_on: date, fact: Fact) -> Fact:
        currency: str | None = getattr(fact, "currency", None)
        if currency is None or not hasattr(fact, "functional"):
            return fact
        if currency == (self.ledger.functional_currency or currency):
            return fact
        found = self.find(exchange_stream(currency), Rates)
        if found is None:
            return fact
        twin = twin_of(fact)
        known = self._twins.pop(twin, None) if twin else None
        rules = self.ledger.rules(effective_on)
        lying = _lying(before.state) if isinstance(before.state, Payment) else {}
        by = Valuing(rates=found, rules=rules, held=before.held or {}, lying=lying, twin=known)
        with_amounts = valued(fact, effective_on, by)
        functional = functional_of(with_amounts)
        if twin is not None and known is None and functional is not None:
            self._twins[twin] = functional.parts[0]
        return with_amounts

    def changed_plans(self, plan: str | None = None) -> list[tuple[Plan, Plan, date]]:
        """Return the plans that changed: as they were, as they are, and the day of the change.

        With `plan` only that one is looked at.
        """
        names = list(self.streams) if plan is None else [plan_stream(plan)]
        return [
            changed for name in names if name in self.streams for changed in self._changed(name)
        ]

    def _changed(self, name: str) -> Iterator[tuple[Plan, Plan, date]]:
        before, after = self._loaded[name].state, self.streams[name].state
        if isinstance(before, Plan) and isinstance(after, Plan) and before is not after:
            days = (event.effective_on for event in self._events if event.originator_id == name)
            yield before, after, max(days)

    def attempt(self, decide: Callable[[], None]) -> Refusal | None:
        """Decide something; if it is refused leave the draft as it was, and return the refusal.

        Any other exception leaves the draft as it was, too, and goes on.
        """
        streams, count = dict(self.streams), len(self._events)
        try:
            decide()
        except Exception as error:
            self.streams = streams
            del self._events[count:]
            self._twins.clear()
            if isinstance(error, Refusal):
                return error
            raise
        return None

    def reads(self) -> list[tuple[str, int]]:
        """Return the streams that were read and not added to, with their versions (0: none)."""
        return [
            (name, stream.version)
            for name, stream in self._loaded.items()
            if self.streams.get(name, stream).version == stream.version
        ]

    def seen(self) -> list[tuple[str, int]]:
        """Return all streams that were read, with the versions that they had (0: none)."""
        return [(name, stream.version) for name, stream in self._loaded.items()]

    def events(self) -> list[Event]:
        """Return what was decided: the payments' events first, then the plans'."""
        return sorted(self._events, key=lambda event: event.originator_id.startswith(_PLAN))

    def _stream(self, name: str) -> Stream:
        if name not in self.streams:
            self.streams[name] = self._loaded[name] = self._load(name)
        return self.streams[name]


def _lying(payment: Payment) -> dict[str, int]:
    return {"unapplied": payment.unapplied_minor, "customer_credit": payment.credit_minor}
