"""Money in another currency than the plan's: refused, or taken at a rate with its difference."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ledger.terms.refusals import Refusal

if TYPE_CHECKING:
    from tests.domain.conftest import Life


NONE = Decimal(0)


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


@pytest.mark.parametrize(("rate", "gain"), [("0.92", "0.24"), ("0.90", "-0.20")])
def test_money_that_goes_back_takes_its_difference_along(life: Life, rate: str, gain: str) -> None:
    """Half refunded, half the difference is undone; a refund that fails brings it back.

    What is refunded in all leaves nothing at the gateway and no difference.
    """
    owed(life)
    pay(life, rate=rate, settles="20.00")
    worth = Decimal("20.00") + Decimal(gain)
    life.do("refund", "2026-02-05", payment="pay", amount="10.00")
    assert cash_and_difference(life) == (worth / 2, -Decimal(gain) / 2)
    life.do("fail_refund", "2026-02-06", payment="pay", amount="10.00")
    assert cash_and_difference(life) == (worth, -Decimal(gain))
    for amount in ("3.33", "16.67"):
        life.do("refund", "2026-02-07", payment="pay", amount=amount)
    assert cash_and_difference(life) == (NONE, NONE)
    life.check()


def test_a_dispute_takes_the_difference_along(life: Life) -> None:
    """While it is disputed the difference is gone; won, it is back; lost, it is gone for good."""
    owed(life)
    pay(life, rate="0.92", settles="20.00")
    life.do("open_dispute", "2026-02-05", payment="pay", amount="20.00")
    assert cash_and_difference(life) == (NONE, NONE)
    life.do("close_dispute", "2026-02-06", payment="pay", outcome="won")
    assert cash_and_difference(life) == (Decimal("20.24"), Decimal("-0.24"))
    life.do("open_dispute", "2026-02-07", payment="pay", amount="5.00")
    life.do("close_dispute", "2026-02-08", payment="pay", outcome="lost")
    assert cash_and_difference(life) == (Decimal("15.18"), Decimal("-0.18"))
    life.check()


def test_a_bounce_after_a_refund_leaves_what_was_refunded_as_a_claim(life: Life) -> None:
    """The bank takes back all that it was worth: what went out before was ours, at its worth."""
    owed(life)
    pay(life, rate="0.92", settles="20.00")
    life.do("refund", "2026-02-05", payment="pay", amount="10.00")
    life.do("reverse_payment", "2026-02-06", payment="pay")
    assert cash_and_difference(life) == (Decimal("-10.12"), NONE)
    assert life.balances()["unapplied"] == "10.12"
    life.check()


def cash_and_difference(life: Life) -> tuple[Decimal, Decimal]:
    """Return what lies at the gateway, and what is gained (below zero) or lost on exchange."""
    balances = {role: Decimal(text) for role, text in life.balances().items()}
    lost = balances.get("fx_gain", Decimal(0)) + balances.get("fx_loss", Decimal(0))
    return balances.get("clearing", Decimal(0)), lost


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
