"""The form of commands about agreements: open, reschedule, pause, settle early, amend, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.fields import Fields
from ledger.intentions import (
    AmendPlan,
    CancelPlan,
    Command,
    OpenBalance,
    OpeningItem,
    OpenPlan,
    PausePlan,
    Reschedule,
    SettlePlan,
)
from ledger.money_fields import MoneyFields
from ledger.schedule_fields import read_schedule
from ledger.tax_fields import read_tax
from ledger.terms.dates import Interval
from ledger.terms.instalments import Conditions
from ledger.terms.money import positive_minor_units
from ledger.terms.schedule import Schedule
from ledger.terms_fields import Agreed, read_conditions, read_terms

Base = dict[str, Any]


def _read_open_plan(fields: Fields, base: Base) -> Command:
    currency, exponent = fields.currency()
    schedule = read_schedule(fields.object("schedule"), base["on"], currency, exponent)
    agreed = read_terms(fields, schedule, base["on"], MoneyFields(currency, exponent))
    return OpenPlan(
        **base,
        plan=fields.text("plan"),
        customer=fields.text("customer"),
        currency=currency,
        exponent=exponent,
        schedule=schedule,
        terms=agreed.terms,
        conditions=agreed.conditions,
    )


def _read_open_balance(fields: Fields, base: Base) -> Command:
    currency, exponent = fields.currency()
    return OpenBalance(
        **base,
        plan=fields.text("plan"),
        customer=fields.text("customer"),
        currency=currency,
        exponent=exponent,
        items=tuple(
            _read_item(item, MoneyFields(currency, exponent)) for item in fields.objects("items")
        ),
    )


def _read_item(fields: Fields, money: MoneyFields) -> OpeningItem:
    amount_minor = positive_minor_units(fields.amount("amount"), money.currency, money.exponent)
    item = OpeningItem(
        document=fields.text("document"),
        due_on=fields.day("due"),
        amount_minor=amount_minor,
        tax=read_tax(fields, amount_minor, money),
    )
    fields.done()
    return item


def _read_reschedule(fields: Fields, base: Base) -> Command:
    """Read the schedule once the plan's currency is known; its fields are known before."""
    nested = fields.object("schedule")
    _know(fields, _CONDITIONS)

    def agreed(currency: str, exponent: int) -> tuple[Schedule, Conditions]:
        schedule = read_schedule(nested, base["on"], currency, exponent)
        return schedule, read_conditions(fields, schedule, base["on"])

    reason = _reason_or(fields, "rescheduled")
    return Reschedule(**base, plan=fields.text("plan"), agreed=agreed, reason=reason)


_CONDITIONS = ("rounding", "remainder", "interest")
_AMENDED = (*_CONDITIONS, "fees", "promotions", "tax", "offer")


def _know(fields: Fields, names: tuple[str, ...]) -> None:
    """Let fields be there that are read later; what no command can hold is refused now."""
    fields.refuse_floats()
    for name in names:
        fields.has(name)


def _reason_or(fields: Fields, default: str) -> str:
    return fields.reason() if fields.has("reason") else default


def _read_pause_plan(fields: Fields, base: Base) -> Command:
    return PausePlan(
        **base,
        plan=fields.text("plan"),
        since=fields.optional_day("from") or base["on"],
        by=Interval.parse(fields.text("by")),
        reason=_reason_or(fields, "paused"),
    )


def _read_settle_plan(fields: Fields, base: Base) -> Command:
    return SettlePlan(**base, plan=fields.text("plan"))


def _read_amend_plan(fields: Fields, base: Base) -> Command:
    """As `_read_reschedule`, with the terms that an amendment may change."""
    nested = fields.object("schedule")
    _know(fields, _AMENDED)
    known = {name: value for name, value in fields.values.items() if name in _AMENDED}
    changed = Fields({**known, "schedule": fields.values["schedule"]})

    def agreed(currency: str, exponent: int) -> tuple[Schedule, Agreed]:
        schedule = read_schedule(nested, base["on"], currency, exponent)
        money = MoneyFields(currency, exponent)
        return schedule, read_terms(changed, schedule, base["on"], money)

    return AmendPlan(
        **base,
        plan=fields.text("plan"),
        agreed=agreed,
        service_to=fields.optional_day("service_to"),
        reason=_reason_or(fields, "amended"),
    )


def _read_cancel_plan(fields: Fields, base: Base) -> Command:
    return CancelPlan(
        **base,
        plan=fields.text("plan"),
        reason=fields.reason(),
        kind=fields.choice("kind", "cancellation", "withdrawal", default="cancellation"),
    )


READ: dict[str, Callable[[Fields, Base], Command]] = {
    "amend_plan": _read_amend_plan,
    "cancel_plan": _read_cancel_plan,
    "open_balance": _read_open_balance,
    "open_plan": _read_open_plan,
    "pause_plan": _read_pause_plan,
    "reschedule": _read_reschedule,
    "settle_plan": _read_settle_plan,
}
