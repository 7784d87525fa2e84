"""Valuing an event in a foreign currency: which rate holds, and at what followed accounts move.

What comes onto a followed account comes at the rate of the day, a charge that is opened again
included; but one that becomes doubtful, is cured, or is owed again after a dispute keeps what it is
carried at. What leaves an account leaves at what it is carried at there. What moved before the
currency had a rate is carried at the first one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger import events as facts
from ledger.books.functional import (
    BY_CHARGE,
    CARRYING,
    DEBIT_SIDE,
    FOLLOWED,
    Key,
    key_of,
    totals,
    values_of,
)
from ledger.books.posting import Of, Posting
from ledger.books.rules import Rule, postings_of
from ledger.events import Fact, Functional, FunctionalPart
from ledger.held import Held
from ledger.rates import Quote, Rates
from ledger.terms.money import at_rate, share

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuing:
    """What valuing an event takes: its day's rates, how it is posted, what its stream holds.

    `twin` is what the other stream recorded of the same move of a payment's money, if it did.
    """

    rates: Rates
    rules: Mapping[str, Rule]
    held: Held
    twin: FunctionalPart | None = None


def valued(fact: Any, day: date, by: Valuing) -> Fact:
    """Return the event with its functional amounts. Raises RateMissing before the first rate."""
    quote = by.rates.on(day)
    postings = _legs(fact, by.rules)
    parts = _parts(postings, fact.exponent, quote, by)
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
    postings: Sequence[Posting], exponent: int, quote: Quote, by: Valuing
) -> tuple[FunctionalPart, ...]:
    """Value what moves on each followed account, but what is newly deferred."""
    moved = totals(postings)
    out = {key: _carried(key, moved[key], exponent, by) for key in moved if _leaves(key, moved)}
    if by.twin is not None:
        out[by.twin.role, None] = by.twin.functional_minor
    parts = []
    for key, amount_minor in moved.items():
        if key in out:
            value_minor = out[key]
        elif key[0] == "deferred_revenue":
            continue
        elif (kept_minor := _kept(key, moved, out)) is not None:
            value_minor = kept_minor
        else:
            value_minor = at_rate(amount_minor, exponent, quote.rate, by.rates.functional_exponent)
        parts.append(_part(key, amount_minor, value_minor))
    return tuple(parts)


def _part(key: Key, amount_minor: int, functional_minor: int) -> FunctionalPart:
    role, charge = key
    return FunctionalPart(
        role=role, charge=charge, amount_minor=amount_minor, functional_minor=functional_minor
    )


def _leaves(key: Key, moved: Mapping[Key, int]) -> bool:
    return (moved[key] < 0) == (key[0] in DEBIT_SIDE) and moved[key] != 0


def _carried(key: Key, amount_minor: int, exponent: int, by: Valuing) -> int:
    """Return at what an amount leaves an account: its share of what is carried there."""
    on_hand, functional_minor = by.held.get(key, (0, 0))
    there_minor = on_hand if (on_hand > 0) == (amount_minor < 0) else 0
    taken_minor = min(abs(amount_minor), abs(there_minor))
    sign = -1 if amount_minor < 0 else 1
    value_minor = -share(functional_minor, taken_minor, abs(there_minor)) if taken_minor else 0
    rest_minor = sign * (abs(amount_minor) - taken_minor)
    first = by.rates.first.rate
    return value_minor + at_rate(rest_minor, exponent, first, by.rates.functional_exponent)


def _kept(key: Key, moved: Mapping[Key, int], out: Mapping[Key, int]) -> int | None:
    """Return what a charge brings along that only changes its account, or its number.

    What leaves the same charge, else what leaves others: a charge that is owed anew.
    """
    role, charge = key
    if role not in BY_CHARGE:
        return None
    alike = CARRYING if role in CARRYING else BY_CHARGE - CARRYING
    leaving = {other: value for other, value in out.items() if other[0] in alike}
    same = {other: value for other, value in leaving.items() if other[1] == charge}
    left = same or leaving
    left_minor = sum(moved[other] for other in left)
    return share(sum(left.values()), moved[key], left_minor) if left_minor else None


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
