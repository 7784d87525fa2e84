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


def without_advance(
    advances: tuple[Advance, ...], payment: str, amount_minor: int, tax: tuple[TaxAmount, ...]
) -> tuple[Advance, ...]:
    """Take an amount and its tax out of the advances of a payment, the first one first."""
    left = []
    for found in advances:
        taken = min(amount_minor, found.amount_minor) if found.payment == payment else 0
        if not taken:
            left.append(found)
            continue
        amount_minor -= taken
        whole = found.amount_minor
        gone = tax if taken == whole else cut(found.tax, 0, taken, whole)
        less = replace(found, amount_minor=whole - taken, tax=joined(found.tax, gone, -1))
        left += [less] if less.amount_minor else []
    return tuple(left)
