"""Adding up amounts of one currency whose plans were made under different exponents.

ISO 4217 changes; a plan keeps the exponent it was agreed with. Sums are kept at the finest one met.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.money import amount_text


@dataclass(frozen=True, slots=True)
class Sum:
    """An exact sum in units of 10**-exponent."""

    minor: int = 0
    exponent: int = 0

    def plus(self, amount_minor: int, exponent: int) -> Sum:
        """Return the sum with one more amount."""
        finest = max(self.exponent, exponent)
        mine = self.minor * 10 ** (finest - self.exponent)
        theirs = amount_minor * 10 ** (finest - exponent)
        return Sum(mine + theirs, finest)

    def minus(self, other: Sum) -> Sum:
        """Return the difference."""
        return self.plus(-other.minor, other.exponent)

    @property
    def text(self) -> str:
        """The sum as a decimal string."""
        return amount_text(self.minor, self.exponent)


def byte_order(*values: str | None) -> tuple[bytes, ...]:
    """Return a key that sorts texts by their UTF-8 bytes, absent ones first."""
    return tuple(b"" if value is None else b"\x01" + value.encode() for value in values)
