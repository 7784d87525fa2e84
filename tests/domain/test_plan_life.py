"""A plan agreed, billed, ended: what each command leads to, event by event, leg by leg."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ledger.events import InstalmentCharged, PlanAgreed, TaxAmount, TaxTerm, Terms
from ledger.terms.schedule import Instalment

if TYPE_CHECKING:
    from tests.domain.conftest import Follow, Life


def test_plan_is_agreed(life: Life) -> None:
    """PlanAgreed holds every instalment and all terms, defaults written out; it posts nothing."""
    schedule = {
        "kind": "equal",
        "total": "100.00",
        "instalments": 2,
        "first_due": "2026-01-31",
        "every": "1 month",
    }
    tax = [{"code": "VAT", "rate": "20", "category": "S", "due": "receipt"}]
    (event,) = life.do("open_plan", "2026-01-10", schedule=schedule, tax=tax, country="FR")
    assert (event.originator_id, event.originator_version) == ("plan:P", 1)
    assert event.effective_on == date(2026, 1, 10)
    assert event.fact == PlanAgreed(
        plan="P",
        customer="C",
        currency="EUR",
        exponent=2,
        instalments=(
            Instalment(
                number=1,
                due_on=date(2026, 1, 31),
                billed_on=date(2026, 1, 31),
                amount_minor=5000,
            ),
            Instalment(
                number=2,
                due_on=date(2026, 2, 28),
                billed_on=date(2026, 2, 28),
                amount_minor=5000,
            ),
        ),
        terms=Terms(
            schedule=schedule,
            billing="due",
            revenue="on_due",
            rounding="half_up",
            remainder="last",
            customer_kind="consumer",
            tax=(TaxTerm(code="VAT", rate="20", category="S", due="receipt"),),
            country="FR",
        ),
    )
    assert life.entry(event) is None


def test_instalment_charged_in_full(life: Life) -> None:
    """InstalmentCharged names charge, due date, document and the tax inside, to be posted alone."""
    parts = [{"due": "2026-01-31", "amount": "19.99", "billed_on": "2026-01-15"}]
    tax = [{"code": "VAT", "rate": "20", "category": "S", "due": "invoice"}]
    schedule = {"kind": "custom", "instalments": parts}
    life.do("open_plan", "2026-01-10", schedule=schedule, tax=tax, document="INV-7")
    (event,) = life.do("charge_due", "2026-01-20")
    assert event.effective_on == date(2026, 1, 15)
    assert event.fact == InstalmentCharged(
        plan="P",
        customer="C",
        currency="EUR",
        exponent=2,
        charge="P/1",
        instalment=1,
        due_on=date(2026, 1, 31),
        amount_minor=1999,
        document="INV-7",
        tax=(TaxAmount(code="VAT", rate="20", category="S", due="invoice", amount_minor=333),),
    )


def test_instalments_fall_due(follow: Follow) -> None:
    """Each instalment reached is charged once, effective on its own day, its tax pending.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00,2026-03-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-14 charge_due
    > 2026-02-20 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    2026-02-15 plan:P InstalmentCharged
        receivable         20.00  P/2
        revenue           -16.67  P/2
        tax_pending        -3.33  P/2
    > 2026-02-20 charge_due
    ? 2026-01-31 receivable 20.00 revenue -16.67 tax_pending -3.33
    ? 2026-02-28 receivable 40.00 revenue -33.34 tax_pending -6.66
    """
    follow()


def test_tax_due_on_invoice(follow: Follow) -> None:
    """Tax that falls due on invoice is payable when charged, and a payment moves none of it.

    > 2026-01-01 open_plan parts=2026-01-15:19.99 tax=20/invoice
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         19.99  P/1
        revenue           -16.66  P/1
        tax_payable        -3.33  P/1
    > 2026-01-20 receive_payment payment=pay amount=19.99
    2026-01-20 payment:pay PaymentReceived
        clearing           19.99  P
        unapplied         -19.99  P
    2026-01-20 payment:pay PaymentApplied P allocation unapplied 19.99
    2026-01-20 plan:P PaymentAllocated
        unapplied          19.99  P
        receivable        -19.99  P/1
    """
    follow()


def test_amounts_too_small_for_tax(follow: Follow) -> None:
    """A cent holds no tax: there is no leg of zero.

    > 2026-01-01 open_plan parts=2026-01-15:0.01 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable          0.01  P/1
        revenue            -0.01  P/1
    > 2026-01-15 receive_payment payment=pay amount=0.01
    2026-01-15 payment:pay PaymentReceived
        clearing            0.01  P
        unapplied          -0.01  P
    2026-01-15 payment:pay PaymentApplied P allocation unapplied 0.01
    2026-01-15 plan:P PaymentAllocated
        unapplied           0.01  P
        receivable         -0.01  P/1
    """
    follow()


def test_currencies_without_and_with_three_decimals(follow: Follow) -> None:
    """Each plan has the decimals of its currency, in its tax too.

    > 2026-01-01 open_plan plan=J currency=JPY parts=2026-01-15:1999 tax=10/receipt
    2026-01-01 plan:J PlanAgreed
    > 2026-01-01 open_plan plan=B currency=BHD parts=2026-01-15:1.999 tax=10/receipt
    2026-01-01 plan:B PlanAgreed
    > 2026-01-15 charge_due plan=J
    2026-01-15 plan:J InstalmentCharged
        receivable          1999  J/1
        revenue            -1817  J/1
        tax_pending         -182  J/1
    > 2026-01-15 charge_due plan=B
    2026-01-15 plan:B InstalmentCharged
        receivable         1.999  B/1
        revenue           -1.817  B/1
        tax_pending       -0.182  B/1
    """
    follow()


def test_fee(follow: Follow) -> None:
    """A fee is a charge named after its command, due when it says, with income of its own.

    > 2026-01-01 open_plan parts=2026-01-15:20.00 tax=20/receipt
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -16.67  P/1
        tax_pending        -3.33  P/1
    > 2026-02-01 charge_fee id=late amount=5.00 due=2026-02-10
    2026-02-01 plan:P FeeCharged
        receivable          5.00  P/late
        late_fee_income    -5.00  P/late
    > 2026-02-05 receive_payment payment=pay amount=25.00
    2026-02-05 payment:pay PaymentReceived
        clearing           25.00  P
        unapplied         -25.00  P
    2026-02-05 payment:pay PaymentApplied P allocation unapplied 25.00
    2026-02-05 plan:P PaymentAllocated
        unapplied          25.00  P
        receivable        -20.00  P/1
        tax_pending         3.33  P/1
        tax_payable        -3.33  P/1
        receivable         -5.00  P/late
    ? 2026-02-28 clearing 25.00 late_fee_income -5.00 revenue -16.67 tax_payable -3.33
    """
    follow()


def test_fee_takes_waiting_money(follow: Follow) -> None:
    """Money that waits for the plan pays a fee as it is charged.

    > 2026-01-01 open_plan parts=2026-03-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-10 receive_payment payment=pay amount=8.00
    2026-01-10 payment:pay PaymentReceived
        clearing            8.00  P
        unapplied          -8.00  P
    2026-01-10 payment:pay PaymentEarmarked P pay 8.00
    2026-01-10 plan:P PaymentEarmarked P pay 8.00
    > 2026-02-01 charge_fee id=late amount=5.00
    2026-02-01 payment:pay PaymentApplied P allocation unapplied 5.00
    2026-02-01 plan:P FeeCharged
        receivable          5.00  P/late
        late_fee_income    -5.00  P/late
    2026-02-01 plan:P PaymentAllocated
        unapplied           5.00  P
        receivable         -5.00  P/late
    """
    follow()


def test_open_items_taken_over(follow: Follow) -> None:
    """Opening items keep document and due date; tax due on receipt is pending until they are paid.

    > 2026-01-01 open_balance items=F-1:2025-11-30:12.00,F-2:2025-12-31:6.00 tax=20/receipt
    2026-01-01 plan:P OpeningBalance
        receivable         12.00  P/1
        opening           -10.00  P/1
        tax_pending        -2.00  P/1
    2026-01-01 plan:P OpeningBalance
        receivable          6.00  P/2
        opening            -5.00  P/2
        tax_pending        -1.00  P/2
    > 2026-01-05 receive_payment payment=pay amount=15.00
    2026-01-05 payment:pay PaymentReceived
        clearing           15.00  P
        unapplied         -15.00  P
    2026-01-05 payment:pay PaymentApplied P allocation unapplied 15.00
    2026-01-05 plan:P PaymentAllocated
        unapplied          15.00  P
        receivable        -12.00  P/1
        tax_pending         2.00  P/1
        tax_payable        -2.00  P/1
        receivable         -3.00  P/2
        tax_pending         0.50  P/2
        tax_payable        -0.50  P/2
    ? 2026-01-31 clearing 15.00 opening -15.00 receivable 3.00 tax_payable -2.50 tax_pending -0.50
    """
    life = follow()
    assert [event.fact.document for event in life.events[:2]] == ["F-1", "F-2"]  # type: ignore[attr-defined]


def test_open_items_with_tax_declared_elsewhere(life: Life) -> None:
    """Tax due on invoice was declared by the system that invoiced and is not owed again."""
    tax = [{"code": "VAT", "rate": "20", "category": "S", "due": "invoice"}]
    item = {"document": "F-1", "due": "2025-11-30", "amount": "12.00", "tax": tax}
    life.do("open_balance", "2026-01-01", items=[item])
    assert life.balances() == {"opening": "-12.00", "receivable": "12.00"}


def test_cancelled(follow: Follow) -> None:
    """Cancelling ends what is not billed; what is billed stays owed, and is ended only once.

    > 2026-01-01 open_plan parts=2026-01-15:20.00,2026-02-15:20.00,2026-03-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-15 charge_due
    2026-01-15 plan:P InstalmentCharged
        receivable         20.00  P/1
        revenue           -20.00  P/1
    > 2025-12-31 cancel_plan
    ! dated 2025-12-31, before the plan of 2026-01-01
    > 2026-02-01 cancel_plan
    2026-02-01 plan:P PlanCancelled ends 2 3
    > 2026-02-01 cancel_plan
    ! plan 'P' has nothing left to bill: it has ended already
    > 2026-12-31 charge_due
    ? 2026-12-31 receivable 20.00 revenue -20.00
    """
    follow()


def test_cancelled_with_money_waiting(follow: Follow) -> None:
    """Money that waited for a plan that ended can be paid back, or go to another plan.

    > 2026-01-01 open_plan parts=2026-02-15:20.00
    2026-01-01 plan:P PlanAgreed
    > 2026-01-01 open_plan plan=Q parts=2026-01-15:20.00
    2026-01-01 plan:Q PlanAgreed
    > 2026-01-15 charge_due plan=Q
    2026-01-15 plan:Q InstalmentCharged
        receivable         20.00  Q/1
        revenue           -20.00  Q/1
    > 2026-01-10 receive_payment payment=pay amount=30.00
    2026-01-10 payment:pay PaymentReceived
        clearing           30.00  P
        unapplied         -30.00  P
    2026-01-10 payment:pay PaymentEarmarked P pay 30.00
    2026-01-10 plan:P PaymentEarmarked P pay 30.00
    > 2026-01-20 cancel_plan
    2026-01-20 plan:P PlanCancelled ends 1
    > 2026-02-15 charge_due
    > 2026-01-25 refund payment=pay amount=10.00
    2026-01-25 payment:pay EarmarkReleased P pay 10.00
    2026-01-25 payment:pay RefundIssued
        unapplied          10.00  P
        clearing          -10.00  P
    2026-01-25 plan:P EarmarkReleased P pay 10.00
    > 2026-01-26 allocate payment=pay plan=Q
    2026-01-26 payment:pay EarmarkReleased P pay 20.00
    2026-01-15 payment:pay PaymentApplied Q allocation unapplied 20.00
    2026-01-26 plan:P EarmarkReleased P pay 20.00
    2026-01-15 plan:Q PaymentAllocated
        unapplied          20.00  P
        receivable        -20.00  Q/1
    ? 2026-02-28 clearing 20.00 revenue -20.00
    """
    follow()
