"""How an amount financed is repaid: the capital and the interest of every instalment.

Three methods. `level`: instalments have the schedule's proportions, interest inside, so that their
present values add up to what is financed. `constant_principal`: the capital has the proportions,
interest on the balance comes on top. `flat`: the same, with interest on the original amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.terms.interest import Interest
from ledger.terms.refusals import (
    InterestBelowZero,
    LevelAbsorbsLast,
    MultipleAboveInstalment,
    NotAboveNeedsEqual,
)
from ledger.terms.rounding import rounded
from ledger.terms.schedule import Shape
from ledger.terms.splitting import Cutting, cut

_PRECISION = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Financing:
    """An amount to be repaid in a shape; `rates` is what each instalment's time costs."""

    financed_minor: int
    shape: Shape
    rates: Sequence[Fraction]
    interest: Interest
    cutting: Cutting

    @property
    def deposit(self) -> list[int]:
        """The deposit, as the one part in front of the others, or nothing."""
        return [self.shape.deposit_minor] if self.shape.deposit_minor else []


@dataclass(frozen=True, slots=True)
class Repayment:
    """What one instalment repays of the amount financed, and the interest in it."""

    capital_minor: int
    interest_minor: int


def repayments(financing: Financing) -> list[Repayment]:
    """Return what each instalment repays; the capital adds up to what is financed exactly.

    Raises LevelAbsorbsLast, NotAboveNeedsEqual, InterestBelowZero, MultipleAboveInstalment and the
    rules of `cut`.
    """
    if financing.interest.method == "level":
        return _level(financing)
    capital = capital_parts(financing.financed_minor, financing.shape, financing.cutting)
    bases = _flat_bases if financing.interest.method == "flat" else _balances
    return [
        Repayment(part, rounded(base * rate, financing.interest.rounding))
        for part, base, rate in zip(
            capital, bases(financing, capital), financing.rates, strict=True
        )
    ]


def capital_parts(financed_minor: int, shape: Shape, cutting: Cutting) -> list[int]:
    """Cut an amount in the proportions of a schedule, a deposit first. Raises as `cut` does."""
    rest_minor = financed_minor - shape.deposit_minor
    parts = cut(rest_minor, shape.numerators(rest_minor), cutting)
    return [shape.deposit_minor, *parts] if shape.deposit_minor else parts


def _balances(financing: Financing, capital: Sequence[int]) -> list[int]:
    paid = [sum(capital[:index]) for index in range(len(capital))]
    return [financing.financed_minor - part for part in paid]


def _flat_bases(financing: Financing, capital: Sequence[int]) -> list[int]:
    """Return what bears flat interest: the amount financed, less a deposit once it is paid."""
    rest_minor = financing.financed_minor - financing.shape.deposit_minor
    return [financing.financed_minor, *[rest_minor] * (len(capital) - 1)]


def _level(financing: Financing) -> list[Repayment]:
    interest, cutting = financing.interest, financing.cutting
    if cutting.remainder != "last":
        raise LevelAbsorbsLast(remainder=cutting.remainder)
    exact = level_parts(financing)
    if 1 < cutting.unit_minor > sum(exact) / len(exact):
        raise MultipleAboveInstalment
    parts = [rounded(part, cutting.rounding, cutting.unit_minor) for part in exact]
    if interest.final == "not_above":
        if not financing.shape.equal:
            raise NotAboveNeedsEqual
        parts = [_least_level(financing, parts[0])] * len(parts)
    rows = _paid_down(financing, parts)
    if interest.final == "interest":
        rows[-1] = Repayment(rows[-1].capital_minor, parts[-1] - rows[-1].capital_minor)
        if rows[-1].interest_minor < 0:
            raise InterestBelowZero(number=len(rows))
    return rows


def level_parts(financing: Financing) -> list[Decimal]:
    """Return the level instalments before rounding, a deposit aside, to sixty digits.

    Solves sum(D_i (x slope_i + offset_i)) + D_0 deposit = financed for x, where D_i is the product
    of 1 / (1 + rate) up to instalment i: with equal rates the closed form of an annuity.
    """
    shape = financing.shape
    with localcontext() as context:
        context.prec = _PRECISION
        factors = _discount_factors(financing.rates)
        present = Decimal(financing.financed_minor)
        if shape.deposit_minor:
            present -= shape.deposit_minor * factors.pop(0)
        pairs = list(zip(factors, shape.slopes, shape.offsets, strict=True))
        offsets = sum((factor * offset for factor, _, offset in pairs), Decimal(0))
        slopes = sum((factor * slope for factor, slope, _ in pairs), Decimal(0))
        return [(present - offsets) * slope / slopes + offset for _, slope, offset in pairs]


def _discount_factors(rates: Sequence[Fraction]) -> list[Decimal]:
    factors, factor = [], Decimal(1)
    for rate in rates:
        factor = factor * rate.denominator / (rate.denominator + rate.numerator)
        factors.append(factor)
    return factors


def _paid_down(financing: Financing, parts: Sequence[int]) -> list[Repayment]:
    """Let each amount pay its interest, then the balance; the last one repays all that is left."""
    rows: list[Repayment] = []
    balance = financing.financed_minor
    amounts = [*financing.deposit, *parts]
    for left, amount, rate in zip(
        range(len(amounts) - 1, -1, -1), amounts, financing.rates, strict=True
    ):
        interest_minor = rounded(balance * rate, financing.interest.rounding)
        capital = amount - interest_minor if left else balance
        rows.append(Repayment(capital, interest_minor))
        balance -= capital
    return rows


def _least_level(financing: Financing, near_minor: int) -> int:
    """Return the smallest level, in its unit, whose last instalment is not above it.

    The last instalment falls as the level rises, so a bisection finds it.
    """
    unit, count = financing.cutting.unit_minor, len(financing.shape.slopes)

    def fits(units: int) -> bool:
        last = _paid_down(financing, [units * unit] * count)[-1]
        return last.capital_minor + last.interest_minor <= units * unit

    low, high = 0, near_minor // unit + 1
    while not fits(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high * unit
