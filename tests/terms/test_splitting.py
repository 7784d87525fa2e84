"""Rounding modes and remainders: nothing is lost, and everyone gets what was agreed."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.refusals import MultipleAboveInstalment, TotalDoesNotDivide
from ledger.terms.rounding import ROUNDINGS, Rounding, quotient, rounded
from ledger.terms.splitting import REMAINDERS, Cutting, Remainder, cut, split_equally

WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=60)
DECIMAL = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "up": ROUND_UP,
}


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(ROUNDINGS))
def test_modes_are_those_of_decimal(value: Decimal, mode: Rounding) -> None:
    """Each mode rounds as the standard library's of that name."""
    assert rounded(value, mode) == int(value.to_integral_value(DECIMAL[mode]))


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.sampled_from(ROUNDINGS))
def test_rounding_mirrors(numerator: int, denominator: int, mode: Rounding) -> None:
    """Below zero a mode is the mirror of itself above."""
    assert quotient(-numerator, denominator, mode) == -quotient(numerator, denominator, mode)


@given(st.integers(0, 10**9), st.sampled_from(ROUNDINGS), st.sampled_from([1, 5, 100]))
def test_multiples(value: int, mode: Rounding, unit: int) -> None:
    """Rounding to a unit gives a multiple of it less than a unit away."""
    found = rounded(value, mode, unit)
    assert found % unit == 0
    assert abs(found - value) < unit


@given(st.integers(1, 10**12), WEIGHTS, st.sampled_from(ROUNDINGS), st.sampled_from(REMAINDERS))
def test_parts_add_up(
    total: int, weights: list[int], rounding: Rounding, remainder: Remainder
) -> None:
    """Under every policy the parts add up to the total."""
    assert sum(cut(total, weights, Cutting(rounding, remainder))) == total


@given(st.integers(1, 10**12), WEIGHTS, st.sampled_from([1, 5, 100]))
def test_largest_remainder_is_within_a_unit(total: int, weights: list[int], unit: int) -> None:
    """Every part is less than a unit from its exact share, and the total is met."""
    whole = total * unit * len(weights)
    parts = cut(whole, weights, Cutting("half_up", "largest_remainder", unit))
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(whole * weight, sum(weights))) < unit
        assert part % unit == 0


@given(st.integers(1, 10**6), st.integers(1, 60))
def test_equal_parts_lose_from_the_end(total: int, count: int) -> None:
    """Of equal parts under largest remainder the earliest are the larger."""
    parts = split_equally(total, count, Cutting(remainder="largest_remainder"))
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


@pytest.mark.parametrize(
    ("remainder", "parts"),
    [
        ("last", [333, 333, 334]),
        ("first", [334, 333, 333]),
        ("largest_remainder", [334, 333, 333]),
    ],
)
def test_ten_in_three(remainder: Remainder, parts: list[int]) -> None:
    """10.00 in three parts, by who takes the cent."""
    assert cut(1000, [1, 1, 1], Cutting(remainder=remainder)) == parts


def test_what_does_not_divide() -> None:
    """Largest remainder needs a total of whole units; no unit is above an average part."""
    with pytest.raises(TotalDoesNotDivide):
        cut(1001, [1, 1], Cutting("half_up", "largest_remainder", 100))
    with pytest.raises(MultipleAboveInstalment):
        cut(1000, [1, 1], Cutting("half_up", "last", 501))
