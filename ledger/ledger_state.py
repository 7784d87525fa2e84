"""The ledger as a whole: its own currency, its books, and the policies in force. State."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from ledger.books.rules import Rule, rules_of
from ledger.events import Fact, LedgerOpened, PolicyAdopted, RulesAdopted


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What was adopted under a kind, from a day on."""

    kind: str
    since: date
    content: Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Adopted:
    """The chart and rules of a book, from a day on; the rules are read when they are asked for."""

    book: str
    since: date
    content: Mapping[str, Any]

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The posting rules by type of event."""
        return rules_of(self.content["rules"], self.roles)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that have an account."""
        return frozenset(account["role"] for account in self.content["accounts"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """What decisions may ask of the ledger as a whole."""

    functional_currency: str | None = None
    adopted: tuple[Adopted, ...] = ()
    policies: tuple[Policy, ...] = ()

    @property
    def books(self) -> frozenset[str]:
        """The names of the books."""
        return frozenset(found.book for found in self.adopted)

    def rules(self, on: date) -> Mapping[str, Rule]:
        """Return the posting rules of the first book by name, those in force on a day.

        They say which followed accounts an event moves; on those the books agree.
        """
        first = self.book(min(self.books, default=""), on)
        return first.rules if first else {}

    def lacking(self, event: str, on: date, book: str | None) -> str | None:
        """Return the first book by name that has no rule for an event on a day, None if all have.

        `book` is the only one that the event posts in, None if it posts in all.
        """
        for name in sorted(self.books) if book is None else [book]:
            adopted = self.book(name, on)
            if adopted is not None and event not in adopted.rules:
                return name
        return None

    def book(self, name: str, on: date) -> Adopted | None:
        """Return what was adopted of a book and is in force on a day, None if nothing is."""
        own = [found for found in self.adopted if found.book == name and found.since <= on]
        return max(own, key=lambda found: found.since, default=None)

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
            rules = Adopted(book=fact.book, since=effective_on, content=fact.content)
            return replace(before, adopted=(rules, *before.adopted))
        case PolicyAdopted():
            adopted = Policy(kind=fact.kind, since=effective_on, content=fact.content)
            return replace(before, policies=(adopted, *before.policies))
        case _:
            return before
