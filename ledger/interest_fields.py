"""The field `interest` of open_plan: a rate, and how it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.events import InterestTerm
from ledger.fields import Fields
from ledger.money_fields import hundredth, percentage
from ledger.terms.day_counts import DAY_COUNTS, DayCount
from ledger.terms.interest import FINALS, METHODS, Final, Interest, Method
from ledger.terms.money import plain
from ledger.terms.refusals import LevelNeedsProportions, PeriodNeedsInterval
from ledger.terms.rounding import ROUNDINGS, Rounding
from ledger.terms.schedule import Custom, Schedule

MOST_PERCENT = 10_000
_NOMINAL_DECIMALS = Decimal(1).scaleb(-12)


@dataclass(frozen=True, slots=True)
class Applied:
    """Interest for the arithmetic, and as it is recorded with its defaults written out."""

    interest: Interest
    term: InterestTerm


def read_interest(
    fields: Fields, schedule: Schedule, agreed_on: date, rounding: Rounding
) -> Applied:
    """Read the nested object `interest` of a plan with this schedule.

    Needs `annual_rate` or `rate_per_period`, in percent. Defaults: method level, interest from the
    agreement on, rounded as the plan is; day count 30/360 where instalments are months apart,
    actual/365 elsewhere, period where the rate is by period. Raises FieldMissing, FieldUnknown,
    FieldWrong, PeriodNeedsInterval, LevelNeedsProportions.
    """
    by_period = fields.has("rate_per_period")
    if by_period == fields.has("annual_rate"):
        raise fields.wrong("annual_rate", "give either annual_rate or rate_per_period")
    percent = percentage(fields, "rate_per_period" if by_period else "annual_rate", MOST_PERCENT)
    method = _method(fields, schedule)
    day_count = _day_count(fields, schedule, by_period=by_period)
    per_year = Fraction(1) if isinstance(schedule, Custom) else schedule.every.per_year
    rate = hundredth(percent)
    interest = Interest(
        annual_rate=rate * per_year if by_period else rate,
        period_rate=rate if by_period else rate / per_year,
        method=method,
        day_count=day_count,
        starts_on=fields.optional_day("from") or agreed_on,
        rounding=fields.one_of("rounding", ROUNDINGS, default=rounding),
        final=_final(fields, method),
    )
    fields.done()
    return Applied(interest, _term(interest, percent, by_period=by_period))


def _method(fields: Fields, schedule: Schedule) -> Method:
    method: Method = fields.one_of("method", METHODS, default="level")
    if method == "level" and isinstance(schedule, Custom):
        raise LevelNeedsProportions
    return method


def _day_count(fields: Fields, schedule: Schedule, *, by_period: bool) -> DayCount:
    default: DayCount = "period" if by_period else _usual_day_count(schedule)
    day_count: DayCount = fields.one_of("day_count", DAY_COUNTS, default=default)
    if by_period and day_count != "period":
        raise fields.wrong("day_count", "goes with annual_rate: a rate_per_period counts periods")
    if day_count == "period" and isinstance(schedule, Custom):
        raise PeriodNeedsInterval
    return day_count


def _usual_day_count(schedule: Schedule) -> DayCount:
    by_months = not isinstance(schedule, Custom) and schedule.every.commercial_days
    return "30/360" if by_months else "actual/365"


def _final(fields: Fields, method: Method) -> Final:
    final: Final = fields.one_of("final", FINALS, default="amount")
    if method != "level" and fields.has("final"):
        raise fields.wrong("final", "goes with level interest: others leave nothing at the end")
    return final


def _term(interest: Interest, percent: Decimal, *, by_period: bool) -> InterestTerm:
    return InterestTerm(
        annual_rate=_nominal(interest.annual_rate) if by_period else plain(percent),
        rate_per_period=plain(percent) if by_period else None,
        method=interest.method,
        day_count=interest.day_count,
        rounding=interest.rounding,
        starts_on=interest.starts_on,
        final=interest.final,
    )


def _nominal(annual_rate: Fraction) -> str:
    """Write a nominal annual rate in percent, to twelve decimals where it does not end."""
    percent = Decimal(100 * annual_rate.numerator) / annual_rate.denominator
    return plain(percent.quantize(_NOMINAL_DECIMALS).normalize())
