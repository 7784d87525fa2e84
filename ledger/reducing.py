"""Deciding what takes charges down without money: waivers, credit notes, write-offs, endings.

A reduction larger than what is open first undoes allocations, the latest first, into customer
credit. Recoveries of what was written off are here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger import events as facts
from ledger.draft import Draft
from ledger.events import Part, Reduces, plan_stream
from ledger.intentions import CancelPlan, Credit, Recover, Waive, WriteOff
from ledger.plan import Charge, Plan
from ledger.refusals import (
    ChargeUnknown,
    CreditAboveCharged,
    DatedBefore,
    NothingToWriteOff,
    OnlyFeesAreWaived,
    PlanEndedAlready,
    RecoveryAboveWrittenOff,
    WaiverAboveCharge,
    WriteOffAboveOutstanding,
)
from ledger.settling import (
    Undoing,
    echo_use,
    latest_first,
    open_items,
    recovered_part,
    take_in,
    undo_allocations,
)
from ledger.terms.allocation import Open, oldest_due_first
from ledger.terms.money import amount_text, plain, positive_minor_units

_REDUCES: Mapping[str, Reduces] = {
    "discount": "discounts",
    "annulled": "revenue",
    "undelivered": "revenue",
}
"""What a credit note takes down. Revenue is recognised when charged, so what was not delivered
comes out of revenue: nothing of it is deferred.
"""


def waive(command: Waive, draft: Draft) -> None:
    """Forgive a fee, in whole or in part.

    Raises PlanUnknown, ChargeUnknown, OnlyFeesAreWaived, DatedBefore, WaiverAboveCharge.
    """
    plan = draft.plan(command.plan)
    charge = plan.charges.get(command.charge)
    if charge is None:
        raise ChargeUnknown(charge=command.charge, plan=plan.id)
    if command.on < charge.open_since:
        raise DatedBefore(
            on=command.on.isoformat(), what="the charge", since=charge.open_since.isoformat()
        )
    if not charge.is_fee:
        raise OnlyFeesAreWaived(charge=charge.id)
    amount_minor = positive_minor_units(command.amount, plan.currency, plan.exponent)
    if amount_minor > charge.gross_minor:
        raise WaiverAboveCharge(
            waived=plain(command.amount), left=amount_text(charge.gross_minor, plan.exponent)
        )
    amounts = {charge.id: amount_minor}
    _make_room(plan, amounts, command.on, command.reason, draft)
    plan = draft.plan(plan.id)
    waived = facts.ChargeWaived(
        **plan.fields,
        part=_top(plan.charges[charge.id], amount_minor),
        income=charge.income,
        reason=command.reason,
    )
    draft.record(plan_stream(plan.id), command.on, waived)


def credit(command: Credit, draft: Draft) -> None:
    """Issue a credit note: open charges first, oldest due first, then what was paid last.

    Raises PlanUnknown, CreditAboveCharged and the rules of amounts.
    """
    plan = draft.plan(command.plan)
    amount_minor = positive_minor_units(command.amount, plan.currency, plan.exponent)
    charges = [charge for charge in plan.charges_by(command.on) if not charge.is_fee]
    left_minor = sum(charge.gross_minor for charge in charges)
    if amount_minor > left_minor:
        raise CreditAboveCharged(
            credit=plain(command.amount),
            left=amount_text(left_minor, plan.exponent),
            on=command.on.isoformat(),
        )
    amounts = _spread(plan, charges, amount_minor)
    _make_room(plan, amounts, command.on, command.reason, draft)
    plan = draft.plan(plan.id)
    issued = facts.CreditNoteIssued(
        **plan.fields,
        kind=command.kind,
        reduces=_REDUCES[command.kind],
        parts=tuple(_top(plan.charges[name], amount) for name, amount in amounts.items()),
        reason=command.reason,
    )
    draft.record(plan_stream(plan.id), command.on, issued)


def _spread(plan: Plan, charges: list[Charge], amount_minor: int) -> dict[str, int]:
    """Spread a credit over charges: what is open, then the latest allocations on them."""
    shares, rest_minor = oldest_due_first(amount_minor, open_items(charges))
    amounts = {found.charge: found.amount_minor for found in shares}
    names = {charge.id for charge in charges}
    standing = tuple(found for found in plan.allocations if found.charge in names)
    for found, taken in latest_first(standing, rest_minor):
        amounts[found.charge] = amounts.get(found.charge, 0) + taken
    return amounts


def _make_room(plan: Plan, amounts: Mapping[str, int], on: date, reason: str, draft: Draft) -> None:
    """Undo allocations on charges that are to go down by more than is open, into credit."""
    picked = []
    for name, amount_minor in amounts.items():
        standing = tuple(found for found in plan.allocations if found.charge == name)
        excess_minor = amount_minor - plan.charges[name].open_minor
        picked.extend(latest_first(standing, max(excess_minor, 0)))
    undo_allocations(plan.id, picked, Undoing(on, reason, "customer_credit"), draft)


def _top(charge: Charge, amount_minor: int) -> Part:
    """Return the topmost part of what is left of a charge, with the tax inside it."""
    high = charge.gross_minor
    return Part(
        charge=charge.id,
        amount_minor=amount_minor,
        carrying=charge.carrying,
        tax=charge.tax_between(high - amount_minor, high),
    )


def write_off(command: WriteOff, draft: Draft) -> None:
    """Give up what is outstanding: all of it, which also ends the plan, or the amount given.

    Raises PlanUnknown, DatedBefore, NothingToWriteOff, WriteOffAboveOutstanding.
    """
    plan = draft.plan(command.plan)
    _require_agreed(plan, command.on)
    charges = plan.charges_by(command.on)
    outstanding_minor = sum(charge.open_minor for charge in charges)
    ended = tuple(part.number for part in plan.unbilled) if command.amount is None else ()
    if not outstanding_minor and not ended:
        raise NothingToWriteOff(plan=plan.id, on=command.on.isoformat())
    amount_minor = outstanding_minor
    if command.amount is not None:
        amount_minor = positive_minor_units(command.amount, plan.currency, plan.exponent)
    if amount_minor > outstanding_minor:
        raise WriteOffAboveOutstanding(
            amount=amount_text(amount_minor, plan.exponent),
            left=amount_text(outstanding_minor, plan.exponent),
        )
    shares, _ = oldest_due_first(amount_minor, open_items(charges))
    given_up = facts.WrittenOff(
        **plan.fields,
        parts=tuple(_top(plan.charges[found.charge], found.amount_minor) for found in shares),
        ended=ended,
        reason=command.reason,
    )
    draft.record(plan_stream(plan.id), command.on, given_up)


def recover(command: Recover, draft: Draft) -> None:
    """Take in cash for what was written off, the oldest due first.

    Raises PlanUnknown, PaymentExists, CurrencyDiffers, RecoveryAboveWrittenOff.
    """
    plan = draft.plan(command.plan)
    take_in(command, plan, draft)
    payment = draft.payment(command.payment)
    given_up = [day for charge in plan.charges.values() if (day := charge.written_off_on)]
    if given_up and command.on < min(given_up):
        raise DatedBefore(
            on=command.on.isoformat(), what="the write-off", since=min(given_up).isoformat()
        )
    lost = [
        Open(charge.id, charge.due_on, charge.order, charge.lost_minor)
        for charge in plan.charges.values()
        if charge.written_off_on is not None and charge.written_off_on <= command.on
    ]
    shares, rest_minor = oldest_due_first(payment.amount_minor, lost)
    if rest_minor:
        raise RecoveryAboveWrittenOff(
            amount=plain(command.amount),
            left=amount_text(payment.amount_minor - rest_minor, plan.exponent),
        )
    source = payment.unapplied(payment.amount_minor)
    received = facts.RecoveryReceived(
        **plan.fields,
        payment=payment.id,
        source=source,
        parts=tuple(
            recovered_part(plan.charges[found.charge], found.amount_minor, 1) for found in shares
        ),
    )
    echo_use(payment, plan.id, "recovery", source, command.on, draft)
    draft.record(plan_stream(plan.id), command.on, received)


def cancel_plan(command: CancelPlan, draft: Draft) -> None:
    """End a plan: what is not yet billed never will be; what is billed stays owed.

    Raises PlanUnknown, DatedBefore, PlanEndedAlready.
    """
    plan = draft.plan(command.plan)
    _require_agreed(plan, command.on)
    ended = tuple(part.number for part in plan.unbilled)
    if not ended:
        raise PlanEndedAlready(plan=plan.id)
    cancelled = facts.PlanCancelled(**plan.fields, ended=ended, reason=command.reason)
    draft.record(plan_stream(plan.id), command.on, cancelled)


def _require_agreed(plan: Plan, on: date) -> None:
    if on < plan.opened_on:
        raise DatedBefore(on=on.isoformat(), what="the plan", since=plan.opened_on.isoformat())
