"""Deciding what is billed: plans agreed, opening items, instalments fallen due, fees."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from ledger.agreeing import agreed_plan
from ledger.applying import use_earmarks
from ledger.charge import cut
from ledger.dating import require_agreed
from ledger.draft import Draft
from ledger.events import (
    BilledPart,
    FeeCharged,
    InstalmentCharged,
    InterestCharged,
    OpeningBalance,
    PlanBilled,
    plan_stream,
)
from ledger.intentions import ChargeFee, OpenBalance, OpenPlan
from ledger.invoicing import invoice, next_document
from ledger.plan import Plan
from ledger.recognition import is_deferred
from ledger.refusals import (
    ChargeExists,
    ItemDocumentTwice,
    PlanExists,
    PlanExistsWithOtherTerms,
)
from ledger.taxing import in_billing_order, instalment_taxes, taxes_in
from ledger.terms.money import positive_minor_units, share
from ledger.terms.refusals import RecoveryFeeToConsumer
from ledger.terms.schedule import Instalment


def open_plan(command: OpenPlan, draft: Draft) -> None:
    """Agree a plan. Raises PlanExists, PlanExistsWithOtherTerms and the rules of schedules."""
    agreed = agreed_plan(command)
    existing = draft.find_plan(command.plan)
    if existing is not None:
        same = (existing.customer, existing.currency, existing.opened_on) == (
            agreed.customer,
            command.currency,
            command.on,
        ) and (existing.instalments, existing.terms) == (agreed.instalments, agreed.terms)
        raise (PlanExists if same else PlanExistsWithOtherTerms)(plan=command.plan)
    draft.record(plan_stream(command.plan), command.on, agreed)
    if command.terms.billing == "upfront":
        bill_upfront(command.plan, command.on, draft)
    _charge_signature_fees(command.plan, command.on, draft)
    invoice_new(command.plan, (), command.on, draft)


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


def due_plan(plan_id: str, through: date, draft: Draft) -> None:
    """Charge each instalment of a plan whose day has come, effective on that day."""
    plan = draft.plan(plan_id)
    due = in_billing_order(part for part in plan.unbilled if part.billed_on <= through)
    for part in due:
        charge_instalment(plan_id, part, draft)
    if due:
        use_earmarks(plan_id, through, draft)


def charge_instalment(plan_id: str, part: Instalment, draft: Draft) -> None:
    """Charge what an instalment is made of and was not charged yet: fee, interest, price.

    A plan that names a series gets an invoice over them.
    """
    plan = draft.plan(plan_id)
    known = set(plan.charges)
    charge = f"{plan_id}/{part.number}"
    if part.fee_minor and f"{charge}/fee" not in plan.charges:
        _charge_spread_fee(plan, part, draft)
    if part.interest_minor and f"{charge}/interest" not in plan.charges:
        _charge_interest(plan, part, draft)
    if part.principal_minor and charge not in plan.charges:
        charge_price(plan_id, part, part.principal_minor, part.billed_on, draft)
    invoice_new(plan_id, known, part.billed_on, draft)


def invoice_new(plan_id: str, known: Collection[str], on: date, draft: Draft) -> None:
    """Issue an invoice over the charges that are not known, if the plan names a series."""
    plan = draft.plan(plan_id)
    series = plan.terms.series if plan.terms else None
    charges = [name for name in plan.charges if name not in known]
    if series is not None and charges:
        invoice(plan_id, series, charges, on, draft)


def document_of(plan: Plan, draft: Draft) -> str | None:
    """Return the document that bills the next charge: the plan's own, or the next of its series."""
    if plan.terms is None:
        return None
    return plan.terms.document or (
        next_document(plan.terms.series, draft) if plan.terms.series else None
    )


def _charge_spread_fee(plan: Plan, part: Instalment, draft: Draft) -> None:
    kinds = [fee.kind for fee in plan.terms.fees if fee.when != "signature"] if plan.terms else []
    fee = FeeCharged(
        **plan.fields,
        charge=f"{plan.id}/{part.number}/fee",
        kind=kinds[0] if kinds else "fee",
        due_on=part.due_on,
        amount_minor=part.fee_minor,
        income="interest_income",
        instalment=part.number,
    )
    draft.record(plan_stream(plan.id), part.billed_on, fee)


def _charge_interest(plan: Plan, part: Instalment, draft: Draft) -> None:
    _record_interest(plan, part, part.interest_minor, part.due_on, part.billed_on, draft)


def charge_accrued(plan_id: str, part: Instalment, on: date, draft: Draft) -> None:
    """Charge the interest of an instalment as far as it has run by a day, by days."""
    plan = draft.plan(plan_id)
    start = _runs_from(plan, part)
    whole, passed = (part.due_on - start).days, (min(on, part.due_on) - start).days
    if part.interest_minor and f"{plan_id}/{part.number}/interest" not in plan.charges:
        accrued = share(part.interest_minor, max(passed, 0), whole) if whole > 0 else 0
        if accrued:
            _record_interest(plan, part, accrued, on, on, draft)


def _runs_from(plan: Plan, part: Instalment) -> date:
    """Return the day from which an instalment's interest runs: the due day before it."""
    before = [
        other.due_on
        for other in plan.instalments
        if other.number < part.number and other.number not in plan.ended
    ]
    return max(before, default=plan.opened_on)


def _record_interest(
    plan: Plan, part: Instalment, amount_minor: int, due_on: date, on: date, draft: Draft
) -> None:
    interest = InterestCharged(
        **plan.fields,
        charge=f"{plan.id}/{part.number}/interest",
        kind="interest",
        instalment=part.number,
        run_from=_runs_from(plan, part),
        run_through=due_on,
        due_on=due_on,
        amount_minor=amount_minor,
        income="interest_income",
    )
    draft.record(plan_stream(plan.id), on, interest)


def charge_price(plan_id: str, part: Instalment, amount_minor: int, on: date, draft: Draft) -> None:
    """Charge the price in an instalment, or the first part of it, as revenue or as deferred."""
    plan = draft.plan(plan_id)
    taxes = instalment_taxes(plan).get(part.number, ())
    tax = cut(taxes, 0, amount_minor, part.principal_minor)
    net_minor = amount_minor - sum(found.amount_minor for found in tax)
    known_minor, deferred_minor = _deferral(plan, net_minor)
    charged = InstalmentCharged(
        **plan.fields,
        charge=f"{plan.id}/{part.number}",
        instalment=part.number,
        due_on=part.due_on,
        amount_minor=amount_minor,
        document=document_of(plan, draft),
        tax=tax,
        contract_asset_minor=known_minor,
        deferred_minor=deferred_minor,
    )
    draft.record(plan_stream(plan_id), on, charged)


def _deferral(plan: Plan, net_minor: int) -> tuple[int, int]:
    """Divide a net amount: what was recognised before it was billed, and what is not earned."""
    if not is_deferred(plan):
        return 0, 0
    known_minor = min(net_minor, plan.contract_asset_minor)
    return known_minor, net_minor - known_minor


def bill_upfront(plan_id: str, on: date, draft: Draft) -> None:
    """Bill the price of all instalments by one document; interest and fees follow as they fall due.

    The tax of the document is that of the whole price, divided over its charges cumulatively.
    """
    plan = draft.plan(plan_id)
    priced = [part for part in plan.unbilled if part.principal_minor]
    whole_minor = sum(part.principal_minor for part in priced)
    taxes = taxes_in(whole_minor, plan.terms.tax if plan.terms else ())
    parts, low = [], 0
    for part in priced:
        high = low + part.principal_minor
        billed = BilledPart(
            charge=f"{plan_id}/{part.number}",
            instalment=part.number,
            due_on=part.due_on,
            amount_minor=part.principal_minor,
            tax=cut(taxes, low, high, whole_minor),
        )
        parts.append(billed)
        low = high
    net_minor = whole_minor - sum(tax.amount_minor for tax in taxes)
    known_minor, deferred_minor = _deferral(plan, net_minor)
    document = document_of(plan, draft) or plan_id
    billed_all = PlanBilled(
        **plan.fields,
        document=document,
        parts=tuple(parts),
        contract_asset_minor=known_minor,
        deferred_minor=deferred_minor,
    )
    draft.record(plan_stream(plan_id), on, billed_all)


def _charge_signature_fees(plan_id: str, on: date, draft: Draft) -> None:
    plan = draft.plan(plan_id)
    agreed = [fee for fee in plan.terms.fees if fee.when == "signature"] if plan.terms else []
    for number, fee in enumerate(agreed, 1):
        charged = FeeCharged(
            **plan.fields,
            charge=f"{plan_id}/signature-{number}",
            kind=fee.kind,
            due_on=on,
            amount_minor=fee.amount_minor,
            income="interest_income",
        )
        draft.record(plan_stream(plan_id), on, charged)


def charge_fee(command: ChargeFee, draft: Draft) -> None:
    """Bill a fee.

    Raises PlanUnknown, DatedBefore, ChargeExists, RecoveryFeeToConsumer and the rules of amounts.
    """
    plan = draft.plan(command.plan)
    charge = f"{plan.id}/{command.id}"
    numbers = {f"{plan.id}/{part.number}" for part in plan.instalments}
    if charge in plan.charges or charge in numbers:
        raise ChargeExists(charge=charge)
    require_agreed(plan, command.on)
    if command.kind == "recovery_fee" and (
        plan.terms is None or plan.terms.customer_kind == "consumer"
    ):
        raise RecoveryFeeToConsumer
    fee = FeeCharged(
        **plan.fields,
        charge=charge,
        kind=command.kind,
        due_on=command.due_on or command.on,
        amount_minor=positive_minor_units(command.amount, plan.currency, plan.exponent),
        income="late_fee_income",
    )
    draft.record(plan_stream(plan.id), command.on, fee)
    use_earmarks(plan.id, command.on, draft)
