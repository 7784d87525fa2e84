"""A model of the ledger for tests: plain sums kept from accepted commands, never from events.

It knows what is charged, paid, refunded, credited, waived, written off and recovered, in minor
units, and predicts what customers owe and what lies with the gateway. It shares no code with the
ledger: dates are texts, money goes to the oldest charge due, and comes back from the latest use.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.properties.strategies import EXPONENTS


@dataclass
class Charged:
    """One charge: `left` is its amount less credits, waivers and write-offs.

    `since` is the day from which it is open as it is now; it was `lost` on `lost_on`.
    """

    due: str
    since: str
    left: int
    fee: bool = False
    lost: int = 0
    lost_on: str = ""


@dataclass
class Agreed:
    """One plan: instalments still to be billed, and its charges in order.

    `dues` are the days of all instalments that have not ended; a plan that `postpones` owes what
    was charged back with the next of them.
    """

    currency: str
    parts: dict[int, tuple[str, int]] = field(default_factory=dict)
    charges: dict[str, Charged] = field(default_factory=dict)
    dues: dict[int, str] = field(default_factory=dict)
    postpones: bool = False

    def end(self) -> None:
        """Bill nothing any more."""
        for number in self.parts:
            self.dues.pop(number, None)
        self.parts.clear()


@dataclass
class Money:
    """One payment: where its money lies; `waiting` is the plan that unapplied money is for.

    What is not in use can be used from the day `free` on. `plan` was named when it came in.
    """

    currency: str
    on: str
    free: str
    amount: int
    unapplied: int
    credit: dict[str, int] = field(default_factory=dict)
    waiting: tuple[str, int] | None = None
    refunded: int = 0
    charged_back: int = 0
    plan: str | None = None


@dataclass
class Use:
    """Money of a payment on a charge, or (`recovery`) on what was written off of it."""

    payment: str
    plan: str
    charge: str
    day: str
    amount: int
    recovery: bool = False


class Model:
    """What accepted commands lead to."""

    def __init__(self) -> None:
        self.plans: dict[str, Agreed] = {}
        self.payments: dict[str, Money] = {}
        self.uses: list[Use] = []
        self.clearing: dict[str, int] = dict.fromkeys(EXPONENTS, 0)

    # What is asked ------------------------------------------------------------------------------

    def owed(self, plan: str) -> int:
        """Return what is owed on a plan's charges."""
        return sum(self._owed(plan, charge) for charge in self.plans[plan].charges)

    def total(self, currency: str) -> int:
        """Return what is owed, less what is held for customers."""
        plans = [name for name, plan in self.plans.items() if plan.currency == currency]
        return sum(map(self.owed, plans)) - self.unapplied(currency) - self.credit(currency)

    def unapplied(self, currency: str) -> int:
        """Return what lies unapplied."""
        return sum(money.unapplied for money in self._in(currency))

    def credit(self, currency: str) -> int:
        """Return what customers have in credit."""
        return sum(sum(money.credit.values()) for money in self._in(currency))

    def _in(self, currency: str) -> list[Money]:
        return [money for money in self.payments.values() if money.currency == currency]

    def _open(self, plan: str, charge: str) -> int:
        """Return what money and reductions can still move on a charge."""
        return self._owed(plan, charge)

    def _owed(self, plan: str, charge: str) -> int:
        used = sum(use.amount for use in self._on(plan, charge, recovery=False))
        return self.plans[plan].charges[charge].left - used

    def _on(self, plan: str, charge: str, *, recovery: bool) -> list[Use]:
        wanted = (plan, charge, recovery)
        return [use for use in self.uses if (use.plan, use.charge, use.recovery) == wanted]

    # What is told -------------------------------------------------------------------------------

    def accept(self, line: dict[str, Any]) -> None:
        """Take in an accepted command."""
        getattr(self, f"_{line['command']}")(line)

    def _set_rate(self, line: dict[str, Any]) -> None:
        """A rate changes what things are worth, not what is owed."""

    def _minor(self, text: str, currency: str) -> int:
        whole, _, part = text.partition(".")
        return int(whole + part.ljust(EXPONENTS[currency], "0"))

    def _open_plan(self, line: dict[str, Any]) -> None:
        schedule, currency = line["schedule"], line["currency"]
        total, count = self._minor(schedule["total"], currency), schedule["instalments"]
        each = (2 * total + count) // (2 * count)
        amounts = [each] * (count - 1) + [total - each * (count - 1)]
        first = date.fromisoformat(schedule["first_due"])
        dues = [_later(first, number, schedule["every"]) for number in range(count)]
        parts = dict(enumerate(zip(dues, amounts, strict=True), 1))
        days = {number: due for number, (due, _) in parts.items()}
        postpones = line.get("chargeback") == "next_instalment"
        self.plans[line["plan"]] = Agreed(currency, parts, {}, days, postpones)

    def _open_balance(self, line: dict[str, Any]) -> None:
        plan = self.plans[line["plan"]] = Agreed(line["currency"])
        for number, item in enumerate(line["items"], 1):
            amount = self._minor(item["amount"], plan.currency)
            plan.charges[f"{line['plan']}/{number}"] = Charged(item["due"], line["on"], amount)

    def _charge_due(self, line: dict[str, Any]) -> None:
        for name in [line["plan"]] if "plan" in line else list(self.plans):
            plan = self.plans[name]
            due = [(day, n) for n, (day, _) in plan.parts.items() if day <= line["on"]]
            for day, number in sorted(due):
                _, amount = plan.parts.pop(number)
                plan.charges[f"{name}/{number}"] = Charged(day, day, amount)
            if due:
                self._use_waiting(name)

    def _charge_fee(self, line: dict[str, Any]) -> None:
        plan = self.plans[line["plan"]]
        amount = self._minor(line["amount"], plan.currency)
        charge = Charged(line["on"], line["on"], amount, fee=True)
        plan.charges[f"{line['plan']}/{line['id']}"] = charge
        self._use_waiting(line["plan"])

    def _receive_payment(self, line: dict[str, Any]) -> None:
        self._take_in(line)
        if "plan" in line:
            self._pay_and_wait(line["payment"], line["plan"])

    def _take_in(self, line: dict[str, Any]) -> None:
        currency = line["currency"]
        amount = self._minor(line["amount"], currency)
        on, plan = line["on"], line.get("plan")
        self.payments[line["payment"]] = Money(currency, on, on, amount, amount, plan=plan)
        self.clearing[currency] += amount - self._minor(line.get("fee", "0"), currency)

    def _pay(self, name: str, plan: str, most: int) -> int:
        """Pay the oldest due first; return what was used. Later days are later uses."""
        left, uses = most, []
        charges = self.plans[plan].charges
        for charge in sorted(charges, key=lambda charge: charges[charge].due):
            taken = min(left, self._open(plan, charge))
            if taken > 0:
                day = max(self.payments[name].free, charges[charge].since)
                uses.append(Use(name, plan, charge, day, taken))
                left -= taken
        self.uses += sorted(uses, key=lambda use: use.day)
        return most - left

    def _pay_and_wait(self, name: str, plan: str) -> None:
        money = self.payments[name]
        money.unapplied -= self._pay(name, plan, money.unapplied)
        money.waiting = (plan, money.unapplied) if money.unapplied > 0 else None

    def _use_waiting(self, plan: str) -> None:
        names = [
            name
            for name, money in self.payments.items()
            if money.waiting is not None and money.waiting[0] == plan
        ]
        for name in sorted(names, key=lambda name: (self.payments[name].on, name)):
            money = self.payments[name]
            amount = money.waiting[1] if money.waiting else 0
            used = self._pay(name, plan, amount)
            money.unapplied -= used
            money.waiting = (plan, amount - used) if amount > used else None

    def _allocate(self, line: dict[str, Any]) -> None:
        money = self.payments[line["payment"]]
        self._pay_and_wait(line["payment"], line["plan"])
        for origin, held in list(money.credit.items()):
            money.credit[origin] = held - self._pay(line["payment"], line["plan"], held)

    def _undo(self, uses: Iterable[Use], most: int, on: str, *, to_credit: bool) -> None:
        """Undo uses in the order given, into credit or unapplied, not before they took effect."""
        for use in uses:
            taken = min(most, use.amount)
            if not taken:
                continue
            most -= taken
            use.amount -= taken
            day, money = max(on, use.day), self.payments[use.payment]
            if not use.recovery:
                charge = self.plans[use.plan].charges[use.charge]
                charge.since = max(charge.since, day)
            if to_credit or use.day < day:
                money.free = max(money.free, day)
            if to_credit:
                money.credit[use.plan] = money.credit.get(use.plan, 0) + taken
            else:
                money.unapplied += taken
        self.uses = [use for use in self.uses if use.amount]

    def _refund(self, line: dict[str, Any]) -> None:
        money = self.payments[line["payment"]]
        amount = self._minor(line["amount"], money.currency)
        held = money.unapplied + sum(money.credit.values())
        plans = self._free(line, max(amount - held, 0))
        money.refunded += amount
        self.clearing[money.currency] -= amount
        for origin, credit in money.credit.items():
            taken = min(amount, credit)
            money.credit[origin] -= taken
            amount -= taken
        money.unapplied -= amount
        if money.waiting:
            money.waiting = (money.waiting[0], min(money.waiting[1], money.unapplied))
        self._refill(plans)

    def _reverse_payment(self, line: dict[str, Any]) -> None:
        money = self.payments[line["payment"]]
        plans = self._free(line, money.amount)
        money.unapplied, money.credit, money.waiting = -money.refunded, {}, None
        self.clearing[money.currency] -= money.amount
        self._refill(plans)

    def _free(self, line: dict[str, Any], most: int) -> list[str]:
        """Undo the latest uses of a payment; return the plans that used it, in order."""
        own = [use for use in self.uses if use.payment == line["payment"]]
        self._undo(reversed(own), most, line["on"], to_credit=False)
        return list(dict.fromkeys(use.plan for use in own))

    def _refill(self, plans: list[str]) -> None:
        for plan in plans:
            self._use_waiting(plan)

    def _waive(self, line: dict[str, Any]) -> None:
        amount = self._minor(line["amount"], self.plans[line["plan"]].currency)
        self._reduce(line["plan"], {line["charge"]: amount}, line["on"])

    def _reduce(self, plan: str, amounts: dict[str, int], on: str) -> None:
        for charge, amount in amounts.items():
            excess = max(amount - self._open(plan, charge), 0)
            standing = reversed(self._on(plan, charge, recovery=False))
            self._undo(standing, excess, on, to_credit=True)
            self.plans[plan].charges[charge].left -= amount

    def _credit(self, line: dict[str, Any]) -> None:
        name, plan = line["plan"], self.plans[line["plan"]]
        left = self._minor(line["amount"], plan.currency)
        amounts: dict[str, int] = {}
        charges = [c for c in self._by(name, line["on"]) if not plan.charges[c].fee]
        for charge in charges:
            amounts[charge] = min(left, self._open(name, charge))
            left -= amounts[charge]
        for use in reversed(self.uses):
            if use.plan == name and use.charge in charges and not use.recovery:
                taken = min(left, use.amount)
                amounts[use.charge] += taken
                left -= taken
        self._reduce(name, amounts, line["on"])

    def _by(self, plan: str, day: str) -> list[str]:
        """Return the charges that are on a day what they are now, the oldest due first."""
        charges = self.plans[plan].charges
        made = [name for name, charge in charges.items() if charge.since <= day]
        return sorted(made, key=lambda name: charges[name].due)

    def _write_off(self, line: dict[str, Any]) -> None:
        name, plan = line["plan"], self.plans[line["plan"]]
        charges = self._by(name, line["on"])
        left = sum(self._open(name, charge) for charge in charges)
        if "amount" in line:
            left = self._minor(line["amount"], plan.currency)
        else:
            plan.end()
        for charge in charges:
            taken = min(left, self._open(name, charge))
            if taken:
                plan.charges[charge].left -= taken
                plan.charges[charge].lost += taken
                plan.charges[charge].lost_on = max(plan.charges[charge].lost_on, line["on"])
                left -= taken

    def _recover(self, line: dict[str, Any]) -> None:
        self._take_in(line)
        name, money = line["plan"], self.payments[line["payment"]]
        charges = self.plans[name].charges
        for charge in sorted(charges, key=lambda charge: charges[charge].due):
            back = sum(use.amount for use in self._on(name, charge, recovery=True))
            lost = charges[charge].lost if charges[charge].lost_on <= line["on"] else 0
            taken = min(money.unapplied, lost - back)
            if taken > 0:
                self.uses.append(
                    Use(line["payment"], name, charge, line["on"], taken, recovery=True)
                )
                money.unapplied -= taken

    def _cancel_plan(self, line: dict[str, Any]) -> None:
        self.plans[line["plan"]].end()


def _later(first: date, times: int, every: str) -> str:
    """Return the day `times` months or fortnights after the first, as text."""
    if every == "2 weeks":
        return (first + timedelta(weeks=2 * times)).isoformat()
    year, month = divmod(first.month - 1 + times, 12)
    last = calendar.monthrange(first.year + year, month + 1)[1]
    return date(first.year + year, month + 1, min(first.day, last)).isoformat()
