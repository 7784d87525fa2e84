"""Streams `payment:ID`: money that came in, and where it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.events.base import Fact, event
from ledger.events.parts import Holding, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact(Fact):
    """What every event of a payment carries."""

    payment: str
    currency: str
    exponent: int


@event("PaymentReceived")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(PaymentFact):
    """Money came in, gross of the gateway's fee. Plan and customer are None until known."""

    customer: str | None
    plan: str | None
    amount_minor: int
    gateway: str | None
    reference: str | None


@event("GatewayFeeCharged")
@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFeeCharged(PaymentFact):
    """The gateway kept its fee."""

    customer: str | None
    plan: str | None
    gateway: str | None
    amount_minor: int


@event("PaymentApplied")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentApplied(PaymentFact):
    """Echo, in the payment's stream, of money applied to a plan. Posts nothing."""

    plan: str
    use: Use
    source: Holding


@event("PaymentReleased")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReleased(PaymentFact):
    """Echo, in the payment's stream, of an application undone, made on `since`. Posts nothing."""

    plan: str
    use: Use
    since: date
    target: Holding


@event("RefundIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundIssued(PaymentFact):
    """Money went back to the customer."""

    holdings: tuple[Holding, ...]
    reason: str


@event("PaymentReversed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversed(PaymentFact):
    """The payment bounced: the bank or gateway took the money back."""

    holdings: tuple[Holding, ...]
    reason: str
