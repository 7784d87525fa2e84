"""Receivables: every charge with its due date, and every movement of what customers owe.

The movements come from the events' own figures, not from postings: that they agree with the
receivable accounts at any date, as known at any moment, is checked between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Integer, SmallInteger, Table

from ledger import events as facts
from ledger.envelope import RecordedEvent
from ledger.events import Fact, Holding, Part
from ledger.store.schema import BYTEWISE
from projections.projection import Books, Changes, Projection, metadata

charges = Table(
    "receivables_1_charges",
    metadata,
    Column("plan", BYTEWISE, primary_key=True),
    Column("charge", BYTEWISE, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("kind", BYTEWISE, nullable=False),
    Column("instalment", Integer),
    Column("document", BYTEWISE),
    Column("due_on", Date, nullable=False),
)

movements = Table(
    "receivables_1_movements",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("posted_on", Date, nullable=False),
    Column("event", BYTEWISE, nullable=False),
    Column("state", BYTEWISE, nullable=False),
    Column("currency", BYTEWISE, nullable=False),
    Column("exponent", SmallInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("customer", BYTEWISE),
    Column("plan", BYTEWISE),
    Column("charge", BYTEWISE),
    Column("payment", BYTEWISE),
    Index("receivables_1_movements_customer", "customer"),
    Index("receivables_1_movements_plan", "plan"),
)


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of what is owed on a charge, or (negative: owed to the customer) held of a payment.

    `state` is the account that carries it: receivable, doubtful, disputed, unapplied or
    customer_credit.
    """

    state: str
    amount_minor: int
    customer: str | None
    plan: str | None
    charge: str | None
    payment: str | None


def movements_of(fact: Fact) -> Iterator[Movement]:
    """Yield the movements of an event's data, none where nothing owed moves."""
    rule = _RULES.get(type(fact))
    if rule is not None:
        yield from rule(fact)


def fold(events: Sequence[RecordedEvent], _books: Books) -> Changes:
    """Note the charges and movements of a batch."""
    changes = Changes()
    for event in events:
        fact: Any = event.fact
        if isinstance(fact, _CHARGED):
            changes.add(charges, _charge_row(event.position, fact))
        for line, movement in enumerate(movements_of(fact), 1):
            changes.add(
                movements,
                {
                    "position": event.position,
                    "line": line,
                    "posted_on": event.posted_on,
                    "event": event.type,
                    "state": movement.state,
                    "currency": fact.currency,
                    "exponent": fact.exponent,
                    "amount_minor": movement.amount_minor,
                    "customer": movement.customer,
                    "plan": movement.plan,
                    "charge": movement.charge,
                    "payment": movement.payment,
                },
            )
    return changes


_Charged = facts.InstalmentCharged | facts.FeeCharged | facts.OpeningBalance
_CHARGED = (facts.InstalmentCharged, facts.FeeCharged, facts.OpeningBalance)


def _charge_row(position: int, fact: _Charged) -> dict[str, Any]:
    kinds = {facts.InstalmentCharged: "instalment", facts.OpeningBalance: "opening"}
    return {
        "plan": fact.plan,
        "charge": fact.charge,
        "position": position,
        "kind": fact.kind if isinstance(fact, facts.FeeCharged) else kinds[type(fact)],
        "instalment": fact.instalment if isinstance(fact, facts.InstalmentCharged) else None,
        "document": None if isinstance(fact, facts.FeeCharged) else fact.document,
        "due_on": fact.due_on,
    }


def _charged(fact: _Charged) -> Iterable[Movement]:
    yield Movement("receivable", fact.amount_minor, fact.customer, fact.plan, fact.charge, None)


def _received(fact: facts.PaymentReceived) -> Iterable[Movement]:
    yield Movement("unapplied", -fact.amount_minor, fact.customer, fact.plan, None, fact.payment)


def _allocated(fact: facts.PaymentAllocated) -> Iterable[Movement]:
    yield _held(fact.source, fact.payment, 1)
    yield from _on_charges(fact, fact.parts, fact.payment, -1)


def _allocation_reversed(fact: facts.AllocationReversed) -> Iterable[Movement]:
    yield _held(fact.target, fact.payment, -1)
    yield from _on_charges(fact, fact.parts, fact.payment, 1)


def _waived(fact: facts.ChargeWaived) -> Iterable[Movement]:
    return _on_charges(fact, [fact.part], None, -1)


def _reduced(fact: facts.CreditNoteIssued | facts.WrittenOff) -> Iterable[Movement]:
    return _on_charges(fact, fact.parts, None, -1)


def _paid_back(fact: facts.RefundIssued | facts.PaymentReversed) -> Iterable[Movement]:
    return (_held(holding, fact.payment, 1) for holding in fact.holdings)


def _recovered(fact: facts.RecoveryReceived) -> Iterable[Movement]:
    yield _held(fact.source, fact.payment, 1)


def _recovery_reversed(fact: facts.RecoveryReversed) -> Iterable[Movement]:
    yield _held(fact.target, fact.payment, -1)


def _held(holding: Holding, payment: str, sign: int) -> Movement:
    return Movement(
        holding.held_in,
        sign * holding.amount_minor,
        holding.customer,
        holding.plan,
        None,
        payment,
    )


def _on_charges(
    fact: facts.PlanFact, parts: Iterable[Part], payment: str | None, sign: int
) -> Iterator[Movement]:
    for part in parts:
        yield Movement(
            part.carrying,
            sign * part.amount_minor,
            fact.customer,
            fact.plan,
            part.charge,
            payment,
        )


_RULES: dict[type[Fact], Callable[[Any], Iterable[Movement]]] = {
    facts.OpeningBalance: _charged,
    facts.InstalmentCharged: _charged,
    facts.FeeCharged: _charged,
    facts.ChargeWaived: _waived,
    facts.CreditNoteIssued: _reduced,
    facts.WrittenOff: _reduced,
    facts.PaymentReceived: _received,
    facts.PaymentAllocated: _allocated,
    facts.AllocationReversed: _allocation_reversed,
    facts.RefundIssued: _paid_back,
    facts.PaymentReversed: _paid_back,
    facts.RecoveryReceived: _recovered,
    facts.RecoveryReversed: _recovery_reversed,
}

RECEIVABLES = Projection(
    "receivables", 1, {table.name: table for table in (charges, movements)}, fold
)
