"""What it costs to settle a plan early on a day: decided like the command, and thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.draft import Draft, Load
from ledger.intentions import SettlePlan
from ledger.plan import Plan
from ledger.rescheduling import settle_plan
from ledger.terms.money import amount_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementQuote:
    """The figure for a day, in minor units: what is owed then, and what the early end saves.

    `waiting_minor` is money of the customer that waits for the plan and pays some of it.
    """

    plan: Plan
    on: date
    owed_now_minor: int
    price_minor: int
    interest_minor: int
    waiting_minor: int
    saved_minor: int

    @property
    def figure_minor(self) -> int:
        """What the customer pays on the day to be free of the plan."""
        owed = self.owed_now_minor + self.price_minor + self.interest_minor
        return owed - self.waiting_minor

    def as_json(self) -> dict[str, Any]:
        """Return the quote for programs, amounts as decimal strings."""
        names = ("owed_now", "price", "interest", "waiting", "saved", "figure")
        amounts = {name: getattr(self, f"{name}_minor") for name in names}
        return {
            "plan": self.plan.id,
            "customer": self.plan.customer,
            "currency": self.plan.currency,
            "on": self.on.isoformat(),
            **{name: amount_text(minor, self.plan.exponent) for name, minor in amounts.items()},
        }


def quote_settlement(plan_id: str, on: date, load: Load) -> SettlementQuote:
    """Return what settling a plan on a day comes to. Raises the refusals of `settle_plan`."""
    draft = Draft(load)
    before = draft.plan(plan_id)
    waiting = sum(held for _, held in before.earmarks)
    settle_plan(SettlePlan(id="quote", on=on, plan=plan_id), draft)
    after = draft.plan(plan_id)
    new = [charge for name, charge in after.charges.items() if name not in before.charges]
    price = sum(charge.amount_minor for charge in new if not charge.is_fee)
    interest = sum(charge.amount_minor for charge in new if charge.is_fee)
    to_come = sum(part.interest_minor + part.fee_minor for part in before.unbilled)
    return SettlementQuote(
        plan=before,
        on=on,
        owed_now_minor=before.owed_minor,
        price_minor=price,
        interest_minor=interest,
        waiting_minor=min(waiting, before.owed_minor + price + interest),
        saved_minor=to_come - interest,
    )
