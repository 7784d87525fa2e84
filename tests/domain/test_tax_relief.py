"""Tax due on invoice that is claimed back for what was written off, owed again on recoveries."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import events as facts
from ledger.envelope import Event
from ledger.plan import Plan
from ledger.refusals import NothingToRelieve
from ledger.terms.money import amount_text
from ledger.terms.refusals import Refusal
from tests.domain.conftest import Life

INVOICE = [{"code": "VAT", "rate": "20", "category": "S", "due": "invoice"}]


def lost(amount: str, *, of: str = "120.00") -> Life:
    """Give a life with an instalment of `of`, 20 % due on invoice, of which an amount is lost."""
    life = Life()
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": of}]}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=INVOICE)
    life.do("charge_due", "2026-01-15")
    life.do("write_off", "2026-02-01", amount=amount)
    return life


def moved(events: list[Event]) -> list[tuple[int, int]]:
    """Return amount and tax of each part of a claim, a recovery or its undoing."""
    kinds = facts.TaxReliefClaimed | facts.RecoveryReceived | facts.RecoveryReversed
    return [
        (part.amount_minor, sum(tax.amount_minor for tax in part.tax))
        for event in events
        if isinstance(event.fact, kinds)
        for part in event.fact.parts
    ]


def test_all_that_was_not_claimed_yet() -> None:
    """Each claim takes the tax in what was written off since the last one; then none is left."""
    life = lost("30.00")
    assert moved(life.do("claim_tax_relief", "2026-02-02")) == [(3000, 500)]
    life.do("write_off", "2026-02-03")
    assert moved(life.do("claim_tax_relief", "2026-02-04")) == [(9000, 1500)]
    with pytest.raises(NothingToRelieve):
        life.do("claim_tax_relief", "2026-02-05")


def test_an_amount_of_it() -> None:
    """With an amount only the tax inside it is claimed; the rest can follow."""
    life = lost("120.00")
    assert moved(life.do("claim_tax_relief", "2026-02-02", amount="48.00")) == [(4800, 800)]
    assert moved(life.do("claim_tax_relief", "2026-02-03")) == [(7200, 1200)]


def test_only_what_is_still_lost() -> None:
    """What was recovered before the claim owes its tax already: it is not claimed."""
    life = lost("120.00")
    assert moved(life.do("recover", "2026-02-02", payment="a", amount="48.00")) == [(4800, 0)]
    assert moved(life.do("claim_tax_relief", "2026-02-03")) == [(7200, 1200)]
    assert moved(life.do("recover", "2026-02-04", payment="b", amount="72.00")) == [(7200, 1200)]
    assert life.balances()["tax_payable"] == "-20.00"


def test_a_recovery_owes_tax_also_after_another_write_off() -> None:
    """Half is lost, relieved and in part recovered, then the rest is lost: cash owes tax still."""
    life = lost("60.00")
    life.do("claim_tax_relief", "2026-02-02")
    assert moved(life.do("recover", "2026-02-03", payment="a", amount="24.00")) == [(2400, 400)]
    life.do("write_off", "2026-02-04")
    assert moved(life.do("recover", "2026-02-05", payment="b", amount="48.00")) == [(4800, 300)]
    assert moved(life.do("recover", "2026-02-06", payment="c", amount="48.00")) == [(4800, 300)]
    assert life.balances()["tax_payable"] == "-20.00"


def test_a_recovery_that_bounces_is_relieved_again() -> None:
    """The tax that it owed is back with us, and is not claimed a second time."""
    life = lost("120.00")
    life.do("claim_tax_relief", "2026-02-02")
    life.do("recover", "2026-02-03", payment="a", amount="48.01")
    assert moved(life.do("reverse_payment", "2026-02-04", payment="a")) == [(4801, 800)]
    assert "tax_payable" not in life.balances()
    with pytest.raises(NothingToRelieve):
        life.do("claim_tax_relief", "2026-02-05")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write_off", "claim_tax_relief", "recover", "recover", "reverse_payment"]),
        st.integers(1, 4000),
    ),
    max_size=10,
)


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(steps=STEPS)
def test_relief_in_any_order(steps: list[tuple[str, int]]) -> None:
    """Claims and undone recoveries only lower the tax owed, recoveries only raise it.

    Relief never exceeds the tax in what is lost, and is all owed again when nothing is lost.
    """
    life, paid = lost("10.00", of="99.99"), []
    for number, (command, minor) in enumerate(steps):
        amount, fields = amount_text(minor, 2), {}
        if command == "recover":
            paid.append(f"pay-{number}")
            fields = {"payment": paid[-1], "amount": amount}
        elif command == "reverse_payment":
            fields = {"payment": paid.pop() if paid else "none"}
        else:
            fields = {"amount": amount}
        _attempt(life, command, fields)
    plan = life.streams["plan:P"].state
    assert isinstance(plan, Plan)
    rest = sum(charge.lost_minor for charge in plan.charges.values())
    if rest:
        life.do("recover", "2026-03-01", payment="rest", amount=amount_text(rest, 2))
    assert life.balances()["tax_payable"] == "-16.67"
    life.check()


def _attempt(life: Life, command: str, fields: dict[str, str]) -> None:
    """Carry out a command, unless it is refused, and look at the tax that it moved and left."""
    try:
        events = life.do(command, "2026-02-02", **fields)
    except Refusal:
        return
    assert all(tax >= 0 for _, tax in moved(events))
    plan = life.streams["plan:P"].state
    assert isinstance(plan, Plan)
    charge = plan.charges["P/1"]
    relieved = sum(tax.amount_minor for tax in charge.relief)
    assert 0 <= relieved <= Decimal(charge.lost_minor) / 6 + 1
