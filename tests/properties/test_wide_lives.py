"""Whole lives with every command, decided without a store: state, postings and worth agree always.

The commands are drawn with a look at the state, so that most of them are accepted: a charge is paid
to the cent, an open dispute is closed, what is left is rescheduled. After each one what plans and
payments say of themselves is what the postings say; at the end everything is billed, delivered and
paid, and nothing is left on any account of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.functional import FOLLOWED
from ledger.charge import cut, on_receipt
from ledger.payment import Payment
from ledger.plan import Plan
from tests.properties.strategies import EXPONENTS
from tests.properties.wide import FIRST, LAST, World, agree, step

# What must hold ---------------------------------------------------------------------------------


def findings(world: World) -> Iterator[str]:
    """Yield what plans and payments say of themselves and postings do not, or that cannot be."""
    for plan in world.plans.values():
        yield from _of_charges(plan)
        yield from _of_accounts(plan, world.by_plan.get(plan.id, Counter()))
        yield from _of_earmarks(plan, world)
    for payment in world.paid.values():
        yield from _of_payment(payment, world)
    holding = {
        "unapplied": sum(payment.unapplied_minor for payment in world.paid.values()),
        "customer_credit": sum(payment.credit_minor for payment in world.paid.values()),
    }
    for role, minor in holding.items():
        if world.whole[role] != -minor:
            yield f"{role}: {world.whole[role]} posted, payments hold {minor}"
    for key, minor in world.held.items():
        if key[0] in FOLLOWED and not minor and world.worth[key]:
            yield f"{key} holds nothing and is carried at {world.worth[key]}"


def _of_charges(plan: Plan) -> Iterator[str]:
    for charge in plan.charges.values():
        parts = (charge.gross_minor, charge.allocated_minor, charge.disputed_minor)
        if min(*parts, charge.doubtful_minor, charge.open_minor) < 0:
            yield f"below zero: {charge}"
        if charge.doubtful_minor > charge.open_minor:
            yield f"more doubtful than open: {charge}"
        for stood, minor in (
            (plan.allocations, charge.allocated_minor),
            (plan.disputed, charge.disputed_minor),
        ):
            if sum(found.amount_minor for found in stood if found.charge == charge.id) != minor:
                yield f"allocations differ: {charge}"
    for name, document in plan.documents.items():
        own = [charge for charge in plan.charges.values() if charge.document == name]
        sums = tuple(sum(column) for column in zip(*map(_moved, own), strict=True))
        if sums != (document.gross_minor, document.allocated_minor):
            yield f"document {name} differs from its charges"


def _moved(charge: Any) -> tuple[int, int]:
    return charge.gross_minor, charge.allocated_minor


def _of_accounts(plan: Plan, posted: Counter[str]) -> Iterator[str]:
    charges = plan.charges.values()
    pending = sum(
        tax.amount_minor
        for document in plan.documents.values()
        for tax in cut(
            on_receipt(document.tax),
            document.allocated_minor,
            document.gross_minor,
            document.amount_minor,
        )
    )
    doubtful = sum(charge.doubtful_minor for charge in charges)
    wanted = {
        "receivable": sum(charge.open_minor for charge in charges) - doubtful,
        "doubtful": doubtful,
        "disputed": sum(charge.disputed_minor for charge in charges),
        "deferred_revenue": -plan.deferred_minor,
        "contract_asset": plan.contract_asset_minor,
        "tax_pending": -pending,
        "tax_on_advances": sum(
            tax.amount_minor for advance in plan.advances for tax in advance.tax
        ),
    }
    for role, minor in wanted.items():
        if posted[role] != minor:
            yield f"{plan.id}: {posted[role]} posted on {role}, the plan says {minor}"
    if min(plan.deferred_minor, plan.contract_asset_minor, *plan.allowances.values(), 0) < 0:
        yield f"{plan.id}: deferred, earned ahead or allowance below zero"
    if not plan.owed_minor and posted["tax_pending"]:
        yield f"{plan.id} owes nothing and has tax pending"


def _of_earmarks(plan: Plan, world: World) -> Iterator[str]:
    for name, minor in plan.earmarks:
        taxed = sum(found.amount_minor for found in plan.advances if found.payment == name)
        if not 0 < minor == world.paid[name].earmarked_minor(plan.id) or taxed > minor:
            yield f"{plan.id}: {minor} of {name} wait here, {taxed} of them taxed"
    if plan.advances and not plan.unbilled:
        yield f"{plan.id}: all is billed, and an advance is left"


def _of_payment(payment: Payment, world: World) -> Iterator[str]:
    used = sum(use.amount_minor for use in payment.uses)
    there = payment.unapplied_minor + payment.credit_minor + used + payment.out_minor
    if payment.reversed_on is None:
        if there != payment.amount_minor:
            yield f"{payment.id}: {there} accounted for of {payment.amount_minor}"
        if payment.unapplied_minor < sum(minor for _, minor in payment.earmarks):
            yield f"{payment.id}: more waits than is unapplied"
    for plan in world.plans.values():
        for use, stood in (("allocation", plan.allocations), ("recovery", plan.recoveries)):
            said = sum(found.amount_minor for found in stood if found.payment == payment.id)
            own = [found for found in payment.uses if (found.plan, found.use) == (plan.id, use)]
            if said != sum(found.amount_minor for found in own):
                yield f"{payment.id}: uses by {plan.id} differ"


def unfinished(world: World) -> Iterator[str]:
    """Yield what is left when all was billed, delivered and paid."""
    for plan in world.plans.values():
        posted = world.by_plan.get(plan.id, Counter())
        if plan.unbilled or posted["deferred_revenue"] or posted["contract_asset"]:
            yield f"{plan.id} is not over"
        carried = ("receivable", "doubtful", "disputed", "tax_pending", "tax_on_advances")
        if not plan.disputed and any(posted[role] for role in carried):
            yield f"{plan.id}: {[(role, posted[role]) for role in carried]} are left"


@settings(max_examples=20 * settings().max_examples)  # No store: they are quick.
@given(data=st.data(), currency=st.sampled_from(sorted(EXPONENTS)), steps=st.integers(5, 20))
def test_state_postings_and_worth_agree(data: st.DataObject, currency: str, steps: int) -> None:
    """After every command, and when all is over, all that is said of money is one thing.

    The day's work done twice does nothing the second time.
    """
    world = World(data.draw, currency)
    if currency != "EUR" and world.pick(True, True, False):
        for number in range(world.pick(1, 3, 6)):
            day = FIRST + timedelta(days=number * world.pick(0, 40, 90))
            rate = world.pick("0.0061", "0.92", "1", "2.3875", "117")
            world.do("set_rate", day.isoformat(), currency=currency, rate=rate)
    for number in range(world.pick(1, 2, 3)):
        agree(world, f"P-{number}")
    if not world.plans:
        return
    for _ in range(steps):
        step(world)
        assert list(findings(world)) == []
    for name in list(world.plans):
        assert world.do("day", LAST, plan=name)
        size = len(world.life.events)
        assert world.do("day", LAST, plan=name)
        assert len(world.life.events) == size
        owed = sum(charge.open_minor for charge in world.plans[name].charges.values())
        if owed:
            paid = {"payment": world.next_payment(), "amount": world.text(owed)}
            assert world.do("receive_payment", LAST, plan=name, currency=currency, **paid)
    assert [*findings(world), *unfinished(world)] == []
    world.life.check()
