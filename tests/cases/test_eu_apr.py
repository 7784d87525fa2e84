"""Family `eu_apr`: intervals, rates and rounding of the European directives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.terms.apr import eu_apr, eu_interval, rounded_percent

FAMILY = "eu_apr"


def years(text: str) -> Fraction:
    """Read a sum of whole numbers and fractions, as in "2+34/365"."""
    return sum((Fraction(part) for part in text.split("+")), Fraction(0))


def flows(pairs: list[list[str]]) -> list[tuple[Fraction, Decimal]]:
    """Read amounts at times in years."""
    return [(years(time), Decimal(amount)) for time, amount in pairs]


def test_eu_apr(case: dict[str, Any]) -> None:
    """An interval is the same fraction, a rate the same to the printed digit."""
    given, expected = case["input"], case["expected"]
    match given["kind"]:
        case "interval":
            start, end = date.fromisoformat(given["from"]), date.fromisoformat(given["to"])
            found = eu_interval(start, end, given["period_unit"])
            assert found == years(expected["interval_years"])
        case "apr":
            rate = eu_apr(flows(given["drawdowns"]), flows(given["payments"]))
            assert rate is not None
            printed = rounded_percent(rate, expected["decimals"])
            assert str(printed) == expected["apr_percent"]
        case "rounding":
            rounded = {f"{n}dp": str(rounded_percent(Decimal(given["value"]), n)) for n in range(5)}
            assert {name: rounded[name] for name in expected} == expected
