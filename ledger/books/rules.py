"""Posting rules are data: for a type of event, which amount goes to which side of which role.

A leg is written "debit ROLE AMOUNT" or "credit ROLE AMOUNT". ROLE is an account role, or in braces
one that the event itself chooses, as {carrying}. AMOUNT is one that `measures` takes out of the
event. A leg whose amount is zero is left out; an event that names a book posts in that book only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from string import Formatter
from typing import Any

from ledger.books.measures import MEASURES, Measured
from ledger.books.posting import JournalEntry, Posting
from ledger.envelope import RecordedEvent
from ledger.events import EVENT_TYPES, CurrencyOpened, Fact, Revalued


class RuleError(ValueError):
    """A posting rule cannot be; the message names event and leg."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a rule; `chosen` tells that the event chooses the role."""

    side: str
    role: str
    chosen: bool
    amount: str

    @property
    def text(self) -> str:
        """The leg as it is written."""
        role = f"{{{self.role}}}" if self.chosen else self.role
        return f"{self.side} {role} {self.amount}"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one type of event is posted. `document` names a field of the event, or nothing."""

    event: str
    journal: str
    narration: str
    document: str | None
    legs: tuple[Leg, ...]


def rules_of(content: Iterable[Mapping[str, Any]], roles: AbstractSet[str]) -> dict[str, Rule]:
    """Return the rules by type of event; of two for the same type the later one counts.

    Raises RuleError for an unknown event, amount or role, or a leg that cannot be read.
    """
    rules = (_rule(rule, roles) for rule in content)
    return {rule.event: rule for rule in rules}


def _rule(content: Mapping[str, Any], roles: AbstractSet[str]) -> Rule:
    event = content.get("event", "")
    if EVENT_TYPES.get(event) not in MEASURES:
        message = f"a posting rule names {event!r}, which is no event that can be posted"
        raise RuleError(message)
    legs = tuple(_leg(event, text, roles) for text in content["legs"])
    _require_fields(event, content["narration"])
    return Rule(event, content["journal"], content["narration"], content.get("document"), legs)


def _leg(event: str, text: str, roles: AbstractSet[str]) -> Leg:
    match text.split():
        case [("debit" | "credit") as side, role, amount]:
            measure = MEASURES[EVENT_TYPES[event]]
        case _:
            message = f"{event}: {text!r} is not a leg: write 'debit ROLE AMOUNT' or 'credit ...'"
            raise RuleError(message)
    chosen = role.startswith("{")
    name = role.strip("{}")
    if name not in (measure.roles if chosen else roles):
        message = f"{event}: {text!r} names the role {name!r}, which is not there"
        raise RuleError(message)
    if amount not in measure.amounts:
        known = ", ".join(measure.amounts)
        message = f"{event}: {text!r} names the amount {amount!r}: known are {known}"
        raise RuleError(message)
    return Leg(side, name, chosen, amount)


def _require_fields(event: str, narration: str) -> None:
    for _, name, _, _ in Formatter().parse(narration):
        first = (name or "").split(".")[0]
        if first and first not in EVENT_TYPES[event].__dataclass_fields__:
            message = f"{event}: the narration names {name!r}, which the event does not have"
            raise RuleError(message)


def entry_of(event: RecordedEvent, book: str, rules: Mapping[str, Rule]) -> JournalEntry | None:
    """Return the journal entry of an event in a book; None if it posts nothing there."""
    fact: Any = event.fact
    rule = rules.get(fact.TOPIC)
    if rule is None or getattr(fact, "book", book) != book:
        return None
    postings = tuple(postings_of(fact, rule))
    if not postings:
        return None
    return JournalEntry(
        book=book,
        journal=rule.journal,
        document=None if rule.document is None else getattr(fact, rule.document),
        narration=_narration(rule.narration, fact),
        currency=fact.currency,
        exponent=fact.exponent,
        postings=postings,
        functional=isinstance(fact, Revalued | CurrencyOpened),
    )


def postings_of(fact: Fact, rule: Rule) -> list[Posting]:
    """Return the legs that a rule gives an event, in its currency."""
    return [
        posting
        for measured in MEASURES[type(fact)].take(fact)
        for posting in _postings(measured, rule.legs)
    ]


def _postings(measured: Measured, legs: Iterable[Leg]) -> Iterator[Posting]:
    amounts, roles = measured.amounts, measured.roles
    for leg in legs:
        amount_minor = amounts.get(leg.amount, 0)
        if not amount_minor:
            continue
        role = roles.get(leg.role) if leg.chosen else leg.role
        if role is None:
            continue
        make = Posting.debit if leg.side == "debit" else Posting.credit
        yield make(role, amount_minor, measured.of)


def _narration(template: str, fact: Any) -> str:
    return template.format_map(_Fields(fact))


class _Fields(dict[str, Any]):
    """The fields of an event, looked up by name."""

    def __init__(self, fact: Any) -> None:
        super().__init__()
        self._fact = fact

    def __missing__(self, name: str) -> Any:
        return getattr(self._fact, name)
