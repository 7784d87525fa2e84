"""Replaying a stream: each event with the state that it leads to, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ledger.draft import State, Stream
from ledger.envelope import Event, RecordedEvent, iso_moment
from ledger.events import Holding, plan_stream
from ledger.payment import Payment
from ledger.payout import Payout
from ledger.period import Periods
from ledger.plan import Plan
from ledger.store.codec import builtins_of
from ledger.store.log import read_stream
from ledger.terms.money import amount_text

COLUMNS = ("#", "effective", "posted", "recorded", "event", "what", "state after")


class StreamUnknownError(ValueError):
    """There is no stream or plan of that name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event and the stream after it."""

    event: RecordedEvent
    after: Stream

    def as_json(self) -> dict[str, Any]:
        """Return the step for programs: the envelope, the data, the state in minor units."""
        event = self.event
        return {
            "position": event.position,
            "stream": event.stream,
            "version": event.version,
            "event": event.type,
            "schema_version": event.schema_version,
            "effective_on": event.effective_on.isoformat(),
            "posted_on": event.posted_on.isoformat(),
            "recorded_at": iso_moment(event.recorded_at_us),
            "actor": event.actor,
            "command": event.command_id,
            "data": builtins_of(event.fact),
            "state": _state_json(self.after.state),
        }

    def as_row(self) -> tuple[object, ...]:
        """Return the step for people, in the order of COLUMNS."""
        event = self.event
        return (
            event.position,
            event.effective_on.isoformat(),
            "" if event.posted_on == event.effective_on else event.posted_on.isoformat(),
            iso_moment(event.recorded_at_us)[:19].replace("T", " "),
            event.type,
            _what(event),
            _state_text(self.after.state),
        )


def steps(connection: Connection, name: str) -> list[Step]:
    """Return the steps of a stream, or of the plan of that name. Raises StreamUnknownError."""
    events = read_stream(connection, name) or read_stream(connection, plan_stream(name))
    if not events:
        message = f"there is no stream or plan named {name!r}: see acquit aging for plans"
        raise StreamUnknownError(message)
    return list(_replay(events))


def _replay(events: list[RecordedEvent]) -> Iterator[Step]:
    stream = Stream()
    for event in events:
        decided = Event(event.stream, event.version, event.effective_on, event.fact)
        stream = stream.after(decided)
        yield Step(event, stream)


def _what(event: RecordedEvent) -> str:
    """Say in a few words what moved: amount, month, charge or charges, payment."""
    fact: Any = event.fact
    parts = getattr(fact, "parts", None) or ([fact.part] if hasattr(fact, "part") else [])
    words = []
    if hasattr(fact, "exponent"):
        amount = _amount_of(fact, parts)
        words += [amount_text(amount, fact.exponent), fact.currency] if amount else []
    words += [getattr(fact, "month", "")]
    charges = [part.charge for part in parts] or [getattr(fact, "charge", "")]
    words += [", ".join(charges)]
    if payment := getattr(fact, "payment", ""):
        words.append(f"by {payment}" if event.stream != f"payment:{payment}" else "")
    return " ".join(word for word in words if word)


def _amount_of(fact: Any, parts: Any) -> int:
    if hasattr(fact, "amount_minor"):
        return int(fact.amount_minor)
    if parts:
        return sum(part.amount_minor for part in parts)
    if hasattr(fact, "instalments"):
        return sum(part.amount_minor for part in fact.instalments)
    named = [getattr(fact, "source", None), getattr(fact, "target", None)]
    held = [*getattr(fact, "holdings", ()), *named]
    return sum(holding.amount_minor for holding in held if isinstance(holding, Holding))


def _state_text(state: State | None) -> str:
    match state:
        case Plan():
            owed = amount_text(state.owed_minor, state.exponent)
            unbilled = sum(part.amount_minor for part in state.unbilled)
            ended = "settled" if state.settled else "open"
            return f"{ended}: {owed} owed, {amount_text(unbilled, state.exponent)} to bill"
        case Payment():
            left = amount_text(state.unapplied_minor, state.exponent)
            held = amount_text(state.credit_minor, state.exponent)
            return f"{left} unapplied, {held} in credit"
        case Payout():
            return state.status
        case Periods():
            return f"open from {state.open_from}"
        case _:
            return ""


def _state_json(state: State | None) -> dict[str, Any] | None:
    if state is None:
        return None
    value: dict[str, Any] = builtins_of(state)
    if isinstance(state, Plan):
        value["ended"] = sorted(state.ended)
        value["outstanding_minor"] = state.owed_minor
    if isinstance(state, Plan | Payment | Payout):
        value["settled"] = state.settled
    return value
