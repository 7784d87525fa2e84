"""The annual percentage rate of the United States: nominal, by the actuarial method.

Source: 12 CFR 1026 (Regulation Z) Appendix J (b)(8), the general equation. With t full
unit-periods, an odd fraction f of one, and the rate i of a unit-period, the rate solves

    sum of advances A / ((1 + f i)(1 + i)^t)  =  sum of payments P / ((1 + f i)(1 + i)^t)

and is i times the unit-periods of a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.terms.apr.flows import Credit, credit_of, rate_of, rounded_percent
from ledger.terms.apr.solver import PRECISION, Curve
from ledger.terms.apr.unit_periods import (
    YEAR,
    single_payment_period,
    unit_period_of,
    unit_periods,
)

UnitTime = tuple[int, Fraction]


@dataclass(frozen=True, slots=True)
class UnitFlow:
    """An amount after `full` unit-periods and the fraction `odd` of another."""

    amount: Decimal
    full: int
    odd: Fraction = Fraction(0)


def stream(amount: Decimal, count: int, full: int, odd: Fraction) -> list[UnitFlow]:
    """Return `count` equal payments a unit-period apart, the first after `full` and `odd`."""
    return [UnitFlow(amount, full + index, odd) for index in range(count)]


def us_apr(
    advances: Iterable[UnitFlow], payments: Iterable[UnitFlow], per_year: Fraction
) -> Decimal | None:
    """Return the rate in percent, unrounded; `per_year` unit-periods make a year.

    Zero where payments add up to the advances; None where they add up to less, where nothing is
    advanced, or where no rate makes both sides equal.
    """
    with localcontext() as context:
        context.prec = PRECISION
        rate = rate_of(_timed(advances), _timed(payments), _present_value)
        return None if rate is None else 100 * rate * per_year.numerator / per_year.denominator


def _timed(flows: Iterable[UnitFlow]) -> list[tuple[UnitTime, Decimal]]:
    return [((flow.full, flow.odd), flow.amount) for flow in flows]


def _present_value(flows: Mapping[UnitTime, Decimal]) -> Curve:
    """Return the worth of all flows as a function of the rate of a unit-period."""
    timed = [
        (full, Decimal(odd.numerator) / odd.denominator, amount)
        for (full, odd), amount in flows.items()
    ]

    def curve(rate: Decimal) -> tuple[Decimal, Decimal]:
        value = slope = Decimal(0)
        growth = 1 + rate
        for full, odd, amount in timed:
            simple = 1 + odd * rate
            worth = amount / (simple * growth**full)
            value += worth
            slope -= worth * (odd / simple + full / growth)
        return value, slope

    return curve


def us_apr_of(
    advanced_on: date, advanced_minor: int, payments: Sequence[tuple[date, int]]
) -> Decimal | None:
    """Return the rate in percent, to two decimals, of an advance and its dated payments.

    Amounts are minor units of one currency. The unit-period is found from the days. None as in
    `us_apr`.
    """
    credit = credit_of(advanced_on, payments)
    times, per_year = _times(credit)
    repaid = [UnitFlow(credit.deposit, 0)] + [
        UnitFlow(amount, full, odd)
        for (full, odd), amount in zip(times, credit.amounts, strict=True)
    ]
    rate = us_apr([UnitFlow(Decimal(advanced_minor), 0)], repaid, per_year)
    return None if rate is None else rounded_percent(rate)


def _times(credit: Credit) -> tuple[list[UnitTime], Fraction]:
    """Return the time of each payment in unit-periods, and how many of them a year has."""
    start, days = credit.advanced_on, credit.days
    if len(days) > 1:
        period = unit_period_of([start, *days])
    else:
        period = single_payment_period(start, days[0]) if days else YEAR
    return unit_periods(start, days, period), period.per_year
