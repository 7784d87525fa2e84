"""What is charged is the schedule's total, interest and fees, less waivers and credits. Always."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.plan import Plan
from ledger.terms.money import amount_text
from ledger.terms.refusals import Refusal
from tests.domain.conftest import Life

cents = st.integers(1, 5000)
steps = st.lists(
    st.tuples(st.sampled_from(["charge_fee", "waive", "credit", "pay", "day", "pause"]), cents),
    max_size=12,
)
terms: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"billing": "upfront"},
        {"interest": {"annual_rate": "12"}},
        {"interest": {"annual_rate": "12", "method": "flat"}, "billing": "upfront"},
        {"tax": [{"code": "V", "rate": "20", "category": "S", "due": "receipt"}]},
    ]
)


def asked(name: str, number: int, amount: str) -> tuple[str, dict[str, Any]]:
    """Return the command of a step and its fields."""
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "charge_fee": ("charge_fee", {"amount": amount, "kind": "fee"}),
        "waive": ("waive", {"amount": amount, "charge": f"P/c{max(number - 1, 1)}"}),
        "credit": ("credit", {"amount": amount}),
        "pay": ("receive_payment", {"amount": amount, "payment": f"pay-{number}"}),
        "day": ("day", {}),
        "pause": ("pause_plan", {"by": "1 week"}),
    }
    return forms[name]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(total=st.integers(1200, 90000), count=st.integers(1, 12), how=terms, taken=steps)
def test_charges_add_up(total: int, count: int, how: dict[str, Any], taken: list[Any]) -> None:
    """Whatever was done in between, once all is billed the sum of charges is what was agreed."""
    life = Life()
    schedule = {
        "kind": "equal",
        "total": amount_text(total, 2),
        "instalments": count,
        "first_due": "2026-01-31",
        "every": "1 month",
    }
    life.do("open_plan", "2026-01-01", schedule=schedule, **how)
    moved = {"charge_fee": 0, "waive": 0, "credit": 0}
    for month, (name, minor) in enumerate(taken, 1):
        command, fields = asked(name, life.count, amount_text(minor, 2))
        try:
            life.do(command, f"2026-{month:02d}-28", **fields)
        except Refusal:
            continue
        if name in moved:
            moved[name] += minor
    life.do("charge_due", "2099-12-31")
    plan = life.streams["plan:P"].state
    assert isinstance(plan, Plan)
    interest = sum(
        charge.amount_minor for charge in plan.charges.values() if charge.kind == "interest"
    )
    agreed = total + interest + moved["charge_fee"] - moved["waive"] - moved["credit"]
    assert sum(charge.gross_minor for charge in plan.charges.values()) == agreed
    life.check()
