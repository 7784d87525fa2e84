"""A payout: money on its way from a gateway to the bank. State, and how events change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypedDict

from ledger.events import Fact, PayoutFact, PayoutFailed, PayoutLanded, PayoutSent


class PayoutFields(TypedDict):
    """What every event of a payout repeats."""

    payout: str
    gateway: str | None
    currency: str
    exponent: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money that a gateway sent; `status` says where it is."""

    id: str
    gateway: str | None
    currency: str
    exponent: int
    amount_minor: int
    moved_on: date
    status: Literal["sent", "landed", "failed"] = "sent"

    @property
    def fields(self) -> PayoutFields:
        """The fields that every event of the payout repeats."""
        return {
            "payout": self.id,
            "gateway": self.gateway,
            "currency": self.currency,
            "exponent": self.exponent,
            "amount_minor": self.amount_minor,
        }

    @property
    def settled(self) -> bool:
        """Whether nothing of it is in transit."""
        return self.status != "sent"


def evolve(payout: Payout | None, effective_on: date, fact: Fact) -> Payout | None:
    """Return the payout after an event; facts that do not concern payouts change nothing."""
    match fact:
        case PayoutSent():
            return _sent(effective_on, fact)
        case PayoutLanded() if payout is not None:
            return replace(payout, status="landed", moved_on=effective_on)
        case PayoutFailed() if payout is not None:
            return replace(payout, status="failed", moved_on=effective_on)
        case _:
            return payout


def _sent(on: date, fact: PayoutFact) -> Payout:
    return Payout(
        id=fact.payout,
        gateway=fact.gateway,
        currency=fact.currency,
        exponent=fact.exponent,
        amount_minor=fact.amount_minor,
        moved_on=on,
    )
