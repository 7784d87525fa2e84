"""What open_plan says besides its schedule: read into terms, and into conditions to compute by.

Terms are recorded, with the defaults that were applied written out; conditions are what of them
changes the amounts of the instalments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict, get_args

from ledger.allocation_fields import read_allocation
from ledger.cost_fields import CostFields
from ledger.events import Chargeback, FeeTerm, Promotion, Terms
from ledger.fields import Fields
from ledger.interest_fields import Applied, read_interest
from ledger.late_fields import read_late
from ledger.money_fields import MoneyFields
from ledger.refusals import RevenueNeeds, ServiceEndsBeforeStart
from ledger.tax_fields import read_tax
from ledger.terms.instalments import Conditions
from ledger.terms.refusals import PromotionAbovePrice
from ledger.terms.rounding import ROUNDINGS, Rounding
from ledger.terms.schedule import Schedule
from ledger.terms.splitting import REMAINDERS, Remainder


@dataclass(frozen=True, slots=True)
class Agreed:
    """Terms to record, and the conditions that they mean for the amounts."""

    terms: Terms
    conditions: Conditions


def read_terms(fields: Fields, schedule: Schedule, agreed_on: date, money: MoneyFields) -> Agreed:
    """Read the fields of open_plan that are terms.

    Raises FieldMissing, FieldUnknown, FieldWrong, RevenueNeeds, ServiceEndsBeforeStart,
    TaxedPartsDiffer, PromotionTwice and the rules of interest and promotions that can be checked
    without the instalments.
    """
    rounding: Rounding = fields.one_of("rounding", ROUNDINGS, default="half_up")
    remainder: Remainder = fields.one_of("remainder", REMAINDERS, default="last")
    costs = CostFields(schedule, money, rounding)
    fees, promotions = costs.fees(fields), costs.promotions(fields)
    applied = (
        read_interest(fields.object("interest"), schedule, agreed_on, rounding)
        if fields.has("interest")
        else None
    )
    sold_minor = schedule.total_minor - sum(one.amount_minor for one in promotions)
    if sold_minor <= 0:
        raise PromotionAbovePrice
    customer_kind = fields.choice("customer_kind", "consumer", "business", default="consumer")
    terms = Terms(
        schedule=fields.values["schedule"],
        billing=fields.choice("billing", "due", "upfront", default="due"),
        **_supply(fields),
        rounding=rounding,
        remainder=remainder,
        customer_kind=customer_kind,
        tax=read_tax(fields, sold_minor, money),
        country=fields.optional_text("country"),
        offer=fields.optional_text("offer"),
        document=fields.optional_text("document"),
        dimensions=fields.texts("dimensions") if fields.has("dimensions") else None,
        interest=applied.term if applied else None,
        fees=fees,
        promotions=promotions,
        allocation=read_allocation(fields),
        late=read_late(fields, customer_kind, money),
        series=fields.optional_text("series"),
        financed_by=fields.optional_text("financed_by"),
        chargeback=fields.one_of("chargeback", get_args(Chargeback), default="charge"),
    )
    return Agreed(terms, _conditions(terms, applied, rounding, remainder))


def read_conditions(fields: Fields, schedule: Schedule, agreed_on: date) -> Conditions:
    """Read what changes the amounts of another schedule: rounding, remainder, interest."""
    rounding: Rounding = fields.one_of("rounding", ROUNDINGS, default="half_up")
    remainder: Remainder = fields.one_of("remainder", REMAINDERS, default="last")
    applied = (
        read_interest(fields.object("interest"), schedule, agreed_on, rounding)
        if fields.has("interest")
        else None
    )
    return Conditions(
        rounding=rounding,
        remainder=remainder,
        interest=applied.interest if applied else None,
    )


class _Supply(TypedDict):
    """When what was sold is supplied, and how revenue follows from it."""

    revenue: str
    service_from: date | None
    service_to: date | None
    supply_on: date | None


def _supply(fields: Fields) -> _Supply:
    revenue = fields.choice("revenue", "on_due", "over_service", "at_supply", default="on_due")
    start, end = _service(fields.object("service")) if fields.has("service") else (None, None)
    supply_on = fields.optional_day("supply_on")
    if revenue == "over_service" and start is None:
        raise RevenueNeeds(revenue=revenue, field="service")
    if revenue == "at_supply" and supply_on is None:
        raise RevenueNeeds(revenue=revenue, field="supply_on")
    return {
        "revenue": revenue,
        "service_from": start,
        "service_to": end,
        "supply_on": supply_on,
    }


def _service(fields: Fields) -> tuple[date, date]:
    start, end = fields.day("from"), fields.day("to")
    fields.done()
    if end < start:
        raise ServiceEndsBeforeStart(start=start.isoformat(), end=end.isoformat())
    return start, end


def _conditions(
    terms: Terms, applied: Applied | None, rounding: Rounding, remainder: Remainder
) -> Conditions:
    return Conditions(
        rounding=rounding,
        remainder=remainder,
        interest=applied.interest if applied else None,
        spread_fee_minor=_charged(terms.fees, "spread"),
        financed_fee_minor=_charged(terms.fees, "financed"),
        price_off_minor=_worth(terms.promotions, "percent_off"),
        deposit_waived=_worth(terms.promotions, "deposit_waived") > 0,
        first_off_minor=_worth(terms.promotions, "first_reduced"),
    )


def _charged(fees: tuple[FeeTerm, ...], when: str) -> int:
    return sum(fee.amount_minor for fee in fees if fee.when == when)


def _worth(promotions: tuple[Promotion, ...], kind: str) -> int:
    return sum(one.amount_minor for one in promotions if one.kind == kind)
