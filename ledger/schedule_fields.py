"""The field `schedule` of open_plan: four kinds, each with its own fields."""

from __future__ import annotations

from datetime import date

from ledger.fields import Fields
from ledger.terms.dates import Interval
from ledger.terms.money import amount_text, minor_units, positive_minor_units
from ledger.terms.refusals import Refusal, TotalDiffers
from ledger.terms.schedule import Custom, Deposit, Equal, Progressive, Schedule

LEAST_GROWTH_PERCENT = -100
MOST_GROWTH_PERCENT = 1000


def read_schedule(fields: Fields, agreed_on: date, currency: str, exponent: int) -> Schedule:
    """Return a schedule with its amounts in minor units of `currency`.

    Raises FieldMissing, FieldUnknown, FieldWrong, IntervalUnknown, TotalDiffers and the rules of
    amounts. Whether the schedule can be is decided by `ledger.terms.schedule`.
    """
    kind = fields.choice("kind", "equal", "progressive", "deposit", "custom")
    money = _Money(fields, currency, exponent)
    schedule: Schedule
    if kind == "custom":
        schedule = _custom(fields, money)
    elif kind == "deposit":
        schedule = Deposit(
            total_minor=money.read("total"),
            deposit_minor=money.read("deposit"),
            deposit_due=fields.optional_day("deposit_due") or agreed_on,
            count=fields.count("instalments"),
            first_due=fields.day("first_due"),
            every=Interval.parse(fields.text("every")),
        )
    elif kind == "progressive":
        schedule = _progressive(fields, money)
    else:
        schedule = Equal(
            total_minor=money.read("total"),
            count=fields.count("instalments"),
            first_due=fields.day("first_due"),
            every=Interval.parse(fields.text("every")),
        )
    fields.done()
    return schedule


class _Money:
    """Reads amounts of one currency; a refusal names the field."""

    def __init__(self, fields: Fields, currency: str, exponent: int) -> None:
        self.fields = fields
        self.currency = currency
        self.exponent = exponent

    def read(self, name: str, fields: Fields | None = None) -> int:
        """Read a positive amount in minor units."""
        source = fields or self.fields
        amount = source.amount(name)
        try:
            return positive_minor_units(amount, self.currency, self.exponent)
        except Refusal as refusal:
            raise source.wrong(name, str(refusal)) from None


def _progressive(fields: Fields, money: _Money) -> Progressive:
    by_percent, by_amount = fields.has("growth_percent"), fields.has("growth_amount")
    if by_percent == by_amount:
        problem = "give either growth_percent or growth_amount"
        raise fields.wrong("growth_percent", problem)
    percent = fields.amount("growth_percent") if by_percent else None
    if percent is not None and not LEAST_GROWTH_PERCENT < percent <= MOST_GROWTH_PERCENT:
        problem = f"{percent} is not above {LEAST_GROWTH_PERCENT} and up to {MOST_GROWTH_PERCENT}"
        raise fields.wrong("growth_percent", problem)
    growth = fields.optional_amount("growth_amount")
    return Progressive(
        total_minor=money.read("total"),
        count=fields.count("instalments"),
        first_due=fields.day("first_due"),
        every=Interval.parse(fields.text("every")),
        growth_percent=percent,
        growth_minor=None
        if growth is None
        else minor_units(growth, money.currency, money.exponent),
    )


def _custom(fields: Fields, money: _Money) -> Custom:
    parts = []
    for nested in fields.objects("instalments"):
        due_on = nested.day("due")
        billed_on = nested.optional_day("billed_on") or due_on
        parts.append((due_on, billed_on, money.read("amount", nested)))
        nested.done()
    total_minor = sum(amount for _, _, amount in parts)
    if fields.has("total"):
        stated = money.read("total")
        if stated != total_minor:
            raise TotalDiffers(
                stated=amount_text(stated, money.exponent),
                computed=amount_text(total_minor, money.exponent),
            )
    return Custom(parts=tuple(parts))
