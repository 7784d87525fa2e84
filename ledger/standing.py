"""What stands of payments on charges: parts taken away, the latest first, or dated anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ledger.events import Part
from ledger.plan import Allocation


def without_latest(
    standing: tuple[Allocation, ...], payment: str, parts: Iterable[Part]
) -> tuple[Allocation, ...]:
    """Take `parts` out of what stands of `payment`, the latest first."""
    return split(standing, payment, parts)[0]


def split(
    standing: tuple[Allocation, ...], payment: str, parts: Iterable[Part]
) -> tuple[tuple[Allocation, ...], tuple[Allocation, ...]]:
    """Divide what stands of `payment` into what is left and the `parts` taken, the latest first."""
    left = list(standing)
    taken = [piece for part in parts for piece in _take_latest(left, payment, part)]
    return tuple(found for found in left if found.amount_minor), tuple(taken)


def _take_latest(allocations: list[Allocation], payment: str, part: Part) -> list[Allocation]:
    rest, pieces = part.amount_minor, []
    for index in range(len(allocations) - 1, -1, -1):
        found = allocations[index]
        if rest and found.payment == payment and found.charge == part.charge:
            taken = min(rest, found.amount_minor)
            rest -= taken
            allocations[index] = replace(found, amount_minor=found.amount_minor - taken)
            pieces.append(replace(found, amount_minor=taken))
    return pieces


def dated(pieces: Iterable[Allocation], on: date) -> tuple[Allocation, ...]:
    """Date allocations anew, keeping since when their money has paid."""
    return tuple(replace(found, effective_on=on, paid_from=found.since) for found in pieces)
