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


UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("FeeCharged", 1): _added_to,
    ("GatewayFeeCharged", 1): _added_to,
    ("InstalmentCharged", 1): _added_to,
    ("PaymentAllocated", 1): _added_to,
    ("PaymentReceived", 1): _added_to,
    ("PlanAgreed", 1): _added_to,
    ("RefundIssued", 1): _added_to,
    ("RulesAdopted", 1): _added_to,
    ("WrittenOff", 1): _added_to,
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
