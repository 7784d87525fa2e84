"""Family `regz_apr`: the examples of 12 CFR 1026 Appendix J (c), and others like them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ledger.terms.apr import (
    STANDARD_INTERVALS,
    UnitFlow,
    UnitPeriod,
    single_payment_period,
    stream,
    unit_periods,
    us_apr,
    us_apr_of,
)
from ledger.terms.dates import add_months

FAMILY = "regz_apr"


def flows(rows: list[list[Any]]) -> list[UnitFlow]:
    """Read advances: amount, full unit-periods, odd fraction as numerator and denominator."""
    return [UnitFlow(Decimal(row[0]), row[1], Fraction(row[2], row[3])) for row in rows]


def streams(rows: list[list[Any]]) -> list[UnitFlow]:
    """Read streams: amount, count, then the time of the first payment as for an advance."""
    return [
        flow
        for row in rows
        for flow in stream(Decimal(row[0]), row[1], row[2], Fraction(row[3], row[4]))
    ]


def days_of(case: dict[str, Any]) -> tuple[date, date]:
    """Read the days of the advance and of the first payment."""
    given = case["input"]
    if not given.get("advance_date") or not given.get("first_payment"):
        pytest.skip("the case states no days")
    return date.fromisoformat(given["advance_date"]), date.fromisoformat(given["first_payment"])


def period_of(case: dict[str, Any]) -> UnitPeriod:
    """Return the standard interval that the case names, or the term where one payment ends it."""
    given = case["input"]
    if sum(row[1] for row in given["payment_streams"]) == 1:
        return single_payment_period(*days_of(case))
    per_year, weekly = Fraction(str(given["unit_periods_per_year"])), "week" in given["unit_period"]
    for period in STANDARD_INTERVALS:
        if period.per_year == per_year and (period.kind == "week") == weekly:
            return period
    return pytest.skip("the unit-period is no standard interval")


def dated(case: dict[str, Any], period: UnitPeriod) -> list[tuple[date, int]]:
    """Return the payments on their days, a unit-period apart from the first on."""
    given, (_, first) = case["input"], days_of(case)
    streams_given = given["payment_streams"]
    if len({tuple(row[3:]) for row in streams_given}) > 1 or period.count.denominator > 1:
        pytest.skip("the days of later payments do not follow from the first")
    payments = []
    for amount, count, full, *_ in streams_given:
        for index in range(full - streams_given[0][2], full - streams_given[0][2] + count):
            months = add_months(first, int(period.count) * index)
            days = first + timedelta(days=int(period.length) * index)
            payments.append(
                (months if period.kind == "month" else days, int(100 * Decimal(amount)))
            )
    return payments


def test_rate(case: dict[str, Any]) -> None:
    """The general equation gives the printed rate."""
    given = case["input"]
    per_year = Fraction(str(given["unit_periods_per_year"]))
    rate = us_apr(flows(given["advances"]), streams(given["payment_streams"]), per_year)
    assert rate is not None
    tolerance = Decimal(case["tolerance"]["abs_percentage_points"])
    assert abs(rate - Decimal(case["expected"]["apr_percent"])) <= tolerance


def test_unit_periods(case: dict[str, Any]) -> None:
    """The days of advance and first payment give the stated unit-periods and odd fraction."""
    start, first = days_of(case)
    period = period_of(case)
    assert period.per_year == Fraction(str(case["input"]["unit_periods_per_year"]))
    _, _, full, odd, whole = case["input"]["payment_streams"][0]
    assert unit_periods(start, [first], period) == [(full, Fraction(odd, whole))]


def test_rate_from_days(case: dict[str, Any]) -> None:
    """The same rate is found from days alone, without being told the unit-period."""
    advances = case["input"]["advances"]
    if len(advances) > 1 or any(advances[0][1:3]):
        pytest.skip("more advances than one")
    start, _ = days_of(case)
    payments = dated(case, period_of(case))
    rate = us_apr_of(start, int(100 * Decimal(advances[0][0])), payments)
    assert rate == Decimal(case["expected"]["apr_percent"])
