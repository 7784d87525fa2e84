"""Streams `customer:ID`: who a customer is, sealed, and the keys that were destroyed.

Nothing personal stands here in clear. A sealed value is the base64 of nonce and ciphertext
(AES-256-GCM); `ledger.subjects.sealing` says what it is bound to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.events.base import Fact, event

KeyKind = Literal["service", "legal"]
"""service: to serve the customer, shredded on request; legal: what the law has kept for years."""

KEY_KINDS: tuple[KeyKind, ...] = ("service", "legal")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFact(Fact):
    """What every event of a customer carries."""

    customer: str


@event("CustomerRegistered")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered(CustomerFact):
    """Personal data were given, by field, each sealed under the key of its kind; the last count."""

    service: dict[str, str]
    legal: dict[str, str]


@event("SubjectShredRequested")
@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectShredRequested(CustomerFact):
    """Keys are to be destroyed. From here on nothing sealed under them is opened any more."""

    keys: tuple[KeyKind, ...]


@event("SubjectShredded")
@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectShredded(CustomerFact):
    """The keys are destroyed: what was sealed under them cannot be opened by anybody."""

    keys: tuple[KeyKind, ...]
