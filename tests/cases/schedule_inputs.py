"""What a published schedule was made from, said as an object of open_plan.

Sources name the same things in many ways; each function here reads one of them. What a case does
not say has the source's usual meaning: monthly instalments, the first one period after the start,
rounded half up to the minor unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from ledger.terms.dates import Interval

Given = Mapping[str, Any]
START = "2026-01-01"
BY_DECIMALS = {0: "JPY", 2: "EUR", 3: "BHD", 4: "CLF"}
DAY_COUNTS = {
    "act/360": "actual/360",
    "act/364": "actual/364",
    "act/365": "actual/365",
    "act/act": "actual/actual",
}
NOT_LEVEL = {
    "flat": "flat",
    "equal principal": "constant_principal",
    "equal_principal": "constant_principal",
    "constant principal": "constant_principal",
    "constant_principal": "constant_principal",
}
RATES = ("annual_rate_percent", "rate_per_period", "rate")
_MULTIPLE = re.compile(r"multiples? of ([0-9.]+)")


def plan_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the open_plan of a case, command and id aside."""
    given, said = case["input"], words_of(case)
    decimals = 4 if "abs_value" in case["expected"] else given.get("minor_units", 2)
    plan: dict[str, Any] = {
        "on": given.get("start", START),
        "plan": "P",
        "customer": "C",
        "currency": BY_DECIMALS[decimals],
        "schedule": schedule_of(given, said),
        "rounding": rounding_of(str(given.get("rounding", ""))),
    }
    if is_splitting(given):
        plan["remainder"] = given.get("remainder", "largest_remainder")
    else:
        plan["interest"] = interest_of(case, said)
    if "fee_percent" in given:
        plan["fees"] = [{"kind": "fee", "amount": fee_of(given), "when": "financed"}]
    return plan


def words_of(case: Mapping[str, Any]) -> str:
    """Return what a case says of its policies in plain words."""
    return f"{case['title']} {case['input'].get('rounding', '')}".lower()


def is_splitting(given: Given) -> bool:
    """Tell whether a total is only cut into parts, without any interest."""
    return not any(name in given for name in RATES)


def schedule_of(given: Given, said: str) -> dict[str, Any]:
    """Return the schedule: equal, weighted, progressive or behind a deposit."""
    every = every_of(given)
    schedule: dict[str, Any] = {
        "kind": "equal",
        "total": given.get("total") or given.get("principal") or given["pv"],
        "first_due": first_due_of(given, every),
        "every": every,
    }
    if "weights" in given:
        schedule |= {"kind": "weighted", "weights": whole_weights(given["weights"])}
    else:
        schedule["instalments"] = given.get("n") or given["nper"]
    for name in ("growth_percent", "growth_amount"):
        if name in given:
            schedule |= {"kind": "progressive", name: given[name]}
    if "deposit" in given:
        schedule |= {"kind": "deposit", "deposit": given["deposit"]}
    found = _MULTIPLE.search(said)
    multiple = given.get("multiple_of") or (found[1] if found else None)
    return {**schedule, "multiple": multiple} if multiple else schedule


def whole_weights(weights: list[Any]) -> list[int]:
    """Return weights, which may be decimal text, as whole numbers in the same proportions."""
    exact = [Fraction(str(weight)) for weight in weights]
    scale = lcm(*(weight.denominator for weight in exact))
    return [int(weight * scale) for weight in exact]


def every_of(given: Given) -> str:
    """Return the interval between instalments."""
    if "interval_days" in given:
        return f"{given['interval_days']} days"
    return str(given.get("every") or given.get("interval") or "1 month")


def first_due_of(given: Given, every: str) -> str:
    """Return the first due day: as said, so many days after the start, or a period after it."""
    start = date.fromisoformat(given.get("start", START))
    if "first_due" in given:
        return str(given["first_due"])
    if "first_day" in given:
        return (start + timedelta(days=given["first_day"])).isoformat()
    if "start" in (given.get("first_at"), given.get("first")) or in_advance(given):
        return start.isoformat()
    return Interval.parse(every).after(start, 1).isoformat()


def in_advance(given: Given) -> bool:
    """Tell whether payments are made at the start of periods."""
    return given.get("when") in ("begin", "start", 1, "1") or given.get("mode") == "advance"


def rounding_of(words: str) -> str:
    """Return the rounding mode that words name."""
    named = words.lower().replace("-", "_").replace(" ", "_")
    modes = ("half_even", "half_up", "down", "up")
    return next((mode for mode in modes if mode in named), "half_up")


def rate_of(text: str) -> Decimal:
    """Return a rate written as a number or as a division ("0.08/12"), in percent."""
    rate = Fraction(1)
    for index, part in enumerate(str(text).split("/")):
        rate = rate / Fraction(part.strip()) if index else Fraction(part.strip())
    return Decimal(100 * rate.numerator) / rate.denominator


def interest_of(case: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Return the interest: its rate, method, day count, and what gives way at the end."""
    given, expected = case["input"], case["expected"]
    method = NOT_LEVEL.get(str(given.get("method", "level")).lower(), "level")
    interest: dict[str, Any] = {"method": method, **rate_fields(given)}
    if "interest rounded down" in said or "first_day" in given:
        interest["rounding"] = "down"
    if method == "level":
        interest["final"] = final_of(given, expected)
    return interest


def rate_fields(given: Given) -> dict[str, str]:
    """Return the rate a year with its day count, or the rate of a period."""
    if "annual_rate_percent" not in given:
        text = given.get("rate_per_period") or given["rate"]
        divided = [Fraction(part) for part in str(text).split("/")]
        if divided[1:] == [Fraction(12)] and every_of(given) == "1 month":
            # A twelfth of a year's rate, exactly.
            return {"annual_rate": percent(100 * divided[0]), "day_count": "period"}
        return {"rate_per_period": f"{rate_of(text).normalize():f}"}
    fields = {"annual_rate": given["annual_rate_percent"]}
    said = str(given.get("day_count", "")).lower()
    if said:
        fields["day_count"] = DAY_COUNTS.get(said, said)
    elif given.get("method") == "daily":
        fields["day_count"] = "actual/365"
    return fields


def percent(value: Fraction) -> str:
    """Write an exact percentage that ends."""
    return f"{(Decimal(value.numerator) / value.denominator).normalize():f}"


def final_of(given: Given, expected: Mapping[str, Any]) -> str:
    """Return what gives way in the last instalment, read from the table that was published.

    A table whose last payment is like the others kept the level and let the interest give way; one
    that says "final" beside "level" chose the least level that the final payment does not exceed.
    """
    if "first_day" in given or {"level", "final"} <= set(expected):
        return "not_above"
    if "payments" in expected or "weights" in given:
        return "interest"
    rows = totals_of(expected)
    return "interest" if rows and len(set(rows)) == 1 and "level" in expected else "amount"


def totals_of(expected: Mapping[str, Any]) -> list[Decimal]:
    """Return what each row of a published table adds up to, none where it has no such table."""
    for name, rows in expected.items():
        columns = columns_of(name)
        if "total" in columns:
            place = columns.index("total")
            return [Decimal(row[place]) for row in rows]
        if {"interest", "principal"} <= set(columns):
            places = columns.index("interest"), columns.index("principal")
            return [sum((Decimal(row[place]) for place in places), Decimal(0)) for row in rows]
    return []


def columns_of(name: str) -> list[str]:
    """Return the columns that the name of a table of rows lists ("rows_interest_principal")."""
    found = re.fullmatch(r"(?:ledger_)?rows_([a-z_]+)", name)
    return found[1].split("_") if found else []


def fee_of(given: Given) -> str:
    """Return a fee given as a percentage of the principal, rounded down to the cent."""
    fee = Decimal(given["principal"]) * Decimal(given["fee_percent"]) / 100
    return str(fee.quantize(Decimal("0.01"), ROUND_FLOOR))
