"""Payments in: early, late, short, double, without a plan, with a fee."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.events import (
    Holding,
    Part,
    PaymentAllocated,
    PaymentApplied,
    PaymentReceived,
    TaxAmount,
)

if TYPE_CHECKING:
    from tests.domain.conftest import Follow, Life


def test_payment_in_full(life: Life) -> None:
    """Receipt, echo and allocation carry all that a fold needs, the payment's events first."""
    tax = [{"code": "VAT", "rate": "20", "category": "S", "due": "receipt"}]
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "20.00"}]}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=tax)
    life.do("charge_due", "2026-01-15")
    events = life.do(
        "receive_payment",
        "2026-01-20",
        payment="pay",
        amount="12.50",
        gateway="stripe",
        reference="txn_1",
    )
    source = Holding(held_in="unapplied", customer="C", plan="P", amount_minor=1250)
    assert [event.originator_id for event in events] == ["payment:pay", "payment:pay", "plan:P"]
    assert {event.effective_on for event in events} == {date(2026, 1, 20)}
    assert [event.fact for event in events] == [
        PaymentReceived(
            payment="pay",
            currency="EUR",
            exponent=2,
            customer="C",
            plan="P",
            amount_minor=1250,
            gateway="stripe",
            reference="txn_1",
        ),
        PaymentApplied(
            payment="pay", currency="EUR", exponent=2, plan="P", use="allocation", source=source
        ),
        PaymentAllocated(
            plan="P",
            customer="C",
            currency="EUR",
            exponent=2,
            payment="pay",
            source=source,
            received_on=date(2026, 1, 20),
            parts=(
                Part(
                    charge="P/1",
                    amount_minor=1250,
                    carrying="receivable",
                    tax=(
                        TaxAmount(
                            code="VAT", rate="20", category="S", due="receipt", amount_minor=208
                        ),
                    ),
                ),
            ),
        ),
    ]


def test_early_payment_waits(follow: Follow) -> None:
    """Money before the charge waits earmarked, and is applied on the charge's day, not before.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-05 receive_payment payment=pay amount=30.00
    2026-01-05 payment:pay PaymentReceived
        clearing           30.00  P
        unapplied         -30.00  P
    2026-01-05 payment:pay PaymentEarmarked P pay 30.00
    2026-01-05 plan:P PaymentEarmarked P pay 30.00
    2026-01-05 plan:P AdvanceTaxed
        tax_on_advances     5.00  P
        tax_payable        -5.00  P
    > 2026-02-20 charge_due
    2026-01-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-02-15 payment:pay PaymentApplied P allocation unapplied 10.00
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -16.67  P/2
        tax_pending        -3.33  P/2
    2026-01-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_on_advances    -3.33  P/1
    2026-02-15 plan:P PaymentAllocated
        unapplied          10.00  P
        receivable        -10.00  P/2
        tax_pending         1.67  P/2
        tax_on_advances    -1.67  P/2
    ? 2026-01-10 clearing 30.00 tax_on_advances 5.00 tax_payable -5.00 unapplied -30.00
    ? 2026-02-28 clearing 30.00 receivable 10.00 revenue -33.34 tax_payable -5.00 tax_pending -1.66
    """
    life = follow()
    applied = [event.fact for event in life.events if isinstance(event.fact, PaymentAllocated)]
    assert [fact.received_on for fact in applied] == [date(2026, 1, 5)] * 2  # The tax point.


def test_late_and_short_payment(follow: Follow) -> None:
    """A late payment is applied on its own day, the oldest charge first; the rest stays open.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-02-20 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -16.67  P/2
        tax_pending        -3.33  P/2
    > 2026-03-10 receive_payment payment=pay amount=25.00
    2026-03-10 payment:pay PaymentReceived
        clearing           25.00  P
        unapplied         -25.00  P
    2026-03-10 payment:pay PaymentApplied P allocation unapplied 25.00
    2026-03-10 plan:P PaymentAllocated
        unapplied          25.00  P
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_payable        -3.33  P/1
        receivable         -5.00  P/2
        tax_pending         0.83  P/2
        tax_payable        -0.83  P/2
    ? 2026-03-01 receivable 40.00 revenue -33.34 tax_pending -6.66
    ? 2026-03-31 clearing 25.00 receivable 15.00 revenue -33.34 tax_payable -4.16 tax_pending -2.50
    """
    follow()


def test_one_event_for_each_effective_date(follow: Follow) -> None:
    """A payment recorded late, over a charge before and one after it, takes effect on two days.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-02-20 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -20.00  P/2
    > 2026-01-31 receive_payment payment=pay amount=40.00
    2026-01-31 payment:pay PaymentReceived
        clearing           40.00  P
        unapplied         -40.00  P
    2026-01-31 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-02-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-01-31 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
    2026-02-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/2
    ? 2026-01-31 clearing 40.00 revenue -20.00 unapplied -20.00
    ? 2026-02-15 clearing 40.00 revenue -40.00
    """
    follow()


def test_double_payment(follow: Follow) -> None:
    """What is paid twice stays unapplied, for the customer, until it is paid back.

    > 2026-01-01 open_plan parts=2026-01-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    > 2026-01-15 receive_payment payment=one amount=20.00
    2026-01-15 payment:one PaymentReceived
        clearing           20.00  P
        unapplied         -20.00  P
    2026-01-15 payment:one PaymentApplied P allocation unapplied 20.00
    2026-01-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
    > 2026-01-16 receive_payment payment=two amount=20.00
    2026-01-16 payment:two PaymentReceived
        clearing           20.00  P
        unapplied         -20.00  P
    2026-01-16 payment:two PaymentEarmarked P two 20.00
    2026-01-16 plan:P PaymentEarmarked P two 20.00
    > 2026-01-20 refund payment=two amount=20.00 reason="paid twice"
    2026-01-20 payment:two EarmarkReleased P two 20.00
    2026-01-20 payment:two RefundIssued
        unapplied          20.00  P
        clearing          -20.00  P
    2026-01-20 plan:P EarmarkReleased P two 20.00
    ? 2026-01-17 clearing 40.00 revenue -20.00 unapplied -20.00
    ? 2026-01-31 clearing 20.00 revenue -20.00
    """
    follow()


def test_gateway_fee(follow: Follow) -> None:
    """A payment counts gross; the gateway's fee is a cost, and a fee of zero is none.

    > 2026-01-01 open_plan parts=2026-01-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    > 2026-01-15 receive_payment payment=pay amount=20.00 gateway=stripe fee=0.88
    2026-01-15 payment:pay PaymentReceived
        clearing           20.00  P
        unapplied         -20.00  P
    2026-01-15 payment:pay GatewayFeeCharged
        gateway_fees        0.88  P
        clearing           -0.88  P
    2026-01-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-01-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
    > 2026-01-16 receive_payment payment=free amount=1.00 fee=0.00
    2026-01-16 payment:free PaymentReceived
        clearing            1.00  P
        unapplied          -1.00  P
    2026-01-16 payment:free PaymentEarmarked P free 1.00
    2026-01-16 plan:P PaymentEarmarked P free 1.00
    ? 2026-01-15 clearing 19.12 gateway_fees 0.88 revenue -20.00
    """
    follow()


def test_earliest_waiting_payment_first(follow: Follow) -> None:
    """Of several payments that wait, the one received first is applied first.

    > 2026-01-01 open_plan parts=2026-02-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-20 receive_payment payment=a amount=15.00
    2026-01-20 payment:a PaymentReceived
        clearing           15.00  P
        unapplied         -15.00  P
    2026-01-20 payment:a PaymentEarmarked P a 15.00
    2026-01-20 plan:P PaymentEarmarked P a 15.00
    > 2026-01-10 receive_payment payment=b amount=15.00
    2026-01-10 payment:b PaymentReceived
        clearing           15.00  P
        unapplied         -15.00  P
    2026-01-10 payment:b PaymentEarmarked P b 15.00
    2026-01-10 plan:P PaymentEarmarked P b 15.00
    > 2026-02-15 charge_due
    2026-02-15 payment:b PaymentApplied P allocation unapplied 15.00
    2026-02-15 payment:a PaymentApplied P allocation unapplied 5.00
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    2026-02-15 plan:P PaymentAllocated
        unapplied          15.00  P
        receivable        -15.00  P/1
    2026-02-15 plan:P PaymentAllocated
        unapplied           5.00  P
        receivable         -5.00  P/1
    """
    follow()


PIECES = [
    ["19.99"],
    ["0.01", "19.98"],
    ["0.01"] * 13 + ["19.86"],
    ["6.66", "6.66", "6.67"],
    ["3.33", "0.02", "7.77", "1.00", "7.87"],
    ["1.01"] * 19 + ["0.80"],
]


@pytest.mark.parametrize("pieces", PIECES, ids=lambda pieces: f"{len(pieces)}-pieces")
def test_tax_of_odd_pieces(life: Life, pieces: list[str]) -> None:
    """However 19.99 at 20 % is paid, 3.33 becomes payable and nothing stays pending."""
    tax = [{"code": "VAT", "rate": "20", "category": "S", "due": "receipt"}]
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "19.99"}]}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=tax)
    life.do("charge_due", "2026-01-15")
    for number, piece in enumerate(pieces):
        before = life.balances()
        life.do("receive_payment", "2026-01-20", payment=f"pay-{number}", amount=piece)
        assert life.balances() != before
    assert life.balances() == {"clearing": "19.99", "revenue": "-16.66", "tax_payable": "-3.33"}
    for number in range(len(pieces)):
        life.do("reverse_payment", "2026-01-25", payment=f"pay-{number}")
    life.check()
    assert life.balances() == {"receivable": "19.99", "revenue": "-16.66", "tax_pending": "-3.33"}
