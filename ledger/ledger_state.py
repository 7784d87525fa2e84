"""The ledger as a whole: its own currency, its books, and the policies in force. State."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.events import Fact, LedgerOpened, PolicyAdopted, RulesAdopted


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What was adopted under a kind, from a day on."""

    kind: str
    since: date
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """What decisions may ask of the ledger as a whole."""

    functional_currency: str | None = None
    books: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()

    def policy(self, kind: str, on: date) -> Mapping[str, Any]:
        """Return the policy of a kind in force on a day, empty if there is none.

        Of two from the same day the one adopted later counts.
        """
        in_force = [found for found in self.policies if found.kind == kind and found.since <= on]
        return max(in_force, key=lambda found: found.since).content if in_force else {}


def evolve(state: LedgerState | None, effective_on: date, fact: Fact) -> LedgerState:
    """Return the ledger after an event of its stream."""
    before = state or LedgerState()
    match fact:
        case LedgerOpened():
            return replace(before, functional_currency=fact.functional_currency)
        case RulesAdopted():
            return replace(before, books=before.books | {fact.book})
        case PolicyAdopted():
            adopted = Policy(kind=fact.kind, since=effective_on, content=fact.content)
            return replace(before, policies=(adopted, *before.policies))
        case _:
            return before
