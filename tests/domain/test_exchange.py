"""Money in another currency than the plan's: refused, or taken at a rate with its difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.terms.refusals import Refusal

if TYPE_CHECKING:
    from tests.domain.conftest import Life


def owed(life: Life, amount: str = "20.00") -> None:
    """Agree and charge an amount."""
    rows = [{"due": "2026-01-31", "amount": amount}]
    life.do("open_plan", "2026-01-01", schedule={"kind": "custom", "instalments": rows})
    life.do("charge_due", "2026-01-31")


def pay(life: Life, **fields: Any) -> None:
    """Pay 22.00 dollars."""
    paid = {"payment": "pay", "amount": "22.00", "currency": "USD"}
    life.do("receive_payment", "2026-02-01", **{**paid, **fields})


def test_without_a_rate_it_is_refused(life: Life) -> None:
    """Money of two currencies is not mixed by itself."""
    owed(life)
    with pytest.raises(Refusal, match="the amount is in USD, the plan in EUR"):
        pay(life)


def test_a_gain_is_posted(life: Life) -> None:
    """Dollars worth 20.24 settle 20.00: 0.24 are a gain; the fee is converted too."""
    owed(life)
    pay(life, rate="0.92", settles="20.00", fee="1.00", rate_source="ECB 2026-02-01")
    assert life.balances() == {
        "clearing": "19.32",
        "fx_gain": "-0.24",
        "gateway_fees": "0.92",
        "revenue": "-20.00",
    }
    received = next(event.fact for event in life.events if event.fact.TOPIC == "PaymentReceived")
    converted = received.converted  # type: ignore[attr-defined] # a PaymentReceived
    assert (converted.amount_minor, converted.currency, converted.rate) == (2200, "USD", "0.92")
    life.check()


def test_a_loss_is_posted(life: Life) -> None:
    """Dollars worth 19.80 settle 20.00: 0.20 are a loss, and nothing is left open."""
    owed(life)
    pay(life, rate="0.90", settles="20.00")
    assert life.balances() == {"clearing": "19.80", "fx_loss": "0.20", "revenue": "-20.00"}
    life.do("reverse_payment", "2026-02-10", payment="pay")
    assert life.balances()["receivable"] == "20.00"
    life.check()


def test_what_it_is_worth_is_kept_by_default(life: Life) -> None:
    """Without an agreed amount all that the money is worth is the customer's."""
    owed(life)
    pay(life, rate="0.92")
    assert life.balances()["unapplied"] == "-0.24"


def test_currencies_of_other_decimals(life: Life) -> None:
    """Yen have no decimals: 3,000 at 0.0062 are 18.60 euros."""
    owed(life)
    pay(life, amount="3000", currency="JPY", rate="0.0062")
    assert life.balances()["receivable"] == "1.40"


def test_a_provider_owes_what_it_finances(life: Life) -> None:
    """The provider of a financed plan is its customer; the buyer is in the terms."""
    rows = [{"due": "2026-01-31", "amount": "20.00"}]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2026-01-01", schedule=schedule, financed_by="PAY-IN-4")
    life.do("charge_due", "2026-01-31")
    entry = life.entry(life.events[-1])
    assert entry is not None
    assert {leg.customer for leg in entry.postings} == {"PAY-IN-4"}
    agreed = life.events[0].fact
    assert agreed.terms.buyer == "C"  # type: ignore[attr-defined] # a PlanAgreed
