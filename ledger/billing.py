"""Deciding what is billed: plans agreed, opening items, instalments fallen due, fees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger.agreeing import agreed_plan
from ledger.draft import Draft
from ledger.events import (
    FeeCharged,
    InstalmentCharged,
    OpeningBalance,
    TaxAmount,
    TaxTerm,
    plan_stream,
)
from ledger.intentions import ChargeDue, ChargeFee, OpenBalance, OpenPlan
from ledger.plan import Plan
from ledger.refusals import (
    ChargeExists,
    DatedBefore,
    ItemDocumentTwice,
    PlanExists,
    PlanExistsWithOtherTerms,
)
from ledger.settling import use_earmarks
from ledger.terms.money import included_tax, positive_minor_units
from ledger.terms.schedule import Instalment


def open_plan(command: OpenPlan, draft: Draft) -> None:
    """Agree a plan. Raises PlanExists, PlanExistsWithOtherTerms and the rules of schedules."""
    agreed = agreed_plan(command)
    existing = draft.find_plan(command.plan)
    if existing is not None:
        same = (existing.customer, existing.currency, existing.opened_on) == (
            command.customer,
            command.currency,
            command.on,
        ) and (existing.instalments, existing.terms) == (agreed.instalments, agreed.terms)
        raise (PlanExists if same else PlanExistsWithOtherTerms)(plan=command.plan)
    draft.record(plan_stream(command.plan), command.on, agreed)


def open_balance(command: OpenBalance, draft: Draft) -> None:
    """Take over open items of another system. Raises PlanExists, ItemDocumentTwice."""
    if draft.find_plan(command.plan) is not None:
        raise PlanExists(plan=command.plan)
    documents = [item.document for item in command.items]
    for document in documents:
        if documents.count(document) > 1:
            raise ItemDocumentTwice(document=document)
    for number, item in enumerate(command.items, 1):
        opening = OpeningBalance(
            plan=command.plan,
            customer=command.customer,
            currency=command.currency,
            exponent=command.exponent,
            charge=f"{command.plan}/{number}",
            document=item.document,
            due_on=item.due_on,
            amount_minor=item.amount_minor,
            tax=taxes_in(item.amount_minor, item.tax),
        )
        draft.record(plan_stream(command.plan), command.on, opening)


def charge_due(command: ChargeDue, draft: Draft) -> None:
    """Charge what is to be billed by a day: of the plan named, else nothing here (see `due_plan`).

    Raises PlanUnknown.
    """
    if command.plan is not None:
        due_plan(command.plan, command.on, draft)


def due_plan(plan_id: str, through: date, draft: Draft) -> None:
    """Charge each instalment of a plan whose day has come, effective on that day."""
    plan = draft.plan(plan_id)
    due = [part for part in plan.unbilled if part.billed_on <= through]
    for part in sorted(due, key=lambda part: (part.billed_on, part.number)):
        draft.record(plan_stream(plan_id), part.billed_on, _charge_of(plan, part))
    if due:
        use_earmarks(plan_id, draft)


def _charge_of(plan: Plan, part: Instalment) -> InstalmentCharged:
    terms = plan.terms
    return InstalmentCharged(
        **plan.fields,
        charge=f"{plan.id}/{part.number}",
        instalment=part.number,
        due_on=part.due_on,
        amount_minor=part.amount_minor,
        document=terms.document if terms else None,
        tax=taxes_in(part.amount_minor, terms.tax if terms else ()),
    )


def charge_fee(command: ChargeFee, draft: Draft) -> None:
    """Bill a fee. Raises PlanUnknown, DatedBefore, ChargeExists and the rules of amounts."""
    plan = draft.plan(command.plan)
    charge = f"{plan.id}/{command.id}"
    numbers = {f"{plan.id}/{part.number}" for part in plan.instalments}
    if charge in plan.charges or charge in numbers:
        raise ChargeExists(charge=charge)
    if command.on < plan.opened_on:
        raise DatedBefore(
            on=command.on.isoformat(), what="the plan", since=plan.opened_on.isoformat()
        )
    fee = FeeCharged(
        **plan.fields,
        charge=charge,
        kind=command.kind,
        due_on=command.due_on or command.on,
        amount_minor=positive_minor_units(command.amount, plan.currency, plan.exponent),
        income="late_fee_income",
    )
    draft.record(plan_stream(plan.id), command.on, fee)
    use_earmarks(plan.id, draft)


def taxes_in(gross_minor: int, terms: tuple[TaxTerm, ...]) -> tuple[TaxAmount, ...]:
    """Return the tax included in an amount, by term."""
    return tuple(
        TaxAmount(
            code=term.code,
            rate=term.rate,
            category=term.category,
            due=term.due,
            amount_minor=included_tax(gross_minor, Decimal(term.rate)),
        )
        for term in terms
    )
