"""The tax inside instalments: by rate, to the cent, before and after they are billed.

With several rates each taxes a part of the total (`gross_minor`); an instalment is divided among
them by largest remainder of what is left of each, so that the parts of all instalments add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from ledger.charge import cut, joined, on_receipt
from ledger.events import TaxAmount, TaxTerm
from ledger.plan import Plan
from ledger.terms.money import included_tax
from ledger.terms.schedule import Instalment


@lru_cache(maxsize=10_000)
def taxes_in(gross_minor: int, terms: tuple[TaxTerm, ...]) -> tuple[TaxAmount, ...]:
    """Return the tax included in an amount, by term; several terms divide it by their gross."""
    weights = [gross_minor if term.gross_minor is None else term.gross_minor for term in terms]
    parts = [gross_minor] if len(terms) == 1 else divided(gross_minor, weights)
    return tuple(_tax(term, part) for term, part in zip(terms, parts, strict=True))


def _tax(term: TaxTerm, gross_minor: int) -> TaxAmount:
    return TaxAmount(
        code=term.code,
        rate=term.rate,
        category=term.category,
        due=term.due,
        amount_minor=included_tax(gross_minor, Decimal(term.rate)),
    )


def divided(amount_minor: int, weights: list[int]) -> list[int]:
    """Divide an amount by weights, largest remainder first, ties to the earliest.

    No part is above its weight as long as the amount is not above their sum.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [amount_minor * weight // whole for weight in weights]
    remainders = [amount_minor * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: amount_minor - sum(parts)]:
        parts[index] += 1
    return parts


def instalment_taxes(plan: Plan) -> dict[int, tuple[TaxAmount, ...]]:
    """Return the taxes of the price in each instalment of the present terms, by its number."""
    terms = plan.terms.tax if plan.terms else ()
    if not terms:
        return {}
    kept = [
        part
        for part in plan.instalments
        if part.number not in plan.ended and part.number >= plan.amended_from
    ]
    if len(terms) == 1:
        return {part.number: taxes_in(part.principal_minor, terms) for part in kept}
    left = [term.gross_minor or 0 for term in terms]
    found = {}
    for part in kept:
        parts = divided(part.principal_minor, left)
        left = [have - taken for have, taken in zip(left, parts, strict=True)]
        found[part.number] = tuple(
            _tax(term, amount) for term, amount in zip(terms, parts, strict=True)
        )
    return found


def advance_tax(plan: Plan, low_minor: int, high_minor: int) -> tuple[TaxAmount, ...]:
    """Return the tax due on receipt of money that will pay instalments not yet billed.

    The money is the part from `low_minor` to `high_minor` of all that is still to be billed, which
    it will pay in the order in which it is billed: fee, interest, price.
    """
    found: tuple[TaxAmount, ...] = ()
    for start, amount_minor, taxes in _to_bill(plan):
        low, high = max(low_minor - start, 0), min(high_minor - start, amount_minor)
        if low < high:
            found = joined(found, cut(taxes, low, high, amount_minor), 1)
    return on_receipt(found)


def _to_bill(plan: Plan) -> Iterator[tuple[int, int, tuple[TaxAmount, ...]]]:
    """Yield what is still to be charged: where it starts in all of it, how much, its taxes."""
    taxes, start = instalment_taxes(plan), 0
    for part in in_billing_order(plan.unbilled):
        charges = (
            ("/fee", part.fee_minor, ()),
            ("/interest", part.interest_minor, ()),
            ("", part.principal_minor, taxes.get(part.number, ())),
        )
        for name, amount_minor, inside in charges:
            if amount_minor and f"{plan.id}/{part.number}{name}" not in plan.charges:
                yield start, amount_minor, inside
                start += amount_minor


def to_bill_minor(plan: Plan) -> int:
    """Return all that is still to be charged."""
    return sum(amount_minor for _, amount_minor, _ in _to_bill(plan))


def in_billing_order(parts: Iterable[Instalment]) -> list[Instalment]:
    """Sort instalments by the day on which they are billed."""
    return sorted(parts, key=lambda part: (part.billed_on, part.number))
