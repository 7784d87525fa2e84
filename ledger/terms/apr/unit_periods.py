"""Unit-periods of the United States' method, and how many lie between two days.

Source: 12 CFR 1026 Appendix J (b)(3) to (b)(5). The unit-period is the interval between payments
that is most common; what does not fill one is an odd fraction of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal

from ledger.terms.apr.intervals import counted_back, months_and_days, whole_months

_MONTH_DAYS = 30
_WEEK_DAYS = 7
_YEAR_MONTHS = 12
_YEAR_WEEKS = 52
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A standard interval of time: `count` days, weeks, half months or months, a year at most.

    `term` marks the period of a single payment: it lasts as long as the transaction.
    """

    count: Fraction
    kind: Literal["day", "week", "month"]
    term: bool = False

    @property
    def per_year(self) -> Fraction:
        """How many of it a year has: 365 days, 52 weeks, 24 half months, 12 months."""
        a_year = {"day": _YEAR_DAYS, "week": _YEAR_WEEKS, "month": _YEAR_MONTHS}
        return a_year[self.kind] / self.count

    @property
    def length(self) -> Fraction:
        """Its length in days, that of a month being a twelfth of 365."""
        a_month = Fraction(_YEAR_DAYS, _YEAR_MONTHS)
        days = {"day": Fraction(1), "week": Fraction(_WEEK_DAYS), "month": a_month}
        return self.count * days[self.kind]


DAY = UnitPeriod(Fraction(1), "day")
SEMIMONTH = UnitPeriod(Fraction(1, 2), "month")
YEAR = UnitPeriod(Fraction(_YEAR_MONTHS), "month")
STANDARD_INTERVALS = (
    DAY,
    SEMIMONTH,
    *(UnitPeriod(Fraction(count), "month") for count in range(1, _YEAR_MONTHS + 1)),
    *(UnitPeriod(Fraction(count), "week") for count in range(1, _YEAR_WEEKS + 1)),
)


def unit_period_of(days: Sequence[date]) -> UnitPeriod:
    """Return the most common interval between `days`; of equally common ones the smaller.

    `days` are in order, each once, two or more. Without a common interval it is the average one,
    rounded to the nearest standard interval. Source: Appendix J (b)(4)(i).
    """
    pairs = list(pairwise(days))
    periods = _all_months(pairs) or _all_weeks(pairs) or [_standard(*pair) for pair in pairs]
    counted = Counter(period for period in periods if period.length <= YEAR.length)
    most = max(counted.values(), default=0)
    if most > 1 or (counted and len(pairs) == 1):
        return min((found for found in counted if counted[found] == most), key=_length)
    return _average(periods)


def single_payment_period(start: date, end: date) -> UnitPeriod:
    """Return the unit-period of one advance and one payment: its term, a year at most.

    A term of whole months is counted in months, another in days. Source: Appendix J (b)(4)(ii),
    (b)(5)(vi) and (vii).
    """
    if counted_back(start, end, _YEAR_MONTHS)[0]:
        return YEAR
    months = whole_months(start, end)
    if months:
        return UnitPeriod(Fraction(months), "month", term=True)
    return UnitPeriod(Fraction((end - start).days), "day", term=True)


def unit_periods(
    start: date, days: Sequence[date], period: UnitPeriod
) -> list[tuple[int, Fraction]]:
    """Return, for each of `days` in order, the full unit-periods since `start` and the odd rest.

    The rest is a fraction of a unit-period.
    Source: Appendix J (b)(5)(ii) to (vi), the rule that fits the unit-period.
    """
    if period.term:
        return [(1, Fraction(0)) for _ in days]
    if period.kind != "month":
        length = int(period.length)
        return [_divided((day - start).days, length) for day in days]
    if period == YEAR:
        return [_years(start, day) for day in days]
    length = int(_MONTH_DAYS * period.count)
    return [
        _divided(_MONTH_DAYS * months + odd_days, length)
        for months, odd_days in months_and_days(start, days)
    ]


def _years(start: date, end: date) -> tuple[int, Fraction]:
    """Return full years and the rest: whole months as twelfths, else days of 365; (b)(5)(v)."""
    years, odd_days = counted_back(start, end, _YEAR_MONTHS)
    months = whole_months(start, end)
    if months is not None:
        return _divided(months, _YEAR_MONTHS)
    return years, Fraction(odd_days, _YEAR_DAYS)


def _divided(amount: int, length: int) -> tuple[int, Fraction]:
    full, rest = divmod(amount, length)
    return full, Fraction(rest, length)


def _all_months(pairs: list[tuple[date, date]]) -> list[UnitPeriod]:
    """Return the intervals as months, nothing unless all of them are whole months."""
    counts = [whole_months(start, end) or 0 for start, end in pairs]
    return [UnitPeriod(Fraction(count), "month") for count in counts] if all(counts) else []


def _all_weeks(pairs: list[tuple[date, date]]) -> list[UnitPeriod]:
    """Return the intervals as weeks, nothing unless all of them are whole weeks."""
    weeks = [Fraction((end - start).days, _WEEK_DAYS) for start, end in pairs]
    whole = all(count.denominator == 1 for count in weeks)
    return [UnitPeriod(count, "week") for count in weeks] if whole else []


def _standard(start: date, end: date) -> UnitPeriod:
    """Return an interval as whole months, else whole weeks, else the standard one nearest to it."""
    pair = [(start, end)]
    nearest = [_nearest(Fraction((end - start).days))]
    return (_all_months(pair) or _all_weeks(pair) or nearest)[0]


def _average(periods: list[UnitPeriod]) -> UnitPeriod:
    """Return the mean of `periods` as a standard interval, of two equally near ones the lower.

    A mean of months is rounded to months, so that such payments keep whole unit-periods.
    """
    if all(period.kind == "month" for period in periods):
        mean = Fraction(sum(period.count for period in periods), len(periods))
        rounded = min(max(ceil(mean - Fraction(1, 2)), 1), _YEAR_MONTHS)
        return UnitPeriod(Fraction(rounded), "month")
    return _nearest(Fraction(sum(period.length for period in periods), len(periods)))


def _nearest(days: Fraction) -> UnitPeriod:
    """Return the standard interval nearest to `days`, of two the lower."""
    return min(STANDARD_INTERVALS, key=lambda period: (abs(period.length - days), period.length))


def _length(period: UnitPeriod) -> Fraction:
    return period.length
