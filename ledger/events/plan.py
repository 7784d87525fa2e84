"""Streams `plan:ID`: an agreement, what was charged under it, and what became of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.events.agreement import Terms
from ledger.events.base import Fact, event
from ledger.events.parts import Holding, Income, Part, Reduces, TaxAmount
from ledger.terms.schedule import Instalment


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFact(Fact):
    """What every event of a plan carries."""

    plan: str
    customer: str
    currency: str
    exponent: int


@event("PlanAgreed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgreed(PlanFact):
    """A plan was agreed. Posts nothing: money follows as charges."""

    SCHEMA_VERSION: ClassVar[int] = 2

    instalments: tuple[Instalment, ...]
    terms: Terms


@event("OpeningBalance")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance(PlanFact):
    """An item that was open when the ledger took over, with its own document and due date."""

    charge: str
    document: str
    due_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...] = ()


@event("InstalmentCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentCharged(PlanFact):
    """An instalment was billed; tax is included in the amount."""

    charge: str
    instalment: int
    due_on: date
    amount_minor: int
    document: str | None
    tax: tuple[TaxAmount, ...] = ()


@event("FeeCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCharged(PlanFact):
    """A fee was billed."""

    charge: str
    kind: str
    due_on: date
    amount_minor: int
    income: Income
    tax: tuple[TaxAmount, ...] = ()


@event("ChargeWaived")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWaived(PlanFact):
    """A fee was forgiven, in whole or in part."""

    part: Part
    income: Income
    reason: str


@event("PaymentEarmarked")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEarmarked(PlanFact):
    """Money of a payment waits, unapplied, for the next charges of this plan. Posts nothing.

    This and EarmarkReleased are recorded in the plan's stream and in the payment's. Money that is
    applied to the plan is taken from what waits for it, without an event of its own.
    """

    payment: str
    amount_minor: int


@event("EarmarkReleased")
@dataclass(frozen=True, slots=True, kw_only=True)
class EarmarkReleased(PlanFact):
    """Money that waited for this plan was refunded, reversed or sent elsewhere. Posts nothing."""

    payment: str
    amount_minor: int


@event("PaymentAllocated")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAllocated(PlanFact):
    """A payment was applied to charges; its tax point is `received_on`.

    `source` names where the money lay.
    """

    payment: str
    source: Holding
    received_on: date
    parts: tuple[Part, ...]


@event("AllocationReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationReversed(PlanFact):
    """An application was undone: the charges are open again and the money lies in `target`."""

    payment: str
    target: Holding
    parts: tuple[Part, ...]
    reason: str


@event("CreditNoteIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteIssued(PlanFact):
    """Charges were reduced: a discount, something undelivered, or a sale annulled."""

    kind: str
    reduces: Reduces
    parts: tuple[Part, ...]
    reason: str


@event("WrittenOff")
@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(PlanFact):
    """What is open was given up. `ended`: numbers of instalments that will never be billed."""

    parts: tuple[Part, ...]
    ended: tuple[int, ...]
    reason: str


@event("RecoveryReceived")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReceived(PlanFact):
    """Cash came in for charges that were written off."""

    payment: str
    source: Holding
    parts: tuple[Part, ...]


@event("RecoveryReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReversed(PlanFact):
    """A recovery was undone, since its payment bounced or was refunded."""

    payment: str
    target: Holding
    parts: tuple[Part, ...]
    reason: str


@event("PlanCancelled")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCancelled(PlanFact):
    """The plan ended; `ended` are the numbers of instalments that will never be billed."""

    ended: tuple[int, ...]
    reason: str
