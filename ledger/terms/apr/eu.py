"""The European annual percentage rate of charge: effective, on intervals counted backwards.

Sources: directive 98/7/EC (the equation and its examples), 2008/48/EC Annex I and 2023/2225
Annex III (the equation and its remarks), Commission SWD(2012)128 section 4.1 (how days are
counted). With times t in years, the rate X solves

    sum of drawdowns D / (1 + X)^t  =  sum of payments P / (1 + X)^t.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from ledger.terms.apr.flows import Credit, credit_of, rate_of, rounded_percent
from ledger.terms.apr.intervals import counted_back, days_as_years, months_and_days, whole_months
from ledger.terms.apr.solver import PRECISION, Curve
from ledger.terms.apr.unit_periods import DAY, YEAR, unit_period_of

PeriodUnit = Literal["year", "month", "week", "day"]
YearsAndAmount = tuple[Fraction, Decimal]


def eu_interval(start: date, end: date, period_unit: PeriodUnit) -> Fraction:
    """Return the time from `start` to `end` in years, counted backwards from `end`.

    Whole years, equal months (1/12) or weeks (1/52) come first; the days that remain at the start
    are divided by the days of the year that ends where they end. `start` is not after `end`.
    Source: remark (c) as explained in SWD(2012)128 section 4.1.1.
    """
    match period_unit:
        case "year":
            years, days = counted_back(start, end, months=12)
            whole = Fraction(years)
        case "month":
            months, days = counted_back(start, end)
            whole = Fraction(months, 12)
        case "week":
            weeks, days = divmod((end - start).days, 7)
            whole = Fraction(weeks, 52)
        case "day":
            whole, days = Fraction(0), (end - start).days
    return whole + Fraction(*days_as_years(start, days))


def eu_apr(
    drawdowns: Iterable[YearsAndAmount], payments: Iterable[YearsAndAmount]
) -> Decimal | None:
    """Return the rate in percent, unrounded, of money at times in years.

    Zero where payments add up to the drawdowns; None where they add up to less, where nothing is
    drawn, or where no rate makes both sides equal.
    """
    with localcontext() as context:
        context.prec = PRECISION
        force = rate_of(drawdowns, payments, _present_value)
        return None if force is None else (force.exp() - 1) * 100


def _present_value(flows: Mapping[Fraction, Decimal]) -> Curve:
    """Return the worth of all flows as a function of the force of interest, ln(1 + X)."""
    timed = [
        (Decimal(years.numerator) / years.denominator, amount) for years, amount in flows.items()
    ]

    def curve(force: Decimal) -> tuple[Decimal, Decimal]:
        worths = [(years, amount * (-years * force).exp()) for years, amount in timed]
        value = sum((worth for _, worth in worths), Decimal(0))
        return value, -sum((years * worth for years, worth in worths), Decimal(0))

    return curve


def eu_apr_of(
    advanced_on: date, advanced_minor: int, payments: Sequence[tuple[date, int]]
) -> Decimal | None:
    """Return the rate in percent, to two decimals, of an advance and its dated payments.

    Amounts are minor units of one currency. The unit of the intervals follows the frequency of the
    payments. None as in `eu_apr`.
    """
    credit = credit_of(advanced_on, payments)
    repaid = [(Fraction(0), credit.deposit), *zip(_years(credit), credit.amounts, strict=True)]
    rate = eu_apr([(Fraction(0), Decimal(advanced_minor))], repaid)
    return None if rate is None else rounded_percent(rate)


def _years(credit: Credit) -> list[Fraction]:
    """Return the time of each payment in years."""
    start, unit = credit.advanced_on, _unit_of(credit)
    if unit != "month":
        return [eu_interval(start, day, unit) for day in credit.days]
    return [
        Fraction(months, 12) + Fraction(*days_as_years(start, days))
        for months, days in months_and_days(start, credit.days)
    ]


def _unit_of(credit: Credit) -> PeriodUnit:
    """Return the unit that the payments suggest: years, months or weeks by their frequency.

    One payment alone is counted in whole months or weeks if it can be, in years and days if not.
    """
    if len(credit.days) != 1:
        period = unit_period_of(credit.days) if credit.days else DAY
        return "year" if period == YEAR else period.kind
    due = credit.days[0]
    if whole_months(credit.advanced_on, due):
        return "month"
    return "year" if (due - credit.advanced_on).days % 7 else "week"
