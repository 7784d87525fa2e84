"""Giving up what is owed, tax relief on it, and cash that comes in for it afterwards."""

from __future__ import annotations

from ledger import events as facts
from ledger.applying import echo_use
from ledger.approval import require_approver
from ledger.charge import cut
from ledger.dating import require_agreed, require_not_before
from ledger.draft import Draft
from ledger.ending import end_service
from ledger.events import Part, TaxAmount, plan_stream
from ledger.intentions import ClaimTaxRelief, Recover, WriteOff
from ledger.plan import topping
from ledger.recognition import is_deferred
from ledger.refusals import (
    NothingToRelieve,
    NothingToWriteOff,
    RecoveryAboveWrittenOff,
    ReliefAboveWrittenOff,
    WriteOffAboveOutstanding,
)
from ledger.settling import take_in
from ledger.terms.allocation import Open, oldest_due_first
from ledger.terms.money import amount_text, plain, positive_minor_units
from ledger.undoing import recovered_part
from ledger.waterfalls import open_by_due


def write_off(command: WriteOff, draft: Draft) -> None:
    """Give up what is outstanding: all of it, which also ends the plan, or the amount given.

    Raises PlanUnknown, DatedBefore, NothingToWriteOff, WriteOffAboveOutstanding.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    if command.amount is None and is_deferred(plan) and plan.ended_on is None:
        end_service(plan.id, command.on, command.reason, draft, withdrawn=False)
        plan = draft.plan(plan.id)
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
    require_approver("write_off", plan, amount_minor, command, draft)
    shares, _ = oldest_due_first(amount_minor, open_by_due(charges))
    given_up = facts.WrittenOff(
        **plan.fields,
        parts=topping(plan, {found.charge: found.amount_minor for found in shares}),
        ended=ended,
        reason=command.reason,
        approver=command.approver,
        ends=command.amount is None,
    )
    draft.record(plan_stream(plan.id), command.on, given_up)


def claim_tax_relief(command: ClaimTaxRelief, draft: Draft) -> None:
    """Claim back the tax due on invoice in what was written off and is still lost.

    All that was not claimed before, or the tax in the amount given, the oldest due first. Directive
    2006/112/EC art. 90: the base is reduced where the price is not paid. A recovery afterwards owes
    the tax again. Raises PlanUnknown, NothingToRelieve, ReliefAboveWrittenOff.
    """
    plan = draft.plan(command.plan)
    left = {
        charge.id: charge.claimable
        for charge in plan.charges.values()
        if charge.written_off_on is not None and charge.written_off_on <= command.on
    }
    left_minor = sum(gross_minor for gross_minor, _ in left.values())
    amount_minor = left_minor
    if command.amount is not None and left_minor:
        amount_minor = positive_minor_units(command.amount, plan.currency, plan.exponent)
    if amount_minor > left_minor:
        raise ReliefAboveWrittenOff(
            amount=amount_text(amount_minor, plan.exponent),
            left=amount_text(left_minor, plan.exponent),
        )
    open_items = [
        Open(name, plan.charges[name].due_on, plan.charges[name].order, gross_minor)
        for name, (gross_minor, _) in left.items()
    ]
    shares, _ = oldest_due_first(amount_minor, open_items)
    parts = [
        _relieved_part(found.charge, found.amount_minor, left[found.charge]) for found in shares
    ]
    taxed = tuple(part for part in parts if part.tax)
    if not taxed:
        raise NothingToRelieve(plan=plan.id, on=command.on.isoformat())
    claimed = facts.TaxReliefClaimed(**plan.fields, parts=taxed, reason=command.reason)
    draft.record(plan_stream(plan.id), command.on, claimed)


def _relieved_part(charge: str, amount_minor: int, left: tuple[int, tuple[TaxAmount, ...]]) -> Part:
    gross_minor, taxes = left
    tax = cut(taxes, 0, amount_minor, gross_minor)
    return Part(charge=charge, amount_minor=amount_minor, carrying="receivable", tax=tax)


def recover(command: Recover, draft: Draft) -> None:
    """Take in cash for what was written off, the oldest due first.

    Raises PlanUnknown, PaymentExists, CurrencyDiffers, RecoveryAboveWrittenOff.
    """
    plan = draft.plan(command.plan)
    take_in(command, plan, draft)
    payment = draft.payment(command.payment)
    given_up = [day for charge in plan.charges.values() if (day := charge.written_off_on)]
    if given_up:
        require_not_before(command.on, "the write-off", min(given_up))
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
