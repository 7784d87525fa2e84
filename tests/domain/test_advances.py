"""What is taxed as an advance is what waits for something to be billed, whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.plan import Plan

if TYPE_CHECKING:
    from tests.domain.conftest import Life

RECEIPT = {"code": "V", "rate": "20", "category": "S", "due": "receipt"}


def agree(life: Life, total: str, *tax: dict[str, str], **terms: Any) -> None:
    """Agree a plan due on 1 February 2025."""
    rows = [{"due": "2025-02-01", "amount": total}]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2025-01-01", schedule=schedule, tax=list(tax or (RECEIPT,)), **terms)


def amend(life: Life, total: str, count: int = 1) -> None:
    """Amend the plan to another price."""
    schedule = {
        "kind": "equal",
        "total": total,
        "instalments": count,
        "first_due": "2025-02-01",
        "every": "1 month",
    }
    life.do("amend_plan", "2025-01-15", schedule=schedule)


def test_money_that_pays_first_is_not_the_money_that_was_taxed(life: Life) -> None:
    """A payment recorded later with an earlier day pays; the tax on the other is taken back."""
    agree(life, "120.00")
    life.do("receive_payment", "2025-01-20", payment="p1", amount="120.00")
    life.do("receive_payment", "2025-01-15", payment="p2", amount="120.00")
    life.do("day", "2025-02-01")
    balances = life.balances()
    assert (balances["tax_payable"], balances["unapplied"]) == ("-20.00", "-120.00")
    assert "tax_on_advances" not in balances
    life.check()


def test_a_lower_price_takes_tax_back(life: Life) -> None:
    """120.00 are paid ahead; of the new price of 60.00 only 10.00 are tax."""
    agree(life, "120.00")
    life.do("receive_payment", "2025-01-10", payment="p", amount="120.00")
    amend(life, "60.00")
    assert life.balances()["tax_payable"] == "-10.00"
    life.do("day", "2025-02-01")
    assert "tax_on_advances" not in life.balances()
    life.check()


def test_a_lower_price_takes_from_the_latest_advance_alone(life: Life) -> None:
    """Two advances of 60.00; a price lower by 30.00 halves the later one and leaves the first."""
    agree(life, "120.00")
    life.do("receive_payment", "2025-01-10", payment="p1", amount="60.00")
    life.do("receive_payment", "2025-01-11", payment="p2", amount="60.00")
    amend(life, "90.00")
    plan = life.streams["plan:P"].state
    assert isinstance(plan, Plan)
    taxed = [(found.payment, found.amount_minor) for found in plan.advances]
    assert taxed == [("p1", 6000), ("p2", 3000)]
    assert life.balances()["tax_payable"] == "-15.00"
    life.check()


def test_a_higher_price_taxes_what_waits(life: Life) -> None:
    """120.00 are paid for 60.00; once the price is 120.00 all of it is an advance."""
    agree(life, "60.00")
    life.do("receive_payment", "2025-01-10", payment="p", amount="120.00")
    assert life.balances()["tax_payable"] == "-10.00"
    amend(life, "120.00")
    assert life.balances()["tax_payable"] == "-20.00"
    life.do("day", "2025-02-01")
    assert life.balances() == {"clearing": "120.00", "revenue": "-100.00", "tax_payable": "-20.00"}
    life.check()


def test_two_rates_share_out_another_price(life: Life) -> None:
    """Of 400.00 that were 200.00, half at 20 and half at 5.5 percent, the tax doubles too."""
    high = {**RECEIPT, "due": "invoice", "gross": "100.00"}
    low = {**high, "code": "R", "rate": "5.5"}
    agree(life, "200.00", high, low)
    amend(life, "400.00", 4)
    life.do("charge_due", "2025-06-01")
    assert life.balances()["tax_payable"] == "-43.76"  # Four instalments of 8.33 and 2.61.
    life.check()


def test_waiting_money_pays_an_add_on_at_once(life: Life) -> None:
    """Money that waits pays what an amendment bills up front."""
    agree(life, "60.00", billing="upfront")
    life.do("receive_payment", "2025-01-10", payment="p", amount="67.00")
    amend(life, "98.32")
    assert "unapplied" not in life.balances()


def test_a_bounce_undoes_the_exchange_difference(life: Life) -> None:
    """Money that never came has no loss on exchange."""
    agree(life, "100.00")
    life.do("charge_due", "2025-02-01")
    paid = {"payment": "p", "amount": "110.00", "currency": "USD", "rate": "0.9"}
    life.do("receive_payment", "2025-02-02", **paid, settles="100.00")
    assert life.balances()["fx_loss"] == "1.00"
    life.do("reverse_payment", "2025-02-05", payment="p")
    life.do("receive_payment", "2025-02-07", payment="q", amount="100.00")
    balances = life.balances()
    assert balances["clearing"] == "100.00"
    assert "fx_loss" not in balances
    life.check()


def test_a_claim_that_owes_nothing_has_no_allowance(life: Life) -> None:
    """A provision on a plan is released when the plan is billed and paid, or ended."""
    life.book = "pcg"
    agree(life, "60.00")
    life.do("receive_payment", "2025-01-10", payment="p", amount="60.00")
    life.do("provision", "2025-01-20", amount="5.00")
    life.do("day", "2025-02-01")
    assert "allowance" not in life.balances()
