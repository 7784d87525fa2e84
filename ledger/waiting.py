"""Money that waits for a plan: earmarks, and the part of them that was taxed as an advance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.charge import cut, joined
from ledger.events import TaxAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Money of a payment that waits for the plan and was taxed when it came in."""

    payment: str
    received_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...]


def without_earmark(
    earmarks: tuple[tuple[str, int], ...], key: str, amount_minor: int
) -> tuple[tuple[str, int], ...]:
    """Return `earmarks` less up to `amount_minor` of `key`; what reaches zero is gone."""
    less = ((name, held - amount_minor if name == key else held) for name, held in earmarks)
    return tuple((name, held) for name, held in less if held > 0)


def with_advance(advances: tuple[Advance, ...], advance: Advance) -> tuple[Advance, ...]:
    """Add an advance; a payment has one, which grows."""
    others = [found for found in advances if found.payment != advance.payment]
    own = [found for found in advances if found.payment == advance.payment]
    for found in own:
        advance = replace(
            advance,
            amount_minor=found.amount_minor + advance.amount_minor,
            tax=joined(found.tax, advance.tax, 1),
        )
    return (*others, advance)


def without_advance(
    advances: tuple[Advance, ...], payment: str, amount_minor: int
) -> tuple[Advance, ...]:
    """Take an amount and the tax inside it out of the advance of a payment."""
    left = []
    for found in advances:
        taken = min(amount_minor, found.amount_minor) if found.payment == payment else 0
        gone = cut(found.tax, 0, taken, found.amount_minor)
        less = replace(
            found,
            amount_minor=found.amount_minor - taken,
            tax=joined(found.tax, gone, -1) if taken else found.tax,
        )
        left += [less] if less.amount_minor else []
    return tuple(left)
