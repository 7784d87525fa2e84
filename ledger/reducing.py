"""Deciding what a customer is forgiven: waivers of fees, credit notes on everything else."""

from __future__ import annotations

from ledger.charge import Charge
from ledger.crediting import credit_charges, waive_charge
from ledger.dating import require_not_before
from ledger.draft import Draft
from ledger.intentions import Credit, Waive
from ledger.plan import Plan
from ledger.refusals import (
    ChargeUnknown,
    CreditAboveCharged,
    OnlyFeesAreWaived,
    WaiverAboveCharge,
)
from ledger.terms.allocation import oldest_due_first
from ledger.terms.money import amount_text, plain, positive_minor_units
from ledger.undoing import latest_first
from ledger.waterfalls import open_by_due


def waive(command: Waive, draft: Draft) -> None:
    """Forgive a fee, in whole or in part.

    Raises PlanUnknown, ChargeUnknown, OnlyFeesAreWaived, DatedBefore, WaiverAboveCharge.
    """
    plan = draft.plan(command.plan)
    charge = plan.charges.get(command.charge)
    if charge is None:
        raise ChargeUnknown(charge=command.charge, plan=plan.id)
    require_not_before(command.on, "the charge", charge.open_since)
    if not charge.is_fee:
        raise OnlyFeesAreWaived(charge=charge.id)
    amount_minor = positive_minor_units(command.amount, plan.currency, plan.exponent)
    left_minor = charge.gross_minor - charge.disputed_minor
    if amount_minor > left_minor:
        raise WaiverAboveCharge(
            waived=plain(command.amount), left=amount_text(left_minor, plan.exponent)
        )
    waive_charge(plan.id, charge.id, amount_minor, command.on, command.reason, draft)


def credit(command: Credit, draft: Draft) -> None:
    """Issue a credit note: open charges first, oldest due first, then what was paid last.

    Raises PlanUnknown, CreditAboveCharged and the rules of amounts.
    """
    plan = draft.plan(command.plan)
    amount_minor = positive_minor_units(command.amount, plan.currency, plan.exponent)
    charges = [charge for charge in plan.charges_by(command.on) if not charge.is_fee]
    left_minor = sum(charge.gross_minor - charge.disputed_minor for charge in charges)
    if amount_minor > left_minor:
        raise CreditAboveCharged(
            credit=plain(command.amount),
            left=amount_text(left_minor, plan.exponent),
            on=command.on.isoformat(),
        )
    amounts = _spread(plan, charges, amount_minor)
    credit_charges(plan.id, amounts, command.kind, command.on, command.reason, draft)


def _spread(plan: Plan, charges: list[Charge], amount_minor: int) -> dict[str, int]:
    """Spread a credit over charges: what is open, then the latest allocations on them."""
    shares, rest_minor = oldest_due_first(amount_minor, open_by_due(charges))
    amounts = {found.charge: found.amount_minor for found in shares}
    names = {charge.id for charge in charges}
    standing = tuple(found for found in plan.allocations if found.charge in names)
    for found, taken in latest_first(standing, rest_minor):
        amounts[found.charge] = amounts.get(found.charge, 0) + taken
    return amounts
