"""What a late payer owes by French law: a business interest and 40 EUR, a consumer a share at most.

Sources: Code de commerce L441-10 II and D441-5 (business); Code de la consommation L312-38, D312-16
and D312-17 (consumer). Rates and limits are dated data that come in as arguments. All rates are
percent a year of 365 days, in leap years too; amounts are minor units, tax included, and concern
the overdue instalment alone (directive 2011/7/EU, recital 22).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Literal

from ledger.terms.money import round_half_up
from ledger.terms.refusals import HalfYearRateUnknown, RecoveryFeeToConsumer

CustomerKind = Literal["consumer", "business"]
RateOf = Callable[[date], Decimal]
"""The rate that applies on a day, in percent."""

_JULY = 7
_DAYS_A_YEAR = 365
_PRECISION = 40


@dataclass(frozen=True, slots=True)
class HalfYearRates:
    """Rates in percent by the first day of the half-year that they apply in.

    `name` says what they are and `file` where a missing one is added.
    """

    name: str
    file: str
    by_start: Mapping[date, Decimal]

    def on(self, day: date) -> Decimal:
        """Return the rate of the half-year of `day`. Raises HalfYearRateUnknown."""
        start = half_year_start(day)
        if start not in self.by_start:
            raise HalfYearRateUnknown(rate=self.name, start=start.isoformat(), file=self.file)
        return self.by_start[start]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessLaw:
    """What the law sets between businesses: points, floor, and the fee for each late invoice."""

    points: Decimal
    floor_multiple: Decimal
    recovery_fee: Decimal
    recovery_fee_currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerLaw:
    """The most that a consumer in default may be asked for, in percent of three bases."""

    accelerated_percent: Decimal
    unpaid_percent: Decimal
    postponed_percent: Decimal


@dataclass(frozen=True, slots=True)
class Segment:
    """Days late within one half-year, first and last day included, at one rate."""

    first: date
    last: date
    percent: Decimal

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def half_year_start(day: date) -> date:
    """Return the 1 January or 1 July that begins the half-year of `day`."""
    return date(day.year, _JULY if day.month >= _JULY else 1, 1)


def statutory_rate(central_bank: HalfYearRates, law: BusinessLaw) -> RateOf:
    """Return the rate where the contract sets none: the central bank's and the law's points.

    The rate of 1 January serves the first half-year, that of 1 July the second (L441-10 II).
    """
    return lambda day: central_bank.on(day) + law.points


def contract_rate(percent: Decimal, legal: HalfYearRates, law: BusinessLaw) -> RateOf:
    """Return the rate that a contract sets, raised to the floor of a multiple of the legal rate.

    The floor binds what a contract sets, not the statutory rate (L441-10 II).
    """
    return lambda day: max(percent, law.floor_multiple * legal.on(day))


def late_segments(due_on: date, paid_on: date, rate: RateOf) -> list[Segment]:
    """Cut the days late, from the day after `due_on` to `paid_on`, where half-years begin.

    None where nothing is late. Raises what `rate` raises.
    """
    segments = []
    first = due_on
    while first < paid_on:
        first += timedelta(days=1)
        last = min(paid_on, _half_year_end(first))
        segments.append(Segment(first, last, rate(first)))
        first = last
    return segments


def late_interest(overdue_minor: int, rates_and_days: Iterable[tuple[Decimal, int]]) -> int:
    """Return the interest on an overdue amount at each rate for its days; rounded once, half up."""
    with localcontext() as context:
        context.prec = _PRECISION
        rate_days = sum((percent * days for percent, days in rates_and_days), Decimal(0))
        return round_half_up(overdue_minor * rate_days / (100 * _DAYS_A_YEAR))


def recovery_fee(customer_kind: CustomerKind, law: BusinessLaw) -> Decimal:
    """Return the lump sum for recovering one late invoice. Raises RecoveryFeeToConsumer."""
    if customer_kind == "consumer":
        raise RecoveryFeeToConsumer
    return law.recovery_fee


def consumer_limit(percent: Decimal, base_minor: int) -> int:
    """Return the most that a consumer may be asked for: `percent` of a base, rounded half up.

    The base is the capital outstanding where the credit is ended (L312-39, D312-16), the
    instalments due and unpaid where it goes on, or those that are postponed (D312-17).
    """
    with localcontext() as context:
        context.prec = _PRECISION
        return round_half_up(base_minor * percent / 100)


def _half_year_end(day: date) -> date:
    return date(day.year, 12, 31) if day.month >= _JULY else date(day.year, 6, 30)
