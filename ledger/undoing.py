"""Undoing what money was used for, the latest use first: into unapplied or customer credit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger import events as facts
from ledger.applying import use_earmarks
from ledger.charge import Charge, joined
from ledger.draft import Draft
from ledger.events import Carrying, HeldIn, Holding, Part, payment_stream, plan_stream
from ledger.payment import Payment, Used
from ledger.plan import Allocation, Plan, emptying


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
    for (payment_id, since), charges in by_application(picked).items():
        plan = draft.plan(plan_id)
        parts = emptying(plan, charges, owed_as(plan))
        target = _target(plan, draft.payment(payment_id), undoing.held_in, sum(charges.values()))
        undone = facts.AllocationReversed(
            **plan.fields, payment=payment_id, target=target, parts=parts, reason=undoing.reason
        )
        use = Used(plan=plan_id, use="allocation", amount_minor=target.amount_minor, since=since)
        day = max(undoing.on, since)
        _release(payment_id, use, day, target, draft)
        draft.record(plan_stream(plan_id), day, undone)


def owed_as(plan: Plan) -> Carrying:
    """Return the account that carries what is owed again."""
    return "doubtful" if plan.doubtful else "receivable"


def by_application(
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
        **payment.fields,
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
    for (_, since), charges in by_application(picked).items():
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
        carrying="receivable",
        tax=joined(*moved, -1),
    )


def refill(uses: Iterable[Used], on: date, draft: Draft) -> None:
    """Let other money that waits for the plans pay what has been opened again."""
    for plan_id in dict.fromkeys(used.plan for used in uses):
        use_earmarks(plan_id, on, draft)


def free(
    payment_id: str, amount_minor: int, undoing: Undoing, draft: Draft, use: str | None = None
) -> None:
    """Undo uses of a payment, the latest first, until `amount_minor` is free.

    With `use` only uses of that kind are undone.
    """
    for used in reversed(draft.payment(payment_id).uses):
        if amount_minor <= 0:
            return
        if use is not None and used.use != use:
            continue
        taken = min(amount_minor, used.amount_minor)
        amount_minor -= taken
        if used.use == "recovery":
            _undo_recoveries(draft.payment(payment_id), used.plan, taken, undoing, draft)
            continue
        standing = draft.plan(used.plan).allocations
        own = tuple(found for found in standing if found.payment == payment_id)
        undo_allocations(used.plan, latest_first(own, taken), undoing, draft)
