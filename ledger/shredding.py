"""Shredding: forgetting a person by destroying the keys of what was sealed.

Three steps, each of which can be the last before a crash: an event asks for it, the keys are
destroyed, an event confirms it. `finish` does what is left, also after a restore: of events that
are newer than the keys, or of keys that are newer than the events. Nothing else changes: balances,
exports, hashes and proofs are over sealed bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection, select

from ledger.application import MOST_ATTEMPTS, LedgerApplication
from ledger.customer import Customer
from ledger.draft import Stream, replayed
from ledger.envelope import Event
from ledger.events import (
    KEY_KINDS,
    KeyKind,
    SubjectShredded,
    SubjectShredRequested,
    customer_stream,
)
from ledger.store.append import Answer
from ledger.store.log import decided_events, last_recorded_us
from ledger.store.recorder import CommandAnsweredError
from ledger.store.schema import events

Done = TypeVar("Done")
_CUSTOMERS = customer_stream("")
_AFTER_CUSTOMERS = _CUSTOMERS[:-1] + chr(ord(":") + 1)


class ShreddingError(ValueError):
    """A person cannot be forgotten; the message says why and the way out."""


@dataclass(frozen=True, slots=True)
class When:
    """The day of a shredding, and its recording time in a simulated ledger."""

    on: date
    recorded_us: int | None = None


def today(ledger: LedgerApplication) -> When:
    """Return the local day of the clock, or of the last moment in a simulated ledger."""
    if ledger.identity.simulated:
        return When(ledger.identity.local_day(ledger.store.database.glance(last_recorded_us)))
    return When(ledger.identity.local_day(ledger.store.clock_us()))


def shred(
    ledger: LedgerApplication, customer: str, kinds: Sequence[KeyKind], when: When
) -> tuple[KeyKind, ...]:
    """Destroy keys of a customer; return those that this did. Doing it again does nothing.

    Raises ShreddingError, KeyStoreError, and what the database raises.
    """
    return _among_others(lambda: _shred(ledger, customer, kinds, when))


def _shred(
    ledger: LedgerApplication, customer: str, kinds: Sequence[KeyKind], when: When
) -> tuple[KeyKind, ...]:
    store = ledger.subjects.require_store()
    stream = dict(_streams(ledger, [customer])).get(customer, Stream())
    known = stream.state
    if not isinstance(known, Customer):
        message = f"there is no registered customer {customer!r}"
        raise ShreddingError(message)
    wanted = tuple(kind for kind in kinds if kind not in known.shredded)
    left = tuple(kind for kind in wanted if kind not in known.requested)
    version = stream.version
    if left:
        version += 1
        _record(ledger, SubjectShredRequested(customer=customer, keys=left), version, when)
    if wanted:
        store.destroy(customer, wanted, ledger.store.clock_us())
        _record(ledger, SubjectShredded(customer=customer, keys=wanted), version + 1, when)
    return wanted


def finish(ledger: LedgerApplication, when: When) -> list[str]:
    """Finish what a crash or a restore left: destroy, confirm, or record; return whose it was.

    Raises KeyStoreError where the keys have no place.
    """
    return _among_others(lambda: _finish(ledger, when))


def _finish(ledger: LedgerApplication, when: When) -> list[str]:
    found = dict(_streams(ledger, ledger.store.database.glance(_registered)))
    known = _states(found)
    store = ledger.subjects.store
    if store is None:
        if any(each.requested - each.shredded for each in known.values()):
            ledger.subjects.require_store()
        return []
    gone = store.destroyed_kinds()
    finished = set()
    for customer, each in sorted(known.items()):
        version, destroyed = found[customer].version, gone.get(customer, set())
        unsaid = _kinds(destroyed - each.requested)
        if unsaid:
            version += 1
            _record(ledger, SubjectShredRequested(customer=customer, keys=unsaid), version, when)
        left = _kinds((each.requested | destroyed) - each.shredded)
        if left:
            store.destroy(customer, left, ledger.store.clock_us())
            _record(ledger, SubjectShredded(customer=customer, keys=left), version + 1, when)
        there = store.kinds_of(customer) & each.shredded if each.shredded else set()
        if there:
            store.destroy(customer, _kinds(there), ledger.store.clock_us())
        if unsaid or left or there:
            finished.add(customer)
    return sorted(finished)


def customers(ledger: LedgerApplication) -> dict[str, Customer]:
    """Return every customer of whom there are events, by id, in byte order."""
    return _customers(ledger, ledger.store.database.glance(_registered))


def _registered(connection: Connection) -> list[str]:
    stream = events.c.stream
    query = (
        select(stream)
        .where(stream >= _CUSTOMERS, stream < _AFTER_CUSTOMERS, events.c.version == 1)
        .order_by(stream)
    )
    return [name.removeprefix(_CUSTOMERS) for (name,) in connection.execute(query)]


def known_customer(ledger: LedgerApplication, customer: str) -> Customer | None:
    """Return a customer as it is in the log, None if there is none."""
    return _customers(ledger, [customer]).get(customer)


def _customers(ledger: LedgerApplication, names: Sequence[str]) -> dict[str, Customer]:
    return _states(dict(_streams(ledger, names)))


def _states(streams: Mapping[str, Stream]) -> dict[str, Customer]:
    return {
        name: stream.state for name, stream in streams.items() if isinstance(stream.state, Customer)
    }


def _streams(ledger: LedgerApplication, names: Sequence[str]) -> Iterator[tuple[str, Stream]]:
    """Yield streams as they are in the log now, whatever this process has seen."""
    wanted = {customer_stream(name): name for name in names}
    found = ledger.store.database.glance(
        lambda connection: decided_events(connection, dict.fromkeys(wanted, 0))
    )
    for stream, decided in found.items():
        yield wanted[stream], replayed(None, decided) or Stream()


def _among_others(work: Callable[[], Done]) -> Done:
    """Do work anew while another program gets in between; each step of it bears being done again.

    Raises CommandAnsweredError where others never stop, or the recording time goes back.
    """
    for _ in range(MOST_ATTEMPTS - 1):
        try:
            return work()
        except CommandAnsweredError as error:
            if error.outcome.answer is not Answer.CONFLICT:
                raise
    return work()


def _record(
    ledger: LedgerApplication,
    fact: SubjectShredRequested | SubjectShredded,
    version: int,
    when: When,
) -> None:
    stream = customer_stream(fact.customer)
    event = Event(stream, version, when.on, fact)
    ledger.save(
        event,
        command_id=f"{type(fact).TOPIC} {fact.customer} {event.originator_version}",
        actor=ledger.actor,
        recorded_us=when.recorded_us,
        default_recorded_us=ledger.identity.default_us(when.on),
    )
    ledger.hot.distrust([stream])


def _kinds(names: set[str] | frozenset[str]) -> tuple[KeyKind, ...]:
    return tuple(kind for kind in KEY_KINDS if kind in names)
