"""What is exposed to loss: open charges of one currency, each with the tax inside.

Unapplied money and customer credit are not in it: they are owed to customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from projections.aging import OpenItem, days_overdue
from projections.amounts import Sum
from projections.provisioning.open_tax import Key


@dataclass(frozen=True, slots=True)
class Exposed:
    """An open charge, in minor units at the exponent of its exposure."""

    customer: str
    plan: str
    state: str
    days_overdue: int
    gross_minor: int
    tax_minor: int


def exponent_of(items: Iterable[OpenItem], *sums: Sum) -> int:
    """Return the finest exponent met: plans keep the one that they were agreed with."""
    return max([*(item.exponent for item in items), *(held.exponent for held in sums)], default=0)


def exposed(
    items: Iterable[OpenItem], as_of: date, exponent: int, taxes: Mapping[Key, int]
) -> list[Exposed]:
    """Return what is open of charges; a charge that `taxes` does not know has no tax inside."""
    return [
        Exposed(
            customer=item.customer or "",
            plan=item.plan or "",
            state=item.state,
            days_overdue=days_overdue(item.due_on, as_of),
            gross_minor=_at(item, item.outstanding_minor, exponent),
            tax_minor=_at(item, taxes.get(_key(item), 0), exponent),
        )
        for item in items
        if item.due_on is not None
    ]


def _key(item: OpenItem) -> Key:
    return (item.plan or "", item.charge or "", item.state)


def _at(item: OpenItem, amount_minor: int, exponent: int) -> int:
    return Sum(amount_minor, item.exponent).plus(0, exponent).minor
