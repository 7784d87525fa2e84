"""Money out: refunds, bounced payments, and what becomes of what they had paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.domain.conftest import Follow, Life


def test_refund_of_applied_money_opens_the_charge(follow: Follow) -> None:
    """Paying applied money back opens the charges again, the latest use first, tax pending again.

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
    > 2026-02-20 receive_payment payment=pay amount=40.00
    2026-02-20 payment:pay PaymentReceived
        clearing           40.00  P
        unapplied         -40.00  P
    2026-02-20 payment:pay PaymentApplied P allocation unapplied 40.00
    2026-02-20 plan:P PaymentAllocated
        unapplied          40.00  P
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_payable        -3.33  P/1
        receivable        -20.00  P/2
        tax_pending         3.33  P/2
        tax_payable        -3.33  P/2
    > 2026-02-25 refund payment=pay amount=25.00
    2026-02-25 payment:pay PaymentReleased P allocation unapplied 25.00
    2026-02-25 payment:pay RefundIssued
        unapplied          25.00  P
        clearing          -25.00  P
    2026-02-25 plan:P AllocationReversed
        unapplied         -25.00  P
        receivable         20.00  P/2
        tax_pending        -3.33  P/2
        tax_payable         3.33  P/2
        receivable          5.00  P/1
        tax_pending        -0.83  P/1
        tax_payable         0.83  P/1
    ? 2026-02-28 clearing 15.00 receivable 25.00 revenue -33.34 tax_payable -2.50 tax_pending -4.16
    """
    follow()


def test_refund_takes_what_waits_first(follow: Follow) -> None:
    """Unapplied money is paid back before anything that was applied.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    > 2026-01-15 receive_payment payment=pay amount=30.00
    2026-01-15 payment:pay PaymentReceived
        clearing           30.00  P
        unapplied         -30.00  P
    2026-01-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-01-15 payment:pay PaymentEarmarked P pay 10.00
    2026-01-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
    2026-01-15 plan:P PaymentEarmarked P pay 10.00
    > 2026-01-20 refund payment=pay amount=12.00
    2026-01-20 payment:pay PaymentReleased P allocation unapplied 2.00
    2026-01-20 payment:pay EarmarkReleased P pay 10.00
    2026-01-20 payment:pay RefundIssued
        unapplied          12.00  P
        clearing          -12.00  P
    2026-01-20 plan:P AllocationReversed
        unapplied          -2.00  P
        receivable          2.00  P/1
    2026-01-20 plan:P EarmarkReleased P pay 10.00
    > 2026-01-21 refund payment=pay amount=18.01
    ! a refund of 18.01 is above the 18.00 that are left of payment 'pay'
    ? 2026-01-31 clearing 18.00 receivable 2.00 revenue -20.00
    """
    follow()


LIFE_OF_24 = [
    ("open_plan", "2026-01-01", {}),
    ("charge_due", "2026-01-15", {}),
    ("receive_payment", "2026-01-20", {"payment": "pay", "amount": "24.00"}),
]
CREDIT = ("credit", "2026-01-25", {"amount": "6.00"})
REFUND = ("refund", "2026-01-25", {"payment": "pay", "amount": "6.00"})
BOUNCE = ("reverse_payment", "2026-01-25", {"payment": "pay"})


def lived(life: Life, *more: tuple[str, str, dict[str, str]]) -> dict[str, str]:
    """Carry out a life of one taxed instalment, paid, and more; return the balances."""
    tax = [{"code": "VAT", "rate": "20", "category": "S", "due": "receipt"}]
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "24.00"}]}
    for command, on, fields in [*LIFE_OF_24, *more]:
        extra = {"schedule": schedule, "tax": tax} if command == "open_plan" else {}
        life.do(command, on, **fields, **extra)
    life.check()
    return life.balances()


@pytest.mark.parametrize("order", [(CREDIT, REFUND), (REFUND, CREDIT)], ids=["after", "before"])
def test_refund_before_and_after_a_credit_note(
    life: Life, order: tuple[tuple[str, str, dict[str, str]], ...]
) -> None:
    """A refund ends with the same balances whether the credit note came before it or after it."""
    assert lived(life, *order) == {
        "clearing": "18.00",
        "discounts": "5.00",
        "revenue": "-20.00",
        "tax_payable": "-3.00",
    }


def test_bounce_after_a_credit_note(life: Life) -> None:
    """After a credit note a bounce takes back the whole payment: credit and what was applied."""
    assert lived(life, CREDIT, BOUNCE) == {
        "discounts": "5.00",
        "receivable": "18.00",
        "revenue": "-20.00",
        "tax_pending": "-3.00",
    }


def test_bounce_after_a_refund(life: Life) -> None:
    """After a refund the bounce leaves a claim on the customer for what was paid back."""
    assert lived(life, REFUND, BOUNCE) == {
        "clearing": "-6.00",
        "receivable": "24.00",
        "revenue": "-20.00",
        "tax_pending": "-4.00",
        "unapplied": "6.00",
    }


def test_bounce(follow: Follow) -> None:
    """A bounced payment is taken off all plans and releases what waited; it is gone for good.

    > 2026-01-01 open_plan plan=A parts=2026-01-15:12.00,2026-06-15:12.00 tax=20/receipt
    2026-01-01 plan:A PlanAgreed
    > 2026-01-01 open_plan plan=B parts=2026-01-15:6.00 tax=20/receipt
    2026-01-01 plan:B PlanAgreed
    > 2026-01-15 charge_due plan=A
    2026-01-15 plan:A InstalmentCharged
        receivable         12.00  A/1
        revenue           -10.00  A/1
        tax_pending        -2.00  A/1
    > 2026-01-15 charge_due plan=B
    2026-01-15 plan:B InstalmentCharged
        receivable          6.00  B/1
        revenue            -5.00  B/1
        tax_pending        -1.00  B/1
    > 2026-01-20 receive_payment plan=B payment=pay amount=20.00
    2026-01-20 payment:pay PaymentReceived
        clearing           20.00  B
        unapplied         -20.00  B
    2026-01-20 payment:pay PaymentApplied B allocation unapplied 6.00
    2026-01-20 payment:pay PaymentEarmarked B pay 14.00
    2026-01-20 plan:B PaymentAllocated
        unapplied           6.00  B
        receivable         -6.00  B/1
        tax_pending         1.00  B/1
        tax_payable        -1.00  B/1
    2026-01-20 plan:B PaymentEarmarked B pay 14.00
    > 2026-01-21 allocate plan=A payment=pay
    2026-01-21 payment:pay EarmarkReleased B pay 14.00
    2026-01-20 payment:pay PaymentApplied A allocation unapplied 12.00
    2026-01-20 payment:pay PaymentEarmarked A pay 2.00
    2026-01-21 plan:B EarmarkReleased B pay 14.00
    2026-01-20 plan:A PaymentAllocated
        unapplied          12.00  B
        receivable        -12.00  A/1
        tax_pending         2.00  A/1
        tax_payable        -2.00  A/1
    2026-01-20 plan:A PaymentEarmarked A pay 2.00
    2026-01-20 plan:A AdvanceTaxed
        tax_on_advances     0.33  A
        tax_payable        -0.33  A
    > 2026-01-25 reverse_payment payment=pay reason=bounced
    2026-01-25 payment:pay PaymentReleased A allocation unapplied 12.00
    2026-01-25 payment:pay PaymentReleased B allocation unapplied 6.00
    2026-01-25 payment:pay EarmarkReleased A pay 2.00
    2026-01-25 payment:pay PaymentReversed
        unapplied          20.00  B
        clearing          -20.00  B
    2026-01-25 plan:A AllocationReversed
        unapplied         -12.00  B
        receivable         12.00  A/1
        tax_pending        -2.00  A/1
        tax_payable         2.00  A/1
    2026-01-25 plan:B AllocationReversed
        unapplied          -6.00  B
        receivable          6.00  B/1
        tax_pending        -1.00  B/1
        tax_payable         1.00  B/1
    2026-01-25 plan:A EarmarkReleased A pay 2.00
    2026-01-25 plan:A AdvanceTaxReversed
        tax_payable         0.33  A
        tax_on_advances    -0.33  A
    > 2026-01-26 reverse_payment payment=pay reason=bounced
    ! payment 'pay' was reversed: there is no money left of it
    > 2026-01-26 refund payment=pay amount=1.00
    ! payment 'pay' was reversed: there is no money left of it
    > 2026-01-26 allocate payment=pay plan=A
    ! payment 'pay' was reversed: there is no money left of it
    ? 2026-01-31 receivable 18.00 revenue -15.00 tax_pending -3.00
    """
    follow()


def test_undone_not_before_it_took_effect(follow: Follow) -> None:
    """An application of a day to come is undone on that day, though the bounce is earlier.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-03-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-03-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    2026-03-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -20.00  P/2
    > 2026-01-10 receive_payment payment=pay amount=40.00
    2026-01-10 payment:pay PaymentReceived
        clearing           40.00  P
        unapplied         -40.00  P
    2026-01-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-03-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-01-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
    2026-03-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/2
    > 2026-02-01 reverse_payment payment=pay reason=bounced
    2026-03-15 payment:pay PaymentReleased P allocation unapplied 20.00
    2026-02-01 payment:pay PaymentReleased P allocation unapplied 20.00
    2026-02-01 payment:pay PaymentReversed
        unapplied          40.00  P
        clearing          -40.00  P
    2026-03-15 plan:P AllocationReversed
        unapplied         -20.00  P
        receivable         20.00  P/2
    2026-02-01 plan:P AllocationReversed
        unapplied         -20.00  P
        receivable         20.00  P/1
    ? 2026-01-31 clearing 40.00 revenue -20.00 unapplied -20.00
    ? 2026-02-28 receivable 20.00 revenue -20.00
    ? 2026-03-31 receivable 40.00 revenue -40.00
    """
    follow()


def test_money_freed_by_a_bounce_is_not_that_of_others(follow: Follow) -> None:
    """Only the payment that bounced comes off; another on the same charge stays.

    > 2026-01-01 open_plan parts=2026-01-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    > 2026-01-16 receive_payment payment=one amount=7.77
    2026-01-16 payment:one PaymentReceived
        clearing            7.77  P
        unapplied          -7.77  P
    2026-01-16 payment:one PaymentApplied P allocation unapplied 7.77
    2026-01-16 plan:P PaymentAllocated
        unapplied           7.77  P
        receivable         -7.77  P/1
        tax_pending         1.29  P/1
        tax_payable        -1.29  P/1
    > 2026-01-17 receive_payment payment=two amount=12.23
    2026-01-17 payment:two PaymentReceived
        clearing           12.23  P
        unapplied         -12.23  P
    2026-01-17 payment:two PaymentApplied P allocation unapplied 12.23
    2026-01-17 plan:P PaymentAllocated
        unapplied          12.23  P
        receivable        -12.23  P/1
        tax_pending         2.04  P/1
        tax_payable        -2.04  P/1
    > 2026-01-20 reverse_payment payment=one reason=bounced
    2026-01-20 payment:one PaymentReleased P allocation unapplied 7.77
    2026-01-20 payment:one PaymentReversed
        unapplied           7.77  P
        clearing           -7.77  P
    2026-01-20 plan:P AllocationReversed
        unapplied          -7.77  P
        receivable          7.77  P/1
        tax_pending        -1.29  P/1
        tax_payable         1.29  P/1
    ? 2026-01-31 clearing 12.23 receivable 7.77 revenue -16.67 tax_payable -2.04 tax_pending -1.29
    > 2026-01-21 receive_payment payment=three amount=7.77
    2026-01-21 payment:three PaymentReceived
        clearing            7.77  P
        unapplied          -7.77  P
    2026-01-21 payment:three PaymentApplied P allocation unapplied 7.77
    2026-01-21 plan:P PaymentAllocated
        unapplied           7.77  P
        receivable         -7.77  P/1
        tax_pending         1.29  P/1
        tax_payable        -1.29  P/1
    ? 2026-01-31 clearing 20.00 revenue -16.67 tax_payable -3.33
    """
    follow()


def test_refund_takes_credit_before_what_waits(follow: Follow) -> None:
    """Of credit and unapplied money the credit is paid back first.

    > 2026-01-01 open_plan parts=2026-01-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    > 2026-01-15 receive_payment payment=pay amount=25.00
    2026-01-15 payment:pay PaymentReceived
        clearing           25.00  P
        unapplied         -25.00  P
    2026-01-15 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-01-15 payment:pay PaymentEarmarked P pay 5.00
    2026-01-15 plan:P PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  P/1
    2026-01-15 plan:P PaymentEarmarked P pay 5.00
    > 2026-01-20 credit amount=8.00
    2026-01-20 payment:pay PaymentReleased P allocation customer_credit 8.00
    2026-01-20 plan:P AllocationReversed
        customer_credit    -8.00  P
        receivable          8.00  P/1
    2026-01-20 plan:P CreditNoteIssued
        receivable         -8.00  P/1
        discounts           8.00  P/1
    > 2026-01-25 refund payment=pay amount=10.00
    2026-01-25 payment:pay EarmarkReleased P pay 2.00
    2026-01-25 payment:pay RefundIssued
        customer_credit     8.00  P
        clearing           -8.00  P
        unapplied           2.00  P
        clearing           -2.00  P
    2026-01-25 plan:P EarmarkReleased P pay 2.00
    ? 2026-01-31 clearing 15.00 discounts 8.00 revenue -20.00 unapplied -3.00
    """
    follow()
