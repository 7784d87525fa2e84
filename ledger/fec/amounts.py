"""Amounts as a FEC writes them: a decimal comma, no mark for thousands, a sign at either end."""

from __future__ import annotations

import re
from decimal import Decimal

_AMOUNT = re.compile(
    r"(?P<before>[+-]?)(?P<digits>[0-9]+)(?:,(?P<decimals>[0-9]+))?(?P<after>[+-]?)"
)
_SENSES = {"D": 1, "C": -1, "+1": 1, "-1": -1}


def parse_amount(text: str) -> Decimal | None:
    """Read an amount, blanks at its ends aside; None if it is written in another way."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or (found["before"] and found["after"]):
        return None
    amount = Decimal(f"{found['digits']}.{found['decimals'] or '0'}")
    return -amount if "-" in (found["before"], found["after"]) else amount


def amount_or_zero(text: str) -> Decimal | None:
    """Read an amount; an empty one is 0, as the tax office's tool takes it."""
    return parse_amount(text) if text.strip() else Decimal(0)


def parse_sense(text: str) -> int | None:
    """Read a Sens: 1 for a debit, -1 for a credit, None if it is neither."""
    return _SENSES.get(text.strip().upper())


def amount_text(amount_minor: int, exponent: int) -> str:
    """Write minor units, which are not negative, with a decimal comma."""
    digits = str(amount_minor).rjust(exponent + 1, "0")
    return f"{digits[:-exponent]},{digits[-exponent:]}" if exponent else digits
