"""A customer as a person whose data are sealed: what was registered, which keys are gone. State."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.events import CustomerRegistered, Fact, SubjectShredded, SubjectShredRequested


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer; `requested` are the keys that are to be destroyed, `shredded` those that are."""

    id: str
    requested: frozenset[str] = frozenset()
    shredded: frozenset[str] = frozenset()


def evolve(customer: Customer | None, _effective_on: date, fact: Fact) -> Customer | None:
    """Return the customer after an event; facts that do not concern customers change nothing."""
    match fact:
        case CustomerRegistered():
            return customer or Customer(id=fact.customer)
        case SubjectShredRequested():
            known = customer or Customer(id=fact.customer)
            return replace(known, requested=known.requested | set(fact.keys))
        case SubjectShredded():
            known = customer or Customer(id=fact.customer)
            return replace(known, shredded=known.shredded | set(fact.keys))
        case _:
            return customer
