"""Disputes: the payer contests a payment, and the gateway takes the money back at once.

What the payment had paid is open again as disputed, the latest use first; only the rest is taken
out of money that lay unused. A dispute that is won puts everything back; one that is lost leaves
the charges owed, or what they were owed with the next instalment, and the fee with us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ledger import events as facts
from ledger.applying import (
    apply_all,
    first_of,
    release_earmarks_above,
    unapplied_in,
    use_earmarks,
)
from ledger.dating import require_not_before
from ledger.draft import Draft
from ledger.events import DisputedUse, Part, PostponedPart, payment_stream, plan_stream
from ledger.intentions import CloseDispute, OpenDispute
from ledger.payment import Payment, Used
from ledger.plan import Allocation, Plan, carried_as, emptying, refilling
from ledger.refusals import (
    DisputeAbovePayment,
    DisputeIsOpen,
    NoDisputeOpen,
)
from ledger.settling import charge_gateway, require_usable, return_exchange
from ledger.terms.money import amount_text, plain, positive_minor_units
from ledger.terms.schedule import Instalment
from ledger.undoing import Undoing, free, latest_first, owed_as


def open_dispute(command: OpenDispute, draft: Draft) -> None:
    """Note that a payment is contested; the fee is charged by the gateway.

    Raises PaymentUnknown, PaymentWasReversed, DatedBefore, DisputeIsOpen, DisputeAbovePayment.
    """
    payment = draft.payment(command.payment)
    require_usable(payment, command.on)
    if payment.dispute is not None:
        raise DisputeIsOpen(payment=payment.id)
    amount_minor = positive_minor_units(command.amount, payment.currency, payment.exponent)
    if amount_minor > payment.left_minor:
        raise DisputeAbovePayment(
            amount=plain(command.amount),
            left=amount_text(payment.left_minor, payment.exponent),
            payment=payment.id,
        )
    _free_recoveries(payment, amount_minor, command, draft)
    payment = draft.payment(payment.id)
    picked = _contested(payment, amount_minor, draft)
    uses = tuple(
        DisputedUse(plan=plan, amount_minor=sum(charges.values()), since=since)
        for (plan, since), charges in picked.items()
    )
    rest_minor = amount_minor - sum(used.amount_minor for used in uses)
    lying = (payment.unapplied(payment.unapplied_minor), *payment.credits)
    holdings = first_of(lying, rest_minor)
    day = max([command.on, *(used.since for used in uses)])
    if holdings:
        day = max(day, payment.available_on)
    left_minor = payment.unapplied_minor - unapplied_in(holdings)
    release_earmarks_above(payment, left_minor, day, draft)
    opened = facts.DisputeOpened(
        **payment.fields,
        customer=payment.customer,
        plan=payment.plan,
        amount_minor=amount_minor,
        uses=uses,
        holdings=holdings,
    )
    draft.record(payment_stream(payment.id), day, opened)
    return_exchange(payment.id, day, draft)
    for (plan_id, _), charges in picked.items():
        _dispute_allocations(plan_id, payment, charges, day, draft)
    if command.fee:
        charge_gateway(payment, command.fee, command.on, draft, command.fee_tax)


def _free_recoveries(
    payment: Payment, amount_minor: int, command: OpenDispute, draft: Draft
) -> None:
    """Undo recoveries by the payment: cash for what was given up pays no charge."""
    recovered = sum(used.amount_minor for used in payment.uses if used.use == "recovery")
    other = payment.left_minor - recovered
    if recovered and amount_minor > other:
        undoing = Undoing(command.on, "disputed", "unapplied")
        free(payment.id, amount_minor - other, undoing, draft, use="recovery")


def _contested(
    payment: Payment, amount_minor: int, draft: Draft
) -> dict[tuple[str, date], dict[str, int]]:
    """Pick what is contested out of what plans have used, by plan and day of application."""
    picked: dict[tuple[str, date], dict[str, int]] = {}
    for used in reversed(payment.uses):
        taken = min(amount_minor, used.amount_minor) if used.use == "allocation" else 0
        if not taken:
            continue
        amount_minor -= taken
        charges = picked.setdefault((used.plan, used.since), {})
        standing = [
            replace(found, amount_minor=found.amount_minor - charges.get(found.charge, 0))
            for found in _standing(payment.id, used, draft)
        ]
        for found, part_minor in latest_first(tuple(standing), taken):
            charges[found.charge] = charges.get(found.charge, 0) + part_minor
    return picked


def _standing(payment_id: str, used: Used, draft: Draft) -> list[Allocation]:
    """Return what stands of a payment since a day, added up by charge in order of application."""
    by_charge: dict[str, Allocation] = {}
    for found in draft.plan(used.plan).allocations:
        if found.payment == payment_id and found.effective_on == used.since:
            known = by_charge.get(found.charge)
            before_minor = known.amount_minor if known else 0
            amount_minor = before_minor + found.amount_minor
            by_charge[found.charge] = replace(found, amount_minor=amount_minor)
    return list(by_charge.values())


def _dispute_allocations(
    plan_id: str, payment: Payment, charges: Mapping[str, int], day: date, draft: Draft
) -> None:
    plan = draft.plan(plan_id)
    disputed = facts.AllocationDisputed(
        **plan.fields,
        payment=payment.id,
        received_on=payment.received_on,
        parts=emptying(plan, charges, "disputed"),
    )
    draft.record(plan_stream(plan_id), day, disputed)


def close_dispute(command: CloseDispute, draft: Draft) -> None:
    """Note how a dispute ended. Raises PaymentUnknown, NoDisputeOpen, DatedBefore."""
    payment = draft.payment(command.payment)
    dispute = payment.dispute
    if dispute is None:
        raise NoDisputeOpen(payment=payment.id)
    require_not_before(command.on, "the dispute", dispute.opened_on)
    kind = facts.DisputeWon if command.outcome == "won" else facts.DisputeLost
    closed = kind(
        **payment.fields,
        amount_minor=dispute.amount_minor,
        uses=dispute.uses,
        holdings=dispute.holdings,
    )
    draft.record(payment_stream(payment.id), command.on, closed)
    return_exchange(payment.id, command.on, draft)
    for plan_id in dict.fromkeys(used.plan for used in dispute.uses):
        if command.outcome == "won":
            _restore(plan_id, payment, command.on, draft)
        else:
            _reopen(plan_id, payment, command.on, draft)
    if command.outcome == "won" and dispute.holdings and payment.plan is not None:
        apply_all(payment.id, payment.plan, draft)


def _next_instalment(plan: Plan, day: date) -> Instalment | None:
    """Return the instalment with which a plan's terms want what was charged back to be owed."""
    if plan.terms is None or plan.terms.chargeback != "next_instalment":
        return None
    to_come = [
        part for part in plan.instalments if part.number not in plan.ended and part.due_on > day
    ]
    return min(to_come, key=lambda part: (part.due_on, part.number), default=None)


def _postponed(plan: Plan, part: Part) -> PostponedPart:
    source = plan.charges[part.charge]
    name = f"{source.id}/again"
    count = sum(other == name or other.startswith(f"{name}-") for other in plan.charges)
    return PostponedPart(
        source=source.id,
        charge=f"{name}-{count + 1}" if count else name,
        kind=source.kind,
        amount_minor=part.amount_minor,
        carrying=owed_as(plan),
        tax=part.tax,
    )


def _disputed_charges(plan_id: str, payment: Payment, draft: Draft) -> dict[str, int]:
    charges: dict[str, int] = {}
    for found in draft.plan(plan_id).disputed:
        if found.payment == payment.id:
            charges[found.charge] = charges.get(found.charge, 0) + found.amount_minor
    return charges


def _restore(plan_id: str, payment: Payment, day: date, draft: Draft) -> None:
    plan, charges = draft.plan(plan_id), _disputed_charges(plan_id, payment, draft)
    restored = facts.AllocationRestored(
        **plan.fields,
        payment=payment.id,
        received_on=payment.received_on,
        parts=refilling(plan, charges),
    )
    draft.record(plan_stream(plan_id), day, restored)


def _reopen(plan_id: str, payment: Payment, day: date, draft: Draft) -> None:
    """Owe again what was disputed: on its own charges, or with the next instalment."""
    plan, charges = draft.plan(plan_id), _disputed_charges(plan_id, payment, draft)
    following = _next_instalment(plan, day)
    if following is not None:
        postponed = facts.DisputedPostponed(
            **plan.fields,
            payment=payment.id,
            instalment=following.number,
            due_on=following.due_on,
            parts=tuple(_postponed(plan, part) for part in refilling(plan, charges)),
        )
        draft.record(plan_stream(plan_id), day, postponed)
        use_earmarks(plan_id, day, draft)
        return
    reopened = facts.DisputedReopened(
        **plan.fields, payment=payment.id, parts=carried_as(charges, owed_as(plan))
    )
    draft.record(plan_stream(plan_id), day, reopened)
    use_earmarks(plan_id, day, draft)
