"""Provisions: movements of the allowance for expected losses, each for one book.

A provision on a claim is in the plan's stream; one on all claims together is in `provision:BOOK`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.events.base import Fact, event
from ledger.events.parts import Functional


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionFact(Fact):
    """What a provision carries; plan and customer are None where it covers all claims.

    `functional` is given where the currency is foreign.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    book: str
    plan: str | None
    customer: str | None
    currency: str
    exponent: int
    amount_minor: int
    reason: str
    functional: Functional | None = None


@event("ProvisionBooked")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionBooked(ProvisionFact):
    """More is expected to be lost."""


@event("ProvisionReleased")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionReleased(ProvisionFact):
    """Less is expected to be lost, or the claim was paid, cured or written off."""
