"""Disputes and endings at their edges: every cent is contested once, and nothing of it is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.payment import Payment
from ledger.plan import Plan
from ledger.refusals import DisputeIsOpen, NothingDoubtful

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


def test_a_withdrawal_waits_for_the_dispute(life: Life) -> None:
    """What would be credited is disputed: the dispute is closed first."""
    rows = [{"due": "2026-02-01", "amount": "60.00"}]
    life.do("open_plan", "2026-02-01", schedule={"kind": "custom", "instalments": rows})
    life.do("charge_due", "2026-02-01")
    life.do("receive_payment", "2026-02-01", payment="pay", amount="60.00")
    life.do("open_dispute", "2026-02-05", payment="pay", amount="60.00")
    with pytest.raises(DisputeIsOpen):
        life.do("cancel_plan", "2026-02-06", kind="withdrawal")
    life.do("close_dispute", "2026-02-07", payment="pay", outcome="lost")
    life.do("cancel_plan", "2026-02-08", kind="withdrawal")
    assert life.balances() == {}


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


def postponing(life: Life, **fields: str) -> None:
    """Agree three instalments of 20.00; the first is paid, disputed and lost on 5 February."""
    rows = [{"due": f"2026-0{month}-15", "amount": "20.00"} for month in (1, 2, 3)]
    terms = {"chargeback": "next_instalment", **fields}
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2026-01-01", schedule=schedule, **terms)
    life.do("charge_due", "2026-01-15")
    life.do("receive_payment", "2026-01-15", payment="pay", amount="20.00")
    life.do("open_dispute", "2026-01-20", payment="pay", amount="20.00")


def test_what_is_charged_back_may_be_owed_with_the_next_instalment(life: Life) -> None:
    """Nothing is overdue; the charge that was paid owes nothing, its twin all of it."""
    postponing(life)
    life.do("close_dispute", "2026-02-05", payment="pay", outcome="lost")
    charges = plan_of(life).charges
    assert {name: charge.owed_minor for name, charge in charges.items()} == {
        "P/1": 0,
        "P/1/again": 2000,
    }
    again = charges["P/1/again"]
    assert (again.instalment, str(again.due_on), again.kind) == (2, "2026-02-15", "instalment")
    assert life.balances() == {"receivable": "20.00", "revenue": "-20.00"}
    life.do("charge_due", "2026-02-15")
    life.do("receive_payment", "2026-02-15", payment="second", amount="40.00")
    assert plan_of(life).owed_minor == 0
    life.check()


def test_charged_back_twice_it_has_another_number(life: Life) -> None:
    """What was owed again is paid, disputed and lost once more, and owed with the next one."""
    postponing(life)
    life.do("close_dispute", "2026-02-05", payment="pay", outcome="lost")
    for number, day in ((1, "2026-02-06"), (2, "2026-02-20")):
        name = f"more-{number}"
        life.do("receive_payment", day, payment=name, amount="20.00")
        life.do("open_dispute", day, payment=name, amount="20.00")
        life.do("close_dispute", day, payment=name, outcome="lost")
    owed = {name: charge.owed_minor for name, charge in plan_of(life).charges.items()}
    assert sum(owed.values()) == 2000
    assert owed["P/1/again/again/again"] == 2000
    life.check()


def test_after_the_last_instalment_it_is_owed_as_before(life: Life) -> None:
    """Where nothing is to come, the charge itself is open again, with its own due day."""
    postponing(life)
    life.do("close_dispute", "2026-03-15", payment="pay", outcome="lost")
    assert plan_of(life).charges["P/1"].owed_minor == 2000
    life.check()


def test_a_doubtful_plan_owes_it_as_doubtful(life: Life) -> None:
    """What is owed anew on a doubtful plan is doubtful."""
    postponing(life)
    life.do("charge_due", "2026-02-15")
    life.do("mark_doubtful", "2026-02-16")
    life.do("close_dispute", "2026-02-20", payment="pay", outcome="lost")
    assert life.balances()["doubtful"] == "40.00"
    life.check()


def test_an_invoice_covers_what_is_owed_again(life: Life) -> None:
    """What was invoiced is not invoiced again; the amounts of both charges are one document's."""
    postponing(life, series="INV")
    life.do("close_dispute", "2026-02-05", payment="pay", outcome="lost")
    assert plan_of(life).invoiced["P/1/again"] == plan_of(life).invoiced["P/1"]
    life.do("charge_due", "2026-02-15")
    life.do("credit", "2026-02-16", amount="40.00", kind="annulled")
    assert plan_of(life).owed_minor == 0
    life.check()
