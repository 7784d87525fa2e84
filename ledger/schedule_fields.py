"""The field `schedule` of open_plan: five kinds, each with its own fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypedDict

from ledger.fields import Fields
from ledger.money_fields import MoneyFields
from ledger.terms.business_days import SHIFTS, BusinessDays
from ledger.terms.dates import Interval
from ledger.terms.refusals import TotalDiffers
from ledger.terms.schedule import (
    MOST_INSTALMENTS,
    Custom,
    Deposit,
    Equal,
    Progressive,
    Schedule,
    Weighted,
)

LEAST_GROWTH_PERCENT = -100
MOST_GROWTH_PERCENT = 1000
MOST_GROWTH_DECIMALS = 6
MOST_WEIGHT = 10**9


def read_schedule(fields: Fields, agreed_on: date, currency: str, exponent: int) -> Schedule:
    """Return a schedule with its amounts in minor units of `currency`.

    Raises FieldMissing, FieldUnknown, FieldWrong, IntervalUnknown, TotalDiffers and the rules of
    amounts. Whether the schedule can be is decided by `ledger.terms.instalments`.
    """
    kind = fields.choice("kind", *_KINDS)
    schedule = _KINDS[kind](fields, MoneyFields(currency, exponent), agreed_on)
    fields.done()
    return schedule


class _Dates(TypedDict):
    """What all kinds but custom have."""

    total_minor: int
    first_due: date
    every: Interval
    month_end: bool
    business_days: BusinessDays
    multiple_minor: int


def _dates(fields: Fields, money: MoneyFields) -> _Dates:
    return {
        "total_minor": money.positive(fields, "total"),
        "first_due": fields.day("first_due"),
        "every": Interval.parse(fields.text("every")),
        "month_end": fields.flag("month_end"),
        "business_days": _business_days(fields),
        "multiple_minor": money.positive(fields, "multiple") if fields.has("multiple") else 1,
    }


def _business_days(fields: Fields) -> BusinessDays:
    word = fields.choice("business_days", *SHIFTS, default="none")
    shift = next(shift for shift in SHIFTS if shift == word)
    holidays = frozenset(fields.days("holidays")) if fields.has("holidays") else frozenset()
    if holidays and shift == "none":
        raise fields.wrong("holidays", "goes with business_days following or modified_following")
    return BusinessDays(shift, holidays)


def _equal(fields: Fields, money: MoneyFields, _agreed_on: date) -> Equal:
    return Equal(**_dates(fields, money), count=fields.count("instalments"))


def _weighted(fields: Fields, money: MoneyFields, _agreed_on: date) -> Weighted:
    dates = _dates(fields, money)
    weights = fields.integers("weights", MOST_INSTALMENTS)
    if not all(0 < weight <= MOST_WEIGHT for weight in weights):
        raise fields.wrong("weights", f"must be whole numbers from 1 to {MOST_WEIGHT}")
    if fields.has("instalments") and fields.count("instalments") != len(weights):
        raise fields.wrong("instalments", f"must be the number of weights, {len(weights)}")
    return Weighted(**dates, count=len(weights), weights=tuple(weights))


def _progressive(fields: Fields, money: MoneyFields, _agreed_on: date) -> Progressive:
    by_percent, by_amount = fields.has("growth_percent"), fields.has("growth_amount")
    if by_percent == by_amount:
        problem = "give either growth_percent or growth_amount"
        raise fields.wrong("growth_percent", problem)
    return Progressive(
        **_dates(fields, money),
        count=fields.count("instalments"),
        growth_percent=_growth_percent(fields) if by_percent else None,
        growth_minor=money.signed(fields, "growth_amount") if by_amount else None,
    )


def _growth_percent(fields: Fields) -> Decimal:
    percent = fields.amount("growth_percent")
    if not LEAST_GROWTH_PERCENT < percent <= MOST_GROWTH_PERCENT:
        problem = f"{percent} is not above {LEAST_GROWTH_PERCENT} and up to {MOST_GROWTH_PERCENT}"
        raise fields.wrong("growth_percent", problem)
    if percent != round(percent, MOST_GROWTH_DECIMALS):
        problem = f"has more than {MOST_GROWTH_DECIMALS} decimals"
        raise fields.wrong("growth_percent", problem)
    return percent


def _deposit(fields: Fields, money: MoneyFields, agreed_on: date) -> Deposit:
    return Deposit(
        **_dates(fields, money),
        count=fields.count("instalments"),
        deposit_minor=money.positive(fields, "deposit"),
        deposit_due=fields.optional_day("deposit_due") or agreed_on,
    )


def _custom(fields: Fields, money: MoneyFields, _agreed_on: date) -> Custom:
    parts = []
    for nested in fields.objects("instalments"):
        due_on = nested.day("due")
        billed_on = nested.optional_day("billed_on") or due_on
        parts.append((due_on, billed_on, money.positive(nested, "amount")))
        nested.done()
    custom = Custom(parts=tuple(parts))
    if fields.has("total"):
        stated = money.positive(fields, "total")
        if stated != custom.total_minor:
            raise TotalDiffers(stated=money.text(stated), computed=money.text(custom.total_minor))
    return custom


_KINDS: dict[str, Callable[[Fields, MoneyFields, date], Schedule]] = {
    "equal": _equal,
    "weighted": _weighted,
    "progressive": _progressive,
    "deposit": _deposit,
    "custom": _custom,
}
