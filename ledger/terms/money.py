"""Money is an integer of minor units; the exponent says where the decimal point goes.

ISO 4217 currencies have 0, 2, 3 or 4 decimals. Text enters and leaves through the functions below
and nowhere else, so that no float ever comes near an amount.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ledger.terms.refusals import (
    AmountMustBePositive,
    AmountNotANumber,
    AmountTooLarge,
    TooManyDecimals,
)

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z", re.ASCII)
_LONGEST = 40
_LARGEST_MINOR = 10**15  # Sums of a thousand such amounts still fit a signed 64-bit integer.


def decimal_of(text: str) -> Decimal:
    """Read a plain decimal ("20.00"); exponents, NaN, signs of plus and blanks are refused.

    Raises AmountNotANumber.
    """
    if not _AMOUNT.match(text) or len(text) > _LONGEST:
        raise AmountNotANumber(text=text[:_LONGEST])
    return Decimal(text)


def minor_units(amount: Decimal, currency: str, exponent: int) -> int:
    """Return `amount` in minor units of `currency`, which has `exponent` decimals.

    Decimals count as written: 20.000 has too many for a currency of two. Raises TooManyDecimals, or
    AmountTooLarge from 10**15 minor units on.
    """
    sign, digits, power = amount.as_tuple()
    if not isinstance(power, int) or power < -exponent:
        raise TooManyDecimals(amount=plain(amount), currency=currency, decimals=exponent)
    minor: int = int("".join(map(str, digits))) * 10 ** (power + exponent)
    if minor >= _LARGEST_MINOR:
        raise AmountTooLarge(amount=plain(amount))
    return -minor if sign else minor


def positive_minor_units(amount: Decimal, currency: str, exponent: int) -> int:
    """As `minor_units`, for amounts that must be above zero. Raises AmountMustBePositive."""
    minor = minor_units(amount, currency, exponent)
    if minor <= 0:
        raise AmountMustBePositive(amount=plain(amount))
    return minor


def plain(amount: Decimal) -> str:
    """Write a decimal as plain digits, never with an exponent."""
    return f"{amount:f}"


def amount_text(amount_minor: int, exponent: int) -> str:
    """Write minor units as a decimal string: (2000, 2) -> "20.00", (-5, 3) -> "-0.005"."""
    if exponent == 0:
        return str(amount_minor)
    sign = "-" if amount_minor < 0 else ""
    digits = str(abs(amount_minor)).rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"


def round_half_up(value: Decimal) -> int:
    """Round to the nearest integer, halves away from zero."""
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def share(total_minor: int, part_minor: int, whole_minor: int) -> int:
    """Return round(total * part / whole), halves away from zero, in exact integer arithmetic.

    The cumulative share of a document's tax: `share(tax, x, gross)` is DESIGN's `tax_at(x)`, so the
    differences over any cutting of `gross` add up to `tax` and nothing is left over.
    """
    doubled = 2 * total_minor * part_minor
    sign = -1 if (doubled < 0) != (whole_minor < 0) else 1
    return sign * ((abs(doubled) + abs(whole_minor)) // (2 * abs(whole_minor)))


def included_tax(gross_minor: int, rate_percent: Decimal) -> int:
    """Return the tax contained in `gross_minor` at `rate_percent`: gross * rate / (100 + rate)."""
    with localcontext() as context:
        context.prec = 40
        return round_half_up(gross_minor * rate_percent / (100 + rate_percent))


def at_rate(amount_minor: int, exponent: int, rate: Decimal, to_exponent: int) -> int:
    """Return an amount at a rate, in minor units of the other currency, rounded half up.

    The rate is the other currency for one unit (not minor unit) of the amount's. Raises
    AmountTooLarge.
    """
    with localcontext() as context:
        context.prec = 120
        worth_minor = round_half_up(amount_minor * rate.scaleb(to_exponent - exponent))
    if abs(worth_minor) >= _LARGEST_MINOR:
        raise AmountTooLarge(amount=amount_text(abs(worth_minor), to_exponent))
    return worth_minor
