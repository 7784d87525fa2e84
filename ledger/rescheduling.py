"""Changing an agreement in mid-plan: other instalments, a pause, an early end, an upgrade.

What was billed stays billed; instalments not yet billed are ended and others take their place, with
numbers of their own. What is owed in all changes only where the agreement itself does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ledger.agreeing import interest_again
from ledger.applying import use_earmarks
from ledger.billing import bill_upfront, charge_accrued, charge_price, invoice_new
from ledger.dating import require_agreed
from ledger.draft import Draft
from ledger.events import (
    DueChange,
    PlanAmended,
    PlanRescheduled,
    TaxTerm,
    Terms,
    plan_stream,
)
from ledger.intentions import AmendPlan, PausePlan, Reschedule, SettlePlan
from ledger.plan import Plan
from ledger.refusals import NothingToReschedule, RescheduledTotalDiffers
from ledger.taxing import divided, in_billing_order
from ledger.terms.instalments import instalments
from ledger.terms.money import amount_text
from ledger.terms.schedule import Instalment

SETTLED_EARLY = "settled early"


def reschedule(command: Reschedule, draft: Draft) -> None:
    """Spread the price that is not billed yet over other instalments.

    Interest of the old ones is not charged; the plan's own rate, or the one given, is charged on
    the new ones from the command's day on. Raises PlanUnknown, DatedBefore, NothingToReschedule,
    RescheduledTotalDiffers and the rules of schedules.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    unbilled = plan.unbilled
    left_minor = sum(part.principal_minor for part in unbilled)
    if not left_minor:
        raise NothingToReschedule(plan=plan.id)
    schedule, conditions = command.agreed(plan.currency, plan.exponent)
    if schedule.total_minor != left_minor:
        raise RescheduledTotalDiffers(
            stated=amount_text(schedule.total_minor, plan.exponent),
            left=amount_text(left_minor, plan.exponent),
        )
    if conditions.interest is None and plan.terms and plan.terms.interest:
        again = interest_again(plan.terms.interest, schedule, command.on)
        conditions = replace(conditions, interest=again)
    rows = instalments(schedule, command.on, conditions)
    rescheduled = PlanRescheduled(
        **plan.fields,
        ended=tuple(part.number for part in unbilled),
        instalments=_numbered(plan, rows),
        dues=(),
        reason=command.reason,
    )
    draft.record(plan_stream(plan.id), command.on, rescheduled)


def _numbered(plan: Plan, rows: Sequence[Instalment]) -> tuple[Instalment, ...]:
    """Number new instalments behind all that the plan ever had."""
    last = max((part.number for part in plan.instalments), default=0)
    return tuple(replace(row, number=last + row.number) for row in rows)


def pause_plan(command: PausePlan, draft: Draft) -> None:
    """Let everything that falls due from a day on fall due later, billed or not.

    Raises PlanUnknown, DatedBefore, NothingToReschedule, DateOutOfRange.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    moved = [part for part in plan.unbilled if part.due_on >= command.since]
    dues = tuple(
        DueChange(charge=charge.id, before=charge.due_on, due_on=command.by.after(charge.due_on, 1))
        for charge in plan.charges.values()
        if charge.owed_minor and charge.due_on >= command.since
    )
    if not moved and not dues:
        raise NothingToReschedule(plan=plan.id)
    later = [
        replace(
            part,
            number=number,
            due_on=command.by.after(part.due_on, 1),
            billed_on=command.by.after(part.billed_on, 1),
        )
        for number, part in enumerate(moved, 1)
    ]
    paused = PlanRescheduled(
        **plan.fields,
        ended=tuple(part.number for part in moved),
        instalments=_numbered(plan, later),
        dues=dues,
        reason=command.reason,
    )
    draft.record(plan_stream(plan.id), command.on, paused)


def settle_plan(command: SettlePlan, draft: Draft) -> None:
    """Bill all of the price at once; interest only as far as it has run, later fees not at all.

    Directive 2023/2225 art. 29: the consumer pays no cost of the time that is cut off.
    Raises PlanUnknown, DatedBefore, NothingToReschedule.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    unbilled = in_billing_order(plan.unbilled)
    if not unbilled:
        raise NothingToReschedule(plan=plan.id)
    known = set(plan.charges)
    charge_accrued(plan.id, unbilled[0], command.on, draft)
    for part in unbilled:
        if part.principal_minor and f"{plan.id}/{part.number}" not in plan.charges:
            now = replace(part, due_on=command.on, billed_on=command.on)
            charge_price(plan.id, now, part.principal_minor, command.on, draft)
    dues = tuple(
        DueChange(charge=charge.id, before=charge.due_on, due_on=command.on)
        for charge in plan.charges.values()
        if charge.owed_minor and charge.due_on > command.on
    )
    settled = PlanRescheduled(
        **plan.fields,
        ended=tuple(part.number for part in draft.plan(plan.id).unbilled),
        instalments=(),
        dues=dues,
        reason=SETTLED_EARLY,
    )
    draft.record(plan_stream(plan.id), command.on, settled)
    invoice_new(plan.id, known, command.on, draft)
    use_earmarks(plan.id, command.on, draft)


def amend_plan(command: AmendPlan, draft: Draft) -> None:
    """Agree something else for what is not billed yet: more (an add-on, an upgrade), or less.

    The schedule's total is the price of all that is billed from now on. A plan billed up front
    gets a second document over it. Revenue over a service catches up with the new price at once.
    Raises PlanUnknown, DatedBefore, NothingToReschedule and the rules of schedules.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    if plan.terms is None or plan.ended_on is not None:
        raise NothingToReschedule(plan=plan.id)
    schedule, agreed = command.agreed(plan.currency, plan.exponent)
    rows = instalments(schedule, command.on, agreed.conditions)
    amended = PlanAmended(
        **plan.fields,
        ended=tuple(part.number for part in plan.unbilled),
        instalments=_numbered(plan, rows),
        terms=_amended(plan.terms, agreed.terms, rows, command.service_to),
        reason=command.reason,
    )
    draft.record(plan_stream(plan.id), command.on, amended)
    if plan.terms.billing == "upfront":
        known = set(plan.charges)
        bill_upfront(plan.id, command.on, draft)
        invoice_new(plan.id, known, command.on, draft)
        use_earmarks(plan.id, command.on, draft)


def _amended(
    terms: Terms, changed: Terms, rows: Sequence[Instalment], service_to: date | None
) -> Terms:
    """Return the terms with what was said anew: schedule, tax, interest, last day of service.

    Of several taxes that stay, each keeps its share of the price.
    """
    return replace(
        terms,
        schedule=changed.schedule,
        tax=changed.tax or _shared_out(terms.tax, sum(row.principal_minor for row in rows)),
        interest=changed.interest or terms.interest,
        fees=changed.fees,
        promotions=changed.promotions,
        service_to=service_to or terms.service_to,
        offer=changed.offer or terms.offer,
    )


def _shared_out(taxes: tuple[TaxTerm, ...], price_minor: int) -> tuple[TaxTerm, ...]:
    if len(taxes) <= 1:
        return taxes
    parts = divided(price_minor, [tax.gross_minor or 0 for tax in taxes])
    return tuple(replace(tax, gross_minor=part) for tax, part in zip(taxes, parts, strict=True))
