"""Family `fr_late_payment`: interest, fee and limits of French law, and the legal interest rate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

from ledger import policies
from ledger.terms.late_payment import (
    consumer_limit,
    contract_rate,
    late_interest,
    late_segments,
    recovery_fee,
    statutory_rate,
)
from ledger.terms.money import amount_text, minor_units
from ledger.terms.refusals import RecoveryFeeToConsumer

FAMILY = "fr_late_payment"
LAW_DAY = date(2026, 1, 1)


def minor(amount: str) -> int:
    """Read euros."""
    return minor_units(Decimal(amount), "EUR", 2)


def late_business(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return interest, fee, and the days late by rate, of an overdue invoice or instalment."""
    due_on, paid_on = date.fromisoformat(given["due_date"]), date.fromisoformat(given["paid_date"])
    law = policies.business_law(due_on)
    rate = statutory_rate(policies.refinancing_rates(), law)
    if given.get("contract_rate") is not None:
        legal = policies.legal_interest_rates("professional")
        rate = contract_rate(Decimal(given["contract_rate"]), legal, law)
    segments = [(part.percent, part.days) for part in late_segments(due_on, paid_on, rate)]
    interest_minor = late_interest(minor(given["overdue_amount_ttc"]), segments)
    return {
        "late_interest": amount_text(interest_minor, 2),
        "fixed_recovery_fee": str(recovery_fee("business", law)) if segments else "0.00",
        "segments_rate_days": by_rate(segments),
    }


def by_rate(segments: list[tuple[Decimal, int]]) -> list[tuple[Decimal, int]]:
    """Join neighbours of one rate."""
    groups = groupby(segments, key=lambda segment: segment[0])
    return [(percent, sum(days for _, days in parts)) for percent, parts in groups]


def late_instalment(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the interest on the overdue instalment of a plan, and its base."""
    base = given["instalments"][given["overdue_instalment"] - 1]
    interest_minor = late_interest(minor(base), [(Decimal(given["rate"]), given["days"])])
    return {"late_interest": amount_text(interest_minor, 2), "base": base}


def consumer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the most that a consumer may be asked for, on each base that the case gives."""
    law = policies.consumer_law(LAW_DAY)
    if given.get("accelerated"):
        limit_minor = consumer_limit(law.accelerated_percent, minor(given["capital_due"]))
        return {"max_indemnity": amount_text(limit_minor, 2)}
    limit_minor = 0
    for name, amounts in given.items():
        if isinstance(amounts, list):
            postponed = "postponed" in name or given.get("postponed", False)
            percent = law.postponed_percent if postponed else law.unpaid_percent
            limit_minor += consumer_limit(percent, sum(minor(amount) for amount in amounts))
    return {"max_indemnity": amount_text(limit_minor, 2)}


def legal_rates(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the legal interest rates of a half-year, named as in 2024S2, and the floor."""
    year, half = given["semester"].split("S")
    day = date(int(year), 1 if half == "1" else 7, 1)
    professional = policies.legal_interest_rates("professional").on(day)
    return {
        "creditor_individual": str(policies.legal_interest_rates("individual").on(day)),
        "creditor_professional": str(professional),
        "b2b_floor_3x": str(policies.business_law(day).floor_multiple * professional),
    }


def test_late_payment(case: dict[str, Any]) -> None:
    """What is owed, or may be asked for at most, is the stated amount to the cent."""
    given, expected = case["input"], dict(case["expected"])
    if expected == {"allowed": False}:
        with pytest.raises(RecoveryFeeToConsumer, match="L312-38"):
            recovery_fee(given["customer"], policies.business_law(LAW_DAY))
        return
    if "semester" in given:
        found = legal_rates(given)
    elif "due_date" in given:
        found = late_business(given)
        stated = expected.get("segments_rate_days", [])
        expected["segments_rate_days"] = by_rate([(Decimal(rate), days) for rate, days in stated])
    elif "instalments" in given:
        found = late_instalment(given)
    else:
        found = consumer(given)
    assert {name: found[name] for name in expected} == expected
