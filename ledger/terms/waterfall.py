"""How one payment is spread over open items, by a policy that is data.

The policy is a `Waterfall` (see `waterfall_policy`). Which items take part, and what was paid means
in the books, is decided where plans are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from ledger.terms.allocation import Share
from ledger.terms.waterfall_policy import (
    OLDEST_DUE_FIRST,
    Kind,
    Surplus,
    Timing,
    Waterfall,
    read_waterfall,
)

__all__ = [
    "OLDEST_DUE_FIRST",
    "Item",
    "Kind",
    "Surplus",
    "Timing",
    "Waterfall",
    "portions",
    "read_waterfall",
    "spread",
]

Portion = tuple["Item", int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is open of one kind of one charge, in minor units.

    `instalment_due` and `group` are the due day and the number of the instalment that it belongs
    to; `due_on` is its own due day. `order` decides between items that are equal in all else.
    """

    charge: str
    instalment_due: date
    group: int
    due_on: date
    kind: Kind
    order: int
    open_minor: int

    def timing(self, on: date) -> Timing:
        """Say what the item is on a day."""
        if self.due_on > on:
            return "in_advance"
        return "due" if self.due_on == on else "past_due"

    @property
    def instalment(self) -> tuple[date, int]:
        """The place of its instalment among the others."""
        return self.instalment_due, self.group


def spread(
    amount_minor: int, items: Iterable[Item], on: date, waterfall: Waterfall
) -> tuple[list[Share], int]:
    """Spread `amount_minor`, paid on a day, over `items`; return a share a charge, and the rest.

    Shares come in the order in which charges are reached, those of one charge added up. None is
    zero or above what is open, and shares plus rest equal `amount_minor`.
    """
    reached, rest = portions(amount_minor, items, on, waterfall)
    by_charge: dict[str, int] = {}
    for item, taken in reached:
        by_charge[item.charge] = by_charge.get(item.charge, 0) + taken
    return [Share(charge, taken) for charge, taken in by_charge.items()], rest


def portions(
    amount_minor: int, items: Iterable[Item], on: date, waterfall: Waterfall
) -> tuple[list[Portion], int]:
    """As `spread`, but item by item, so that the kinds paid can be told apart."""
    line = sorted(items, key=_place(on, waterfall))
    if waterfall.surplus == "next":
        return _pour(amount_minor, line)
    paid, rest = _pour(amount_minor, [item for item in line if item.due_on <= on])
    later, rest = _surplus(rest, [item for item in line if item.due_on > on], waterfall.surplus)
    return paid + later, rest


def _place(on: date, waterfall: Waterfall) -> Callable[[Item], tuple[Any, ...]]:
    """Return the key that puts items in the order of a policy on a day."""
    ranks = {pair: rank for rank, pair in enumerate(waterfall.order)}
    if waterfall.by == "due":
        return lambda item: (item.due_on, item.order)
    if waterfall.by == "instalment":
        return lambda item: (
            *item.instalment,
            ranks[item.timing(on), item.kind],
            item.due_on,
            item.order,
        )
    return lambda item: (
        ranks[item.timing(on), item.kind],
        *item.instalment,
        item.due_on,
        item.order,
    )


def _pour(amount_minor: int, line: Iterable[Item]) -> tuple[list[Portion], int]:
    """Fill items one after the other."""
    paid = []
    rest = amount_minor
    for item in line:
        taken = min(rest, item.open_minor)
        if taken > 0:
            paid.append((item, taken))
            rest -= taken
    return paid, rest


def _surplus(amount_minor: int, line: list[Item], rule: Surplus) -> tuple[list[Portion], int]:
    """Spread money that is due to nothing over the items in advance, which come in their order."""
    if rule == "credit":
        return [], amount_minor
    if rule == "last":
        return _pour(amount_minor, [item for group in reversed(_groups(line)) for item in group])
    return _evenly(amount_minor, _groups(line))


def _groups(line: list[Item]) -> list[list[Item]]:
    """Divide items by instalment, the earliest first; within each they keep their order."""
    by_instalment = sorted(line, key=lambda item: item.instalment)
    return [list(group) for _, group in groupby(by_instalment, key=lambda item: item.instalment)]


def _evenly(amount_minor: int, groups: list[list[Item]]) -> tuple[list[Portion], int]:
    """Give each instalment an equal part; what is more than its whole goes to the others.

    The instalment with least open is filled first, of equal ones the earliest, so that the last
    takes the odd units.
    """
    opens = [sum(item.open_minor for item in group) for group in groups]
    parts = [0] * len(groups)
    rest = amount_minor
    for filled, index in enumerate(sorted(range(len(groups)), key=opens.__getitem__)):
        parts[index] = min(opens[index], rest // (len(groups) - filled))
        rest -= parts[index]
    paid = [
        portion
        for part, group in zip(parts, groups, strict=True)
        for portion in _pour(part, group)[0]
    ]
    return paid, rest
