"""Family `ecl`: provision matrices, roll rates, and French impairment claim by claim."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.terms.apr import rounded_percent
from ledger.terms.money import amount_text, minor_units
from ledger.terms.provision import (
    Claim,
    Impairment,
    Loss,
    impairment,
    irrecoverable,
    loss_rates,
    matrix_allowance,
)

FAMILY = "ecl"
GIVEN_UP = "irr"


def minor(amount: str) -> int:
    """Read an amount of a currency of two decimals."""
    return minor_units(Decimal(amount), "EUR", 2)


def printed(amount_minor: int, like: str) -> str:
    """Write an amount with the decimals of `like`."""
    return str(Decimal(amount_text(amount_minor, 2)).quantize(Decimal(like)))


def unit_of(amount: str) -> int:
    """Return the minor units of what an amount is printed in: whole units, or cents."""
    return int(100 * Decimal(1).scaleb(int(Decimal(amount).as_tuple().exponent)))


def check_matrix(rows: list[tuple[int, Fraction]], expected: Mapping[str, Any]) -> None:
    """Rows and total are those printed, rounded by row to what the total is printed in."""
    shown = expected.get("per_row", [])
    for index, text in enumerate(shown):
        row = matrix_allowance(rows, unit_minor=unit_of(text)).rows_minor[index]
        assert printed(row, text) == text
    unit_minor = unit_of(expected["total"])
    total_minor = matrix_allowance(rows, "rows", unit_minor).total_minor
    assert printed(total_minor, expected["total"]) == expected["total"]


def history_rows(
    given: Mapping[str, Any], expected: Mapping[str, Any]
) -> list[tuple[int, Fraction]]:
    """Derive the loss rates from past sales, and put them to the aging."""
    paid = [minor(amount) for amount in given["paid"]]
    rates = loss_rates(minor(given["sales"]), paid, minor(given["unpaid"]))
    for rate, text in zip(rates, expected["rates_percent"], strict=True):
        percent = 100 * Decimal(rate.numerator) / rate.denominator
        decimals = -int(Decimal(text).as_tuple().exponent)
        assert str(rounded_percent(percent, decimals)) == text
    aged = [minor(amount) for amount in given["ageing"]]
    return list(zip(aged, rates, strict=True))


def claim_result(row: list[str], vat: str) -> Impairment | Loss:
    """Impair a claim, or give it up."""
    _, gross, collected, prior, rate = row
    claim = Claim(
        gross_minor=minor(gross),
        collected_minor=minor(collected),
        tax_percent=Decimal(vat),
        allowance_minor=minor(prior),
    )
    return irrecoverable(claim) if rate == GIVEN_UP else impairment(claim, Fraction(rate) / 100)


def amounts(result: Impairment | Loss) -> dict[str, int]:
    """Name the figures of a claim as the case does."""
    if isinstance(result, Loss):
        return {
            "loss_ht": result.loss_minor,
            "vat": result.tax_minor,
            "reversal": result.release_minor,
        }
    return {
        "ht": result.base_minor,
        "impairment": result.needed_minor,
        "allocation": result.provision_minor,
        "reversal": result.release_minor,
    }


def check_claims(rows: list[list[str]], vat: str, expected: Mapping[str, Any]) -> None:
    """Each claim, and the totals with their control, are those printed."""
    found = [amounts(claim_result(row, vat)) for row in rows]
    for row, result, stated in zip(rows, found, expected["rows"], strict=True):
        told = {name: minor(text) for name, text in stated.items() if name != "client"}
        assert (row[0], {name: result[name] for name in told}) == (stated["client"], told)
    totals = {
        "impairment_total": sum(result.get("impairment", 0) for result in found),
        "prior_total": sum(minor(row[3]) for row in rows),
        "allocations": sum(result.get("allocation", 0) for result in found),
        "reversals": sum(result["reversal"] for result in found),
    }
    assert {name: minor(expected[name]) for name in totals if name in expected} == {
        name: total for name, total in totals.items() if name in expected
    }
    moved = totals["allocations"] - totals["reversals"]
    assert totals["impairment_total"] == totals["prior_total"] + moved


def test_expected_loss(case: dict[str, Any]) -> None:
    """Rates, rows and totals are those of the source."""
    given, expected = case["input"], case["expected"]
    claims = next((rows for name, rows in given.items() if name.startswith("rows_client")), None)
    if claims is not None:
        check_claims(claims, given["vat"], expected)
    elif "sales" in given:
        check_matrix(history_rows(given, expected), expected)
    else:
        matrix = given["rows_gross_rate_percent"]
        rows = [(minor(gross), Fraction(rate) / 100) for gross, rate in matrix]
        check_matrix(rows, expected)
