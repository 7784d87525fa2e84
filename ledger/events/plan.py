"""Streams `plan:ID`: an agreement, what was charged under it, and what became of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.events.agreement import Terms
from ledger.events.base import Fact, event
from ledger.events.parts import (
    BilledPart,
    DueChange,
    Functional,
    Holding,
    Income,
    Part,
    PostponedPart,
    Reduces,
    TaxAmount,
)
from ledger.terms.schedule import Instalment


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFact(Fact):
    """What every event of a plan carries."""

    plan: str
    customer: str
    currency: str
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPlanFact(PlanFact):
    """What every event of a plan carries that is posted; `functional` where the plan is foreign."""

    functional: Functional | None = None


@event("PlanAgreed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgreed(PlanFact):
    """A plan was agreed. Posts nothing: money follows as charges."""

    SCHEMA_VERSION: ClassVar[int] = 3

    instalments: tuple[Instalment, ...]
    terms: Terms


@event("OpeningBalance")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance(PostedPlanFact):
    """An item that was open when the ledger took over, with its own document and due date."""

    SCHEMA_VERSION: ClassVar[int] = 2

    charge: str
    document: str
    due_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...] = ()


@event("InstalmentCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentCharged(PostedPlanFact):
    """An instalment was billed; tax is included in the amount.

    Of the net amount, `contract_asset_minor` was recognised before, `deferred_minor` is not earned
    yet; the rest is revenue at once.
    """

    SCHEMA_VERSION: ClassVar[int] = 3

    charge: str
    instalment: int
    due_on: date
    amount_minor: int
    document: str | None
    tax: tuple[TaxAmount, ...] = ()
    contract_asset_minor: int = 0
    deferred_minor: int = 0


@event("PlanBilled")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBilled(PostedPlanFact):
    """One document billed several instalments at once, each open with its own due date.

    The net amount first takes down what was recognised before it was billed (contract asset); the
    rest is deferred.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    document: str
    parts: tuple[BilledPart, ...]
    contract_asset_minor: int
    deferred_minor: int


@event("RevenueRecognised")
@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueRecognised(PostedPlanFact):
    """What was delivered through a day became revenue: first what was deferred.

    Below zero, what had been earned is taken back: it will never be billed.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    through: date
    deferred_minor: int
    contract_asset_minor: int


@event("FeeCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCharged(PostedPlanFact):
    """A fee was billed; `instalment` is the one that it is part of, or punishes."""

    SCHEMA_VERSION: ClassVar[int] = 3

    charge: str
    kind: str
    due_on: date
    amount_minor: int
    income: Income
    tax: tuple[TaxAmount, ...] = ()
    instalment: int | None = None


@event("InterestCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class InterestCharged(PostedPlanFact):
    """Interest was billed: the financing's, with an instalment, or for paying late.

    `kind` is "interest" or "late_interest"; the interest ran from a day (that day not counted)
    through another one.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    charge: str
    kind: str
    instalment: int | None
    run_from: date
    run_through: date
    due_on: date
    amount_minor: int
    income: Income
    tax: tuple[TaxAmount, ...] = ()


@event("ChargeWaived")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWaived(PostedPlanFact):
    """A fee was forgiven, in whole or in part."""

    SCHEMA_VERSION: ClassVar[int] = 2

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
class PaymentAllocated(PostedPlanFact):
    """A payment was applied to charges; its tax point is `received_on`.

    `source` names where the money lay; `advance_tax` is what was taxed when it came in.
    """

    SCHEMA_VERSION: ClassVar[int] = 3

    payment: str
    source: Holding
    received_on: date
    parts: tuple[Part, ...]
    advance_tax: tuple[TaxAmount, ...] = ()


@event("AdvanceTaxed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceTaxed(PostedPlanFact):
    """Money that waits for a plan whose tax is due on receipt was taxed before any charge."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    received_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...]


@event("AdvanceTaxReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceTaxReversed(PostedPlanFact):
    """Money that was taxed as an advance left the plan without paying any of it."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    received_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...]


@event("AllocationDisputed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationDisputed(PostedPlanFact):
    """Money that had paid charges is contested: they are open again, as disputed."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    received_on: date
    parts: tuple[Part, ...]


@event("AllocationRestored")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRestored(PostedPlanFact):
    """A dispute was won: the money pays the charges again that it had paid."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    received_on: date
    parts: tuple[Part, ...]


@event("DisputedReopened")
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedReopened(PostedPlanFact):
    """A dispute was lost: what was disputed is owed again, carried as each part says."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    parts: tuple[Part, ...]


@event("DisputedPostponed")
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedPostponed(PostedPlanFact):
    """A dispute was lost: what was disputed is owed again with an instalment not due yet.

    Each part leaves its charge and becomes one of its own, with the tax inside it.
    """

    payment: str
    instalment: int
    due_on: date
    parts: tuple[PostponedPart, ...]


@event("ReceivableDoubtful")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableDoubtful(PostedPlanFact):
    """What is open on the plan is doubtful from now on."""

    SCHEMA_VERSION: ClassVar[int] = 2

    parts: tuple[Part, ...]


@event("ReceivableCured")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableCured(PostedPlanFact):
    """What was doubtful is a receivable like any other again."""

    SCHEMA_VERSION: ClassVar[int] = 2

    parts: tuple[Part, ...]


@event("AllocationReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationReversed(PostedPlanFact):
    """An application was undone: the charges are open again and the money lies in `target`."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    target: Holding
    parts: tuple[Part, ...]
    reason: str


@event("CreditNoteIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteIssued(PostedPlanFact):
    """Charges were reduced: a discount, something undelivered, or a sale annulled."""

    SCHEMA_VERSION: ClassVar[int] = 2

    kind: str
    reduces: Reduces
    parts: tuple[Part, ...]
    reason: str


@event("WrittenOff")
@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(PostedPlanFact):
    """What is open was given up; the plan may end with it.

    `ended` are the numbers of instalments that will never be billed.
    """

    SCHEMA_VERSION: ClassVar[int] = 3

    parts: tuple[Part, ...]
    ended: tuple[int, ...]
    reason: str
    approver: str | None = None
    ends: bool = False


@event("TaxReliefClaimed")
@dataclass(frozen=True, slots=True, kw_only=True)
class TaxReliefClaimed(PostedPlanFact):
    """Tax that was due on invoice is claimed back for what was written off."""

    SCHEMA_VERSION: ClassVar[int] = 2

    parts: tuple[Part, ...]
    reason: str


@event("RecoveryReceived")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReceived(PostedPlanFact):
    """Cash came in for charges that were written off."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payment: str
    source: Holding
    parts: tuple[Part, ...]


@event("RecoveryReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReversed(PostedPlanFact):
    """A recovery was undone, since its payment bounced or was refunded."""

    SCHEMA_VERSION: ClassVar[int] = 2

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


@event("PlanRescheduled")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRescheduled(PlanFact):
    """Other instalments took the place of those not yet billed; open charges got other due days.

    `ended` are the numbers that will never be billed; what is owed in all stays the same.
    """

    ended: tuple[int, ...]
    instalments: tuple[Instalment, ...]
    dues: tuple[DueChange, ...]
    reason: str


@event("PlanAmended")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAmended(PlanFact):
    """The agreement changed in mid-plan (an upgrade, an add-on): other instalments, other terms."""

    SCHEMA_VERSION: ClassVar[int] = 2

    ended: tuple[int, ...]
    instalments: tuple[Instalment, ...]
    terms: Terms
    reason: str
