"""How charges go down without money: by credit notes and waivers, from the top of what is left.

A reduction larger than what is open first undoes allocations, the latest first, into customer
credit, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger import events as facts
from ledger.draft import Draft
from ledger.events import Reduces, plan_stream
from ledger.plan import Plan, topping
from ledger.undoing import Undoing, latest_first, undo_allocations

_REDUCES: Mapping[str, Reduces] = {
    "discount": "discounts",
    "goodwill": "discounts",
    "annulled": "revenue",
    "undelivered": "revenue",
}
"""What a credit note takes down where billing is earning, or more was earned than is left."""


def credit_charges(
    plan_id: str, amounts: Mapping[str, int], kind: str, on: date, reason: str, draft: Draft
) -> None:
    """Issue a credit note over amounts of charges.

    What was not earned yet comes out of deferred revenue; a discount never does.
    """
    make_room(draft.plan(plan_id), amounts, on, reason, draft)
    plan = draft.plan(plan_id)
    parts = topping(plan, amounts)
    tax_minor = sum(tax.amount_minor for part in parts for tax in part.tax)
    net_minor = sum(amounts.values()) - tax_minor
    deferred = _REDUCES[kind] == "revenue" and 0 < net_minor <= plan.deferred_minor
    issued = facts.CreditNoteIssued(
        **plan.fields,
        kind=kind,
        reduces="deferred_revenue" if deferred else _REDUCES[kind],
        parts=parts,
        reason=reason,
    )
    draft.record(plan_stream(plan_id), on, issued)


def waive_charge(
    plan_id: str, charge_id: str, amount_minor: int, on: date, reason: str, draft: Draft
) -> None:
    """Forgive an amount of a fee or of interest."""
    amounts = {charge_id: amount_minor}
    make_room(draft.plan(plan_id), amounts, on, reason, draft)
    plan = draft.plan(plan_id)
    for part in topping(plan, amounts):
        income = plan.charges[charge_id].income
        waived = facts.ChargeWaived(**plan.fields, part=part, income=income, reason=reason)
        draft.record(plan_stream(plan_id), on, waived)


def make_room(plan: Plan, amounts: Mapping[str, int], on: date, reason: str, draft: Draft) -> None:
    """Undo allocations on charges that are to go down by more than is open, into credit."""
    picked = []
    for name, amount_minor in amounts.items():
        standing = tuple(found for found in plan.allocations if found.charge == name)
        excess_minor = amount_minor - plan.charges[name].open_minor
        picked.extend(latest_first(standing, max(excess_minor, 0)))
    undo_allocations(plan.id, picked, Undoing(on, reason, "customer_credit"), draft)
