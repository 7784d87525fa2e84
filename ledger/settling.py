"""Deciding how payments meet charges: received, applied, undone, refunded, bounced.

Money goes to the oldest charge due first; what finds no charge stays unapplied, earmarked for its
plan, and pays the plan's next charges. Money that must be freed comes from the latest use first. An
application is effective on the later of the day its money is available and the day from which the
charge is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger import events as facts
from ledger.draft import Draft
from ledger.events import HeldIn, Holding, Part, TaxAmount, payment_stream, plan_stream
from ledger.intentions import Allocate, MoneyIn, ReceivePayment, Refund, ReversePayment
from ledger.payment import Payment, Used
from ledger.plan import Allocation, Charge, Plan, joined
from ledger.refusals import (
    CurrencyDiffers,
    DatedBefore,
    NothingToAllocate,
    PaymentExists,
    PaymentWasReversed,
    RefundAbovePayment,
)
from ledger.terms.allocation import Open, Share, oldest_due_first
from ledger.terms.money import amount_text, plain, positive_minor_units

# Money in ---------------------------------------------------------------------------------------


def receive_payment(command: ReceivePayment, draft: Draft) -> None:
    """Take money in and, where the plan is named, apply it.

    Raises PlanUnknown, PaymentExists, CurrencyDiffers and the rules of amounts.
    """
    plan = None if command.plan is None else draft.plan(command.plan)
    take_in(command, plan, draft)
    if plan is not None:
        apply_all(command.payment, plan.id, draft)


def take_in(command: MoneyIn, plan: Plan | None, draft: Draft) -> None:
    """Record that money came in, and the gateway's fee. Raises as `receive_payment`."""
    if draft.find_payment(command.payment) is not None:
        raise PaymentExists(payment=command.payment)
    if plan is not None and command.currency != plan.currency:
        raise CurrencyDiffers(given=command.currency, expected=plan.currency)
    exponent = command.exponent if plan is None else plan.exponent
    received = facts.PaymentReceived(
        payment=command.payment,
        currency=command.currency,
        exponent=exponent,
        customer=None if plan is None else plan.customer,
        plan=None if plan is None else plan.id,
        amount_minor=positive_minor_units(command.amount, command.currency, exponent),
        gateway=command.gateway,
        reference=command.reference,
    )
    draft.record(payment_stream(command.payment), command.on, received)
    if command.fee:
        fee = facts.GatewayFeeCharged(
            payment=command.payment,
            currency=command.currency,
            exponent=exponent,
            customer=received.customer,
            plan=received.plan,
            gateway=command.gateway,
            amount_minor=positive_minor_units(command.fee, command.currency, exponent),
        )
        draft.record(payment_stream(command.payment), command.on, fee)


def allocate(command: Allocate, draft: Draft) -> None:
    """Apply what is left of a payment to a plan: unapplied money first, then customer credit.

    Raises PlanUnknown, PaymentUnknown, CurrencyDiffers, PaymentWasReversed, DatedBefore,
    NothingToAllocate.
    """
    plan, payment = draft.plan(command.plan), draft.payment(command.payment)
    if payment.currency != plan.currency:
        raise CurrencyDiffers(given=payment.currency, expected=plan.currency)
    _require_usable(payment, command.on)
    if payment.unapplied_minor <= 0 and not payment.credits:
        raise NothingToAllocate(payment=payment.id)
    for other, held_minor in payment.earmarks:
        if other != plan.id:
            _release_earmark(payment.id, other, held_minor, command.on, draft)
    apply_all(payment.id, plan.id, draft)
    for credit in payment.credits:
        apply_money(payment.id, plan.id, credit, draft)


def apply_all(payment_id: str, plan_id: str, draft: Draft) -> None:
    """Apply all unapplied money of a payment to a plan, and earmark what finds no charge."""
    payment = draft.payment(payment_id)
    if payment.unapplied_minor > 0:
        apply_money(payment_id, plan_id, payment.unapplied(payment.unapplied_minor), draft)
    payment, plan = draft.payment(payment_id), draft.plan(plan_id)
    waiting_minor = payment.unapplied_minor - payment.earmarked_minor(plan_id)
    if waiting_minor > 0:
        earmarked = facts.PaymentEarmarked(
            **plan.fields, payment=payment_id, amount_minor=waiting_minor
        )
        draft.record(payment_stream(payment_id), payment.available_on, earmarked)
        draft.record(plan_stream(plan_id), payment.available_on, earmarked)


def use_earmarks(plan_id: str, draft: Draft) -> None:
    """Let money that waits for a plan pay its open charges, the earliest payment first."""
    waiting = [draft.payment(name) for name, _ in draft.plan(plan_id).earmarks]
    for payment in sorted(waiting, key=lambda found: (found.received_on, found.id)):
        amount_minor = payment.earmarked_minor(plan_id)
        apply_money(payment.id, plan_id, payment.unapplied(amount_minor), draft)


def apply_money(payment_id: str, plan_id: str, source: Holding, draft: Draft) -> None:
    """Apply up to all of `source` to a plan's open charges, one event for each effective date."""
    plan, payment = draft.plan(plan_id), draft.payment(payment_id)
    shares, _ = oldest_due_first(source.amount_minor, open_items(plan.charges.values()))
    by_day: dict[date, list[Share]] = {}
    for found in shares:
        day = max(payment.available_on, plan.charges[found.charge].open_since)
        by_day.setdefault(day, []).append(found)
    for day in sorted(by_day):
        _apply_shares(payment, plan, source, day, by_day[day], draft)


def _apply_shares(
    payment: Payment, plan: Plan, source: Holding, day: date, shares: list[Share], draft: Draft
) -> None:
    taken = held_as(source, sum(found.amount_minor for found in shares))
    allocated = facts.PaymentAllocated(
        **plan.fields,
        payment=payment.id,
        source=taken,
        received_on=payment.received_on,
        parts=tuple(_filling(plan.charges[found.charge], found.amount_minor) for found in shares),
    )
    echo_use(payment, plan.id, "allocation", taken, day, draft)
    draft.record(plan_stream(plan.id), day, allocated)


def echo_use(
    payment: Payment, plan_id: str, use: facts.Use, source: Holding, day: date, draft: Draft
) -> None:
    """Record in the payment's stream that a plan has used some of its money."""
    applied = facts.PaymentApplied(
        payment=payment.id,
        currency=payment.currency,
        exponent=payment.exponent,
        plan=plan_id,
        use=use,
        source=source,
    )
    draft.record(payment_stream(payment.id), day, applied)


def open_items(charges: Iterable[Charge]) -> list[Open]:
    """Return what is open of charges, for `oldest_due_first`."""
    return [
        Open(charge.id, charge.due_on, charge.order, charge.open_minor)
        for charge in charges
        if charge.open_minor > 0
    ]


def held_as(holding: Holding, amount_minor: int) -> Holding:
    """Return a part of a holding."""
    return Holding(
        held_in=holding.held_in,
        customer=holding.customer,
        plan=holding.plan,
        amount_minor=amount_minor,
    )


def on_receipt(taxes: Iterable[TaxAmount]) -> tuple[TaxAmount, ...]:
    """Return the taxes that fall due when money comes in."""
    return tuple(tax for tax in taxes if tax.due == "receipt")


def _filling(charge: Charge, amount_minor: int) -> Part:
    """Return the next part of a charge that money fills, with the tax that falls due by it."""
    low = charge.allocated_minor
    return Part(
        charge=charge.id,
        amount_minor=amount_minor,
        carrying=charge.carrying,
        tax=on_receipt(charge.tax_between(low, low + amount_minor)),
    )


def _emptying(charge: Charge, amount_minor: int) -> Part:
    """Return the last part of a charge that money filled. Inverse of `_filling`."""
    high = charge.allocated_minor
    return Part(
        charge=charge.id,
        amount_minor=amount_minor,
        carrying=charge.carrying,
        tax=on_receipt(charge.tax_between(high - amount_minor, high)),
    )


# Undoing applications ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undoing:
    """Why and when applications are undone, and where their money goes."""

    on: date
    reason: str
    held_in: HeldIn


def latest_first(
    standing: tuple[Allocation, ...], amount_minor: int
) -> list[tuple[Allocation, int]]:
    """Pick `amount_minor` out of what stands, the latest first: (allocation, amount taken)."""
    picked = []
    for found in reversed(standing):
        taken = min(amount_minor, found.amount_minor)
        if taken:
            picked.append((found, taken))
            amount_minor -= taken
    return picked


def undo_allocations(
    plan_id: str, picked: list[tuple[Allocation, int]], undoing: Undoing, draft: Draft
) -> None:
    """Undo picked allocations of a plan, not before they took effect."""
    for (payment_id, since), charges in _by_application(picked).items():
        plan = draft.plan(plan_id)
        parts = tuple(_emptying(plan.charges[name], amount) for name, amount in charges.items())
        target = _target(plan, draft.payment(payment_id), undoing.held_in, sum(charges.values()))
        undone = facts.AllocationReversed(
            **plan.fields, payment=payment_id, target=target, parts=parts, reason=undoing.reason
        )
        use = Used(plan=plan_id, use="allocation", amount_minor=target.amount_minor, since=since)
        day = max(undoing.on, since)
        _release(payment_id, use, day, target, draft)
        draft.record(plan_stream(plan_id), day, undone)


def _by_application(
    picked: list[tuple[Allocation, int]],
) -> dict[tuple[str, date], dict[str, int]]:
    """Group what was picked by payment and day of application: charges with their amounts."""
    groups: dict[tuple[str, date], dict[str, int]] = {}
    for found, amount_minor in picked:
        charges = groups.setdefault((found.payment, found.effective_on), {})
        charges[found.charge] = charges.get(found.charge, 0) + amount_minor
    return groups


def _target(plan: Plan, payment: Payment, held_in: HeldIn, amount_minor: int) -> Holding:
    if held_in == "unapplied":
        return payment.unapplied(amount_minor)
    return Holding(held_in=held_in, customer=plan.customer, plan=plan.id, amount_minor=amount_minor)


def _release(payment_id: str, use: Used, day: date, target: Holding, draft: Draft) -> None:
    payment = draft.payment(payment_id)
    released = facts.PaymentReleased(
        payment=payment_id,
        currency=payment.currency,
        exponent=payment.exponent,
        plan=use.plan,
        use=use.use,
        since=use.since,
        target=target,
    )
    draft.record(payment_stream(payment_id), day, released)


def _undo_recoveries(
    payment: Payment, plan_id: str, amount_minor: int, undoing: Undoing, draft: Draft
) -> None:
    standing = draft.plan(plan_id).recoveries
    own = tuple(found for found in standing if found.payment == payment.id)
    picked = latest_first(own, amount_minor)
    for (_, since), charges in _by_application(picked).items():
        plan = draft.plan(plan_id)
        parts = tuple(
            recovered_part(plan.charges[name], amount, -1) for name, amount in charges.items()
        )
        target = payment.unapplied(sum(charges.values()))
        undone = facts.RecoveryReversed(
            **plan.fields, payment=payment.id, target=target, parts=parts, reason=undoing.reason
        )
        use = Used(plan=plan_id, use="recovery", amount_minor=target.amount_minor, since=since)
        day = max(undoing.on, since)
        _release(payment.id, use, day, target, draft)
        draft.record(plan_stream(plan_id), day, undone)


def recovered_part(charge: Charge, amount_minor: int, sign: int) -> Part:
    """Return the next part of a charge written off that cash recovers, or (sign -1) loses again."""
    reached = charge.recovered_tax_at(charge.recovered_minor + sign * amount_minor)
    moved = (reached, charge.recovered_tax) if sign > 0 else (charge.recovered_tax, reached)
    return Part(
        charge=charge.id,
        amount_minor=amount_minor,
        carrying=charge.carrying,
        tax=joined(*moved, -1),
    )


# Money out --------------------------------------------------------------------------------------


def refund(command: Refund, draft: Draft) -> None:
    """Pay money back: customer credit first, then unapplied, then what was applied last.

    Money that was applied is freed first: its charges are open again until a credit note follows.
    Raises PaymentUnknown, PaymentWasReversed, DatedBefore, RefundAbovePayment.
    """
    payment = draft.payment(command.payment)
    _require_usable(payment, command.on)
    amount_minor = positive_minor_units(command.amount, payment.currency, payment.exponent)
    if amount_minor > payment.left_minor:
        raise RefundAbovePayment(
            refund=plain(command.amount),
            left=amount_text(payment.left_minor, payment.exponent),
            payment=payment.id,
        )
    _free(
        payment.id,
        amount_minor - payment.credit_minor - payment.unapplied_minor,
        Undoing(command.on, command.reason, "unapplied"),
        draft,
    )
    used = payment.uses
    payment = draft.payment(command.payment)
    holdings = _first_of(payment, amount_minor)
    issued = facts.RefundIssued(
        payment=payment.id,
        currency=payment.currency,
        exponent=payment.exponent,
        holdings=holdings,
        reason=command.reason,
    )
    day = max(command.on, payment.available_on)
    _release_earmarks_above(payment, _unapplied_after(payment, holdings), day, draft)
    draft.record(payment_stream(payment.id), day, issued)
    _refill(used, draft)


def reverse_payment(command: ReversePayment, draft: Draft) -> None:
    """Undo a payment that bounced: all its uses, then the payment, for the whole amount.

    What was refunded before stays refunded: the payment's unapplied money is then negative, a claim
    on the customer. Raises PaymentUnknown, PaymentWasReversed, DatedBefore.
    """
    payment = draft.payment(command.payment)
    _require_usable(payment, command.on)
    uses = payment.uses
    used_minor = sum(used.amount_minor for used in uses)
    _free(payment.id, used_minor, Undoing(command.on, command.reason, "unapplied"), draft)
    payment = draft.payment(command.payment)
    day = max(command.on, payment.available_on)
    _release_earmarks_above(payment, 0, day, draft)
    rest_minor = payment.amount_minor - payment.credit_minor
    holdings = (*payment.credits, *([payment.unapplied(rest_minor)] if rest_minor else []))
    bounced = facts.PaymentReversed(
        payment=payment.id,
        currency=payment.currency,
        exponent=payment.exponent,
        holdings=holdings,
        reason=command.reason,
    )
    draft.record(payment_stream(payment.id), day, bounced)
    _refill(uses, draft)


def _refill(uses: Iterable[Used], draft: Draft) -> None:
    """Let other money that waits for the plans pay what has been opened again."""
    for plan_id in dict.fromkeys(used.plan for used in uses):
        use_earmarks(plan_id, draft)


def _require_usable(payment: Payment, on: date) -> None:
    if on < payment.received_on:
        raise DatedBefore(
            on=on.isoformat(), what="the payment", since=payment.received_on.isoformat()
        )
    if payment.reversed_on is not None:
        raise PaymentWasReversed(payment=payment.id)


def _free(payment_id: str, amount_minor: int, undoing: Undoing, draft: Draft) -> None:
    """Undo uses of a payment, the latest first, until `amount_minor` is free."""
    for used in reversed(draft.payment(payment_id).uses):
        if amount_minor <= 0:
            return
        taken = min(amount_minor, used.amount_minor)
        amount_minor -= taken
        if used.use == "recovery":
            _undo_recoveries(draft.payment(payment_id), used.plan, taken, undoing, draft)
            continue
        standing = draft.plan(used.plan).allocations
        own = tuple(found for found in standing if found.payment == payment_id)
        undo_allocations(used.plan, latest_first(own, taken), undoing, draft)


def _first_of(payment: Payment, amount_minor: int) -> tuple[Holding, ...]:
    """Take an amount out of what a payment holds: customer credit first, then unapplied."""
    taken = []
    for holding in (*payment.credits, payment.unapplied(payment.unapplied_minor)):
        part_minor = min(amount_minor, holding.amount_minor)
        if part_minor > 0:
            taken.append(held_as(holding, part_minor))
            amount_minor -= part_minor
    return tuple(taken)


def _unapplied_after(payment: Payment, holdings: tuple[Holding, ...]) -> int:
    gone = sum(held.amount_minor for held in holdings if held.held_in == "unapplied")
    return payment.unapplied_minor - gone


def _release_earmarks_above(payment: Payment, left_minor: int, on: date, draft: Draft) -> None:
    """Release earmarks, the last plan first, until they fit what is left unapplied."""
    excess = sum(held for _, held in payment.earmarks) - left_minor
    for plan_id, held_minor in reversed(payment.earmarks):
        if excess > 0:
            taken = min(excess, held_minor)
            excess -= taken
            _release_earmark(payment.id, plan_id, taken, on, draft)


def _release_earmark(
    payment_id: str, plan_id: str, amount_minor: int, on: date, draft: Draft
) -> None:
    released = facts.EarmarkReleased(
        **draft.plan(plan_id).fields, payment=payment_id, amount_minor=amount_minor
    )
    draft.record(payment_stream(payment_id), on, released)
    draft.record(plan_stream(plan_id), on, released)
