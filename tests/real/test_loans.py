"""LendingClub: 7,000 real loans, whose level instalments ours must be.

The file (an extract of 2018 published by openintro) states amount, months, nominal rate a year and
instalment of every loan. The instalment is that of an annuity by months.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

from ledger.commands import read_command
from ledger.intentions import OpenPlan
from ledger.terms.instalments import instalments, unrounded_level

FILE = Path("data") / "instalments" / "lendingclub_openintro.csv"


def loans(shared: Path, **terms: str) -> Iterator[tuple[int, OpenPlan]]:
    """Yield each loan: its instalment in cents as stated, and the plan that it is."""
    with (shared / FILE).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            plan = read_command(plan_of(row, **terms))
            assert isinstance(plan, OpenPlan)
            yield int(Decimal(row["installment"]) * 100), plan


def plan_of(row: dict[str, str], **terms: str) -> dict[str, Any]:
    """Return a loan as an open_plan, paid monthly from a month after it on."""
    return {
        "command": "open_plan",
        "id": row["loan_no"],
        "on": "2018-01-01",
        "plan": row["loan_no"],
        "customer": row["loan_no"],
        "currency": "USD",
        "schedule": {
            "kind": "equal",
            "total": row["loan_amount"],
            "instalments": int(row["term"]),
            "first_due": "2018-02-01",
            "every": "1 month",
        },
        "interest": {"annual_rate": row["interest_rate"], "method": "level"},
        **terms,
    }


def test_every_instalment_is_ours_rounded_up(shared: Path) -> None:
    """All 7,000 instalments are ours to the cent once they are rounded up, as the lender does."""
    found: Counter[int] = Counter()
    for stated, plan in loans(shared, rounding="up"):
        rows = instalments(plan.schedule, plan.on, plan.conditions)
        assert sum(row.principal_minor for row in rows) == plan.schedule.total_minor
        found[stated - rows[0].amount_minor] += 1
    assert found == {0: 7000}


def test_half_up_is_a_cent_lower_where_the_fraction_is_small(shared: Path) -> None:
    """Rounded half up, 3,502 are equal; each of the 3,498 others is a cent above ours.

    Those are the loans whose unrounded instalment has less than half a cent behind its last cent:
    the file holds its next whole cent, and half up takes the one before. None is further off.
    """
    found: Counter[int] = Counter()
    for stated, plan in loans(shared):
        level = unrounded_level(plan.schedule, plan.conditions)
        assert level is not None
        assert stated == level.to_integral_value(ROUND_CEILING)
        rows = instalments(plan.schedule, plan.on, plan.conditions)
        fraction = level - level.to_integral_value(ROUND_FLOOR)
        assert stated - rows[0].amount_minor == int(0 < fraction < Decimal("0.5"))
        found[stated - rows[0].amount_minor] += 1
    assert found == {0: 3502, 1: 3498}
