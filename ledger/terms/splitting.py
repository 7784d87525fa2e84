"""Cutting an amount into whole parts: who takes what rounding leaves.

`last` and `first` round every part and let that one absorb the difference. `largest_remainder`
rounds every part down and gives the units left over to the parts that lost most (Hamilton's
method), the earliest first where they lost the same; no part is then further than a unit off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.terms.refusals import MultipleAboveInstalment, TotalDoesNotDivide
from ledger.terms.rounding import Rounding, quotient

Remainder = Literal["last", "first", "largest_remainder"]
REMAINDERS: tuple[Remainder, ...] = ("last", "first", "largest_remainder")


@dataclass(frozen=True, slots=True)
class Cutting:
    """How parts are rounded, who absorbs the difference, and of which unit they are multiples."""

    rounding: Rounding = "half_up"
    remainder: Remainder = "last"
    unit_minor: int = 1


def cut(total_minor: int, numerators: Sequence[int], cutting: Cutting) -> list[int]:
    """Cut a total in the proportions of whole numbers, each part rounded as `cutting` says.

    The parts add up to the total exactly. Raises TotalDoesNotDivide, MultipleAboveInstalment.
    """
    unit = cutting.unit_minor
    if unit * len(numerators) > total_minor and unit > 1:
        raise MultipleAboveInstalment
    whole = sum(numerators)
    scaled = [(total_minor * part, whole * unit) for part in numerators]
    if cutting.remainder == "largest_remainder":
        if total_minor % unit:
            raise TotalDoesNotDivide
        return [part * unit for part in _largest_remainder(total_minor // unit, scaled)]
    parts = [quotient(*ratio, cutting.rounding) * unit for ratio in scaled]
    absorbs = 0 if cutting.remainder == "first" else -1
    parts[absorbs] += total_minor - sum(parts)
    return parts


def split_equally(total_minor: int, count: int, cutting: Cutting | None = None) -> list[int]:
    """Cut `total_minor` into `count` equal parts, by default half up, the rest to the last."""
    return cut(total_minor, [1] * count, cutting or Cutting())


def _largest_remainder(units: int, ratios: Sequence[tuple[int, int]]) -> list[int]:
    parts = [numerator // denominator for numerator, denominator in ratios]
    lost = [numerator % denominator for numerator, denominator in ratios]
    by_loss = sorted(range(len(ratios)), key=lambda index: (-lost[index], index))
    for index in by_loss[: units - sum(parts)]:
        parts[index] += 1
    return parts
