"""Revenue that is earned over time: how much by a day, and the events that recognise it.

What is used of the price by a day is counted gross, by the days of service, at once on the day of
supply, or as instalments fall due; its net amount is what is left without the tax inside. Both are
cumulative, so that months and a cancellation in mid-month add up to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.charge import cut
from ledger.draft import Draft
from ledger.events import RevenueRecognised, plan_stream
from ledger.plan import Plan
from ledger.taxing import in_billing_order, instalment_taxes
from ledger.terms.dates import add_months, month_end
from ledger.terms.money import share
from ledger.terms.schedule import Instalment


def is_deferred(plan: Plan) -> bool:
    """Tell whether billing the plan is not the same as earning it."""
    terms = plan.terms
    return terms is not None and (terms.billing == "upfront" or terms.revenue != "on_due")


def price_minor(plan: Plan) -> int:
    """Return the gross price of the plan as it now stands, less what was credited as undelivered.

    Interest and fees are not in it.
    """
    kept = sum(part.principal_minor for part in _kept(plan))
    return kept - plan.undelivered_minor


def used_minor(plan: Plan, day: date) -> int:
    """Return how much of the gross price was delivered through a day."""
    terms = plan.terms
    whole = price_minor(plan)
    if terms is None:
        return whole
    if terms.revenue == "over_service" and terms.service_from and terms.service_to:
        days = (terms.service_to - terms.service_from).days + 1
        passed = (day - terms.service_from).days + 1
        return share(whole, min(max(passed, 0), days), days)
    if terms.revenue == "at_supply" and terms.supply_on:
        return whole if day >= terms.supply_on else 0
    return min(whole, sum(part.principal_minor for part in _kept(plan) if part.due_on <= day))


def earned_minor(plan: Plan, day: date) -> int:
    """Return the net amount that is earned through a day."""
    used = used_minor(plan, day)
    return used - _tax_within(plan, used)


def _kept(plan: Plan) -> list[Instalment]:
    """Return the instalments that make up the price: those charged or still to be charged."""
    return in_billing_order(
        part
        for part in plan.instalments
        if part.number not in plan.ended or f"{plan.id}/{part.number}" in plan.charges
    )


def _tax_within(plan: Plan, gross_minor: int) -> int:
    """Return all the tax inside the first `gross_minor` of the price, as its documents hold it."""
    tax_minor = 0
    taxes = instalment_taxes(plan)
    for document, parts in _by_document(plan):
        whole = sum(part.principal_minor for part in parts)
        taken = min(gross_minor, whole)
        gross_minor -= taken
        if document is not None:
            tax_minor += plan.documents[document].tax_at(taken)
        elif taken:
            inside = cut(taxes.get(parts[0].number, ()), 0, taken, whole)
            tax_minor += sum(tax.amount_minor for tax in inside)
    return tax_minor


def _by_document(plan: Plan) -> Iterator[tuple[str | None, list[Instalment]]]:
    """Yield documents with the instalments that they bill; None: not billed yet."""
    groups: dict[str, list[Instalment]] = {}
    for part in _kept(plan):
        charge = plan.charges.get(f"{plan.id}/{part.number}")
        key = charge.document if charge else f"?{part.number}"
        groups.setdefault(key, []).append(part)
    for key, parts in groups.items():
        yield (key if key in plan.documents else None), parts


def recognise(plan_id: str, through: date, draft: Draft) -> None:
    """Recognise what was delivered by the end of each month, and by the end of all, until a day."""
    plan = draft.plan(plan_id)
    if plan.ended_on is None:
        for day in closing_days(plan, through):
            recognise_through(plan_id, day, draft)


def recognise_through(plan_id: str, day: date, draft: Draft) -> None:
    """Recognise what was delivered through a day and is not revenue yet.

    Once all is billed no more is earned than was deferred; once all is delivered too nothing stays
    deferred, whatever was credited in between.
    """
    plan = draft.plan(plan_id)
    unbilled = any(part.principal_minor for part in plan.unbilled)
    if not unbilled and used_minor(plan, day) == price_minor(plan):
        close_deferral(plan_id, day, draft)
        return
    amount_minor = earned_minor(plan, day) - plan.earned_minor
    if amount_minor > 0:
        deferred_minor = min(amount_minor, max(plan.deferred_minor, 0))
        ahead_minor = amount_minor - deferred_minor if unbilled else 0
        if deferred_minor or ahead_minor:
            _record(plan, deferred_minor, ahead_minor, day, draft)


def close_deferral(plan_id: str, day: date, draft: Draft) -> None:
    """Recognise all that is deferred, and take back what was earned and will never be billed."""
    plan = draft.plan(plan_id)
    if plan.deferred_minor or plan.contract_asset_minor:
        _record(plan, plan.deferred_minor, -plan.contract_asset_minor, day, draft)


def _record(
    plan: Plan, deferred_minor: int, contract_asset_minor: int, day: date, draft: Draft
) -> None:
    recognised = RevenueRecognised(
        **plan.fields,
        through=day,
        deferred_minor=deferred_minor,
        contract_asset_minor=contract_asset_minor,
    )
    draft.record(plan_stream(plan.id), day, recognised)


def closing_days(plan: Plan, through: date) -> Iterator[date]:
    """Yield the month ends through a day on which something may be earned, and the last day.

    None where billing is earning.
    """
    if not is_deferred(plan):
        return
    first, last = _span(plan)
    day = month_end(max(first, plan.opened_on))
    while day <= through and day < last:
        yield day
        day = month_end(add_months(day, 1))
    if last <= through:
        yield max(last, plan.opened_on)


def _span(plan: Plan) -> tuple[date, date]:
    """Return the first and the last day on which the plan earns."""
    terms = plan.terms
    if terms and terms.revenue == "over_service" and terms.service_from and terms.service_to:
        return terms.service_from, terms.service_to
    if terms and terms.revenue == "at_supply" and terms.supply_on:
        return terms.supply_on, terms.supply_on
    dues = [part.due_on for part in _kept(plan)] or [plan.opened_on]
    return min(dues), max(dues)
