"""How money is applied to charges: the oldest due first.

Pure arithmetic over amounts; which charges take part, and what an application means in the books,
is decided where plans are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Open:
    """What is still open of one charge, in minor units."""

    charge: str
    due_on: date
    order: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an amount that goes to one charge, in minor units."""

    charge: str
    amount_minor: int


def oldest_due_first(amount_minor: int, items: Iterable[Open]) -> tuple[list[Share], int]:
    """Spread `amount_minor` over `items` by due date, then order; return the shares and the rest.

    No share is zero, none is above what is open, and shares plus rest equal `amount_minor`.
    """
    shares = []
    rest = amount_minor
    for item in sorted(items, key=lambda open_item: (open_item.due_on, open_item.order)):
        taken = min(rest, item.amount_minor)
        if taken > 0:
            shares.append(Share(item.charge, taken))
            rest -= taken
    return shares, rest
