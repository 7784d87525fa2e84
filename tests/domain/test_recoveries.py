"""Recoveries of what was written off, and taxes to the cent over any cutting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ledger.refusals import DatedBefore

if TYPE_CHECKING:
    from tests.domain.conftest import Follow, Life


def test_recovery(follow: Follow) -> None:
    """Cash for what was written off is income, oldest first, and its tax payable; never above it.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-02-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -16.67  P/2
        tax_pending        -3.33  P/2
    > 2026-06-30 write_off
    2026-06-30 plan:P WrittenOff ends
        receivable        -20.00  P/1
        allowance          16.67  P/1
        tax_pending         3.33  P/1
        receivable        -20.00  P/2
        allowance          16.67  P/2
        tax_pending         3.33  P/2
    > 2026-09-01 recover payment=one amount=25.00
    2026-09-01 payment:one PaymentReceived
        clearing           25.00  P
        unapplied         -25.00  P
    2026-09-01 payment:one PaymentApplied P recovery unapplied 25.00
    2026-09-01 plan:P RecoveryReceived
        unapplied          25.00  P
        recoveries        -16.67  P/1
        tax_payable        -3.33  P/1
        recoveries         -4.17  P/2
        tax_payable        -0.83  P/2
    > 2026-09-02 recover payment=two amount=15.01
    ! a recovery of 15.01 is above the 15.00 written off: record the rest with receive_payment
    > 2026-09-02 recover payment=two amount=15.00
    2026-09-02 payment:two PaymentReceived
        clearing           15.00  P
        unapplied         -15.00  P
    2026-09-02 payment:two PaymentApplied P recovery unapplied 15.00
    2026-09-02 plan:P RecoveryReceived
        unapplied          15.00  P
        recoveries        -12.50  P/2
        tax_payable        -2.50  P/2
    ? 2026-12-31 allowance 33.34 clearing 40.00 recoveries -33.34 revenue -33.34 tax_payable -6.66
    """
    follow()


def test_bounce_of_a_recovery(follow: Follow) -> None:
    """A recovery that bounces is undone: the charge is lost again, its tax not payable.

    > 2026-01-01 open_plan parts=2026-01-15:24.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         24.00  P/1
        revenue           -20.00  P/1
        tax_pending        -4.00  P/1
    > 2026-06-30 write_off
    2026-06-30 plan:P WrittenOff ends
        receivable        -24.00  P/1
        allowance          20.00  P/1
        tax_pending         4.00  P/1
    > 2026-09-01 recover payment=late amount=18.00
    2026-09-01 payment:late PaymentReceived
        clearing           18.00  P
        unapplied         -18.00  P
    2026-09-01 payment:late PaymentApplied P recovery unapplied 18.00
    2026-09-01 plan:P RecoveryReceived
        unapplied          18.00  P
        recoveries        -15.00  P/1
        tax_payable        -3.00  P/1
    > 2026-09-05 reverse_payment payment=late reason=bounced
    2026-09-05 payment:late PaymentReleased P recovery unapplied 18.00
    2026-09-05 payment:late PaymentReversed
        unapplied          18.00  P
        clearing          -18.00  P
    2026-09-05 plan:P RecoveryReversed
        unapplied         -18.00  P
        recoveries         15.00  P/1
        tax_payable         3.00  P/1
    ? 2026-12-31 allowance 20.00 revenue -20.00
    > 2026-10-01 recover payment=again amount=24.00
    2026-10-01 payment:again PaymentReceived
        clearing           24.00  P
        unapplied         -24.00  P
    2026-10-01 payment:again PaymentApplied P recovery unapplied 24.00
    2026-10-01 plan:P RecoveryReceived
        unapplied          24.00  P
        recoveries        -20.00  P/1
        tax_payable        -4.00  P/1
    ? 2026-12-31 allowance 20.00 clearing 24.00 recoveries -20.00 revenue -20.00 tax_payable -4.00
    """
    follow()


def test_refund_of_a_recovery(follow: Follow) -> None:
    """Part of a recovery paid back takes the same part of income and tax back.

    > 2026-01-01 open_plan parts=2026-01-15:24.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         24.00  P/1
        revenue           -20.00  P/1
        tax_pending        -4.00  P/1
    > 2026-06-30 write_off
    2026-06-30 plan:P WrittenOff ends
        receivable        -24.00  P/1
        allowance          20.00  P/1
        tax_pending         4.00  P/1
    > 2026-09-01 recover payment=late amount=24.00
    2026-09-01 payment:late PaymentReceived
        clearing           24.00  P
        unapplied         -24.00  P
    2026-09-01 payment:late PaymentApplied P recovery unapplied 24.00
    2026-09-01 plan:P RecoveryReceived
        unapplied          24.00  P
        recoveries        -20.00  P/1
        tax_payable        -4.00  P/1
    > 2026-09-05 refund payment=late amount=6.00
    2026-09-05 payment:late PaymentReleased P recovery unapplied 6.00
    2026-09-05 payment:late RefundIssued
        unapplied           6.00  P
        clearing           -6.00  P
    2026-09-05 plan:P RecoveryReversed
        unapplied          -6.00  P
        recoveries          5.00  P/1
        tax_payable         1.00  P/1
    ? 2026-12-31 allowance 20.00 clearing 18.00 recoveries -15.00 revenue -20.00 tax_payable -3.00
    """
    follow()


TAX = [{"code": "VAT", "rate": "20", "category": "S", "due": "receipt"}]


def charged(life: Life, amount: str) -> None:
    """Charge one instalment at 20 % due on receipt."""
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": amount}]}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=TAX)
    life.do("charge_due", "2026-01-15")


def test_recovery_before_the_write_off(life: Life) -> None:
    """Cash before the day of the write-off is a payment, not a recovery, and is refused as one."""
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "20.00"}]}
    life.do("open_plan", "2026-01-01", schedule=schedule)
    life.do("charge_due", "2026-01-15")
    life.do("write_off", "2026-06-30")
    with pytest.raises(DatedBefore):
        life.do("recover", "2026-06-01", payment="early", amount="20.00")


def test_tax_of_recoveries_between_write_offs(life: Life) -> None:
    """A recovery that bounces leaves no cent of tax, though more was written off meanwhile."""
    charged(life, "20.00")
    life.do("write_off", "2026-02-01", amount="10.00")
    life.do("recover", "2026-02-02", payment="pay", amount="5.03")
    life.do("write_off", "2026-02-03")
    life.do("reverse_payment", "2026-02-04", payment="pay")
    life.check()
    assert life.balances() == {"allowance": "16.67", "revenue": "-16.67"}


def test_tax_of_recoveries_in_pieces(life: Life) -> None:
    """Whatever the pieces of write-offs and recoveries, the tax recovered is that written off."""
    charged(life, "20.00")
    for number, (lost, found) in enumerate([("10.00", "5.03"), ("3.33", "8.29"), ("6.67", "6.68")]):
        life.do("write_off", "2026-02-01", amount=lost)
        life.do("recover", "2026-02-02", payment=f"pay-{number}", amount=found)
    assert life.balances() == {
        "allowance": "16.67",
        "clearing": "20.00",
        "recoveries": "-16.67",
        "revenue": "-16.67",
        "tax_payable": "-3.33",
    }


@pytest.mark.parametrize("amount", ["0.01", "0.03", "1.00", "19.99", "33.33"])
@pytest.mark.parametrize("first", ["credit", "write_off", "receive_payment"])
def test_tax_of_awkward_amounts(life: Life, amount: str, first: str) -> None:
    """A charge taken down a cent and then in full, by whatever means, leaves no tax pending."""
    charged(life, amount)
    extra = {"payment": "cent"} if first == "receive_payment" else {}
    life.do(first, "2026-02-01", amount="0.01", **extra)
    if amount != "0.01":
        rest = str(Decimal(amount) - Decimal("0.01"))
        life.do("receive_payment", "2026-02-02", payment="rest", amount=rest)
    life.check()
    balances = life.balances()
    assert "tax_pending" not in balances
    assert "receivable" not in balances
