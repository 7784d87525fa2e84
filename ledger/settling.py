"""Deciding how payments come in and go out: received, allocated, refunded, bounced, moved.

What money pays is in `applying`; money that must be freed comes from the latest use first, in
`undoing`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger import events as facts
from ledger.applying import (
    apply_all,
    apply_money,
    apply_moved,
    first_of,
    release_earmark,
    release_earmarks_above,
    unapplied_in,
    use_earmarks,
)
from ledger.approval import require_approver
from ledger.dating import require_not_before
from ledger.draft import Draft
from ledger.events import payment_stream
from ledger.exchange import taken
from ledger.intentions import (
    Allocate,
    FailRefund,
    FeeTax,
    MoneyIn,
    ReceivePayment,
    Refund,
    ReversePayment,
    Transfer,
)
from ledger.payment import Payment
from ledger.plan import Plan
from ledger.refusals import (
    CurrencyDiffers,
    DisputeIsOpen,
    NothingToAllocate,
    NothingToTransfer,
    PaymentExists,
    PaymentWasReversed,
    RefundAbovePayment,
    RefundUnknown,
    SamePlan,
)
from ledger.terms.money import amount_text, plain, positive_minor_units
from ledger.undoing import Undoing, free, latest_first, refill, undo_allocations

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
    money = taken(command, plan)
    received = facts.PaymentReceived(
        payment=command.payment,
        currency=money.currency,
        exponent=money.exponent,
        customer=None if plan is None else plan.customer,
        plan=None if plan is None else plan.id,
        amount_minor=money.amount_minor,
        gateway=command.gateway,
        reference=command.reference,
        kind=command.kind,
        converted=money.converted,
    )
    draft.record(payment_stream(command.payment), command.on, received)
    _realise(command.payment, money.gain_minor, command.on, draft)
    if command.fee:
        fee = command.fee if money.converted is None else money.fee
        payment = draft.payment(command.payment)
        charge_gateway(payment, fee, command.on, draft, command.fee_tax)


def _realise(
    payment_id: str, gain_minor: int, on: date, draft: Draft, *, undone: bool = False
) -> None:
    """Record a gain on exchange (below zero: a loss), if there is one."""
    if not gain_minor:
        return
    payment = draft.payment(payment_id)
    realised = facts.ExchangeRealised(
        **payment.fields,
        customer=payment.customer,
        plan=payment.plan,
        gain_minor=gain_minor,
        undone=undone,
    )
    draft.record(payment_stream(payment.id), on, realised)


def return_exchange(payment_id: str, on: date, draft: Draft) -> None:
    """Let the exchange difference of a payment follow its money: back when it goes, and again.

    What went back of it is at any time its share of what is refunded, charged back or disputed.
    """
    payment = draft.payment(payment_id)
    back_minor = payment.returning_minor(payment.out_minor) - payment.returned_minor
    if back_minor:
        whole_minor = payment.exchanged_minor + payment.returned_minor
        returned = facts.ExchangeReturned(
            **payment.fields,
            customer=payment.customer,
            plan=payment.plan,
            gain_minor=-back_minor,
            undone=(back_minor > 0) == (whole_minor > 0),
        )
        draft.record(payment_stream(payment.id), on, returned)


def charge_gateway(
    payment: Payment, fee: Decimal, on: date, draft: Draft, tax: FeeTax | None = None
) -> None:
    """Record a fee that the gateway kept, and the tax on it."""
    tax_minor = 0
    if tax is not None:
        tax_minor = positive_minor_units(tax.amount, payment.currency, payment.exponent)
    charged = facts.GatewayFeeCharged(
        **payment.fields,
        customer=payment.customer,
        plan=payment.plan,
        gateway=payment.gateway,
        amount_minor=positive_minor_units(fee, payment.currency, payment.exponent),
        treatment="exempt" if tax is None else tax.treatment,
        tax_minor=tax_minor,
    )
    draft.record(payment_stream(payment.id), on, charged)


def allocate(command: Allocate, draft: Draft) -> None:
    """Apply what is left of a payment to a plan: unapplied money first, then customer credit.

    Raises PlanUnknown, PaymentUnknown, CurrencyDiffers, PaymentWasReversed, DatedBefore,
    NothingToAllocate.
    """
    plan, payment = draft.plan(command.plan), draft.payment(command.payment)
    if payment.currency != plan.currency:
        raise CurrencyDiffers(given=payment.currency, expected=plan.currency)
    require_usable(payment, command.on)
    if payment.unapplied_minor <= 0 and not payment.credits:
        raise NothingToAllocate(payment=payment.id)
    for other, held_minor in payment.earmarks:
        if other != plan.id:
            release_earmark(payment.id, other, held_minor, command.on, draft)
    apply_all(payment.id, plan.id, draft)
    for credit in payment.credits:
        apply_money(payment.id, plan.id, credit, draft)


# Money out --------------------------------------------------------------------------------------


def refund(command: Refund, draft: Draft) -> None:
    """Pay money back: customer credit first, then unapplied, then what was applied last.

    Money that was applied is freed first: its charges are open again until a credit note follows.
    Raises PaymentUnknown, PaymentWasReversed, DatedBefore, RefundAbovePayment.
    """
    payment = draft.payment(command.payment)
    require_usable(payment, command.on)
    amount_minor = positive_minor_units(command.amount, payment.currency, payment.exponent)
    if amount_minor > payment.left_minor:
        raise RefundAbovePayment(
            refund=plain(command.amount),
            left=amount_text(payment.left_minor, payment.exponent),
            payment=payment.id,
        )
    require_approver("refund", payment, amount_minor, command, draft)
    free(
        payment.id,
        amount_minor - payment.credit_minor - payment.unapplied_minor,
        Undoing(command.on, command.reason, "unapplied"),
        draft,
    )
    used = payment.uses
    payment = draft.payment(command.payment)
    lying = (*payment.credits, payment.unapplied(payment.unapplied_minor))
    holdings = first_of(lying, amount_minor)
    issued = facts.RefundIssued(
        **payment.fields,
        holdings=holdings,
        reason=command.reason,
        approver=command.approver,
    )
    day = max(command.on, payment.available_on)
    release_earmarks_above(payment, payment.unapplied_minor - unapplied_in(holdings), day, draft)
    draft.record(payment_stream(payment.id), day, issued)
    return_exchange(payment.id, day, draft)
    refill(used, day, draft)


def reverse_payment(command: ReversePayment, draft: Draft) -> None:
    """Undo a payment that bounced: all its uses, then the payment, for the whole amount.

    What was refunded before stays refunded: the payment's unapplied money is then negative, a claim
    on the customer. Raises PaymentUnknown, PaymentWasReversed, DatedBefore.
    """
    payment = draft.payment(command.payment)
    require_usable(payment, command.on)
    if payment.dispute is not None:
        raise DisputeIsOpen(payment=payment.id)
    uses = payment.uses
    used_minor = sum(used.amount_minor for used in uses)
    free(payment.id, used_minor, Undoing(command.on, command.reason, "unapplied"), draft)
    payment = draft.payment(command.payment)
    day = max(command.on, payment.available_on)
    release_earmarks_above(payment, 0, day, draft)
    charged_back_minor = payment.returning_minor(payment.charged_back_minor)
    refunded_minor = payment.returned_minor - charged_back_minor
    _realise(payment.id, -payment.exchanged_minor, day, draft, undone=True)
    payment = draft.payment(payment.id)
    rest_minor = payment.amount_minor - payment.charged_back_minor - payment.credit_minor
    rest_minor += refunded_minor
    holdings = (*payment.credits, *([payment.unapplied(rest_minor)] if rest_minor else []))
    bounced = facts.PaymentReversed(
        **payment.fields,
        holdings=holdings,
        reason=command.reason,
    )
    draft.record(payment_stream(payment.id), day, bounced)
    refill(uses, day, draft)


def require_usable(payment: Payment, on: date) -> None:
    """Refuse a day before the payment, and a payment that bounced."""
    require_not_before(on, "the payment", payment.received_on)
    if payment.reversed_on is not None:
        raise PaymentWasReversed(payment=payment.id)


def transfer(command: Transfer, draft: Draft) -> None:
    """Move money of a payment from a plan that has or awaits it to another, the latest use first.

    Raises PlanUnknown, PaymentUnknown, SamePlan, CurrencyDiffers, PaymentWasReversed, DatedBefore,
    NothingToTransfer.
    """
    source, plan = draft.plan(command.source), draft.plan(command.plan)
    payment = draft.payment(command.payment)
    if source.id == plan.id:
        raise SamePlan(plan=plan.id)
    if payment.currency != plan.currency:
        raise CurrencyDiffers(given=payment.currency, expected=plan.currency)
    require_usable(payment, command.on)
    used = [use for use in payment.uses if (use.plan, use.use) == (source.id, "allocation")]
    waits_minor = payment.earmarked_minor(source.id)
    there_minor = waits_minor + sum(use.amount_minor for use in used)
    amount_minor = there_minor
    if command.amount is not None:
        amount_minor = positive_minor_units(command.amount, payment.currency, payment.exponent)
    if not 0 < amount_minor <= there_minor:
        left = amount_text(there_minor, payment.exponent)
        raise NothingToTransfer(payment=payment.id, plan=source.id, left=left)
    waiting_minor = min(waits_minor, amount_minor)
    if waiting_minor:
        release_earmark(payment.id, source.id, waiting_minor, command.on, draft)
    standing = tuple(found for found in source.allocations if found.payment == payment.id)
    picked = latest_first(standing, amount_minor - waiting_minor)
    undo_allocations(source.id, picked, Undoing(command.on, command.reason, "unapplied"), draft)
    moved = draft.payment(payment.id).unapplied(amount_minor)
    apply_moved(payment.id, plan.id, moved, draft)
    use_earmarks(source.id, command.on, draft)


def fail_refund(command: FailRefund, draft: Draft) -> None:
    """Put the money of a refund that did not reach the customer back where it lay.

    Raises PaymentUnknown, PaymentWasReversed, DatedBefore, RefundUnknown.
    """
    payment = draft.payment(command.payment)
    require_usable(payment, command.on)
    amount_minor = positive_minor_units(command.amount, payment.currency, payment.exponent)
    for holdings in reversed(payment.refunds):
        if sum(held.amount_minor for held in holdings) == amount_minor:
            break
    else:
        raise RefundUnknown(payment=payment.id, amount=plain(command.amount))
    failed = facts.RefundFailed(
        **payment.fields,
        holdings=holdings,
        reason=command.reason,
    )
    draft.record(payment_stream(payment.id), command.on, failed)
    return_exchange(payment.id, command.on, draft)
    if payment.plan is not None:
        apply_all(payment.id, payment.plan, draft)
