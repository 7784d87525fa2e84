"""Disputes and endings at their edges: every cent is contested once, and nothing of it is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.payment import Payment
from ledger.plan import Plan
from ledger.refusals import NothingDoubtful

if TYPE_CHECKING:
    from tests.domain.conftest import Life

PRICE = {"kind": "custom", "instalments": [{"due": "2026-01-31", "amount": "60.00"}]}


def plan_of(life: Life, plan: str = "P") -> Plan:
    """Return a plan as it stands."""
    state = life.streams[f"plan:{plan}"].state
    assert isinstance(state, Plan)
    return state


def contested(life: Life) -> None:
    """Charge 60.00 and a fee of 40.00, paid in two pieces of one payment on one day; dispute it."""
    life.do("open_plan", "2026-01-01", schedule=PRICE)
    life.do("receive_payment", "2026-01-31", payment="pay", amount="100.00")
    life.do("charge_due", "2026-01-31")
    life.do("charge_fee", "2026-01-31", amount="40.00", kind="fee")
    life.do("open_dispute", "2026-02-05", payment="pay", amount="100.00")


def test_two_uses_of_a_day_are_contested_once_each(life: Life) -> None:
    """Each charge is disputed for what was paid of it, and no more."""
    contested(life)
    disputed = {charge.id: charge.disputed_minor for charge in plan_of(life).charges.values()}
    assert sorted(disputed.values()) == [4000, 6000]
    assert all(charge.allocated_minor == 0 for charge in plan_of(life).charges.values())
    life.do("close_dispute", "2026-03-05", payment="pay", outcome="won")
    assert plan_of(life).owed_minor == 0
    life.check()


def test_a_part_is_contested_latest_use_first(life: Life) -> None:
    """A dispute over 50.00 takes the fee's 40.00, paid last, and 10.00 of the price."""
    life.do("open_plan", "2026-01-01", schedule=PRICE)
    life.do("receive_payment", "2026-01-31", payment="pay", amount="100.00")
    life.do("charge_due", "2026-01-31")
    life.do("charge_fee", "2026-01-31", amount="40.00", kind="fee")
    life.do("open_dispute", "2026-02-05", payment="pay", amount="50.00")
    disputed = [charge.disputed_minor for charge in plan_of(life).charges.values()]
    assert disputed == [1000, 4000]


def test_a_withdrawal_leaves_what_is_disputed(life: Life) -> None:
    """While all is disputed a withdrawal credits and waives nothing."""
    rows = [{"due": "2026-02-01", "amount": "60.00"}]
    life.do("open_plan", "2026-02-01", schedule={"kind": "custom", "instalments": rows})
    life.do("charge_due", "2026-02-01")
    life.do("receive_payment", "2026-02-01", payment="pay", amount="60.00")
    life.do("open_dispute", "2026-02-05", payment="pay", amount="60.00")
    life.do("cancel_plan", "2026-02-06", kind="withdrawal")
    assert [event.fact.TOPIC for event in life.events].count("CreditNoteIssued") == 0
    assert plan_of(life).charges["P/1"].disputed_minor == 6000


def test_a_withdrawal_is_not_credited_before_the_charge(life: Life) -> None:
    """The credit note of a withdrawal told late is dated with the charge that it takes down."""
    life.do("open_plan", "2026-01-20", schedule=PRICE)
    life.do("charge_due", "2026-01-31")
    life.do("cancel_plan", "2026-01-25", kind="withdrawal")
    assert life.balances("2026-01-30") == {}
    assert life.balances() == {}


def test_a_won_dispute_earmarks_no_money_twice(life: Life) -> None:
    """Money that waits for another plan is not earmarked again when a dispute is won."""
    for plan in ("P", "Q"):
        life.do("open_plan", "2026-01-01", plan=plan, schedule=PRICE)
    life.do("receive_payment", "2026-01-10", payment="pay", amount="55.00")
    life.do("transfer", "2026-01-11", payment="pay", plan="Q", amount="25.00", **{"from": "P"})
    life.do("open_dispute", "2026-01-12", payment="pay", amount="15.00")
    life.do("close_dispute", "2026-01-20", payment="pay", outcome="won")
    payment = life.streams["payment:pay"].state
    assert isinstance(payment, Payment)
    assert sum(held for _, held in payment.earmarks) == payment.unapplied_minor == 5500
    life.check()


def test_a_cure_needs_something_doubtful(life: Life) -> None:
    """After a whole write-off nothing is doubtful any more."""
    life.do("open_plan", "2026-01-01", schedule=PRICE)
    life.do("charge_due", "2026-01-31")
    life.do("mark_doubtful", "2026-03-01")
    life.do("write_off", "2026-06-30")
    with pytest.raises(NothingDoubtful):
        life.do("cure", "2026-07-01")
