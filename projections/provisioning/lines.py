"""What a proposal consists of: a line for each age band or claim, and totals with their movement.

Amounts are minor units of the line's currency at `exponent`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.books.accounts import Impairment
from projections.amounts import Sum

OWN = "own_allowance"
"""The band of what is provided for claim by claim in a book that else provides for all together."""


@dataclass(frozen=True, slots=True)
class Place:
    """A book in one currency; `exponent` is the finest with which its plans were agreed."""

    book: str
    currency: str
    exponent: int

    def minor(self, amount: Sum) -> int:
        """Return an amount in minor units of the place."""
        return amount.plus(0, self.exponent).minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An age band of a matrix, or a claim.

    `tax_minor` is None where the base is with tax, `rate` where none applies. `held_minor` is None
    where what is held is not divided: in a matrix.
    """

    book: str
    impairment: Impairment
    currency: str
    exponent: int
    bucket: str | None
    customer: str | None = None
    plan: str | None = None
    days_overdue: int | None = None
    gross_minor: int
    tax_minor: int | None
    rate: Fraction | None
    required_minor: int
    held_minor: int | None = None

    @property
    def base_minor(self) -> int:
        """What the rate applies to."""
        return self.gross_minor - (self.tax_minor or 0)

    @property
    def movement_minor(self) -> int | None:
        """The provision, or (below zero) the release; None where what is held is not divided."""
        return None if self.held_minor is None else self.required_minor - self.held_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """All lines of a book in one currency, and what moves.

    `required_minor` need not be the sum of the lines: the policy may round the total alone.
    """

    book: str
    impairment: Impairment
    currency: str
    exponent: int
    gross_minor: int
    tax_minor: int | None
    required_minor: int
    held_minor: int

    @property
    def base_minor(self) -> int:
        """What the rates apply to."""
        return self.gross_minor - (self.tax_minor or 0)

    @property
    def movement_minor(self) -> int:
        """The provision, or (below zero) the release."""
        return self.required_minor - self.held_minor


@dataclass(frozen=True, slots=True)
class Assessed:
    """The lines and the total of a book in one currency."""

    lines: tuple[Line, ...]
    total: Total


def total_of(lines: Sequence[Line], required_minor: int, held_minor: int) -> Total:
    """Add up the lines of a book in one currency; there is at least one."""
    first = lines[0]
    taxes = [line.tax_minor for line in lines if line.tax_minor is not None]
    return Total(
        book=first.book,
        impairment=first.impairment,
        currency=first.currency,
        exponent=first.exponent,
        gross_minor=sum(line.gross_minor for line in lines),
        tax_minor=sum(taxes) if taxes else None,
        required_minor=required_minor,
        held_minor=held_minor,
    )
