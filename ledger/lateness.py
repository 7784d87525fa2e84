"""What paying late costs: fees, interest and indemnities by the plan's policy, and their undoing.

Everything is computed on the overdue instalment alone, from what was unpaid of it on each day.
Interest is charged for whole months that have passed; it is cumulative, so that months add up to
the whole, rounded once. Money that turns out to have come in time waives what it makes unjust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ledger import policies
from ledger.charge import Charge
from ledger.crediting import waive_charge
from ledger.draft import Draft
from ledger.events import FeeCharged, InterestCharged, plan_stream
from ledger.plan import Allocation, Plan
from ledger.terms.dates import add_months, month_end
from ledger.terms.late_payment import (
    RateOf,
    consumer_limit,
    contract_rate,
    late_interest,
    late_segments,
    recovery_fee,
    statutory_rate,
)
from ledger.terms.money import minor_units

PAID_IN_TIME = "paid in time"
_ONE_DAY = timedelta(days=1)


def charge_lateness(plan_id: str, through: date, draft: Draft) -> None:
    """Charge what paying late has cost by a day. Doing it again charges nothing more."""
    plan = draft.plan(plan_id)
    policy = plan.terms.late if plan.terms else None
    if not policy:
        return
    for charge in _priced(plan):
        if policy["kind"] == "fr_business":
            _charge_business(plan_id, charge, policy, through, draft)
        else:
            _charge_fee(plan_id, charge, policy, through, draft)


def _priced(plan: Plan) -> list[Charge]:
    """Return the charges of the price itself, oldest due first."""
    priced = [charge for charge in plan.charges.values() if charge.income in {"revenue", "opening"}]
    return sorted(priced, key=lambda charge: (charge.due_on, charge.order))


def unpaid_minor(plan: Plan, charge: Charge, day: date) -> int:
    """Return what was unpaid of a charge at the end of a day; what was credited never counts.

    Money that was disputed later had paid until then; money that bounced never has.
    """
    paid = sum(
        found.amount_minor for found, until in _paid(plan, charge) if found.since <= day < until
    )
    return max(charge.gross_minor - paid, 0)


def _paid(plan: Plan, charge: Charge) -> Iterator[tuple[Allocation, date]]:
    """Yield what paid a charge, each with the day from which it no longer did."""
    for found in plan.allocations:
        if found.charge == charge.id:
            yield found, date.max
    for found in (*plan.disputed, *plan.charged_back):
        if found.charge == charge.id:
            yield found, found.effective_on


# Fees and indemnities ---------------------------------------------------------------------------


def _charge_fee(
    plan_id: str, charge: Charge, policy: Mapping[str, Any], through: date, draft: Draft
) -> None:
    plan = draft.plan(plan_id)
    last = _last_day(charge, policy)
    name = f"{charge.id}/late"
    unpaid = unpaid_minor(plan, charge, last)
    if last >= through or not unpaid or name in plan.charges:
        return
    amount_minor = _fee_minor(charge, policy, unpaid, last + _ONE_DAY)
    if amount_minor:
        kind = "late_fee" if policy["kind"] == "fee" else "indemnity"
        _record_fee(plan, charge, name, kind, amount_minor, last + _ONE_DAY, draft)


def _last_day(charge: Charge, policy: Mapping[str, Any]) -> date:
    """Return the last day on which the charge is paid in time."""
    return charge.due_on + timedelta(days=policy.get("grace_days", 0))


def _fee_minor(charge: Charge, policy: Mapping[str, Any], unpaid: int, on: date) -> int:
    if policy["kind"] == "fr_consumer":
        return consumer_limit(policies.consumer_law(on).unpaid_percent, unpaid)
    if "amount_minor" in policy:
        return int(policy["amount_minor"])
    return consumer_limit(Decimal(policy["percent"]), charge.amount_minor)


def _record_fee(
    plan: Plan, charge: Charge, name: str, kind: str, amount_minor: int, on: date, draft: Draft
) -> None:
    day = max(on, charge.charged_on)
    fee = FeeCharged(
        **plan.fields,
        charge=name,
        kind=kind,
        due_on=day,
        amount_minor=amount_minor,
        income="late_fee_income",
        instalment=charge.instalment,
    )
    draft.record(plan_stream(plan.id), day, fee)


# Between businesses -----------------------------------------------------------------------------


def _charge_business(
    plan_id: str, charge: Charge, policy: Mapping[str, Any], through: date, draft: Draft
) -> None:
    plan = draft.plan(plan_id)
    late_since = charge.due_on + _ONE_DAY
    was_late = unpaid_minor(plan, charge, charge.due_on) > 0
    taken_back = any(found.charge == charge.id for found in (*plan.disputed, *plan.charged_back))
    if late_since > through or not (was_late or taken_back):
        return
    law = policies.business_law(late_since)
    name = f"{charge.id}/recovery"
    if was_late and name not in plan.charges and law.recovery_fee_currency == plan.currency:
        fee = recovery_fee("business", law)
        amount_minor = minor_units(fee, plan.currency, plan.exponent)
        _record_fee(plan, charge, name, "recovery_fee", amount_minor, late_since, draft)
    for day in _months(charge.due_on, through):
        _charge_interest(plan_id, charge, policy, day, draft)


def _months(after: date, through: date) -> Iterator[date]:
    day = month_end(after + _ONE_DAY)
    while day <= through:
        yield day
        day = month_end(add_months(day, 1))


def _charge_interest(
    plan_id: str, charge: Charge, policy: Mapping[str, Any], through: date, draft: Draft
) -> None:
    plan = draft.plan(plan_id)
    name = f"{charge.id}/late/{through:%Y-%m}"
    known = _interest_charges(plan, charge)
    amount_minor = interest_minor(plan, charge, policy, through) - sum(
        found.amount_minor for found in known
    )
    if amount_minor <= 0 or name in plan.charges:
        return
    interest = InterestCharged(
        **plan.fields,
        charge=name,
        kind="late_interest",
        instalment=charge.instalment,
        run_from=max(charge.due_on, month_end(add_months(through, -1))),
        run_through=through,
        due_on=through,
        amount_minor=amount_minor,
        income="interest_income",
    )
    draft.record(plan_stream(plan_id), through, interest)


def _interest_charges(plan: Plan, charge: Charge) -> list[Charge]:
    start = f"{charge.id}/late/"
    return [found for found in plan.charges.values() if found.id.startswith(start)]


def interest_minor(plan: Plan, charge: Charge, policy: Mapping[str, Any], through: date) -> int:
    """Return all the interest on what was unpaid of a charge from its due day through a day."""
    rate = _rate(policy, charge.due_on)
    days = {day for found, until in _paid(plan, charge) for day in (found.since, until)}
    paid_late = {day for day in days if charge.due_on < day < through}
    weighted = []
    for start, end in pairwise(sorted({charge.due_on, through} | paid_late)):
        base = unpaid_minor(plan, charge, start)
        segments = late_segments(start, end, rate) if base else []
        weighted += [(segment.percent * base, segment.days) for segment in segments]
    return late_interest(1, weighted)


def _rate(policy: Mapping[str, Any], day: date) -> RateOf:
    law = policies.business_law(day)
    if "annual_rate" in policy:
        legal = policies.legal_interest_rates("professional")
        return contract_rate(Decimal(policy["annual_rate"]), legal, law)
    return statutory_rate(policies.refinancing_rates(), law)


# What turns out unjust --------------------------------------------------------------------------


def waive_unjust(draft: Draft, plan: str | None = None) -> None:
    """Waive what paying late has cost where money, recorded late, had come in time."""
    for _, changed, on in draft.changed_plans(plan):
        policy = changed.terms.late if changed.terms else None
        for charge in _priced(changed) if policy else ():
            _waive_fees(changed.id, charge, policy or {}, on, draft)
            _waive_interest(changed.id, charge, policy or {}, on, draft)


def _waive_fees(
    plan_id: str, charge: Charge, policy: Mapping[str, Any], on: date, draft: Draft
) -> None:
    plan = draft.plan(plan_id)
    if unpaid_minor(plan, charge, _last_day(charge, policy)):
        return
    for name in (f"{charge.id}/late", f"{charge.id}/recovery"):
        fee = plan.charges.get(name)
        if fee is not None:
            _waive(plan_id, fee, fee.gross_minor, on, draft)


def _waive_interest(
    plan_id: str, charge: Charge, policy: Mapping[str, Any], on: date, draft: Draft
) -> None:
    plan = draft.plan(plan_id)
    charges = _interest_charges(plan, charge)
    if not charges:
        return
    through = max(found.due_on for found in charges)
    left = sum(found.gross_minor for found in charges)
    excess = left - interest_minor(plan, charge, policy, through)
    for found in reversed(charges):
        taken = min(excess, found.gross_minor)
        if taken > 0:
            excess -= taken
            _waive(plan_id, found, taken, on, draft)


def _waive(plan_id: str, charge: Charge, amount_minor: int, on: date, draft: Draft) -> None:
    amount_minor = min(amount_minor, charge.gross_minor - charge.disputed_minor)
    if amount_minor > 0:
        day = max(on, charge.open_since)
        waive_charge(plan_id, charge.id, amount_minor, day, PAID_IN_TIME, draft)
