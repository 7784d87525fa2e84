"""Reductions: waivers, credit notes, write-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.domain.conftest import Follow


def test_waiver_of_an_open_fee(follow: Follow) -> None:
    """A fee forgiven comes out of its income; more than is left of it cannot be forgiven.

    > 2026-01-01 open_plan parts=2026-01-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-02-01 charge_fee id=late amount=5.00
    2026-02-01 plan:P FeeCharged
        receivable          5.00  P/late
        late_fee_income    -5.00  P/late
    > 2026-02-02 waive charge=P/late amount=2.00 reason=goodwill
    2026-02-02 plan:P ChargeWaived
        receivable         -2.00  P/late
        late_fee_income     2.00  P/late
    > 2026-02-03 waive charge=P/late amount=3.01
    ! a waiver of 3.01 is above the 3.00 that are left of the fee
    > 2026-01-31 waive charge=P/late amount=3.00
    ! dated 2026-01-31, before the charge of 2026-02-01
    > 2026-02-03 waive charge=P/1 amount=3.00
    ! plan 'P' has no charge 'P/1'
    > 2026-02-03 waive charge=P/late amount=3.00
    2026-02-03 plan:P ChargeWaived
        receivable         -3.00  P/late
        late_fee_income     3.00  P/late
    ? 2026-02-28
    """
    follow()


def test_waiver_of_a_paid_fee(follow: Follow) -> None:
    """A fee that was paid and is forgiven leaves customer credit, which can be paid back.

    > 2026-01-01 open_plan parts=2026-06-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-02-01 charge_fee id=late amount=5.00
    2026-02-01 plan:P FeeCharged
        receivable          5.00  P/late
        late_fee_income    -5.00  P/late
    > 2026-02-02 receive_payment payment=pay amount=5.00
    2026-02-02 payment:pay PaymentReceived
        clearing            5.00  P
        unapplied          -5.00  P
    2026-02-02 payment:pay PaymentApplied P allocation unapplied 5.00
    2026-02-02 plan:P PaymentAllocated
        unapplied           5.00  P
        receivable         -5.00  P/late
    > 2026-02-10 waive charge=P/late amount=5.00 reason="our mistake"
    2026-02-10 payment:pay PaymentReleased P allocation customer_credit 5.00
    2026-02-10 plan:P AllocationReversed
        customer_credit    -5.00  P
        receivable          5.00  P/late
    2026-02-10 plan:P ChargeWaived
        receivable         -5.00  P/late
        late_fee_income     5.00  P/late
    > 2026-02-12 refund payment=pay amount=5.00
    2026-02-12 payment:pay RefundIssued
        customer_credit     5.00  P
        clearing           -5.00  P
    ? 2026-02-11 clearing 5.00 customer_credit -5.00
    ? 2026-02-28
    """
    follow()


def test_instalments_are_not_waived(follow: Follow) -> None:
    """An instalment is reduced by a credit note, not by a waiver.

    > 2026-01-01 open_plan parts=2026-01-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    > 2026-01-20 waive charge=P/1 amount=1.00
    ! charge 'P/1' is not a fee: reduce it with credit
    """
    follow()


def test_credit_note_on_what_is_open(follow: Follow) -> None:
    """A discount takes the oldest open charge down first, and the tax pending inside it.

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
    > 2026-02-20 credit amount=24.00
    2026-02-20 plan:P CreditNoteIssued
        receivable        -20.00  P/1
        discounts          16.67  P/1
        tax_pending         3.33  P/1
        receivable         -4.00  P/2
        discounts           3.33  P/2
        tax_pending         0.67  P/2
    ? 2026-02-28 discounts 20.00 receivable 16.00 revenue -33.34 tax_pending -2.66
    """
    follow()


def test_kinds_of_credit_note(follow: Follow) -> None:
    """Annulled and undelivered sales come out of revenue, discounts have an account of their own.

    > 2026-01-01 open_plan parts=2026-01-15:30.00 tax=20/invoice
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         30.00  P/1
        revenue           -25.00  P/1
        tax_payable        -5.00  P/1
    > 2026-01-20 credit kind=annulled amount=10.00
    2026-01-20 plan:P CreditNoteIssued
        receivable        -10.00  P/1
        revenue             8.33  P/1
        tax_payable         1.67  P/1
    > 2026-01-21 credit kind=undelivered amount=10.00
    2026-01-21 plan:P CreditNoteIssued
        receivable        -10.00  P/1
        revenue             8.34  P/1
        tax_payable         1.66  P/1
    > 2026-01-22 credit kind=discount amount=10.00
    2026-01-22 plan:P CreditNoteIssued
        receivable        -10.00  P/1
        discounts           8.33  P/1
        tax_payable         1.67  P/1
    ? 2026-01-31 discounts 8.33 revenue -8.33
    """
    follow()


def test_credit_note_on_what_was_paid(follow: Follow) -> None:
    """A credit above what is open undoes allocations, the latest first, into customer credit.

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
    > 2026-02-16 receive_payment payment=one amount=20.00
    2026-02-16 payment:one PaymentReceived
        clearing           20.00  P
        unapplied         -20.00  P
    2026-02-16 payment:one PaymentApplied P allocation unapplied 20.00
    2026-02-16 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_payable        -3.33  P/1
    > 2026-02-17 receive_payment payment=two amount=15.00
    2026-02-17 payment:two PaymentReceived
        clearing           15.00  P
        unapplied         -15.00  P
    2026-02-17 payment:two PaymentApplied P allocation unapplied 15.00
    2026-02-17 plan:P PaymentAllocated
        unapplied          15.00  P
        receivable        -15.00  P/2
        tax_pending         2.50  P/2
        tax_payable        -2.50  P/2
    > 2026-02-20 credit kind=annulled amount=12.00
    2026-02-20 payment:two PaymentReleased P allocation customer_credit 7.00
    2026-02-20 plan:P AllocationReversed
        customer_credit    -7.00  P
        receivable          7.00  P/2
        tax_pending        -1.17  P/2
        tax_payable         1.17  P/2
    2026-02-20 plan:P CreditNoteIssued
        receivable        -12.00  P/2
        revenue            10.00  P/2
        tax_pending         2.00  P/2
    ? 2026-02-28 clearing 35.00 customer_credit -7.00 revenue -23.34 tax_payable -4.66
    """
    follow()


def test_credit_above_what_was_charged(follow: Follow) -> None:
    """A credit stays within what was charged by its day, fees aside, and not credited already.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-02-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -20.00  P/2
    > 2026-02-15 charge_fee id=late amount=5.00
    2026-02-15 plan:P FeeCharged
        receivable          5.00  P/late
        late_fee_income    -5.00  P/late
    > 2026-02-14 credit amount=20.01
    ! a credit of 20.01 is above the 20.00 charged (fees aside) by 2026-02-14
    > 2026-02-16 credit amount=40.01
    ! a credit of 40.01 is above the 40.00 charged (fees aside) by 2026-02-16
    > 2026-02-16 credit amount=40.00
    2026-02-16 plan:P CreditNoteIssued
        receivable        -20.00  P/1
        discounts          20.00  P/1
        receivable        -20.00  P/2
        discounts          20.00  P/2
    > 2026-02-17 credit amount=0.01
    ! a credit of 0.01 is above the 0.00 charged (fees aside) by 2026-02-17
    """
    follow()


def test_write_off_of_all(follow: Follow) -> None:
    """A write-off gives up all that is open and ends the plan; pending tax is never owed.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00,2026-03-15:20.00 tax=20/receipt
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
    > 2026-02-16 receive_payment payment=pay amount=30.00
    2026-02-16 payment:pay PaymentReceived
        clearing           30.00  P
        unapplied         -30.00  P
    2026-02-16 payment:pay PaymentApplied P allocation unapplied 30.00
    2026-02-16 plan:P PaymentAllocated
        unapplied          30.00  P
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_payable        -3.33  P/1
        receivable        -10.00  P/2
        tax_pending         1.67  P/2
        tax_payable        -1.67  P/2
    > 2026-06-30 write_off reason="no answer"
    2026-06-30 plan:P WrittenOff ends 3
        receivable        -10.00  P/2
        allowance           8.34  P/2
        tax_pending         1.66  P/2
    > 2026-07-01 charge_due
    > 2026-07-01 write_off
    ! plan 'P' has nothing outstanding by 2026-07-01 and nothing left to bill
    ? 2026-12-31 allowance 8.34 clearing 30.00 revenue -33.34 tax_payable -5.00
    """
    follow()


def test_write_off_of_a_part(follow: Follow) -> None:
    """A write-off of an amount takes the oldest charge first and ends nothing.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    > 2026-01-20 write_off amount=20.01
    ! a write-off of 20.01 is above the 20.00 outstanding
    > 2026-01-20 write_off amount=7.77
    2026-01-20 plan:P WrittenOff ends
        receivable         -7.77  P/1
        allowance           6.48  P/1
        tax_pending         1.29  P/1
    > 2026-02-15 charge_due
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -16.67  P/2
        tax_pending        -3.33  P/2
    ? 2026-02-28 allowance 6.48 receivable 32.23 revenue -33.34 tax_pending -5.37
    """
    follow()


def test_write_off_of_tax_due_on_invoice(follow: Follow) -> None:
    """Tax that was declared on invoice stays in the loss until it is claimed back.

    > 2026-01-01 open_plan parts=2026-01-15:24.00 tax=20/invoice
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         24.00  P/1
        revenue           -20.00  P/1
        tax_payable        -4.00  P/1
    > 2026-06-30 write_off
    2026-06-30 plan:P WrittenOff ends
        receivable        -24.00  P/1
        allowance          24.00  P/1
    > 2026-09-01 recover payment=late amount=24.00
    2026-09-01 payment:late PaymentReceived
        clearing           24.00  P
        unapplied         -24.00  P
    2026-09-01 payment:late PaymentApplied P recovery unapplied 24.00
    2026-09-01 plan:P RecoveryReceived
        unapplied          24.00  P
        recoveries        -24.00  P/1
    ? 2026-12-31 allowance 24.00 clearing 24.00 recoveries -24.00 revenue -20.00 tax_payable -4.00
    """
    follow()


def test_write_off_with_nothing_open_ends_the_plan(follow: Follow) -> None:
    """Where nothing is open a write-off ends what is not billed and posts nothing.

    > 2026-01-01 open_plan parts=2026-01-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-10 write_off
    2026-01-10 plan:P WrittenOff ends 1
    > 2026-01-15 charge_due
    > 2026-01-16 write_off
    ! plan 'P' has nothing outstanding by 2026-01-16 and nothing left to bill
    """
    follow()
