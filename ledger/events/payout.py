"""Streams `payout:ID`: money on its way from a gateway to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.events.base import Fact, event
from ledger.events.parts import Functional


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFact(Fact):
    """What every event of a payout carries; `functional` where it is foreign."""

    SCHEMA_VERSION: ClassVar[int] = 2

    payout: str
    gateway: str | None
    currency: str
    exponent: int
    amount_minor: int
    functional: Functional | None = None


@event("PayoutSent")
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSent(PayoutFact):
    """The gateway sent money to the bank."""


@event("PayoutLanded")
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLanded(PayoutFact):
    """The money is on the bank account."""


@event("PayoutFailed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFailed(PayoutFact):
    """The money came back to the gateway; `landed` tells whether it had been on the account."""

    landed: bool
