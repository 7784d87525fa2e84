"""The model of plain sums, with troubles: disputes, doubtful claims, allowances, withdrawals.

As the rest of the model it knows accepted commands only. A dispute takes what the payment had paid,
the latest use first, and money that lies unused only for the rest; allowances of the French book
follow their claims.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.properties.model import Agreed, Charged, Model, Use


@dataclass
class Contest:
    """An open dispute: how much each plan had used, in order, and what lay unused."""

    amount: int
    uses: list[tuple[str, int]] = field(default_factory=list)
    unapplied: int = 0
    credit: dict[str, int] = field(default_factory=dict)


class TroubledModel(Model):
    """What accepted commands lead to, troubles included."""

    def __init__(self) -> None:
        super().__init__()
        self.disputed: list[Use] = []
        self.contests: dict[str, Contest] = {}
        self.allowances: dict[str, int] = {}

    def accept(self, line: dict[str, Any]) -> None:
        """Take in an accepted command; then allowances follow the claims that went down.

        A claim that owes nothing and has nothing left to bill has none.
        """
        owed = {plan: self.owed(plan) for plan in self.plans}
        held = dict(self.allowances)
        super().accept(line)
        for plan, known in held.items():
            left = self.owed(plan)
            if plan in self.allowances and left < owed[plan]:
                self.allowances[plan] = (2 * known * left + owed[plan]) // (2 * owed[plan])
        for plan in list(self.allowances):
            if not self.owed(plan) and not self.plans[plan].parts:
                del self.allowances[plan]

    # What is asked ------------------------------------------------------------------------------

    def contested(self, currency: str) -> int:
        """Return what is owed and disputed."""
        uses = [use for use in self.disputed if self.plans[use.plan].currency == currency]
        return sum(use.amount for use in uses)

    def _open(self, plan: str, charge: str) -> int:
        return self._owed(plan, charge) - self._disputed_on(plan, charge)

    def _disputed_on(self, plan: str, charge: str) -> int:
        found = [use for use in self.disputed if (use.plan, use.charge) == (plan, charge)]
        return sum(use.amount for use in found)

    # Disputes -----------------------------------------------------------------------------------

    def _open_dispute(self, line: dict[str, Any]) -> None:
        name, money = line["payment"], self.payments[line["payment"]]
        amount = self._minor(line["amount"], money.currency)
        self._give_recoveries_back(line, amount)
        contest = self.contests[name] = Contest(amount)
        rest = amount
        for use in [use for use in reversed(self.uses) if use.payment == name]:
            taken = 0 if use.recovery else min(rest, use.amount)
            if taken:
                rest -= taken
                use.amount -= taken
                contest.uses.append((use.plan, taken))
                self.disputed.append(Use(name, use.plan, use.charge, use.day, taken))
        self.uses = [use for use in self.uses if use.amount]
        contest.unapplied = min(rest, max(money.unapplied, 0))
        money.unapplied -= contest.unapplied
        contest.credit = _taken(money.credit, rest - contest.unapplied)
        if money.waiting:
            money.waiting = (money.waiting[0], min(money.waiting[1], money.unapplied))
        self.clearing[money.currency] -= amount + self._minor(line.get("fee", "0"), money.currency)

    def _give_recoveries_back(self, line: dict[str, Any], amount: int) -> None:
        money = self.payments[line["payment"]]
        own = [use for use in self.uses if use.payment == line["payment"] and use.recovery]
        recovered = sum(use.amount for use in own)
        other = money.amount - money.refunded - money.charged_back - recovered
        if recovered:
            self._undo(reversed(own), max(amount - other, 0), line["on"], to_credit=False)

    def _close_dispute(self, line: dict[str, Any]) -> None:
        name, money = line["payment"], self.payments[line["payment"]]
        contest = self.contests.pop(name)
        own = [use for use in self.disputed if use.payment == name]
        self.disputed = [use for use in self.disputed if use.payment != name]
        if line["outcome"] == "won":
            self.clearing[money.currency] += contest.amount
            self._restore(name, contest, own, line["on"])
        else:
            money.charged_back += contest.amount
            self._reopen(own, line["on"])

    def _reopen(self, own: list[Use], on: str) -> None:
        for plan in dict.fromkeys(use.plan for use in own):
            amounts: dict[str, int] = {}
            for use in own:
                if use.plan == plan:
                    amounts[use.charge] = amounts.get(use.charge, 0) + use.amount
            agreed = self.plans[plan]
            to_come = [due for due in agreed.dues.values() if due > on]
            for name, amount in amounts.items():
                if agreed.postpones and to_come:
                    self._postpone(agreed, name, amount, min(to_come), on)
                else:
                    charge = agreed.charges[name]
                    charge.since = max(charge.since, on)
        self._refill(list(dict.fromkeys(use.plan for use in own)))

    def _postpone(self, plan: Agreed, name: str, amount: int, due: str, on: str) -> None:
        plan.charges[name].left -= amount
        count = sum(other.startswith(f"{name}/again") for other in plan.charges)
        again = f"{name}/again-{count + 1}" if count else f"{name}/again"
        plan.charges[again] = Charged(due, on, amount, plan.charges[name].fee)

    def _restore(self, name: str, contest: Contest, own: list[Use], on: str) -> None:
        """Let the money pay again what it had paid: as late as the dispute was won."""
        by_plan: dict[str, dict[str, int]] = {}
        for use in own:
            charges = by_plan.setdefault(use.plan, {})
            charges[use.charge] = charges.get(use.charge, 0) + use.amount
        for plan, amount in contest.uses:
            self.uses += [
                Use(name, plan, charge, on, taken)
                for charge, taken in _taken(by_plan[plan], amount).items()
            ]
        money = self.payments[name]
        money.unapplied += contest.unapplied
        for origin, held in contest.credit.items():
            money.credit[origin] = money.credit.get(origin, 0) + held
        if contest.unapplied or contest.credit:
            money.free = max(money.free, on)
            if money.plan is not None:
                self._pay_and_wait(name, money.plan)

    def _reverse_payment(self, line: dict[str, Any]) -> None:
        super()._reverse_payment(line)
        money = self.payments[line["payment"]]
        self.clearing[money.currency] += money.charged_back

    # Doubt --------------------------------------------------------------------------------------

    def _mark_doubtful(self, line: dict[str, Any]) -> None:
        """Change nothing of what is owed."""

    def _cure(self, line: dict[str, Any]) -> None:
        self.allowances.pop(line["plan"], None)

    def _provision(self, line: dict[str, Any]) -> None:
        plan, text = line["plan"], line["amount"]
        amount = self._minor(text.removeprefix("-"), self.plans[plan].currency)
        signed = -amount if text.startswith("-") else amount
        self.allowances[plan] = self.allowances.get(plan, 0) + signed

    # Withdrawal ---------------------------------------------------------------------------------

    def _cancel_plan(self, line: dict[str, Any]) -> None:
        super()._cancel_plan(line)
        if line.get("kind") == "withdrawal":
            name, charges = line["plan"], self.plans[line["plan"]].charges
            for fee in (False, True):
                own = [charge for charge in charges if charges[charge].fee is fee]
                left = {charge: self._free_of(name, charge) for charge in own}
                self._reduce(name, left, line["on"])

    def _free_of(self, plan: str, charge: str) -> int:
        """Return what is left of a charge and not disputed."""
        return self.plans[plan].charges[charge].left - self._disputed_on(plan, charge)


def _taken(amounts: dict[str, int], most: int) -> dict[str, int]:
    """Take up to an amount out of the first ones, and return what was taken."""
    taken = {}
    for name, held in list(amounts.items()):
        part = min(most, held)
        if part:
            most -= part
            amounts[name] -= part
            taken[name] = part
    return taken
