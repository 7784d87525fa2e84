"""Streams `payment:ID`: money that came in, and where it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.events.base import Fact, event
from ledger.events.parts import Converted, DisputedUse, Functional, Holding, TaxTreatment, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact(Fact):
    """What every event of a payment carries."""

    payment: str
    currency: str
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPaymentFact(PaymentFact):
    """What events of a payment carry that move its money; `functional` where it is foreign."""

    functional: Functional | None = None


@event("PaymentReceived")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(PostedPaymentFact):
    """Money came in, gross of the gateway's fee. Plan and customer are None until known.

    The kind says which of a plan's orders of payment it follows. Money paid in another currency
    than the plan's is in the plan's, as `converted` says.
    """

    SCHEMA_VERSION: ClassVar[int] = 3

    customer: str | None
    plan: str | None
    amount_minor: int
    gateway: str | None
    reference: str | None
    kind: str = "ordinary"
    converted: Converted | None = None


@event("ExchangeRealised")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRealised(PostedPaymentFact):
    """Money paid in another currency was worth more (or, below zero, less) than it settles.

    `undone`: the money was taken back, and with it the difference of the other sign.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    customer: str | None
    plan: str | None
    gain_minor: int
    undone: bool = False


@event("ExchangeReturned")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeReturned(PostedPaymentFact):
    """Money paid in another currency went back, and with it the difference that it had made.

    `undone` tells so; without it the money came again, a refund that failed or a dispute won.
    """

    customer: str | None
    plan: str | None
    gain_minor: int
    undone: bool


@event("GatewayFeeCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFeeCharged(PostedPaymentFact):
    """The gateway kept its fee, the tax that it charged on it included.

    Under reverse charge the tax is not in the amount: it is owed and deducted at once.
    """

    SCHEMA_VERSION: ClassVar[int] = 3

    customer: str | None
    plan: str | None
    gateway: str | None
    amount_minor: int
    treatment: TaxTreatment = "exempt"
    tax_minor: int = 0


@event("PaymentApplied")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentApplied(PostedPaymentFact):
    """Echo, in the payment's stream, of money applied to a plan. Posts nothing."""

    SCHEMA_VERSION: ClassVar[int] = 2

    plan: str
    use: Use
    source: Holding


@event("PaymentReleased")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReleased(PostedPaymentFact):
    """Echo, in the payment's stream, of an application undone, made on `since`. Posts nothing."""

    SCHEMA_VERSION: ClassVar[int] = 2

    plan: str
    use: Use
    since: date
    target: Holding


@event("RefundIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundIssued(PostedPaymentFact):
    """Money went back to the customer."""

    SCHEMA_VERSION: ClassVar[int] = 3

    holdings: tuple[Holding, ...]
    reason: str
    approver: str | None = None


@event("RefundFailed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(PostedPaymentFact):
    """A refund did not reach the customer: the money is back where it lay."""

    SCHEMA_VERSION: ClassVar[int] = 2

    holdings: tuple[Holding, ...]
    reason: str


@event("DisputeOpened")
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(PostedPaymentFact):
    """The payer contests the payment, and the gateway has taken the amount back.

    `uses` are what plans had of it (AllocationDisputed posts them); `holdings` are the rest.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    customer: str | None
    plan: str | None
    amount_minor: int
    uses: tuple[DisputedUse, ...]
    holdings: tuple[Holding, ...]


@event("DisputeWon")
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWon(PostedPaymentFact):
    """The gateway gave back what it had taken: everything is as before the dispute."""

    SCHEMA_VERSION: ClassVar[int] = 2

    amount_minor: int
    uses: tuple[DisputedUse, ...]
    holdings: tuple[Holding, ...]


@event("DisputeLost")
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLost(PaymentFact):
    """The money is gone for good: what it had paid is owed again. Posts nothing itself."""

    amount_minor: int
    uses: tuple[DisputedUse, ...]
    holdings: tuple[Holding, ...]


@event("PaymentReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversed(PostedPaymentFact):
    """The payment bounced: the bank or gateway took the money back."""

    SCHEMA_VERSION: ClassVar[int] = 2

    holdings: tuple[Holding, ...]
    reason: str


@event("PaymentAwaited")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAwaited(Fact):
    """A gateway told of something that happened to a payment before it told of the payment.

    It is carried out, on its own day, when the payment comes. Posts nothing.
    """

    payment: str
    command: str
    details: Mapping[str, str]


@event("AwaitedRefused")
@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedRefused(Fact):
    """What was awaited could not be carried out when the payment came. Posts nothing."""

    payment: str
    command: str
    details: Mapping[str, str]
    reason: str
