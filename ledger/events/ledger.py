"""The stream `ledger`: what is true of the ledger as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ledger.events.base import Fact, event


@event("LedgerOpened")
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


@event("RulesAdopted")
@dataclass(frozen=True, slots=True, kw_only=True)
class RulesAdopted(Fact):
    """The chart and posting rules of a book take effect on the event's effective date.

    From version 2 on the content holds the posting rules too.
    """

    SCHEMA_VERSION: ClassVar[int] = 2

    book: str
    digest: str
    content: Mapping[str, Any]


@event("PolicyAdopted")
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAdopted(Fact):
    """A policy (limits, late charges, provision rates) takes effect on the effective date."""

    kind: str
    name: str
    digest: str
    content: Mapping[str, Any]
