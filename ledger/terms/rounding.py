"""Rounding to whole units, in a mode that is named.

A value is anything with an exact ratio of integers (int, Fraction, Decimal), so that a half is seen
as a half. Every mode treats amounts below zero as the mirror of those above.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

Rounding = Literal["half_up", "half_even", "down", "up"]
ROUNDINGS: tuple[Rounding, ...] = ("half_up", "half_even", "down", "up")

Exact = int | Fraction | Decimal


def rounded(value: Exact, mode: Rounding, unit: int = 1) -> int:
    """Return the multiple of `unit` to which `mode` rounds `value`.

    `half_up` rounds to the nearest, halves away from zero; `half_even` the same, halves to the even
    multiple; `down` goes towards zero, `up` away from it.
    """
    numerator, denominator = value.as_integer_ratio()
    return quotient(numerator, denominator * unit, mode) * unit


def quotient(numerator: int, denominator: int, mode: Rounding) -> int:
    """Return numerator / denominator rounded to a whole number; the denominator is above zero."""
    whole, rest = divmod(abs(numerator), denominator)
    match mode:
        case "down":
            away = False
        case "up":
            away = rest > 0
        case "half_up":
            away = 2 * rest >= denominator
        case "half_even":
            away = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    size = whole + away
    return -size if numerator < 0 else size
