"""A plan: its instalments, its charges, and what became of each. Immutable state.

How events change it is in `plan_changes`; what is decided on it in `billing`, `settling`,
`reducing` and their neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypedDict

from ledger.charge import Charge, Document, on_receipt
from ledger.events import Carrying, Part, TaxAmount, Terms
from ledger.terms.allocation import Share
from ledger.terms.schedule import Instalment
from ledger.waiting import Advance


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How much of a payment stands on a charge, and since when.

    Disputed, it is dated by the dispute; `paid_from` is since when the money had paid.
    """

    charge: str
    payment: str
    amount_minor: int
    effective_on: date
    paid_from: date | None = None

    @property
    def since(self) -> date:
        """The day from which the money paid, before any dispute."""
        return self.paid_from or self.effective_on


class PlanFields(TypedDict):
    """What every event of a plan repeats."""

    plan: str
    customer: str
    currency: str
    exponent: int


def charge_ids(plan: str, part: Instalment) -> list[str]:
    """Return the charges that an instalment becomes: the price, its interest, its fee."""
    amounts = (part.principal_minor, part.interest_minor, part.fee_minor)
    names = ("", "/interest", "/fee")
    return [
        f"{plan}/{part.number}{name}" for name, amount in zip(names, amounts, strict=True) if amount
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An agreement and its life so far.

    `charged_back` is what disputes that were lost took away.
    `earmarks` is unapplied money of payments that waits here; `advances` the part of it that was
    taxed. `earned_minor` is the net amount that was recognised as revenue of what is delivered over
    time; `deferred_minor` and `contract_asset_minor` are what billing is ahead or behind of that;
    `undelivered_minor` is the gross price that credit notes took out of what was deferred.
    Instalments from the number `amended_from` on follow the present terms.
    """

    id: str
    customer: str
    currency: str
    exponent: int
    opened_on: date
    terms: Terms | None = None
    instalments: tuple[Instalment, ...] = ()
    charges: Mapping[str, Charge] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    allocations: tuple[Allocation, ...] = ()
    recoveries: tuple[Allocation, ...] = ()
    disputed: tuple[Allocation, ...] = ()
    charged_back: tuple[Allocation, ...] = ()
    earmarks: tuple[tuple[str, int], ...] = ()
    advances: tuple[Advance, ...] = ()
    ended: frozenset[int] = frozenset()
    ended_on: date | None = None
    amended_from: int = 0
    invoiced: Mapping[str, str] = field(default_factory=dict)
    doubtful: bool = False
    allowances: Mapping[str, int] = field(default_factory=dict)
    earned_minor: int = 0
    deferred_minor: int = 0
    contract_asset_minor: int = 0
    undelivered_minor: int = 0

    @property
    def owed_minor(self) -> int:
        """What is owed on all charges, disputed or not."""
        return sum(charge.owed_minor for charge in self.charges.values())

    @property
    def unbilled(self) -> tuple[Instalment, ...]:
        """What is still to be charged of the instalments: their parts that are no charge yet."""
        left = (self._left(part) for part in self.instalments if part.number not in self.ended)
        return tuple(part for part in left if part is not None)

    def _left(self, part: Instalment) -> Instalment | None:
        """Return what is no charge yet of an instalment, None if nothing is left of it."""
        charges, name = self.charges, f"{self.id}/{part.number}"
        principal = 0 if name in charges else part.principal_minor
        interest, fee = part.interest_minor, part.fee_minor
        if interest and f"{name}/interest" in charges:
            interest = 0
        if fee and f"{name}/fee" in charges:
            fee = 0
        amount = principal + interest + fee
        if amount == part.amount_minor:
            return part if amount else None
        if not amount:
            return None
        return replace(part, amount_minor=amount, interest_minor=interest, fee_minor=fee)

    @property
    def settled(self) -> bool:
        """Whether nothing is owed, left to bill, or left to deliver; a reversal may undo it."""
        delivered = not self.deferred_minor and not self.contract_asset_minor
        return not self.owed_minor and not self.unbilled and delivered

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


def filling(plan: Plan, shares: list[Share]) -> tuple[Part, ...]:
    """Return the parts of charges that money fills next, with the tax that falls due by it."""
    pieces = (
        (found.charge, carrying, amount_minor)
        for found in shares
        for carrying, amount_minor in plan.charges[found.charge].carried(found.amount_minor)
    )
    return _moving(plan, pieces, 1)


def emptying(plan: Plan, amounts: Mapping[str, int], carrying: Carrying) -> tuple[Part, ...]:
    """Return the last parts of charges that money filled, as they will be carried."""
    return _moving(plan, ((name, carrying, amount) for name, amount in amounts.items()), -1)


def refilling(plan: Plan, amounts: Mapping[str, int]) -> tuple[Part, ...]:
    """Return disputed parts of charges that their own money pays again."""
    return _moving(plan, ((name, "disputed", amount) for name, amount in amounts.items()), 1)


def _moving(plan: Plan, pieces: Iterable[tuple[str, Carrying, int]], sign: int) -> tuple[Part, ...]:
    """Return parts that money fills (sign 1) or leaves (-1), each behind the one in front of it."""
    parts, documents = [], dict(plan.documents)
    for name, carrying, amount_minor in pieces:
        document = documents[plan.charges[name].document]
        reached = document.allocated_minor + sign * amount_minor
        low, high = sorted((document.allocated_minor, reached))
        tax = on_receipt(document.tax_between(low, high))
        documents[plan.charges[name].document] = replace(document, allocated_minor=reached)
        parts.append(_part(name, amount_minor, carrying, tax))
    return tuple(parts)


def topping(plan: Plan, amounts: Mapping[str, int]) -> tuple[Part, ...]:
    """Return the topmost parts of what is left of charges, with all the tax inside them."""
    parts, documents = [], dict(plan.documents)
    for name, amount in amounts.items():
        charge = plan.charges[name]
        for carrying, amount_minor in charge.carried(amount):
            document = documents[charge.document]
            low = document.gross_minor - amount_minor
            tax = document.tax_between(low, document.gross_minor)
            documents[charge.document] = replace(document, gross_minor=low)
            parts.append(_part(name, amount_minor, carrying, tax))
    return tuple(parts)


def carried_as(amounts: Mapping[str, int], carrying: Carrying) -> tuple[Part, ...]:
    """Return parts of charges that only change the account that carries them."""
    return tuple(_part(name, amount, carrying, ()) for name, amount in amounts.items() if amount)


def _part(charge: str, amount_minor: int, carrying: Carrying, tax: tuple[TaxAmount, ...]) -> Part:
    return Part(charge=charge, amount_minor=amount_minor, carrying=carrying, tax=tax)
