"""Reading amounts of one currency and percentages: a refusal names the field."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.fields import Fields
from ledger.terms.money import amount_text, minor_units, positive_minor_units
from ledger.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class MoneyFields:
    """Reads amounts in minor units of a currency with `exponent` decimals."""

    currency: str
    exponent: int

    def positive(self, fields: Fields, name: str) -> int:
        """Read an amount above zero. Raises FieldMissing, FieldWrong."""
        amount = fields.amount(name)
        try:
            return positive_minor_units(amount, self.currency, self.exponent)
        except Refusal as refusal:
            raise fields.wrong(name, str(refusal)) from None

    def signed(self, fields: Fields, name: str) -> int:
        """Read an amount that may be zero or below. Raises FieldMissing, FieldWrong."""
        amount = fields.amount(name)
        try:
            return minor_units(amount, self.currency, self.exponent)
        except Refusal as refusal:
            raise fields.wrong(name, str(refusal)) from None

    def text(self, amount_minor: int) -> str:
        """Write an amount of the currency."""
        return amount_text(amount_minor, self.exponent)


def percentage(fields: Fields, name: str, most: int) -> Decimal:
    """Read a percentage from 0 to `most`. Raises FieldMissing, FieldWrong."""
    value = fields.amount(name)
    if not 0 <= value <= most:
        raise fields.wrong(name, f"{value} is not a percentage from 0 to {most}")
    return value


def hundredth(percent: Decimal) -> Fraction:
    """Return a percentage as the exact share that it is."""
    return Fraction(percent) / 100
