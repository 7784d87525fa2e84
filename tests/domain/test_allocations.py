"""Payments that arrive without their plan, serve several, or move from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.domain.conftest import Follow, Life


def test_payment_without_plan_is_allocated_later(follow: Follow) -> None:
    """Money whose plan is not known belongs to nobody until it is allocated.

    > 2026-01-01 open_plan parts=2026-01-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    > 2026-01-20 receive_payment plan= payment=pay amount=20.00
    2026-01-20 payment:pay PaymentReceived
        clearing           20.00  nobody
        unapplied         -20.00  nobody
    > 2026-01-25 allocate payment=pay
    2026-01-20 payment:pay PaymentApplied P allocation unapplied 20.00
    2026-01-20 plan:P PaymentAllocated
        unapplied          20.00  nobody
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_payable        -3.33  P/1
    > 2026-01-26 allocate payment=pay
    ! payment 'pay' has no money left to allocate
    """
    follow()


def test_one_payment_for_two_plans(follow: Follow) -> None:
    """What one plan leaves of a payment can be allocated to another.

    > 2026-01-01 open_plan plan=A parts=2026-01-15:20.00 tax=20/receipt
    2026-01-01 plan:A PlanAgreed
    > 2026-01-01 open_plan plan=B customer=D parts=2026-01-15:12.00 tax=20/receipt
    2026-01-01 plan:B PlanAgreed
    > 2026-01-15 charge_due plan=A
    2026-01-15 plan:A InstalmentCharged
        receivable         20.00  A/1
        revenue           -16.67  A/1
        tax_pending        -3.33  A/1
    > 2026-01-15 charge_due plan=B
    2026-01-15 plan:B InstalmentCharged
        receivable         12.00  B/1
        revenue           -10.00  B/1
        tax_pending        -2.00  B/1
    > 2026-01-20 receive_payment plan=A payment=pay amount=32.00
    2026-01-20 payment:pay PaymentReceived
        clearing           32.00  A
        unapplied         -32.00  A
    2026-01-20 payment:pay PaymentApplied A allocation unapplied 20.00
    2026-01-20 payment:pay PaymentEarmarked A pay 12.00
    2026-01-20 plan:A PaymentAllocated
        unapplied          20.00  A
        receivable        -20.00  A/1
        tax_pending         3.33  A/1
        tax_payable        -3.33  A/1
    2026-01-20 plan:A PaymentEarmarked A pay 12.00
    > 2026-01-25 allocate payment=pay plan=B
    2026-01-25 payment:pay EarmarkReleased A pay 12.00
    2026-01-20 payment:pay PaymentApplied B allocation unapplied 12.00
    2026-01-25 plan:A EarmarkReleased A pay 12.00
    2026-01-20 plan:B PaymentAllocated
        unapplied          12.00  A
        receivable        -12.00  B/1
        tax_pending         2.00  B/1
        tax_payable        -2.00  B/1
    ? 2026-01-31 clearing 32.00 revenue -26.67 tax_payable -5.33
    """
    follow()


def test_waiting_money_moves_between_plans(follow: Follow) -> None:
    """Money that waits for one plan can be sent to wait for another.

    > 2026-01-01 open_plan plan=A parts=2026-03-15:20.00
    2026-01-01 plan:A PlanAgreed
    > 2026-01-01 open_plan plan=B parts=2026-02-15:20.00
    2026-01-01 plan:B PlanAgreed
    > 2026-01-05 receive_payment plan=A payment=pay amount=20.00
    2026-01-05 payment:pay PaymentReceived
        clearing           20.00  A
        unapplied         -20.00  A
    2026-01-05 payment:pay PaymentEarmarked A pay 20.00
    2026-01-05 plan:A PaymentEarmarked A pay 20.00
    > 2026-01-10 allocate payment=pay plan=B
    2026-01-10 payment:pay EarmarkReleased A pay 20.00
    2026-01-05 payment:pay PaymentEarmarked B pay 20.00
    2026-01-10 plan:A EarmarkReleased A pay 20.00
    2026-01-05 plan:B PaymentEarmarked B pay 20.00
    > 2026-03-15 charge_due plan=A
    2026-03-15 plan:A InstalmentCharged
        receivable         20.00  A/1
        revenue           -20.00  A/1
    > 2026-02-15 charge_due plan=B
    2026-02-15 payment:pay PaymentApplied B allocation unapplied 20.00
    2026-02-15 plan:B InstalmentCharged
        receivable         20.00  B/1
        revenue           -20.00  B/1
    2026-02-15 plan:B PaymentAllocated
        unapplied          20.00  A
        receivable        -20.00  B/1
    ? 2026-03-31 clearing 20.00 receivable 20.00 revenue -40.00
    """
    follow()


def test_credit_goes_to_another_plan(follow: Follow) -> None:
    """Customer credit of one plan pays the charges of another, with that plan's tax.

    > 2026-01-01 open_plan plan=A parts=2026-01-15:20.00
    2026-01-01 plan:A PlanAgreed
    > 2026-01-01 open_plan plan=B parts=2026-01-15:12.00 tax=20/receipt
    2026-01-01 plan:B PlanAgreed
    > 2026-01-15 charge_due plan=A
    2026-01-15 plan:A InstalmentCharged
        receivable         20.00  A/1
        revenue           -20.00  A/1
    > 2026-01-15 charge_due plan=B
    2026-01-15 plan:B InstalmentCharged
        receivable         12.00  B/1
        revenue           -10.00  B/1
        tax_pending        -2.00  B/1
    > 2026-01-15 receive_payment plan=A payment=pay amount=20.00
    2026-01-15 payment:pay PaymentReceived
        clearing           20.00  A
        unapplied         -20.00  A
    2026-01-15 payment:pay PaymentApplied A allocation unapplied 20.00
    2026-01-15 plan:A PaymentAllocated
        unapplied          20.00  A
        receivable        -20.00  A/1
    > 2026-01-31 credit plan=A amount=12.00
    2026-01-31 payment:pay PaymentReleased A allocation customer_credit 12.00
    2026-01-31 plan:A AllocationReversed
        customer_credit   -12.00  A
        receivable         12.00  A/1
    2026-01-31 plan:A CreditNoteIssued
        receivable        -12.00  A/1
        discounts          12.00  A/1
    > 2026-02-10 allocate payment=pay plan=B
    2026-01-31 payment:pay PaymentApplied B allocation customer_credit 12.00
    2026-01-31 plan:B PaymentAllocated
        customer_credit    12.00  A
        receivable        -12.00  B/1
        tax_pending         2.00  B/1
        tax_payable        -2.00  B/1
    ? 2026-02-28 clearing 20.00 discounts 12.00 revenue -30.00 tax_payable -2.00
    """
    follow()


def test_waiting_money_pays_a_reopened_charge(life: Life) -> None:
    """A charge that a bounce opened again is paid by waiting money from that day on, not before.

    On any day in between it was paid already, and a charge cannot be paid twice on a day.
    """
    for line in (
        "2026-01-01 open_plan parts=2026-01-15:20.00,2026-03-15:20.00",
        "2026-01-15 charge_due",
        "2026-01-15 receive_payment payment=bounces amount=20.00",
        "2026-01-20 receive_payment payment=waits amount=5.00",
        "2026-03-01 reverse_payment payment=bounces",
        "2026-03-15 charge_due",
    ):
        life.run(line)
    assert life.balances("2026-02-01") == {
        "clearing": "25.00",
        "revenue": "-20.00",
        "unapplied": "-5.00",
    }
    assert life.balances("2026-03-15") == {
        "clearing": "5.00",
        "receivable": "35.00",
        "revenue": "-40.00",
    }
