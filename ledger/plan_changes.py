"""How events change a plan: one small function for each type of event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from ledger import events as facts
from ledger.charge import Charge, Document, joined
from ledger.charge_changes import add_allocated, carry, moved, recover, take_gross
from ledger.events import Fact, Part, TaxAmount
from ledger.plan import Allocation, Plan
from ledger.standing import dated, split, without_latest
from ledger.waiting import Advance, with_advance, without_advance, without_earmark


def evolve(plan: Plan | None, effective_on: date, fact: Fact) -> Plan | None:
    """Return the plan after an event; facts that do not concern plans change nothing."""
    apply = _APPLY.get(type(fact))
    return plan if apply is None else apply(plan, effective_on, fact)


# Agreement --------------------------------------------------------------------------------------


def _agreed(_plan: Plan | None, on: date, fact: facts.PlanAgreed) -> Plan:
    return Plan(
        id=fact.plan,
        customer=fact.customer,
        currency=fact.currency,
        exponent=fact.exponent,
        opened_on=on,
        terms=fact.terms,
        instalments=fact.instalments,
    )


def _ended(
    plan: Plan,
    on: date,
    fact: facts.PlanCancelled | facts.WrittenOff,
) -> Plan:
    return replace(plan, ended=plan.ended.union(fact.ended), ended_on=plan.ended_on or on)


def _rescheduled(plan: Plan, _on: date, fact: facts.PlanRescheduled) -> Plan:
    charges = dict(plan.charges)
    for change in fact.dues:
        charges[change.charge] = replace(charges[change.charge], due_on=change.due_on)
    return replace(
        plan,
        instalments=(*plan.instalments, *fact.instalments),
        ended=plan.ended.union(fact.ended),
        charges=charges,
    )


def _amended(plan: Plan, _on: date, fact: facts.PlanAmended) -> Plan:
    return replace(
        plan,
        instalments=(*plan.instalments, *fact.instalments),
        ended=plan.ended.union(fact.ended),
        terms=fact.terms,
        amended_from=min((part.number for part in fact.instalments), default=plan.amended_from),
    )


# Charges ----------------------------------------------------------------------------------------


def _opening(plan: Plan | None, on: date, fact: facts.OpeningBalance) -> Plan:
    before = plan or Plan(
        id=fact.plan,
        customer=fact.customer,
        currency=fact.currency,
        exponent=fact.exponent,
        opened_on=on,
    )
    charge = _charge(before, on, fact, "opening", "opening")
    return _with_own_document(before, charge, fact.tax)


def _instalment(plan: Plan, on: date, fact: facts.InstalmentCharged) -> Plan:
    charge = _charge(plan, on, fact, "instalment", "revenue")
    billed = _with_own_document(plan, charge, fact.tax)
    return _deferred(billed, fact.contract_asset_minor, fact.deferred_minor)


def _fee(plan: Plan, on: date, fact: facts.FeeCharged | facts.InterestCharged) -> Plan:
    return _with_own_document(plan, _charge(plan, on, fact, fact.kind, fact.income), fact.tax)


def _billed(plan: Plan, on: date, fact: facts.PlanBilled) -> Plan:
    charges, first = dict(plan.charges), fact.parts[0].charge
    for part in fact.parts:
        charge = _charge(replace(plan, charges=charges), on, part, "instalment", "revenue")
        charges[part.charge] = replace(charge, document=first)
    amount_minor = sum(part.amount_minor for part in fact.parts)
    tax: tuple[TaxAmount, ...] = ()
    for part in fact.parts:
        tax = joined(tax, part.tax, 1)
    document = Document(amount_minor=amount_minor, gross_minor=amount_minor, tax=tax)
    documents = {**plan.documents, first: document}
    billed = replace(plan, charges=charges, documents=documents)
    return _deferred(billed, fact.contract_asset_minor, fact.deferred_minor)


def _charge(plan: Plan, on: date, fact: Any, kind: str, income: facts.Income) -> Charge:
    return Charge(
        id=fact.charge,
        document=fact.charge,
        kind=kind,
        instalment=getattr(fact, "instalment", None),
        due_on=fact.due_on,
        charged_on=on,
        order=len(plan.charges),
        amount_minor=fact.amount_minor,
        gross_minor=fact.amount_minor,
        income=income,
        open_since=on,
    )


def _with_own_document(plan: Plan, charge: Charge, tax: tuple[TaxAmount, ...]) -> Plan:
    document = Document(amount_minor=charge.amount_minor, gross_minor=charge.amount_minor, tax=tax)
    return replace(
        plan,
        charges={**plan.charges, charge.id: charge},
        documents={**plan.documents, charge.document: document},
    )


def _deferred(plan: Plan, contract_asset_minor: int, deferred_minor: int) -> Plan:
    return replace(
        plan,
        contract_asset_minor=plan.contract_asset_minor - contract_asset_minor,
        deferred_minor=plan.deferred_minor + deferred_minor,
    )


def _recognised(plan: Plan, _on: date, fact: facts.RevenueRecognised) -> Plan:
    return replace(
        plan,
        earned_minor=plan.earned_minor + fact.deferred_minor + fact.contract_asset_minor,
        deferred_minor=plan.deferred_minor - fact.deferred_minor,
        contract_asset_minor=plan.contract_asset_minor + fact.contract_asset_minor,
    )


# Money ------------------------------------------------------------------------------------------


def _standing(payment: str, parts: Iterable[Part], on: date) -> tuple[Allocation, ...]:
    return tuple(
        Allocation(
            charge=part.charge, payment=payment, amount_minor=part.amount_minor, effective_on=on
        )
        for part in parts
    )


def _allocated(plan: Plan, on: date, fact: facts.PaymentAllocated) -> Plan:
    waited = fact.source.amount_minor if fact.source.held_in == "unapplied" else 0
    return replace(
        moved(plan, fact.parts, add_allocated, allocated=1),
        allocations=plan.allocations + _standing(fact.payment, fact.parts, on),
        earmarks=without_earmark(plan.earmarks, fact.payment, waited),
        advances=without_advance(plan.advances, fact.payment, waited),
    )


def _reversed(plan: Plan, on: date, fact: facts.AllocationReversed) -> Plan:
    def reopened(charge: Charge, part: Part) -> Charge:
        return replace(
            carry(charge, part, 1),
            allocated_minor=charge.allocated_minor - part.amount_minor,
            open_since=max(charge.open_since, on),
        )

    return replace(
        moved(plan, fact.parts, reopened, allocated=-1),
        allocations=without_latest(plan.allocations, fact.payment, fact.parts),
    )


def _disputed(plan: Plan, on: date, fact: facts.AllocationDisputed) -> Plan:
    def contested(charge: Charge, part: Part) -> Charge:
        return replace(
            charge,
            allocated_minor=charge.allocated_minor - part.amount_minor,
            disputed_minor=charge.disputed_minor + part.amount_minor,
        )

    left, taken = split(plan.allocations, fact.payment, fact.parts)
    return replace(
        moved(plan, fact.parts, contested, allocated=-1),
        allocations=left,
        disputed=plan.disputed + dated(taken, on),
    )


def _restored(plan: Plan, on: date, fact: facts.AllocationRestored) -> Plan:
    def paid_again(charge: Charge, part: Part) -> Charge:
        return replace(
            charge,
            allocated_minor=charge.allocated_minor + part.amount_minor,
            disputed_minor=charge.disputed_minor - part.amount_minor,
        )

    left, taken = split(plan.disputed, fact.payment, fact.parts)
    return replace(
        moved(plan, fact.parts, paid_again, allocated=1),
        allocations=plan.allocations + dated(taken, on),
        disputed=left,
    )


def _dispute_lost(plan: Plan, on: date, fact: facts.DisputedReopened) -> Plan:
    def owed_again(charge: Charge, part: Part) -> Charge:
        return replace(
            carry(charge, part, 1),
            disputed_minor=charge.disputed_minor - part.amount_minor,
            open_since=max(charge.open_since, on),
        )

    left, taken = split(plan.disputed, fact.payment, fact.parts)
    return replace(
        moved(plan, fact.parts, owed_again), disputed=left, charged_back=plan.charged_back + taken
    )


def _postponed(plan: Plan, on: date, fact: facts.DisputedPostponed) -> Plan:
    """Take what was disputed off its charges and owe it anew, within the same documents."""
    charges, invoiced = dict(plan.charges), dict(plan.invoiced)
    for part in fact.parts:
        source = charges[part.source]
        left_minor = source.amount_minor - part.amount_minor
        charges[part.source] = replace(
            source,
            amount_minor=left_minor,
            gross_minor=source.gross_minor - part.amount_minor,
            disputed_minor=source.disputed_minor - part.amount_minor,
        )
        charges[part.charge] = Charge(
            id=part.charge,
            document=source.document,
            kind=part.kind,
            instalment=fact.instalment,
            due_on=fact.due_on,
            charged_on=source.charged_on,
            order=len(charges),
            amount_minor=part.amount_minor,
            gross_minor=part.amount_minor,
            income=source.income,
            open_since=on,
            doubtful_minor=part.amount_minor if part.carrying == "doubtful" else 0,
        )
        if part.source in invoiced:
            invoiced[part.charge] = invoiced[part.source]
    left_over = [
        Part(charge=part.source, amount_minor=part.amount_minor, carrying="disputed")
        for part in fact.parts
    ]
    left, taken = split(plan.disputed, fact.payment, left_over)
    return replace(
        plan,
        charges=charges,
        invoiced=invoiced,
        disputed=left,
        charged_back=plan.charged_back + taken,
    )


def _earmarked(plan: Plan, _on: date, fact: facts.PaymentEarmarked) -> Plan:
    waiting = dict(plan.earmarks)
    waiting[fact.payment] = waiting.get(fact.payment, 0) + fact.amount_minor
    return replace(plan, earmarks=tuple(waiting.items()))


def _earmark_released(plan: Plan, _on: date, fact: facts.EarmarkReleased) -> Plan:
    return replace(plan, earmarks=without_earmark(plan.earmarks, fact.payment, fact.amount_minor))


def _advance_taxed(plan: Plan, _on: date, fact: facts.AdvanceTaxed) -> Plan:
    advance = Advance(
        payment=fact.payment,
        received_on=fact.received_on,
        amount_minor=fact.amount_minor,
        tax=fact.tax,
    )
    return replace(plan, advances=with_advance(plan.advances, advance))


def _advance_untaxed(plan: Plan, _on: date, fact: facts.AdvanceTaxReversed) -> Plan:
    advances = without_advance(plan.advances, fact.payment, fact.amount_minor)
    return replace(plan, advances=advances)


# Reductions -------------------------------------------------------------------------------------


def _waived(plan: Plan, _on: date, fact: facts.ChargeWaived) -> Plan:
    return moved(plan, (fact.part,), take_gross, gross=-1)


def _credited(plan: Plan, _on: date, fact: facts.CreditNoteIssued) -> Plan:
    credited = moved(plan, fact.parts, take_gross, gross=-1)
    if fact.reduces != "deferred_revenue":
        return credited
    gross_minor = sum(part.amount_minor for part in fact.parts)
    tax_minor = sum(tax.amount_minor for part in fact.parts for tax in part.tax)
    return replace(
        credited,
        deferred_minor=plan.deferred_minor - gross_minor + tax_minor,
        undelivered_minor=plan.undelivered_minor + gross_minor,
    )


def _written_off(plan: Plan, on: date, fact: facts.WrittenOff) -> Plan:
    def given_up(charge: Charge, part: Part) -> Charge:
        return replace(
            take_gross(charge, part),
            written_off_minor=charge.written_off_minor + part.amount_minor,
            written_off_on=max(charge.written_off_on or on, on),
            written_off_tax=joined(charge.written_off_tax, part.tax, 1),
        )

    less = moved(plan, fact.parts, given_up, gross=-1)
    return _ended(less, on, fact) if fact.ends or fact.ended else less


def _relieved(plan: Plan, _on: date, fact: facts.TaxReliefClaimed) -> Plan:
    def relieved(charge: Charge, part: Part) -> Charge:
        return replace(charge, relieved_tax=joined(charge.relieved_tax, part.tax, 1))

    return moved(plan, fact.parts, relieved)


def _recovered(plan: Plan, on: date, fact: facts.RecoveryReceived) -> Plan:
    recovered = moved(plan, fact.parts, lambda charge, part: recover(charge, part, 1))
    recoveries = plan.recoveries + _standing(fact.payment, fact.parts, on)
    return replace(recovered, recoveries=recoveries)


def _recovery_reversed(plan: Plan, _on: date, fact: facts.RecoveryReversed) -> Plan:
    return replace(
        moved(plan, fact.parts, lambda charge, part: recover(charge, part, -1)),
        recoveries=without_latest(plan.recoveries, fact.payment, fact.parts),
    )


def _doubtful(plan: Plan, _on: date, fact: facts.ReceivableDoubtful) -> Plan:
    def doubted(charge: Charge, part: Part) -> Charge:
        return replace(charge, doubtful_minor=charge.doubtful_minor + part.amount_minor)

    return replace(moved(plan, fact.parts, doubted), doubtful=True)


def _cured(plan: Plan, _on: date, fact: facts.ReceivableCured) -> Plan:
    def cured(charge: Charge, part: Part) -> Charge:
        return replace(charge, doubtful_minor=charge.doubtful_minor - part.amount_minor)

    return replace(moved(plan, fact.parts, cured), doubtful=False)


def _provided(plan: Plan, _on: date, fact: facts.ProvisionBooked) -> Plan:
    return _allowance(plan, fact.book, fact.amount_minor)


def _released(plan: Plan, _on: date, fact: facts.ProvisionReleased) -> Plan:
    return _allowance(plan, fact.book, -fact.amount_minor)


def _allowance(plan: Plan, book: str, movement_minor: int) -> Plan:
    allowances = {**plan.allowances, book: plan.allowances.get(book, 0) + movement_minor}
    return replace(plan, allowances={name: held for name, held in allowances.items() if held})


def _invoiced(plan: Plan, _on: date, fact: facts.InvoiceIssued) -> Plan:
    if fact.kind == "credit_note":
        return plan
    return replace(plan, invoiced={**plan.invoiced, **dict.fromkeys(fact.charges, fact.document)})


_APPLY: dict[type[Fact], Callable[[Any, date, Any], Plan]] = {
    facts.PlanAgreed: _agreed,
    facts.PlanRescheduled: _rescheduled,
    facts.PlanAmended: _amended,
    facts.PlanCancelled: _ended,
    facts.OpeningBalance: _opening,
    facts.InstalmentCharged: _instalment,
    facts.PlanBilled: _billed,
    facts.RevenueRecognised: _recognised,
    facts.FeeCharged: _fee,
    facts.InterestCharged: _fee,
    facts.PaymentAllocated: _allocated,
    facts.AllocationReversed: _reversed,
    facts.AllocationDisputed: _disputed,
    facts.AllocationRestored: _restored,
    facts.DisputedReopened: _dispute_lost,
    facts.DisputedPostponed: _postponed,
    facts.PaymentEarmarked: _earmarked,
    facts.EarmarkReleased: _earmark_released,
    facts.AdvanceTaxed: _advance_taxed,
    facts.AdvanceTaxReversed: _advance_untaxed,
    facts.ChargeWaived: _waived,
    facts.CreditNoteIssued: _credited,
    facts.WrittenOff: _written_off,
    facts.TaxReliefClaimed: _relieved,
    facts.RecoveryReceived: _recovered,
    facts.RecoveryReversed: _recovery_reversed,
    facts.ReceivableDoubtful: _doubtful,
    facts.ReceivableCured: _cured,
    facts.ProvisionBooked: _provided,
    facts.ProvisionReleased: _released,
    facts.InvoiceIssued: _invoiced,
}
