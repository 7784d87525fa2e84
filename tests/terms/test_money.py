"""Money: text in and out, shares that leave nothing over, rounding, tax included in an amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.money import (
    amount_text,
    decimal_of,
    included_tax,
    minor_units,
    positive_minor_units,
    round_half_up,
    share,
)
from ledger.terms.refusals import (
    AmountMustBePositive,
    AmountNotANumber,
    AmountTooLarge,
    TooManyDecimals,
)

LARGEST_MINOR = 10**15 - 1
EXPONENTS = st.sampled_from([0, 2, 3, 4])
MINORS = st.integers(-LARGEST_MINOR, LARGEST_MINOR)
TAXES = st.integers(0, 10**9)


def nearest(value: Fraction) -> int:
    """Round halves away from zero, straight from the definition."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


@pytest.mark.parametrize(
    ("text", "currency", "exponent", "minor"),
    [
        ("20.00", "EUR", 2, 2000),
        ("20", "EUR", 2, 2000),
        ("20.5", "EUR", 2, 2050),
        ("0.01", "EUR", 2, 1),
        ("-0.01", "EUR", 2, -1),
        ("007.10", "EUR", 2, 710),
        ("1500", "JPY", 0, 1500),
        ("1.234", "BHD", 3, 1234),
        ("-0.005", "BHD", 3, -5),
        ("0.0001", "CLF", 4, 1),
        ("999999999999999", "JPY", 0, LARGEST_MINOR),
        ("-9999999999999.99", "EUR", 2, -LARGEST_MINOR),
    ],
)
def test_text_in(text: str, currency: str, exponent: int, minor: int) -> None:
    """An amount is read as minor units of a currency with 0, 2, 3 or 4 decimals."""
    assert minor_units(decimal_of(text), currency, exponent) == minor


@pytest.mark.parametrize(
    ("minor", "exponent", "text"),
    [
        (2000, 2, "20.00"),
        (5, 2, "0.05"),
        (0, 2, "0.00"),
        (-5, 2, "-0.05"),
        (-105, 2, "-1.05"),
        (1500, 0, "1500"),
        (-1, 0, "-1"),
        (-5, 3, "-0.005"),
        (12345, 4, "1.2345"),
        (10**18, 2, "10000000000000000.00"),
    ],
)
def test_text_out(minor: int, exponent: int, text: str) -> None:
    """An amount is written with all decimals of its currency and a digit before the point."""
    assert amount_text(minor, exponent) == text


@given(MINORS, EXPONENTS)
def test_text_out_and_in_again(minor: int, exponent: int) -> None:
    """What is written is read back as the same amount, whatever its size and sign."""
    assert minor_units(decimal_of(amount_text(minor, exponent)), "XXX", exponent) == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1 ", "1\n", "+1", "1.", ".5", "1,5", "1_000", "1e3", "NaN", "Infinity"),
        *("--1", "0x10", "\N{FULLWIDTH DIGIT ONE}", "1.2.3", "9" * 41),
    ],
)
def test_text_that_is_no_amount(text: str) -> None:
    """Only plain ASCII digits with a point are an amount, at most forty of them."""
    with pytest.raises(AmountNotANumber, match="write plain digits with a point"):
        decimal_of(text)


@pytest.mark.parametrize(
    ("text", "exponent"),
    [
        ("0.5", 0),
        ("20.001", 2),
        ("20.000", 2),
        ("0.0001", 3),
        ("0.00001", 4),
        ("9999999999999.999", 2),
        ("20.000000000000000000000000000000000001", 2),
    ],
)
def test_more_decimals_than_the_currency(text: str, exponent: int) -> None:
    """A fraction of a minor unit is refused however small: nothing is rounded."""
    with pytest.raises(TooManyDecimals):
        minor_units(decimal_of(text), "XXX", exponent)


@pytest.mark.parametrize(
    ("text", "exponent"),
    [("1000000000000000", 0), ("10000000000000", 2), ("-100000000000", 4), ("9" * 40, 2)],
)
def test_too_large(text: str, exponent: int) -> None:
    """From 10^15 minor units on, above and below zero, an amount is refused."""
    with pytest.raises(AmountTooLarge):
        minor_units(decimal_of(text), "XXX", exponent)


@pytest.mark.parametrize("text", ["0", "0.00", "-0.00", "-0.01"])
def test_zero_and_below_move_no_money(text: str) -> None:
    """Where money is to move, the amount is above zero."""
    with pytest.raises(AmountMustBePositive):
        positive_minor_units(decimal_of(text), "EUR", 2)
    assert positive_minor_units(Decimal("0.01"), "EUR", 2) == 1


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("2.4999", 2), ("-0.4", 0)],
)
def test_half_up_is_away_from_zero(value: str, rounded: int) -> None:
    """Halves go away from zero on both sides, so that a reversal mirrors what it reverses."""
    assert round_half_up(Decimal(value)) == rounded


@given(TAXES, st.integers(1, 10**9), st.data())
def test_share_leaves_nothing_over(tax: int, gross: int, data: st.DataObject) -> None:
    """The differences of shares over any cutting of the whole add up to the total."""
    cuts = sorted(data.draw(st.lists(st.integers(0, gross), max_size=20)))
    edges = [0, *cuts, gross]
    moved = [share(tax, high, gross) - share(tax, low, gross) for low, high in pairwise(edges)]
    assert sum(moved) == tax
    assert all(part >= 0 for part in moved)


@given(st.integers(-(10**18), 10**18), st.integers(0, 10**18), st.integers(1, 10**18))
def test_share_is_the_nearest_integer(total: int, part: int, whole: int) -> None:
    """A share is total * part / whole, exactly, rounded half away from zero."""
    assert share(total, part, whole) == nearest(Fraction(total * part, whole))


@pytest.mark.parametrize(
    ("total", "part", "whole", "found"),
    [
        (1, 1, 2, 1),
        (3, 1, 2, 2),
        (5, 1, 10, 1),
        (-1, 1, 2, -1),
        (-3, 1, 2, -2),
        (333, 1000, 2000, 167),
    ],
)
def test_share_of_an_exact_half(total: int, part: int, whole: int, found: int) -> None:
    """A share of exactly half a unit goes away from zero."""
    assert share(total, part, whole) == found


@given(MINORS, st.integers(0, 10**9), st.integers(1, 10**9))
def test_share_mirrors(total: int, part: int, whole: int) -> None:
    """The share of an amount below zero is that of the amount above zero, mirrored."""
    assert share(-total, part, whole) == -share(total, part, whole)
    assert share(total, part, -whole) == -share(total, part, whole)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        (2400, "20", 400),
        (2000, "20", 333),
        (4000, "20", 667),
        (1, "20", 0),
        (3, "20", 1),
        (1999, "20", 333),
        (10000, "5.5", 521),
        (10000, "2.1", 206),
        (10700, "7", 700),
        (2000, "0", 0),
        (2000, "100", 1000),
        (-2000, "20", -333),
        (LARGEST_MINOR, "20", 166666666666667),
    ],
)
def test_tax_inside_a_gross_amount(gross: int, rate: str, tax: int) -> None:
    """The tax inside a gross amount is gross * rate / (100 + rate), half up."""
    assert included_tax(gross, Decimal(rate)) == tax


@given(MINORS, st.decimals(0, 100, places=4))
def test_tax_is_exact_before_it_is_rounded(gross: int, rate: Decimal) -> None:
    """Tax is rounded once, from the exact figure, and never above the amount it is inside."""
    exact = Fraction(gross) * Fraction(rate) / (100 + Fraction(rate))
    assert included_tax(gross, rate) == nearest(exact)
    assert abs(included_tax(gross, rate)) <= abs(gross)
