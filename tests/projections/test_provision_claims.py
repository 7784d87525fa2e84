"""Provisions claim by claim, and the tax inside that is not lost with a claim."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ledger.policies.provision import provision_policy
from projections.aging import open_items
from projections.journal import postings
from projections.provisioning.open_tax import tax_inside
from tests.projections.providing import (
    INVOICE,
    RECEIPT,
    YEAR_END,
    Ledger,
    claims,
    figures,
    matrix,
    moved,
)


@pytest.mark.parametrize("tax", [RECEIPT, INVOICE], ids=["on receipt", "on invoice"])
def test_claims_are_provided_for_without_tax(ledger: Ledger, tax: dict[str, str]) -> None:
    """A doubtful plan of 120.00, 60.00 of it paid, has a base of 50.00, however tax falls due."""
    ledger.sell("P", "2026-11-30", "120.00", tax=[tax])
    ledger.sell("well", "2026-11-30", "120.00", tax=[tax])
    ledger.do("mark_doubtful", "2026-12-01", plan="P")
    ledger.pay("P", "2026-12-02", "60.00")
    proposal = ledger.propose(claims())
    names = ("plan", "customer", "bucket", "days_overdue", "gross", "tax", "base", "rate_percent")
    assert figures(proposal, *names) == [("P", "C-P", "1-90", 31, "60.00", "10.00", "50.00", "25")]
    assert moved(proposal) == ("12.50", "0.00", "12.50")


def test_claims_move_one_by_one(ledger: Ledger) -> None:
    """Each claim gets its own command, up and down: 68174 to 491, and 491 to 78174."""
    for plan, due in (("old", "2026-06-30"), ("new", "2026-11-30")):
        ledger.sell(plan, due, "120.00", tax=[RECEIPT])
        ledger.do("mark_doubtful", "2026-12-01", plan=plan)
    assert ledger.record(ledger.propose(claims())) == ["accepted", "accepted"]
    assert ledger.balances("pcg") == {"4161": "240.00", "491": "-125.00", "68174": "125.00"}
    assert ledger.record(ledger.propose(claims())) == []
    better = ledger.propose(claims(old="60", new="40"))
    assert figures(better, "plan", "required", "held", "movement") == [
        ("new", "40.00", "25.00", "15.00"),
        ("old", "60.00", "100.00", "-40.00"),
    ]
    assert ledger.record(better) == ["accepted", "accepted"]
    assert ledger.balances("pcg") == {
        "4161": "240.00",
        "491": "-100.00",
        "68174": "140.00",
        "78174": "-40.00",
    }


def test_what_is_no_longer_doubtful_needs_nothing(ledger: Ledger) -> None:
    """What is still held for such a plan is released, in part by itself, the rest as proposed."""
    ledger.sell("P", "2026-11-30", "120.00")
    ledger.do("provision", "2026-12-01", book="pcg", plan="P", amount="40.00")
    proposal = ledger.propose(claims())
    assert figures(proposal, "plan", "bucket", "gross", "required", "held", "movement") == [
        ("P", None, "0.00", "0.00", "40.00", "-40.00")
    ]
    assert ledger.record(proposal) == ["accepted"]
    assert ledger.propose(claims()).lines == ()


def test_by_default_every_book_is_provided_for_in_its_own_way(aged: Ledger) -> None:
    """The packaged policy speaks of both ways; the history's only of matrices."""
    aged.do("mark_doubtful", "2026-12-01", plan="91")
    standard = aged.propose(provision_policy("standard"))
    assert {(total.book, total.impairment) for total in standard.totals} == {
        ("generic", "matrix"),
        ("pcg", "claims"),
    }
    assert figures(standard, "plan", "bucket", "rate_percent", "required")[-1] == (
        ("91", "181-365", "75", "75.00")
    )
    assert len(aged.propose(matrix()).totals) == 1


@pytest.mark.parametrize("billing", ["due", "upfront"])
def test_the_tax_inside_is_the_tax_pending(ledger: Ledger, billing: str) -> None:
    """Whatever moves a plan, the tax inside what is open is what the accounts still hold back."""
    dues = ("2026-01-31", "2026-02-28", "2026-03-31")
    rows = [{"due": due, "amount": "33.37"} for due in dues]
    terms = {"schedule": {"kind": "custom", "instalments": rows}, "tax": [RECEIPT]}
    whose = {"customer": "C", "currency": "EUR", "billing": billing, "document": "INV-1"}
    ledger.do("open_plan", "2026-01-01", plan="P", **whose, **terms)
    ledger.do("charge_due", "2026-03-31", plan="P")
    steps: list[tuple[str, dict[str, str]]] = [
        ("receive_payment", {"payment": "a", "amount": "40.01", "currency": "EUR"}),
        ("credit", {"amount": "7.13", "kind": "discount", "reason": "kind"}),
        ("open_dispute", {"payment": "a", "amount": "20.02"}),
        ("mark_doubtful", {}),
        ("receive_payment", {"payment": "b", "amount": "11.11", "currency": "EUR"}),
        ("write_off", {"amount": "3.03", "reason": "small"}),
    ]
    for command, fields in steps:
        plan = {} if command == "open_dispute" else {"plan": "P"}
        ledger.do(command, "2026-04-15", **plan, **fields)
        at = ledger.at(YEAR_END)
        with ledger.acquit.database.reading() as connection:
            items = [item for item in open_items(connection, at) if item.due_on is not None]
            inside = tax_inside(connection, at, items)
            pending = select(-func.sum(postings.c.amount_minor)).where(
                postings.c.book == "pcg", postings.c.role == "tax_pending"
            )
            assert sum(inside.values()) == connection.execute(pending).scalar_one(), command
