"""A plan's waterfall: which policy applies to a kind of payment, and what it is applied to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ledger.charge import Charge
from ledger.plan import Plan
from ledger.terms.allocation import Open
from ledger.terms.waterfall import OLDEST_DUE_FIRST, Item, Kind, Waterfall, read_waterfall

ORDINARY = "ordinary"
PAYMENT_KINDS = (ORDINARY, "prepayment", "settlement", "goodwill")
_KINDS: Mapping[str, Kind] = {
    "instalment": "principal",
    "opening": "principal",
    "interest": "interest",
    "late_interest": "penalty",
    "late_fee": "penalty",
    "recovery_fee": "penalty",
    "indemnity": "penalty",
}
"""What a kind of charge is to a waterfall; any other is a fee."""


def waterfall_of(plan: Plan, payment_kind: str) -> Waterfall:
    """Return the policy of a plan for a kind of payment; by default that of ordinary ones."""
    policies = plan.terms.allocation if plan.terms else None
    if not policies:
        return OLDEST_DUE_FIRST
    return read_waterfall(policies.get(payment_kind) or policies[ORDINARY])


def open_items(plan: Plan) -> list[Item]:
    """Return what is open of a plan's charges.

    A fee without an instalment belongs to the one in whose period it falls due; one due after the
    last instalment stands by itself.
    """
    dues = sorted((part.due_on, part.number) for part in plan.instalments)
    return [_item(charge, dues) for charge in plan.charges.values() if charge.open_minor > 0]


def _item(charge: Charge, dues: list[tuple[date, int]]) -> Item:
    instalment_due, group = _instalment(charge, dues)
    return Item(
        charge=charge.id,
        instalment_due=instalment_due,
        group=group,
        due_on=charge.due_on,
        kind=_KINDS.get(charge.kind, "fee"),
        order=charge.order,
        open_minor=charge.open_minor,
    )


def _instalment(charge: Charge, dues: list[tuple[date, int]]) -> tuple[date, int]:
    if charge.instalment is not None:
        for due_on, number in dues:
            if number == charge.instalment:
                return max(due_on, charge.due_on), number
    following = (found for found in dues if found[0] >= charge.due_on)
    return next(following, (charge.due_on, len(dues) + 1 + charge.order))


def open_by_due(charges: Iterable[Charge]) -> list[Open]:
    """Return what is open of charges, for reductions, which take the oldest due first."""
    return [
        Open(charge.id, charge.due_on, charge.order, charge.open_minor)
        for charge in charges
        if charge.open_minor > 0
    ]
