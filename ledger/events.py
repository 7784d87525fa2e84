"""Every event type: what can have happened. Read this file first.

An event's type name (TOPIC) and SCHEMA_VERSION are stored and never change meaning; a later shape
of the same event gets the next version, and an upcaster in UPCASTERS turns old payloads into it.
Class and module names are free to change. Amounts are integers of minor units; each event names the
currency and its exponent, the customer, the plan and the charges, so that it can be posted alone.

Streams: `ledger`, `plan:ID`, `payment:ID`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal, TypeVar

from ledger.terms.schedule import Instalment

Carrying = Literal["receivable", "doubtful", "disputed"]
TaxDue = Literal["receipt", "invoice"]
HeldIn = Literal["unapplied", "customer_credit"]
Use = Literal["allocation", "recovery"]
Income = Literal["revenue", "late_fee_income", "opening"]
Reduces = Literal["revenue", "discounts", "deferred_revenue"]

LEDGER_STREAM = "ledger"


def plan_stream(plan: str) -> str:
    """Return the name of a plan's stream."""
    return f"plan:{plan}"


def payment_stream(payment: str) -> str:
    """Return the name of a payment's stream."""
    return f"payment:{payment}"


# Parts of events --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTerm:
    """A tax included in the plan's amounts: rate in percent, as decimal text."""

    code: str
    rate: str
    category: str
    due: TaxDue


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAmount:
    """Tax of one code inside an amount."""

    code: str
    rate: str
    category: str
    due: TaxDue
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much of one charge an event moves, the account that carries it, and the tax inside."""

    charge: str
    amount_minor: int
    carrying: Carrying
    tax: tuple[TaxAmount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Money of a payment that pays no charge: where it lies, and for whom (None: not known)."""

    held_in: HeldIn
    customer: str | None
    plan: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed besides the instalments; defaults that were applied are written out."""

    schedule: Mapping[str, Any]
    billing: str
    revenue: str
    rounding: str
    remainder: str
    customer_kind: str
    tax: tuple[TaxTerm, ...] = ()
    country: str | None = None
    offer: str | None = None
    document: str | None = None
    dimensions: Mapping[str, str] | None = None


# The base ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all events' data. The envelope (stream, version, dates, actor) is not in here."""

    TOPIC: ClassVar[str]
    SCHEMA_VERSION: ClassVar[int] = 1


EVENT_TYPES: dict[str, type[Fact]] = {}
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""(topic, version) -> pure function from a payload of that version to one of the next."""


_FactType = TypeVar("_FactType", bound=Fact)


def _event(topic: str) -> Callable[[type[_FactType]], type[_FactType]]:
    """Give an event class its stored type name, once and for all."""

    def register(cls: type[_FactType]) -> type[_FactType]:
        cls.TOPIC = topic
        EVENT_TYPES[topic] = cls
        return cls

    return register


# Stream `ledger` --------------------------------------------------------------------------------


@_event("LedgerOpened")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOpened(Fact):
    """Event zero: what can never be added later. One ledger is one legal entity."""

    ledger_id: str
    entity: str
    functional_currency: str
    timezone: str
    fiscal_year_start: str
    simulated: bool
    hash_version: int
    format_version: int


@_event("RulesAdopted")
@dataclass(frozen=True, slots=True, kw_only=True)
class RulesAdopted(Fact):
    """The chart and posting rules of a book take effect on the event's effective date."""

    book: str
    digest: str
    content: Mapping[str, Any]


# Streams `plan:ID` ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFact(Fact):
    """What every event of a plan carries."""

    plan: str
    customer: str
    currency: str
    exponent: int


@_event("PlanAgreed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgreed(PlanFact):
    """A plan was agreed. Posts nothing: money follows as charges."""

    instalments: tuple[Instalment, ...]
    terms: Terms


@_event("OpeningBalance")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance(PlanFact):
    """An item that was open when the ledger took over, with its own document and due date."""

    charge: str
    document: str
    due_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...] = ()


@_event("InstalmentCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentCharged(PlanFact):
    """An instalment was billed; tax is included in the amount."""

    charge: str
    instalment: int
    due_on: date
    amount_minor: int
    document: str | None
    tax: tuple[TaxAmount, ...] = ()


@_event("FeeCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCharged(PlanFact):
    """A fee was billed."""

    charge: str
    kind: str
    due_on: date
    amount_minor: int
    income: Income
    tax: tuple[TaxAmount, ...] = ()


@_event("ChargeWaived")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWaived(PlanFact):
    """A fee was forgiven, in whole or in part."""

    part: Part
    income: Income
    reason: str


@_event("PaymentEarmarked")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEarmarked(PlanFact):
    """Money of a payment waits, unapplied, for the next charges of this plan. Posts nothing.

    This and EarmarkReleased are recorded in the plan's stream and in the payment's. Money that is
    applied to the plan is taken from what waits for it, without an event of its own.
    """

    payment: str
    amount_minor: int


@_event("EarmarkReleased")
@dataclass(frozen=True, slots=True, kw_only=True)
class EarmarkReleased(PlanFact):
    """Money that waited for this plan was refunded, reversed or sent elsewhere. Posts nothing."""

    payment: str
    amount_minor: int


@_event("PaymentAllocated")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAllocated(PlanFact):
    """A payment was applied to charges; its tax point is `received_on`.

    `source` names where the money lay.
    """

    payment: str
    source: Holding
    received_on: date
    parts: tuple[Part, ...]


@_event("AllocationReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationReversed(PlanFact):
    """An application was undone: the charges are open again and the money lies in `target`."""

    payment: str
    target: Holding
    parts: tuple[Part, ...]
    reason: str


@_event("CreditNoteIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteIssued(PlanFact):
    """Charges were reduced: a discount, something undelivered, or a sale annulled."""

    kind: str
    reduces: Reduces
    parts: tuple[Part, ...]
    reason: str


@_event("WrittenOff")
@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(PlanFact):
    """What is open was given up. `ended`: numbers of instalments that will never be billed."""

    parts: tuple[Part, ...]
    ended: tuple[int, ...]
    reason: str


@_event("RecoveryReceived")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReceived(PlanFact):
    """Cash came in for charges that were written off."""

    payment: str
    source: Holding
    parts: tuple[Part, ...]


@_event("RecoveryReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReversed(PlanFact):
    """A recovery was undone, since its payment bounced or was refunded."""

    payment: str
    target: Holding
    parts: tuple[Part, ...]
    reason: str


@_event("PlanCancelled")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCancelled(PlanFact):
    """The plan ended; `ended` are the numbers of instalments that will never be billed."""

    ended: tuple[int, ...]
    reason: str


# Streams `payment:ID` ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact(Fact):
    """What every event of a payment carries."""

    payment: str
    currency: str
    exponent: int


@_event("PaymentReceived")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(PaymentFact):
    """Money came in, gross of the gateway's fee. Plan and customer are None until known."""

    customer: str | None
    plan: str | None
    amount_minor: int
    gateway: str | None
    reference: str | None


@_event("GatewayFeeCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFeeCharged(PaymentFact):
    """The gateway kept its fee."""

    customer: str | None
    plan: str | None
    gateway: str | None
    amount_minor: int


@_event("PaymentApplied")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentApplied(PaymentFact):
    """Echo, in the payment's stream, of money applied to a plan. Posts nothing."""

    plan: str
    use: Use
    source: Holding


@_event("PaymentReleased")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReleased(PaymentFact):
    """Echo, in the payment's stream, of an application undone, made on `since`. Posts nothing."""

    plan: str
    use: Use
    since: date
    target: Holding


@_event("RefundIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundIssued(PaymentFact):
    """Money went back to the customer."""

    holdings: tuple[Holding, ...]
    reason: str


@_event("PaymentReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversed(PaymentFact):
    """The payment bounced: the bank or gateway took the money back."""

    holdings: tuple[Holding, ...]
    reason: str
