"""What all events have: a stored type name, a version of their shape, a way up from old shapes.

A type name (TOPIC) and SCHEMA_VERSION are stored and never change meaning; a later shape of the
same event gets the next version, and an upcaster in UPCASTERS turns old payloads into it. Class and
module names are free to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all events' data. The envelope (stream, version, dates, actor) is not in here."""

    TOPIC: ClassVar[str]
    SCHEMA_VERSION: ClassVar[int] = 1


EVENT_TYPES: dict[str, type[Fact]] = {}


def _added_to(payload: dict[str, Any]) -> dict[str, Any]:
    """Read an older payload as it stands: the fields that were added since have defaults."""
    return payload


_GREW = {
    "AdvanceTaxReversed": 1,
    "AdvanceTaxed": 1,
    "AllocationDisputed": 1,
    "AllocationRestored": 1,
    "AllocationReversed": 1,
    "ChargeWaived": 1,
    "CreditNoteIssued": 1,
    "DisputeOpened": 1,
    "DisputeWon": 1,
    "DisputedReopened": 1,
    "ExchangeRealised": 1,
    "FeeCharged": 2,
    "GatewayFeeCharged": 2,
    "InstalmentCharged": 2,
    "InterestCharged": 1,
    "OpeningBalance": 1,
    "PaymentAllocated": 2,
    "PaymentApplied": 1,
    "PaymentReceived": 2,
    "PaymentReleased": 1,
    "PaymentReversed": 1,
    "PayoutFailed": 1,
    "PayoutLanded": 1,
    "PayoutSent": 1,
    "PlanAgreed": 2,
    "PlanAmended": 1,
    "PlanBilled": 1,
    "ProvisionBooked": 1,
    "ProvisionReleased": 1,
    "ReceivableCured": 1,
    "ReceivableDoubtful": 1,
    "RecoveryReceived": 1,
    "RecoveryReversed": 1,
    "RefundFailed": 1,
    "RefundIssued": 2,
    "RevenueRecognised": 1,
    "RulesAdopted": 1,
    "TaxReliefClaimed": 1,
    "WrittenOff": 2,
}
"""How many times an event got fields that older payloads do not have, all with defaults."""

UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    (topic, version): _added_to for topic, times in _GREW.items() for version in range(1, times + 1)
}
"""(topic, version) -> pure function from a payload of that version to one of the next."""


_FactType = TypeVar("_FactType", bound=Fact)


def event(topic: str) -> Callable[[type[_FactType]], type[_FactType]]:
    """Give an event class its stored type name, once and for all."""

    def register(cls: type[_FactType]) -> type[_FactType]:
        cls.TOPIC = topic
        EVENT_TYPES[topic] = cls
        return cls

    return register
