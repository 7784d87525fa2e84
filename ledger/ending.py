"""Ending a plan before its time: cancellation, and withdrawal within the days that the law gives.

What was delivered stays owed; what was billed beyond it is credited, from the last instalment
backwards; what was delivered and not billed yet is billed; the rest is never billed.
"""

from __future__ import annotations

from datetime import date, timedelta

from ledger import events as facts
from ledger.applying import use_earmarks
from ledger.billing import charge_price, invoice_new
from ledger.charge import Charge
from ledger.crediting import credit_charges, waive_charge
from ledger.dating import require_agreed
from ledger.draft import Draft
from ledger.events import plan_stream
from ledger.intentions import CancelPlan
from ledger.plan import Plan
from ledger.recognition import close_deferral, is_deferred, recognise_through, used_minor
from ledger.refusals import (
    DisputeIsOpen,
    PlanEndedAlready,
    WithdrawalOfBusiness,
    WithdrawalTooLate,
)
from ledger.taxing import in_billing_order

WITHDRAWAL_DAYS = 14
"""Directive 2011/83/EU art. 9 and directive 2023/2225 art. 26."""


def cancel_plan(command: CancelPlan, draft: Draft) -> None:
    """End a plan, the last day of service being the command's; or let a consumer withdraw.

    Raises PlanUnknown, DatedBefore, PlanEndedAlready, WithdrawalOfBusiness, WithdrawalTooLate,
    DisputeIsOpen.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    withdrawn = command.kind == "withdrawal"
    if withdrawn:
        _require_withdrawable(plan, command.on)
    ended = tuple(part.number for part in plan.unbilled)
    running = bool(plan.deferred_minor or plan.contract_asset_minor)
    if plan.ended_on is not None or not (ended or running or withdrawn):
        raise PlanEndedAlready(plan=plan.id)
    if is_deferred(plan) or withdrawn:
        end_service(plan.id, command.on, command.reason, draft, withdrawn=withdrawn)
    plan = draft.plan(plan.id)
    ended = tuple(part.number for part in plan.unbilled)
    cancelled = facts.PlanCancelled(**plan.fields, ended=ended, reason=command.reason)
    draft.record(plan_stream(plan.id), command.on, cancelled)


def _require_withdrawable(plan: Plan, on: date) -> None:
    if plan.terms is None or plan.terms.customer_kind != "consumer":
        raise WithdrawalOfBusiness(plan=plan.id)
    last = plan.opened_on + timedelta(days=WITHDRAWAL_DAYS)
    if on > last:
        raise WithdrawalTooLate(on=on.isoformat(), last=last.isoformat(), days=WITHDRAWAL_DAYS)


def end_service(plan_id: str, on: date, reason: str, draft: Draft, *, withdrawn: bool) -> None:
    """Bring what was billed down or up to what was delivered through a day, and earn all of it.

    What is credited leaves what is deferred first, so that all the rest of it is earned. What was
    forgiven or given up stays so: it is not billed again. Raises DisputeIsOpen where what
    was not delivered is disputed.
    """
    plan = draft.plan(plan_id)
    nothing_delivered = withdrawn and not _delivers(plan)
    used = 0 if nothing_delivered else used_minor(plan, on)
    billed = sum(charge.amount_minor for charge in _price(plan)) - plan.undelivered_minor
    if billed > used:
        _credit_undelivered(plan, billed - used, on, reason, draft, withdrawn=withdrawn)
    elif is_deferred(plan) and not nothing_delivered:
        recognise_through(plan_id, on, draft)
    if used > billed:
        _bill_rest(plan_id, used - billed, on, draft)
    if withdrawn:
        for charge in list(plan.charges.values()):
            left = charge.gross_minor - charge.disputed_minor
            if charge.is_fee and left:
                day = max(on, charge.open_since)
                waive_charge(plan_id, charge.id, left, day, reason, draft)
    close_deferral(plan_id, on, draft)


def _credit_undelivered(
    plan: Plan, amount_minor: int, on: date, reason: str, draft: Draft, *, withdrawn: bool
) -> None:
    amounts = _from_the_last(_price(plan), amount_minor)
    disputed = {found.payment for found in plan.disputed}
    if sum(amounts.values()) < amount_minor and disputed:
        raise DisputeIsOpen(payment=min(disputed))
    if amounts:
        kind = "annulled" if withdrawn else "undelivered"
        day = max(on, *(plan.charges[name].open_since for name in amounts))
        credit_charges(plan.id, amounts, kind, day, reason, draft)


def _delivers(plan: Plan) -> bool:
    """Tell whether the agreement says what is delivered when."""
    return plan.terms is not None and plan.terms.revenue != "on_due"


def _price(plan: Plan) -> list[Charge]:
    """Return the charges of the price itself, the last due first."""
    price = [charge for charge in plan.charges.values() if charge.income == "revenue"]
    return sorted(price, key=lambda charge: (charge.due_on, charge.order), reverse=True)


def _from_the_last(charges: list[Charge], amount_minor: int) -> dict[str, int]:
    """Take an amount out of charges in their order, as far as they are not disputed."""
    amounts = {}
    for charge in charges:
        taken = min(amount_minor, charge.gross_minor - charge.disputed_minor)
        if taken > 0:
            amounts[charge.id] = taken
            amount_minor -= taken
    return amounts


def _bill_rest(plan_id: str, amount_minor: int, on: date, draft: Draft) -> None:
    """Bill what was delivered and not billed, as the next instalments, the last one in part."""
    known = set(draft.plan(plan_id).charges)
    for part in in_billing_order(draft.plan(plan_id).unbilled):
        taken = min(amount_minor, part.principal_minor)
        if taken > 0:
            amount_minor -= taken
            charge_price(plan_id, part, taken, max(on, draft.plan(plan_id).opened_on), draft)
    invoice_new(plan_id, known, on, draft)
    use_earmarks(plan_id, on, draft)
