"""Family `schedules`: published schedules and splittings, through open_plan.

A case with interest, or with a remainder that goes elsewhere than to the last instalment, is given
to the ledger all the same, and skipped for as long as the ledger says "not yet available".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ledger.terms.dates import Interval

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FAMILY = "schedules"
RATES = ("annual_rate_percent", "rate_per_period", "rate")
BY_DECIMALS = {0: "JPY", 2: "EUR", 3: "BHD", 4: "CLF"}
START = "2026-01-01"
LAST_DAY = "2199-12-31"


def terms_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a case asks beyond equal parts with the remainder in the last one."""
    rates = [given[name] for name in RATES if name in given]
    if any(rate.strip("0.") for rate in rates):
        return {"interest": {"annual_rate": rates[0], "method": given.get("method", "actuarial")}}
    return {"remainder": "largest_remainder"} if "weights" in given else {}


def plan_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of open_plan for a case: equal parts, due an interval after the start."""
    weights = given.get("weights")
    if weights and len(set(weights)) > 1 and not set(RATES) & set(given):
        pytest.skip("splitting by weights: no kind of schedule has them")
    # Parts in multiples of one unit are parts of a currency without decimals.
    decimals = 0 if given.get("multiple_of") == "1" else given.get("minor_units", 2)
    start, every = given.get("start", START), given.get("every", "1 month")
    first_due = Interval.parse(every).after(date.fromisoformat(start), 1)
    return {
        "plan": "P",
        "customer": "C",
        "currency": BY_DECIMALS[decimals],
        "schedule": {
            "kind": "equal",
            "total": given.get("total") or given.get("principal") or given["pv"],
            "instalments": len(weights) if weights else given.get("n") or given["nper"],
            "first_due": first_due.isoformat(),
            "every": every,
        },
    }


def test_schedule(published: Published, case: dict[str, Any]) -> None:
    """The instalments fall on the days and have the amounts that the case states, to the unit."""
    given, expected = case["input"], case["expected"]
    terms = terms_of(given)
    if terms and expected.get("alt_last_absorbs"):
        terms = {}
        expected = {"parts": expected["alt_last_absorbs"]}
    published.do("open_plan", given.get("start", START), **plan_of(given), **terms)
    published.do("charge_due", LAST_DAY, plan="P")
    rows = sorted(published.aging(LAST_DAY)["rows"], key=lambda row: int(row["instalment"]))
    found = [(row["due_on"], Decimal(row["outstanding"])) for row in rows]
    if "parts" in expected:
        assert [amount for _, amount in found] == [Decimal(part) for part in expected["parts"]]
    else:
        stated = [(row["due"], Decimal(row["total_due"])) for row in expected["rows"]]
        assert found == stated
