"""Valuing an event in a foreign currency: which rate holds, and at what followed accounts move.

What comes onto a followed account comes at the rate of the day; what leaves one leaves at what it
is carried at there. An application that is undone brings back what it took at what it took it, as
if it had never been; a charge that becomes doubtful, is cured, or is owed again after a dispute
keeps what it is carried at. So a charge has the rate of its bill as long as it lives, and annulled
it leaves neither income nor tax behind. What moved before the currency had a rate is carried at the
rate at which it was taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ledger import events as facts
from ledger.books.functional import (
    CARRYING,
    DEBIT_SIDE,
    FOLLOWED,
    OF_PAYMENTS,
    Key,
    key_of,
    totals,
    values_of,
)
from ledger.books.posting import Of, Posting
from ledger.books.rules import Rule, postings_of
from ledger.events import CreditNoteIssued, DisputedPostponed, Fact, Functional, FunctionalPart
from ledger.held import TAXED, Balance, Held, Undone, place_of, remembered
from ledger.rates import Quote, Rates
from ledger.terms.money import at_rate, share

Worth = Callable[[int], int]
"""What minor units of the foreign currency are worth, in minor units of the functional one."""

Twin = tuple[str, str, str, int]
"""A move of a payment's money that its stream and a plan's both record: payment, plan, where, how
much (out of where it lay: above zero)."""


def twin_of(fact: Fact) -> Twin | None:
    """Return which move of a payment's money an event records together with another stream's."""
    match fact:
        case facts.PaymentApplied() | facts.PaymentAllocated() | facts.RecoveryReceived():
            holding, sign = fact.source, 1
        case facts.PaymentReleased() | facts.AllocationReversed() | facts.RecoveryReversed():
            holding, sign = fact.target, -1
        case _:
            return None
    return fact.payment, fact.plan, holding.held_in, sign * holding.amount_minor


_NOTHING: Balance = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuing:
    """What valuing an event takes: its day's rates, how it is posted, what its stream holds.

    `lying` is what of a payment lies where, by role. `twin` is what the other stream recorded of
    the same move of a payment's money, if it did.
    """

    rates: Rates
    rules: Mapping[str, Rule]
    held: Held
    lying: Mapping[str, int] = field(default_factory=dict)
    twin: FunctionalPart | None = None


def valued(fact: Any, day: date, by: Valuing) -> Fact:
    """Return the event with its functional amounts. Raises RateMissing before the first rate."""
    quote = by.rates.on(day)
    postings = _legs(fact, by.rules)
    parts = _parts(fact, postings, fact.exponent, quote, by)
    functional = Functional(
        currency=by.rates.functional_currency,
        exponent=by.rates.functional_exponent,
        rate=f"{quote.rate:f}",
        source=quote.source,
        parts=parts,
    )
    with_deferred = (*parts, *_deferred(postings, fact.exponent, functional))
    with_amounts: Fact = replace(fact, functional=replace(functional, parts=with_deferred))
    return with_amounts


def _legs(fact: Any, rules: Mapping[str, Rule]) -> Sequence[Posting]:
    """Return the legs of an event; of one that echoes a move, the move itself."""
    twin = twin_of(fact)
    if twin is not None and isinstance(fact, facts.PaymentApplied | facts.PaymentReleased):
        _, _, held_in, amount_minor = twin
        return [Posting.debit(held_in, amount_minor, Of())]
    rule = rules.get(fact.TOPIC)
    return postings_of(fact, rule) if rule else []


def _parts(
    fact: Fact, postings: Sequence[Posting], exponent: int, quote: Quote, by: Valuing
) -> tuple[FunctionalPart, ...]:
    """Value what moves on each followed account, but what is newly deferred.

    First what leaves an account or is brought back to one, then what goes along with that.
    """
    moved = totals(postings)
    before = _at(by.rates.before, exponent, by.rates)
    of_the_day = _at(quote, exponent, by.rates)
    known = _leaving(fact, moved, before, of_the_day, by) | _brought_back(fact, moved, before, by)
    if by.twin is not None:
        known[by.twin.role, None] = by.twin.functional_minor
    known |= _no_longer_owed(moved, known, before, by)
    parts = []
    for key, amount_minor in moved.items():
        if key in known:
            value_minor = known[key]
        elif key[0] == "deferred_revenue":
            continue
        elif (kept_minor := _kept(fact, key, moved, known)) is not None:
            value_minor = kept_minor
        else:
            value_minor = of_the_day(amount_minor)
        parts.append(_part(key, amount_minor, value_minor))
    return tuple(parts)


def _at(quote: Quote, exponent: int, rates: Rates) -> Worth:
    return lambda minor: at_rate(minor, exponent, quote.rate, rates.functional_exponent)


def _part(key: Key, amount_minor: int, functional_minor: int) -> FunctionalPart:
    role, charge = key
    return FunctionalPart(
        role=role, charge=charge, amount_minor=amount_minor, functional_minor=functional_minor
    )


def _leaves(key: Key, moved: Mapping[Key, int]) -> bool:
    return (moved[key] < 0) == (key[0] in DEBIT_SIDE) and moved[key] != 0


def _leaving(
    fact: Fact, moved: Mapping[Key, int], before: Worth, of_the_day: Worth, by: Valuing
) -> dict[Key, int]:
    """Return at what amounts leave accounts, those of tax owed aside: shares of what is there.

    What a credit note takes out of what is deferred is left open: it takes what its charges are
    carried at, unless it takes all that is deferred.
    """
    values = {}
    for key, amount_minor in moved.items():
        balance = by.held.get(place_of(fact, *key), _NOTHING)
        overdrawn = key[0] in OF_PAYMENTS and balance[0] > 0 > amount_minor
        if key[0] == "tax_payable" or not (_leaves(key, moved) or overdrawn):
            continue
        closes = key[0] == "deferred_revenue" and isinstance(fact, CreditNoteIssued)
        if closes and amount_minor != -balance[0]:
            continue
        rest = _beyond(key[0], balance, before, of_the_day, by) if key[0] in OF_PAYMENTS else before
        values[key] = -_taken(balance, -amount_minor, rest)
    return values


def _beyond(role: str, balance: Balance, before: Worth, of_the_day: Worth, by: Valuing) -> Worth:
    """Return the worth of money of a payment beyond its balance, debit positive.

    It lay there before its currency had a rate; or it does not lie there, and is owed anew.
    """
    older_minor = max(by.lying.get(role, 0) - max(-balance[0], 0), 0)

    def worth(minor: int) -> int:
        older = -min(-minor, older_minor) if minor < 0 else 0
        return before(older) + of_the_day(minor - older)

    return worth


def _brought_back(
    fact: Fact, moved: Mapping[Key, int], before: Worth, by: Valuing
) -> dict[Key, int]:
    """Return at what an application that is undone brings back what it had moved."""
    values: dict[Key, int] = {}
    if not isinstance(fact, Undone):
        return values
    left = dict(by.held)
    for key, amount_minor in moved.items():
        place = remembered(fact, *key)
        if place is None:
            continue
        if place[0] == TAXED:
            values[key] = _tax_undone(left, place, amount_minor, before)
        elif not _leaves(key, moved):
            values[key] = _taken(left.get(place), amount_minor, before)
    return values


def _tax_undone(left: dict[Key, Balance], place: Key, amount_minor: int, before: Worth) -> int:
    """Take out of what is `left` of tax that fell due, and return what it was worth."""
    whole = left.get((TAXED, None), _NOTHING)
    value_minor = _tax_taken(left.get(place), whole, amount_minor, before)
    for one in (place, (TAXED, None)):
        there_minor, functional_minor = left.get(one, _NOTHING)
        left[one] = (there_minor - amount_minor, functional_minor - value_minor)
    return value_minor


def _tax_taken(own: Balance | None, whole: Balance, amount_minor: int, rest: Worth) -> int:
    """Return what tax is worth that goes with its payment or charge: its share of its own.

    Cents of it can have come with another one, since tax is a share of the whole document: they
    take their share of all of it, and the last ones all that is left.
    """
    if whole[0] == amount_minor:
        return whole[1]
    there = (whole[0] > 0) == (amount_minor > 0) and whole[0] != 0
    return _taken(own, amount_minor, _shares_of(whole[1], whole[0]) if there else rest)


def _no_longer_owed(
    moved: Mapping[Key, int], known: Mapping[Key, int], before: Worth, by: Valuing
) -> dict[Key, int]:
    """Return at what tax stops being owed: at what an invoice, or an advance, made it due.

    Tax that was not owed here, of an item taken over, goes at what its charge is carried at.
    """
    values = {}
    left = {key: balance for key, balance in by.held.items() if key[0] == "tax_payable"}
    for key, amount_minor in moved.items():
        role, charge = key
        if role == "tax_payable" and _leaves(key, moved) and key not in known:
            along = CARRYING if charge is not None else {"tax_on_advances"}
            goes = [one for one in known if one[0] in along and one[1] == charge]
            moved_minor = sum(moved[one] for one in goes)
            rest = _shares_of(sum(known[one] for one in goes), moved_minor) if goes else before
            own = left.pop(key, _NOTHING)
            others = [own, *left.values()] if charge is not None else []
            whole = (sum(minor for minor, _ in others), sum(worth for _, worth in others))
            values[key] = -_tax_taken(own, whole, -amount_minor, rest)
            left[key] = (own[0] + amount_minor, own[1] + values[key])
    return values


def _shares_of(total_minor: int, whole_minor: int) -> Worth:
    return lambda minor: share(total_minor, minor, whole_minor)


def _taken(balance: Balance | None, amount_minor: int, rest: Worth) -> int:
    """Return an amount's share of what a balance of its sign is carried at.

    What the balance does not hold is valued by `rest`.
    """
    on_hand, functional_minor = balance or _NOTHING
    there_minor = on_hand if (on_hand > 0) == (amount_minor > 0) else 0
    taken_minor = min(abs(amount_minor), abs(there_minor))
    value_minor = share(functional_minor, taken_minor, abs(there_minor)) if taken_minor else 0
    rest_minor = abs(amount_minor) - taken_minor
    return value_minor + rest(-rest_minor if amount_minor < 0 else rest_minor)


def _kept(fact: Fact, key: Key, moved: Mapping[Key, int], known: Mapping[Key, int]) -> int | None:
    """Return what a charge brings along that only changes its account, or its number."""
    role, charge = key
    if role not in CARRYING | {"tax_pending"}:
        return None
    parts = fact.parts if isinstance(fact, DisputedPostponed) else ()
    source = next((part.source for part in parts if part.charge == charge), charge)
    alike = CARRYING if role in CARRYING else {role}
    left = [other for other in known if other[0] in alike and other[1] == source]
    left_minor = sum(moved[other] for other in left)
    return share(sum(known[one] for one in left), moved[key], left_minor) if left_minor else None


def _deferred(
    postings: Sequence[Posting], exponent: int, functional: Functional
) -> list[FunctionalPart]:
    """Value what is newly deferred: with what is earned it takes what the other legs add up to."""
    known = {(part.role, part.charge) for part in functional.parts}
    values = values_of(postings, exponent, functional)
    moved: dict[Key, int] = {}
    worth: dict[Key, int] = {}
    for posting, value_minor in zip(postings, values, strict=True):
        key = key_of(posting)
        if posting.role in FOLLOWED and key not in known:
            moved[key] = moved.get(key, 0) + posting.amount_minor
            worth[key] = worth.get(key, 0) + value_minor
    return [_part(key, moved[key], worth[key]) for key in moved if moved[key]]
