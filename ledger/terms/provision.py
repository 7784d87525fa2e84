"""Expected loss on receivables: a matrix of rates over age bands, or claim by claim.

The matrix and its roll rates serve IFRS 9 (5.5.15 and B5.5.35) and US GAAP (ASC 326-20-55-37 to
40); the claim by claim reading serves French books (Plan comptable général, account 491), where the
base is without tax. An allowance is a balance, a provision the movement towards it. Amounts are
minor units, rates fractions of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from ledger.terms.money import included_tax
from ledger.terms.refusals import HistoryDoesNotAddUp

Rounding = Literal["rows", "total"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """The allowance of each band, and of all of them."""

    rows_minor: tuple[int, ...]
    total_minor: int


def matrix_allowance(
    rows: Sequence[tuple[int, Fraction]], rounding: Rounding = "rows", unit_minor: int = 1
) -> Allowance:
    """Return the allowance for `rows` of gross amount and loss rate, rounded half up to a unit.

    With `rounding` "rows" each row is rounded and the total is their sum; with "total" the exact
    sum is rounded, and need not be the sum of the rows shown. `unit_minor` is 1 for the minor unit,
    100 for whole units of a currency of two decimals. ASC 326-20-55-40 (example 5) comes to its
    20,755 only by rows rounded to whole dollars.
    """
    exact = [gross_minor * rate for gross_minor, rate in rows]
    rounded = tuple(_half_up(amount, unit_minor) for amount in exact)
    total_minor = (
        sum(rounded) if rounding == "rows" else _half_up(sum(exact, Fraction()), unit_minor)
    )
    return Allowance(rounded, total_minor)


def loss_rates(
    sold_minor: int, paid_minor: Sequence[int], never_paid_minor: int
) -> tuple[Fraction, ...]:
    """Return the loss rate of each age band from what became of past sales, unrounded.

    `paid_minor` is what was paid in each band, the first being "in time"; one more band follows, of
    what was then still open. A band's rate is what was never paid over what reached the band; zero
    for a band that nothing reached. Raises HistoryDoesNotAddUp.
    """
    if sold_minor != sum(paid_minor) + never_paid_minor:
        raise HistoryDoesNotAddUp(
            sold=sold_minor, paid=sum(paid_minor), never_paid=never_paid_minor
        )
    reached = [sold_minor - sum(paid_minor[:band]) for band in range(len(paid_minor) + 1)]
    return tuple(Fraction(never_paid_minor, open_minor or 1) for open_minor in reached)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one customer owes, tax included, what was collected, and the allowance held so far."""

    gross_minor: int
    collected_minor: int
    tax_percent: Decimal
    allowance_minor: int

    @property
    def open_minor(self) -> int:
        """What is still owed, tax included."""
        return max(0, self.gross_minor - self.collected_minor)

    @property
    def tax_minor(self) -> int:
        """The tax in what is still owed."""
        return included_tax(self.open_minor, self.tax_percent)

    @property
    def base_minor(self) -> int:
        """What is still owed without tax: the tax is not lost, it is claimed back."""
        return self.open_minor - self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """The allowance a claim needs, and the provision or the release that leads to it."""

    base_minor: int
    needed_minor: int
    provision_minor: int
    release_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A claim given up: the loss without tax, the tax claimed back, the allowance released."""

    loss_minor: int
    tax_minor: int
    release_minor: int


def impairment(claim: Claim, rate: Fraction) -> Impairment:
    """Return what a doubtful claim needs at a loss `rate`, against the allowance that it has."""
    needed_minor = _half_up(claim.base_minor * rate, 1)
    movement_minor = needed_minor - claim.allowance_minor
    return Impairment(
        base_minor=claim.base_minor,
        needed_minor=needed_minor,
        provision_minor=max(0, movement_minor),
        release_minor=max(0, -movement_minor),
    )


def irrecoverable(claim: Claim) -> Loss:
    """Return what giving up a claim comes to; its allowance is released whole."""
    return Loss(
        loss_minor=claim.base_minor,
        tax_minor=claim.tax_minor,
        release_minor=claim.allowance_minor,
    )


def _half_up(amount: Fraction, unit_minor: int) -> int:
    """Round a positive amount to a multiple of `unit_minor`, halves up."""
    return int(amount / unit_minor + Fraction(1, 2)) * unit_minor
