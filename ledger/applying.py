"""Applying money: to open charges, and, where there is none, to wait for the plan's next ones.

Which charge is paid first is the plan's waterfall. An application is effective on the later of the
day its money is available and the day from which the charge is open. Money that waits for a plan
whose tax falls due on receipt is taxed when it comes in, as an advance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ledger import events as facts
from ledger.charge import cut, joined
from ledger.draft import Draft
from ledger.events import Holding, TaxAmount, payment_stream, plan_stream
from ledger.payment import Payment
from ledger.plan import Plan, filling
from ledger.taxing import advance_tax, to_bill_minor
from ledger.terms.allocation import Share
from ledger.terms.waterfall import spread
from ledger.waiting import Advance
from ledger.waterfalls import open_items, waterfall_of


def apply_all(payment_id: str, plan_id: str, draft: Draft) -> None:
    """Apply a payment's money that waits for no other plan, and earmark what finds no charge."""
    payment = draft.payment(payment_id)
    free_minor = _free_minor(payment, plan_id)
    if free_minor > 0:
        apply_money(payment_id, plan_id, payment.unapplied(free_minor), draft)
    payment = draft.payment(payment_id)
    waiting_minor = _free_minor(payment, plan_id) - payment.earmarked_minor(plan_id)
    if waiting_minor > 0:
        _earmark(payment, plan_id, waiting_minor, draft)


def _free_minor(payment: Payment, plan_id: str) -> int:
    """Return the unapplied money of a payment that waits for no other plan."""
    others = sum(held for plan, held in payment.earmarks if plan != plan_id)
    return payment.unapplied_minor - others


def apply_moved(payment_id: str, plan_id: str, source: Holding, draft: Draft) -> None:
    """Apply a part of a payment's unapplied money to a plan, and earmark what finds no charge."""
    before = draft.payment(payment_id).unapplied_minor
    apply_money(payment_id, plan_id, source, draft)
    payment = draft.payment(payment_id)
    waiting_minor = source.amount_minor - (before - payment.unapplied_minor)
    if waiting_minor > 0:
        _earmark(payment, plan_id, waiting_minor, draft)


def _earmark(payment: Payment, plan_id: str, amount_minor: int, draft: Draft) -> None:
    plan = draft.plan(plan_id)
    earmarked = facts.PaymentEarmarked(**plan.fields, payment=payment.id, amount_minor=amount_minor)
    draft.record(payment_stream(payment.id), payment.available_on, earmarked)
    draft.record(plan_stream(plan_id), payment.available_on, earmarked)
    waits_minor = sum(held for _, held in plan.earmarks)
    taxable_minor = min(amount_minor, to_bill_minor(plan) - waits_minor)
    _tax_advance(plan, payment, waits_minor, taxable_minor, payment.available_on, draft)


def use_earmarks(plan_id: str, on: date, draft: Draft) -> None:
    """Let money that waits for a plan pay what is open on a day, the earliest payment first."""
    waiting = [draft.payment(name) for name, _ in draft.plan(plan_id).earmarks]
    for payment in sorted(waiting, key=lambda found: (found.received_on, found.id)):
        amount_minor = payment.earmarked_minor(plan_id)
        apply_money(payment.id, plan_id, payment.unapplied(amount_minor), draft, on)


def apply_money(
    payment_id: str, plan_id: str, source: Holding, draft: Draft, on: date | None = None
) -> None:
    """Apply up to all of `source` to a plan's open charges, one event for each effective date.

    `on` is the day from which the waterfall looks at what is due; at first that of the money.
    """
    plan, payment = draft.plan(plan_id), draft.payment(payment_id)
    waterfall = waterfall_of(plan, payment.kind)
    seen_on = max(on or payment.available_on, payment.available_on)
    shares, _ = spread(source.amount_minor, open_items(plan), seen_on, waterfall)
    by_day: dict[date, list[Share]] = {}
    for found in shares:
        charge = plan.charges[found.charge]
        day = max(payment.available_on, charge.open_since)
        if waterfall.surplus == "credit":
            day = max(day, charge.due_on)
        by_day.setdefault(day, []).append(found)
    for day in sorted(by_day):
        _apply_shares(payment, draft.plan(plan_id), source, day, by_day[day], draft)


def _apply_shares(
    payment: Payment, plan: Plan, source: Holding, day: date, shares: list[Share], draft: Draft
) -> None:
    taken = held_as(source, sum(found.amount_minor for found in shares))
    waited_minor = taken.amount_minor if source.held_in == "unapplied" else 0
    allocated = facts.PaymentAllocated(
        **plan.fields,
        payment=payment.id,
        source=taken,
        received_on=payment.received_on,
        parts=filling(plan, shares),
        advance_tax=_advance_used(plan, payment.id, waited_minor),
    )
    echo_use(payment, plan.id, "allocation", taken, day, draft)
    draft.record(plan_stream(plan.id), day, allocated)


def _advance_used(plan: Plan, payment_id: str, amount_minor: int) -> tuple[TaxAmount, ...]:
    """Return the tax that was paid before on money of a payment that is used now."""
    used: tuple[TaxAmount, ...] = ()
    for found in plan.advances:
        if found.payment == payment_id and amount_minor > 0:
            taken = min(amount_minor, found.amount_minor)
            amount_minor -= taken
            used = joined(used, cut(found.tax, 0, taken, found.amount_minor), 1)
    return used


def echo_use(
    payment: Payment, plan_id: str, use: facts.Use, source: Holding, day: date, draft: Draft
) -> None:
    """Record in the payment's stream that a plan has used some of its money."""
    applied = facts.PaymentApplied(
        **payment.fields,
        plan=plan_id,
        use=use,
        source=source,
    )
    draft.record(payment_stream(payment.id), day, applied)


def held_as(holding: Holding, amount_minor: int) -> Holding:
    """Return a part of a holding."""
    return Holding(
        held_in=holding.held_in,
        customer=holding.customer,
        plan=holding.plan,
        amount_minor=amount_minor,
    )


def first_of(holdings: Iterable[Holding], amount_minor: int) -> tuple[Holding, ...]:
    """Take an amount out of holdings, the first one first."""
    taken = []
    for holding in holdings:
        part_minor = min(amount_minor, holding.amount_minor)
        if part_minor > 0:
            taken.append(held_as(holding, part_minor))
            amount_minor -= part_minor
    return tuple(taken)


def unapplied_in(holdings: Iterable[Holding]) -> int:
    """Return how much of holdings lies unapplied."""
    return sum(held.amount_minor for held in holdings if held.held_in == "unapplied")


# Money that goes elsewhere ----------------------------------------------------------------------


def release_earmarks_above(payment: Payment, left_minor: int, on: date, draft: Draft) -> None:
    """Release earmarks, the last plan first, until they fit what is left unapplied."""
    excess = sum(held for _, held in payment.earmarks) - left_minor
    for plan_id, held_minor in reversed(payment.earmarks):
        if excess > 0:
            taken = min(excess, held_minor)
            excess -= taken
            release_earmark(payment.id, plan_id, taken, on, draft)


def release_earmark(
    payment_id: str, plan_id: str, amount_minor: int, on: date, draft: Draft
) -> None:
    """Let money of a payment no longer wait for a plan; the tax on it is taken back."""
    plan = draft.plan(plan_id)
    released = facts.EarmarkReleased(**plan.fields, payment=payment_id, amount_minor=amount_minor)
    draft.record(payment_stream(payment_id), on, released)
    draft.record(plan_stream(plan_id), on, released)
    plan = draft.plan(plan_id)
    left_minor = dict(plan.earmarks).get(payment_id, 0)
    own = [found for found in plan.advances if found.payment == payment_id]
    _untax(plan, own, sum(found.amount_minor for found in own) - left_minor, on, draft)


def balance_advances(draft: Draft, plan_id: str | None = None) -> None:
    """Keep what is taxed as an advance to what will still be billed, for the plans that changed.

    What is taxed beyond that is taken back, the latest advance first; money that waits and will now
    be billed after all is taxed.
    """
    for _, changed, on in draft.changed_plans(plan_id):
        if not changed.earmarks and not changed.advances:
            continue
        to_come_minor = to_bill_minor(changed)
        taxed_minor = sum(found.amount_minor for found in changed.advances)
        if taxed_minor > to_come_minor:
            latest_first = changed.advances[::-1]
            _untax(changed, latest_first, taxed_minor - to_come_minor, on, draft)
        elif taxed_minor < to_come_minor:
            _tax_more(changed, to_come_minor, on, draft)


def _tax_more(plan: Plan, to_come_minor: int, on: date, draft: Draft) -> None:
    low_minor = sum(found.amount_minor for found in plan.advances)
    for name, held_minor in plan.earmarks:
        own = sum(found.amount_minor for found in plan.advances if found.payment == name)
        taxable_minor = min(held_minor - own, to_come_minor - low_minor)
        payment = draft.payment(name)
        day = max(on, payment.available_on)
        if _tax_advance(plan, payment, low_minor, taxable_minor, day, draft):
            low_minor += taxable_minor


def _tax_advance(
    plan: Plan, payment: Payment, low_minor: int, amount_minor: int, on: date, draft: Draft
) -> bool:
    """Tax money that will pay what comes behind `low_minor` of all that is to be billed.

    Tell whether any of it is taxed.
    """
    tax = advance_tax(plan, low_minor, low_minor + amount_minor) if amount_minor > 0 else ()
    if tax:
        taxed = facts.AdvanceTaxed(
            **plan.fields,
            payment=payment.id,
            received_on=payment.received_on,
            amount_minor=amount_minor,
            tax=tax,
        )
        draft.record(plan_stream(plan.id), on, taxed)
    return bool(tax)


def _untax(
    plan: Plan, advances: Sequence[Advance], excess_minor: int, on: date, draft: Draft
) -> None:
    """Take back the tax on an amount of advances, the first one first."""
    for found in advances:
        taken = min(excess_minor, found.amount_minor)
        if taken > 0:
            excess_minor -= taken
            untaxed = facts.AdvanceTaxReversed(
                **plan.fields,
                payment=found.payment,
                received_on=found.received_on,
                amount_minor=taken,
                tax=cut(found.tax, 0, taken, found.amount_minor),
            )
            draft.record(plan_stream(plan.id), on, untaxed)
