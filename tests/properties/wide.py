"""Drawing whole lives with every command, with a look at the state, decided without a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from ledger.books.functional import Key, key_of
from ledger.books.posting import Posting
from ledger.payment import Payment
from ledger.plan import Plan
from ledger.terms.refusals import Refusal
from tests.domain.conftest import Life, worth_of
from tests.properties.strategies import amount_text

Fields = dict[str, Any]
FIRST = date(2025, 1, 10)
LAST = "2026-06-28"
"""By then every instalment is due and every service has ended."""


@dataclass
class World:
    """A life in the making: what was asked, and what the postings come to."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    currency: str
    life: Life = field(default_factory=Life)
    today: date = FIRST
    payments: int = 0
    by_plan: dict[str | None, Counter[str]] = field(default_factory=dict)
    whole: Counter[str] = field(default_factory=Counter)
    held: Counter[Key] = field(default_factory=Counter)
    worth: Counter[Key] = field(default_factory=Counter)

    @property
    def plans(self) -> dict[str, Plan]:
        """The plans by name."""
        found = (stream.state for stream in self.life.streams.values())
        return {state.id: state for state in found if isinstance(state, Plan)}

    @property
    def paid(self) -> dict[str, Payment]:
        """The payments by name."""
        found = (stream.state for stream in self.life.streams.values())
        return {state.id: state for state in found if isinstance(state, Payment)}

    def text(self, minor: int) -> str:
        """Write an amount of the currency."""
        return amount_text(minor, self.currency)

    def amount(self, most: int = 20_000) -> str:
        """Draw an amount above zero."""
        few = st.sampled_from([1, 100, 3333, 5000])
        return self.text(self.draw(few | st.integers(1, most)))

    def pick(self, *choices: Any) -> Any:
        """Draw one of some choices."""
        return self.draw(st.sampled_from(choices))

    def some_plan(self) -> Plan:
        """Draw a plan."""
        return self.plans[self.pick(*sorted(self.plans))]

    def some_payment(self) -> str:
        """Draw a payment, or one that is not there."""
        return str(self.pick(*sorted(self.paid) * 9, "none"))

    def next_payment(self) -> str:
        """Return a new payment's name."""
        self.payments += 1
        return f"pay-{self.payments}"

    def do(self, command: str, on: str, **fields: Any) -> bool:
        """Carry a command out, count its postings, tell whether it was accepted."""
        note(f"{on} {command} {fields}")
        try:
            events = self.life.do(command, on, **fields)
        except Refusal as refusal:
            note(f"    ! {refusal}")
            return False
        for event in events:
            entry = self.life.entry(event)
            worth = worth_of(event, entry)
            assert sum(leg.amount_minor for leg in worth) == 0
            for leg in entry.postings if entry and not entry.functional else ():
                self.by_plan.setdefault(leg.plan, Counter())[leg.role] += leg.amount_minor
                self.whole[leg.role] += leg.amount_minor
                self.held[followed_as(leg)] += leg.amount_minor if worth else 0
            for leg in worth:
                self.worth[followed_as(leg)] += leg.amount_minor
        return True

    def tomorrow(self) -> str:
        """Go on a little; return the day, or now and then one before it."""
        self.today += timedelta(days=self.pick(0, 0, 1, 5, 17, 31))
        return max(FIRST, self.today - timedelta(days=self.pick(0, 0, 0, 0, 3, 20))).isoformat()


def followed_as(leg: Posting) -> Key:
    """Return how a leg is followed; tax that is owed by plan: an advance's has no charge yet."""
    return (leg.role, leg.plan) if leg.role == "tax_payable" else key_of(leg)


# What is asked ----------------------------------------------------------------------------------


def schedule(world: World, total_minor: int) -> Fields:
    """Draw an equal schedule."""
    return {
        "kind": "equal",
        "total": world.text(total_minor),
        "instalments": world.pick(1, 2, 3, 4),
        "first_due": (world.today + timedelta(days=world.pick(0, 5, 30))).isoformat(),
        "every": world.pick("1 month", "2 weeks"),
    }


def taxes(world: World, total_minor: int) -> Fields:
    """Draw no tax, one, or two that share the total."""
    due = world.pick("receipt", "receipt", "invoice")
    term = {"code": "V", "category": "S", "due": due}
    match world.pick(0, 1, 1, 2):
        case 0:
            return {}
        case 1:
            return {"tax": [{**term, "rate": world.pick("20", "5.5")}]}
        case _:
            first = world.draw(st.integers(1, total_minor - 1))
            rest = {**term, "code": "R", "rate": "5.5", "due": world.pick(due, "receipt")}
            parts = [
                {**term, "rate": "20", "gross": world.text(first)},
                {**rest, "gross": world.text(total_minor - first)},
            ]
            return {"tax": parts}


def agree(world: World, name: str) -> None:
    """Open a plan on drawn terms."""
    total = world.draw(st.integers(500, 30_000))
    start = world.today + timedelta(days=world.pick(0, 0, -10, 20))
    end = start + timedelta(days=world.pick(30, 90, 364))
    revenue = world.pick("on_due", "over_service", "at_supply")
    kind = world.pick("consumer", "business")
    fee = {"kind": "file", "amount": world.text(world.draw(st.integers(1, 900)))}
    perhaps: list[Fields] = [
        {"interest": {"annual_rate": "12.5", "method": world.pick("level", "flat")}},
        {"late": {"kind": "fee", "amount": world.text(500), "grace_days": 3}},
        {"late": "fr_business" if kind == "business" else "fr_consumer"},
        {"series": "INV"},
        {"fees": [{**fee, "when": world.pick("signature", "spread", "financed")}]},
        {"allocation": world.pick("due_only", "due_then_last", "all_interest_before_principal")},
        {"chargeback": "next_instalment"},
    ]
    terms: Fields = {"billing": world.pick("due", "due", "upfront"), "revenue": revenue}
    for more in perhaps:
        if world.pick(True, False, False):
            terms |= more
    if revenue == "over_service":
        terms["service"] = {"from": start.isoformat(), "to": end.isoformat()}
    if revenue == "at_supply":
        terms["supply_on"] = max(start, FIRST).isoformat()
    terms |= {"plan": name, "currency": world.currency, "customer_kind": kind}
    terms |= {"schedule": schedule(world, total), **taxes(world, total)}
    world.do("open_plan", world.today.isoformat(), **terms)


def _payment(world: World, plan: Plan) -> Fields:
    owed = max(plan.owed_minor, 1)
    amounts = [owed, owed + 700, max(owed // 2, 1), world.draw(st.integers(1, 40_000))]
    money = {"payment": world.next_payment(), "amount": world.text(world.pick(*amounts))}
    named = plan.id if world.pick(True, True, True, False) else ""
    kind = world.pick("ordinary", "ordinary", "prepayment", "settlement")
    return {**money, "currency": world.currency, "plan": named, "kind": kind}


def _contested(world: World, _plan: Plan) -> Fields:
    name = world.some_payment()
    found = world.paid.get(name)
    left = world.text(found.left_minor) if found and found.left_minor > 0 else "1"
    return {"payment": name, "amount": world.pick(left, world.amount())}


def _refunded(world: World, plan: Plan) -> Fields:
    contested = _contested(world, plan)
    return {**contested, "amount": world.pick(contested["amount"], world.amount(500))}


def _closing(world: World, _plan: Plan) -> Fields:
    contested = [name for name, found in sorted(world.paid.items()) if found.dispute]
    return {"payment": world.pick(*contested * 9, "none"), "outcome": world.pick("won", "lost")}


def _credited(world: World, plan: Plan) -> Fields:
    gross = sum(charge.gross_minor for charge in plan.charges.values() if not charge.is_fee)
    kind = world.pick("discount", "goodwill", "undelivered", "annulled")
    return {"amount": world.pick(world.text(max(gross, 1)), world.amount()), "kind": kind}


def _rescheduled(world: World, plan: Plan) -> Fields:
    left = sum(part.principal_minor for part in plan.unbilled)
    return {"schedule": schedule(world, max(left, 1))}


def _amended(world: World, _plan: Plan) -> Fields:
    total = world.draw(st.integers(500, 30_000))
    more = taxes(world, total) if world.pick(True, False) else {}
    return {"schedule": schedule(world, total), **more}


def _transferred(world: World, _plan: Plan) -> Fields:
    return {"payment": world.some_payment(), "from": world.some_plan().id}


def _failed(world: World, _plan: Plan) -> Fields:
    refunds = {name: found.refunds for name, found in sorted(world.paid.items()) if found.refunds}
    if not refunds:
        return {"payment": "none", "amount": "1"}
    name = world.pick(*refunds)
    amount = sum(held.amount_minor for held in refunds[name][-1])
    return {"payment": name, "amount": world.text(amount)}


def _waived(world: World, plan: Plan) -> Fields:
    fees = [charge for charge in plan.charges.values() if charge.is_fee]
    if not fees:
        return {"charge": "none", "amount": "1"}
    charge = world.pick(*fees)
    return {"charge": charge.id, "amount": world.text(world.pick(1, max(charge.gross_minor, 1)))}


def _recovered(world: World, _plan: Plan) -> Fields:
    money = {"amount": world.amount(3000), "currency": world.currency}
    return {"payment": world.next_payment(), **money}


Drawn = Callable[[World, Plan], Fields]
COMMANDS: Mapping[str, tuple[int, Drawn]] = {
    "charge_due": (8, lambda _world, _plan: {}),
    "day": (8, lambda _world, _plan: {}),
    "receive_payment": (18, _payment),
    "refund": (6, _refunded),
    "reverse_payment": (2, lambda w, _: {"payment": w.some_payment(), "reason": "bounced"}),
    "open_dispute": (6, _contested),
    "close_dispute": (20, _closing),
    "credit": (6, _credited),
    "mark_doubtful": (4, lambda _world, _plan: {}),
    "cure": (3, lambda _world, _plan: {}),
    "provision": (4, lambda w, _: {"amount": w.amount(3000)}),
    "write_off": (3, lambda w, _: w.pick({}, {"amount": w.amount(5000)})),
    "recover": (3, _recovered),
    "reschedule": (3, _rescheduled),
    "pause_plan": (2, lambda _world, _plan: {"by": "1 month"}),
    "settle_plan": (2, lambda _world, _plan: {}),
    "amend_plan": (2, _amended),
    "cancel_plan": (2, lambda w, _: {"kind": w.pick("cancellation", "withdrawal")}),
    "allocate": (3, lambda w, _: {"payment": w.some_payment()}),
    "transfer": (3, _transferred),
    "fail_refund": (3, _failed),
    "charge_fee": (3, lambda w, _: {"amount": w.amount(2000), "kind": w.pick("late_fee", "fee")}),
    "waive": (3, _waived),
    "issue_invoice": (2, lambda w, _: {"series": w.pick("INV", "X")}),
}
"""Every command of a plan's life, how often it is drawn, and its fields."""

_WITHOUT_PLAN = {"refund", "reverse_payment", "open_dispute", "close_dispute", "fail_refund"}
_NAMES = [name for name, (weight, _) in COMMANDS.items() for _ in range(weight)]


def sensible(world: World, plan: Plan) -> list[str]:
    """Return the commands that have something to act on, as often as they are drawn."""
    paid = list(world.paid.values())
    there = {
        "close_dispute": any(found.dispute for found in paid),
        "fail_refund": any(found.refunds for found in paid),
        "waive": any(charge.is_fee for charge in plan.charges.values()),
        "recover": any(charge.lost_minor for charge in plan.charges.values()),
        "cure": plan.doubtful,
        "mark_doubtful": bool(plan.owed_minor),
        **dict.fromkeys(("reschedule", "pause_plan", "settle_plan", "amend_plan"), plan.unbilled),
        **dict.fromkeys(("refund", "reverse_payment", "open_dispute", "allocate"), paid),
        "transfer": len(world.plans) > 1 and bool(paid),
    }
    return [name for name in _NAMES if there.get(name, True)]


def step(world: World) -> None:
    """Draw a command, mostly one that has something to act on, and carry it out."""
    plan, on = world.some_plan(), world.tomorrow()
    names = _NAMES if world.pick(*[False] * 9, True) else sensible(world, plan)
    name = world.pick(*names)
    fields = COMMANDS[name][1](world, plan)
    if name not in _WITHOUT_PLAN:
        fields = {"plan": plan.id, **fields}
    world.do(name, on, **fields)
