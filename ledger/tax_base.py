"""What an amount taxes: the part of it, without tax, that belongs to each tax inside."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from ledger.events import TaxAmount
from ledger.terms.money import round_half_up

_MOST_ROUNDED = Fraction(3, 2)
"""A tax inside a part of a document is off by a unit at most (two cumulative shares, each rounded
by half a unit), and by half a unit of the document's own rounding."""


def bases(amount_minor: int, taxes: Sequence[TaxAmount]) -> list[int]:
    """Return the base of each tax inside an amount, in minor units.

    A base is round(tax * 100 / rate), half up, but for the last, which takes what is left: bases
    and taxes add up to the amount, and of one rate the base is the amount less the tax. Where more
    is left than rounding explains, the amount also holds what is taxed at zero or at another time:
    that stays out of every base.
    """
    if not taxes:
        return []
    found = [_at_rate(tax) for tax in taxes]
    left_minor = amount_minor - sum(tax.amount_minor for tax in taxes) - sum(found)
    if left_minor <= _explained(taxes):
        found[-1] += left_minor
    return found


def _at_rate(tax: TaxAmount) -> int:
    rate = Decimal(tax.rate)
    return round_half_up(tax.amount_minor * 100 / rate) if rate else 0


def _explained(taxes: Sequence[TaxAmount]) -> Fraction:
    """Return how much of a base can come from rounding: of each tax, and of each base."""
    rates = [Fraction(tax.rate) for tax in taxes]
    return sum((_MOST_ROUNDED * 100 / rate + 1 for rate in rates if rate), Fraction(1))
