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
    "receivables_1_charges@live",
    metadata,
    Column("plan", BYTEWISE, primary_key=True),
    Column("charge", BYTEWISE, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("kind", BYTEWISE, nullable=False),
    Column("instalment", Integer),
    Column("document", BYTEWISE),
    Column("due_on", Date, nullable=False),
)

dues = Table(
    "receivables_1_dues@live",
    metadata,
    Column("plan", BYTEWISE, primary_key=True),
    Column("charge", BYTEWISE, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("posted_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
)
"""Due days that took the place of a charge's first one."""

movements = Table(
    "receivables_1_movements@live",
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
        for row in _charge_rows(event.position, fact):
            changes.add(charges, row)
        if isinstance(fact, facts.PlanRescheduled):
            for change in fact.dues:
                changes.add(
                    dues,
                    {
                        "plan": fact.plan,
                        "charge": change.charge,
                        "position": event.position,
                        "posted_on": event.posted_on,
                        "due_on": change.due_on,
                    },
                )
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


_Charged = facts.InstalmentCharged | facts.FeeCharged | facts.InterestCharged | facts.OpeningBalance
_KINDS = {facts.InstalmentCharged: "instalment", facts.OpeningBalance: "opening"}


def _charge_rows(position: int, fact: Any) -> Iterator[dict[str, Any]]:
    """Yield a row for each charge that an event makes, none where it makes none."""
    if isinstance(fact, facts.PlanBilled):
        for part in fact.parts:
            yield _charge_row(position, fact.plan, part, "instalment", fact.document)
    elif isinstance(fact, facts.DisputedPostponed):
        for postponed in fact.parts:
            yield {
                "plan": fact.plan,
                "charge": postponed.charge,
                "position": position,
                "kind": postponed.kind,
                "instalment": fact.instalment,
                "document": None,
                "due_on": fact.due_on,
            }
    elif isinstance(fact, _Charged):
        kind = str(_KINDS.get(type(fact)) or getattr(fact, "kind", ""))
        yield _charge_row(position, fact.plan, fact, kind, getattr(fact, "document", None))


def _charge_row(
    position: int, plan: str, charge: Any, kind: str, document: str | None
) -> dict[str, Any]:
    return {
        "plan": plan,
        "charge": charge.charge,
        "position": position,
        "kind": kind,
        "instalment": getattr(charge, "instalment", None),
        "document": document,
        "due_on": charge.due_on,
    }


def _charged(fact: _Charged) -> Iterable[Movement]:
    yield Movement("receivable", fact.amount_minor, fact.customer, fact.plan, fact.charge, None)


def _billed(fact: facts.PlanBilled) -> Iterable[Movement]:
    for part in fact.parts:
        yield Movement("receivable", part.amount_minor, fact.customer, fact.plan, part.charge, None)


def _received(fact: facts.PaymentReceived) -> Iterable[Movement]:
    yield Movement("unapplied", -fact.amount_minor, fact.customer, fact.plan, None, fact.payment)


def _exchanged(fact: facts.ExchangeRealised) -> Iterable[Movement]:
    yield Movement("unapplied", fact.gain_minor, fact.customer, fact.plan, None, fact.payment)


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


def _given_back(fact: facts.RefundFailed | facts.DisputeWon) -> Iterable[Movement]:
    return (_held(holding, fact.payment, -1) for holding in fact.holdings)


def _disputed(fact: facts.AllocationDisputed) -> Iterable[Movement]:
    return _on_charges(fact, fact.parts, fact.payment, 1, "disputed")


def _restored(fact: facts.AllocationRestored) -> Iterable[Movement]:
    return _on_charges(fact, fact.parts, fact.payment, -1, "disputed")


def _reopened(fact: facts.DisputedReopened) -> Iterable[Movement]:
    yield from _on_charges(fact, fact.parts, fact.payment, -1, "disputed")
    yield from _on_charges(fact, fact.parts, fact.payment, 1)


def _postponed(fact: facts.DisputedPostponed) -> Iterable[Movement]:
    for part in fact.parts:
        for state, sign, charge in (
            ("disputed", -1, part.source),
            (part.carrying, 1, part.charge),
        ):
            yield Movement(
                state, sign * part.amount_minor, fact.customer, fact.plan, charge, fact.payment
            )


def _doubtful(fact: facts.ReceivableDoubtful) -> Iterable[Movement]:
    yield from _on_charges(fact, fact.parts, None, -1)
    yield from _on_charges(fact, fact.parts, None, 1, "doubtful")


def _cured(fact: facts.ReceivableCured) -> Iterable[Movement]:
    yield from _on_charges(fact, fact.parts, None, -1)
    yield from _on_charges(fact, fact.parts, None, 1, "receivable")


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
    fact: facts.PlanFact,
    parts: Iterable[Part],
    payment: str | None,
    sign: int,
    state: str | None = None,
) -> Iterator[Movement]:
    """Yield a movement a part, on the account that carries it, or on the one named."""
    for part in parts:
        yield Movement(
            state or part.carrying,
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
    facts.InterestCharged: _charged,
    facts.PlanBilled: _billed,
    facts.ChargeWaived: _waived,
    facts.CreditNoteIssued: _reduced,
    facts.WrittenOff: _reduced,
    facts.PaymentReceived: _received,
    facts.ExchangeRealised: _exchanged,
    facts.PaymentAllocated: _allocated,
    facts.AllocationReversed: _allocation_reversed,
    facts.RefundIssued: _paid_back,
    facts.PaymentReversed: _paid_back,
    facts.DisputeOpened: _paid_back,
    facts.RefundFailed: _given_back,
    facts.DisputeWon: _given_back,
    facts.AllocationDisputed: _disputed,
    facts.AllocationRestored: _restored,
    facts.DisputedReopened: _reopened,
    facts.DisputedPostponed: _postponed,
    facts.ReceivableDoubtful: _doubtful,
    facts.ReceivableCured: _cured,
    facts.RecoveryReceived: _recovered,
    facts.RecoveryReversed: _recovery_reversed,
}

RECEIVABLES = Projection(
    "receivables", 1, {table.name: table for table in (charges, dues, movements)}, fold
)
