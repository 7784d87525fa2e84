"""A plan: its instalments, its charges, and what became of each. State, and how events change it.

State is immutable: `evolve` returns a new plan. Decisions are in `billing` and `settling`.

Tax moves with money, cumulatively by charge: the part of a charge between x0 and x1 holds
`share(tax, x1) - share(tax, x0)` of its tax, whoever moves it. Allocations fill a charge from the
bottom, reductions (credit, waiver, write-off) take it down from the top, so nothing is left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypedDict

from ledger import events as facts
from ledger.events import Carrying, Fact, Part, TaxAmount, Terms
from ledger.terms.money import share
from ledger.terms.schedule import Instalment


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """An amount billed. `gross_minor` is what credits, waivers and write-offs have left of it.

    `open_since` is the day of the charge, or of the last application that was undone: before it,
    what is open now was paid, so nothing else may move it.
    """

    id: str
    kind: str
    instalment: int | None
    due_on: date
    charged_on: date
    order: int
    amount_minor: int
    gross_minor: int
    income: facts.Income
    tax: tuple[TaxAmount, ...]
    open_since: date
    carrying: Carrying = "receivable"
    allocated_minor: int = 0
    written_off_minor: int = 0
    written_off_on: date | None = None
    written_off_tax: tuple[TaxAmount, ...] = ()
    recovered_minor: int = 0
    recovered_tax: tuple[TaxAmount, ...] = ()

    @property
    def open_minor(self) -> int:
        """What is still owed."""
        return self.gross_minor - self.allocated_minor

    @property
    def is_fee(self) -> bool:
        """Whether the charge is a fee, which is waived and never credited."""
        return self.income == "late_fee_income"

    def tax_between(self, low_minor: int, high_minor: int) -> tuple[TaxAmount, ...]:
        """Return the tax inside the part of the charge from `low_minor` to `high_minor`."""
        return _cut(self.tax, low_minor, high_minor, self.amount_minor)

    @property
    def lost_minor(self) -> int:
        """What was written off and not recovered."""
        return self.written_off_minor - self.recovered_minor

    def recovered_tax_at(self, recovered_minor: int) -> tuple[TaxAmount, ...]:
        """Return the tax due on receipt once so much of what was written off has come in."""
        receipt = tuple(tax for tax in self.written_off_tax if tax.due == "receipt")
        if not recovered_minor:
            return ()
        return _cut(receipt, 0, recovered_minor, self.written_off_minor)


def _cut(
    taxes: Iterable[TaxAmount], low_minor: int, high_minor: int, whole_minor: int
) -> tuple[TaxAmount, ...]:
    cut = (
        replace(
            tax,
            amount_minor=share(tax.amount_minor, high_minor, whole_minor)
            - share(tax.amount_minor, low_minor, whole_minor),
        )
        for tax in taxes
    )
    return tuple(tax for tax in cut if tax.amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How much of a payment stands on a charge, and since when."""

    charge: str
    payment: str
    amount_minor: int
    effective_on: date


class PlanFields(TypedDict):
    """What every event of a plan repeats."""

    plan: str
    customer: str
    currency: str
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An agreement and its life so far. `earmarks`: unapplied money of payments that waits here."""

    id: str
    customer: str
    currency: str
    exponent: int
    opened_on: date
    terms: Terms | None = None
    instalments: tuple[Instalment, ...] = ()
    charges: Mapping[str, Charge] = field(default_factory=dict)
    allocations: tuple[Allocation, ...] = ()
    recoveries: tuple[Allocation, ...] = ()
    earmarks: tuple[tuple[str, int], ...] = ()
    ended: frozenset[int] = frozenset()

    @property
    def outstanding_minor(self) -> int:
        """What is owed on all charges."""
        return sum(charge.open_minor for charge in self.charges.values())

    @property
    def unbilled(self) -> tuple[Instalment, ...]:
        """Instalments that are still to be charged."""
        billed = {charge.instalment for charge in self.charges.values()}
        return tuple(
            part
            for part in self.instalments
            if part.number not in billed and part.number not in self.ended
        )

    @property
    def settled(self) -> bool:
        """Whether nothing is owed and nothing is left to bill; a reversal may undo it."""
        return not self.outstanding_minor and not self.unbilled

    @property
    def fields(self) -> PlanFields:
        """The fields that every event of the plan repeats."""
        return {
            "plan": self.id,
            "customer": self.customer,
            "currency": self.currency,
            "exponent": self.exponent,
        }

    def charges_by(self, day: date) -> list[Charge]:
        """Return the charges that stand on a day as they do now, oldest due first."""
        made = [charge for charge in self.charges.values() if charge.open_since <= day]
        return sorted(made, key=lambda charge: (charge.due_on, charge.order))


def evolve(plan: Plan | None, effective_on: date, fact: Fact) -> Plan | None:
    """Return the plan after an event; facts that do not concern plans change nothing."""
    apply = _APPLY.get(type(fact))
    return plan if apply is None else apply(plan, effective_on, fact)


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


def _opening(plan: Plan | None, on: date, fact: facts.OpeningBalance) -> Plan:
    before = plan or Plan(
        id=fact.plan,
        customer=fact.customer,
        currency=fact.currency,
        exponent=fact.exponent,
        opened_on=on,
    )
    return _charged(before, on, fact, kind="opening", instalment=None, income="opening")


def _instalment(plan: Plan, on: date, fact: facts.InstalmentCharged) -> Plan:
    return _charged(plan, on, fact, kind="instalment", instalment=fact.instalment, income="revenue")


def _fee(plan: Plan, on: date, fact: facts.FeeCharged) -> Plan:
    return _charged(plan, on, fact, kind=fact.kind, instalment=None, income=fact.income)


def _charged(
    plan: Plan,
    on: date,
    fact: facts.InstalmentCharged | facts.FeeCharged | facts.OpeningBalance,
    *,
    kind: str,
    instalment: int | None,
    income: facts.Income,
) -> Plan:
    charge = Charge(
        id=fact.charge,
        kind=kind,
        instalment=instalment,
        due_on=fact.due_on,
        charged_on=on,
        order=len(plan.charges),
        amount_minor=fact.amount_minor,
        gross_minor=fact.amount_minor,
        income=income,
        tax=fact.tax,
        open_since=on,
    )
    return replace(plan, charges={**plan.charges, charge.id: charge})


def _standing(
    fact: facts.PaymentAllocated | facts.RecoveryReceived, on: date
) -> tuple[Allocation, ...]:
    return tuple(
        Allocation(
            charge=part.charge,
            payment=fact.payment,
            amount_minor=part.amount_minor,
            effective_on=on,
        )
        for part in fact.parts
    )


def _allocated(plan: Plan, on: date, fact: facts.PaymentAllocated) -> Plan:
    waited = fact.source.amount_minor if fact.source.held_in == "unapplied" else 0
    return replace(
        plan,
        charges=_changed(plan, fact.parts, _add_allocated),
        allocations=plan.allocations + _standing(fact, on),
        earmarks=without_earmark(plan.earmarks, fact.payment, waited),
    )


def _reversed(plan: Plan, on: date, fact: facts.AllocationReversed) -> Plan:
    def reopened(charge: Charge, part: Part) -> Charge:
        return replace(
            charge,
            allocated_minor=charge.allocated_minor - part.amount_minor,
            open_since=max(charge.open_since, on),
        )

    return replace(
        plan,
        charges=_changed(plan, fact.parts, reopened),
        allocations=_without_latest(plan.allocations, fact.payment, fact.parts),
    )


def _without_latest(
    standing: tuple[Allocation, ...], payment: str, parts: Iterable[Part]
) -> tuple[Allocation, ...]:
    """Take `parts` out of what stands of `payment`, the latest first."""
    left = list(standing)
    for part in parts:
        _take_latest(left, payment, part)
    return tuple(found for found in left if found.amount_minor)


def _take_latest(allocations: list[Allocation], payment: str, part: Part) -> None:
    rest = part.amount_minor
    for index in range(len(allocations) - 1, -1, -1):
        found = allocations[index]
        if rest and found.payment == payment and found.charge == part.charge:
            taken = min(rest, found.amount_minor)
            rest -= taken
            allocations[index] = replace(found, amount_minor=found.amount_minor - taken)


def _waived(plan: Plan, _on: date, fact: facts.ChargeWaived) -> Plan:
    return replace(plan, charges=_changed(plan, (fact.part,), _take_gross))


def _credited(plan: Plan, _on: date, fact: facts.CreditNoteIssued) -> Plan:
    return replace(plan, charges=_changed(plan, fact.parts, _take_gross))


def _written_off(plan: Plan, on: date, fact: facts.WrittenOff) -> Plan:
    def given_up(charge: Charge, part: Part) -> Charge:
        return replace(
            _take_gross(charge, part),
            written_off_minor=charge.written_off_minor + part.amount_minor,
            written_off_on=max(charge.written_off_on or on, on),
            written_off_tax=joined(charge.written_off_tax, part.tax, 1),
        )

    charges = _changed(plan, fact.parts, given_up)
    return replace(plan, charges=charges, ended=plan.ended.union(fact.ended))


def _recovered(plan: Plan, on: date, fact: facts.RecoveryReceived) -> Plan:
    charges = _changed(plan, fact.parts, _add_recovered)
    return replace(plan, charges=charges, recoveries=plan.recoveries + _standing(fact, on))


def _recovery_reversed(plan: Plan, _on: date, fact: facts.RecoveryReversed) -> Plan:
    return replace(
        plan,
        charges=_changed(plan, fact.parts, _take_recovered),
        recoveries=_without_latest(plan.recoveries, fact.payment, fact.parts),
    )


def _cancelled(plan: Plan, _on: date, fact: facts.PlanCancelled) -> Plan:
    return replace(plan, ended=plan.ended.union(fact.ended))


def _earmarked(plan: Plan, _on: date, fact: facts.PaymentEarmarked) -> Plan:
    waiting = dict(plan.earmarks)
    waiting[fact.payment] = waiting.get(fact.payment, 0) + fact.amount_minor
    return replace(plan, earmarks=tuple(waiting.items()))


def _earmark_released(plan: Plan, _on: date, fact: facts.EarmarkReleased) -> Plan:
    return replace(plan, earmarks=without_earmark(plan.earmarks, fact.payment, fact.amount_minor))


def without_earmark(
    earmarks: tuple[tuple[str, int], ...], key: str, amount_minor: int
) -> tuple[tuple[str, int], ...]:
    """Return `earmarks` less up to `amount_minor` of `key`; what reaches zero is gone."""
    less = ((name, held - amount_minor if name == key else held) for name, held in earmarks)
    return tuple((name, held) for name, held in less if held > 0)


def _changed(
    plan: Plan, parts: Iterable[Part], change: Callable[[Charge, Part], Charge]
) -> dict[str, Charge]:
    charges = dict(plan.charges)
    for part in parts:
        charges[part.charge] = change(charges[part.charge], part)
    return charges


def _add_allocated(charge: Charge, part: Part) -> Charge:
    return replace(charge, allocated_minor=charge.allocated_minor + part.amount_minor)


def _take_gross(charge: Charge, part: Part) -> Charge:
    return replace(charge, gross_minor=charge.gross_minor - part.amount_minor)


def _add_recovered(charge: Charge, part: Part) -> Charge:
    return replace(
        charge,
        recovered_minor=charge.recovered_minor + part.amount_minor,
        recovered_tax=joined(charge.recovered_tax, part.tax, 1),
    )


def _take_recovered(charge: Charge, part: Part) -> Charge:
    return replace(
        charge,
        recovered_minor=charge.recovered_minor - part.amount_minor,
        recovered_tax=joined(charge.recovered_tax, part.tax, -1),
    )


def joined(
    first: tuple[TaxAmount, ...], second: tuple[TaxAmount, ...], sign: int
) -> tuple[TaxAmount, ...]:
    """Add (or with sign -1 take) taxes of the same code, rate, category and due; zeros are gone."""
    total = {_tax_key(tax): tax for tax in first}
    for tax in second:
        known = total.get(_tax_key(tax))
        before = known.amount_minor if known else 0
        total[_tax_key(tax)] = replace(tax, amount_minor=before + sign * tax.amount_minor)
    return tuple(tax for tax in total.values() if tax.amount_minor)


def _tax_key(tax: TaxAmount) -> tuple[str, str, str, str]:
    return (tax.code, tax.rate, tax.category, tax.due)


_APPLY: dict[type[Fact], Callable[[Any, date, Any], Plan]] = {
    facts.PlanAgreed: _agreed,
    facts.OpeningBalance: _opening,
    facts.InstalmentCharged: _instalment,
    facts.FeeCharged: _fee,
    facts.PaymentAllocated: _allocated,
    facts.AllocationReversed: _reversed,
    facts.ChargeWaived: _waived,
    facts.CreditNoteIssued: _credited,
    facts.WrittenOff: _written_off,
    facts.RecoveryReceived: _recovered,
    facts.RecoveryReversed: _recovery_reversed,
    facts.PlanCancelled: _cancelled,
    facts.PaymentEarmarked: _earmarked,
    facts.EarmarkReleased: _earmark_released,
}
