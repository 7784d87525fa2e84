"""Find the rate at which what is paid is worth what was advanced.

Newton's method inside a bracket: a step that leaves the bracket, or that does not halve the one
before it, is replaced by cutting the bracket in half, so that the search always ends.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

PRECISION = 50
_CLOSE = Decimal("1e-36")
_HIGHEST = Decimal(64)
_MOST_STEPS = 400

Curve = Callable[[Decimal], tuple[Decimal, Decimal]]
"""A function of a rate that gives its value and its slope there."""


def positive_root(curve: Curve) -> Decimal | None:
    """Return a rate above zero at which `curve` is zero, to 36 decimals.

    `curve` is above zero at the rate zero: more is paid than was advanced. None where it stays
    there up to the rate 64 (6,400 % a unit-period), which no credit has. The caller sets the
    context's precision to PRECISION.
    """
    low, high = Decimal(0), Decimal("0.0625")
    while curve(high)[0] > 0:
        low, high = high, high * 2
        if high > _HIGHEST:
            return None
    return _within(curve, low, high)


def _within(curve: Curve, low: Decimal, high: Decimal) -> Decimal:
    """Return the zero between `low`, where the curve is above zero, and `high`, where it is not."""
    point, step = low, high - low
    for _ in range(_MOST_STEPS):
        value, slope = curve(point)
        low, high = (point, high) if value > 0 else (low, point)
        following = point - value / slope if slope else low
        if not low <= following <= high or 2 * abs(following - point) > step:
            following = (low + high) / 2
        step = abs(following - point)
        if step <= _CLOSE:
            return following
        point = following
    return point
