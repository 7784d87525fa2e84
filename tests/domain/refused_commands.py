"""Commands that break a rule, each behind a life so far, with the sentence that answers it."""

from __future__ import annotations

BEFORE = {
    "nothing": [],
    "agreed": ["2026-01-10 open_plan parts=2026-01-15:20.00,2026-02-15:20.00"],
    "business": ["2026-01-10 open_plan customer_kind=business parts=2026-01-15:40.00"],
    "taxed": [
        "2026-01-10 open_plan parts=2026-01-15:24.00 tax=20/invoice",
        "2026-01-15 charge_due",
        "2026-06-30 write_off",
    ],
    "charged": [
        "2026-01-10 open_plan parts=2026-01-15:20.00,2026-02-15:20.00",
        "2026-02-15 charge_due",
        "2026-02-20 charge_fee id=f amount=5.00",
    ],
    "paid": ["2026-02-20 receive_payment payment=pay amount=45.00"],
    "bounced": ["2026-02-25 reverse_payment payment=pay"],
    "lost": ["2026-06-30 write_off"],
    "invoiced": ["2026-02-26 issue_invoice"],
    "landed": [
        "2026-02-20 send_payout payout=po amount=5.00",
        "2026-02-22 land_payout payout=po",
    ],
    "second": [
        "2026-02-20 receive_payment payment=pay amount=45.00",
        "2026-01-10 open_plan plan=Q parts=2026-01-15:20.00",
    ],
    "contested": [
        "2026-02-20 receive_payment payment=pay amount=45.00",
        "2026-02-25 open_dispute payment=pay amount=20.00",
    ],
    "priceless": ["2026-01-05 set_rate rate=10000000000000"],
    "rated": ["2026-01-05 set_rate rate=0.90"],
    "dollars": ["2026-02-20 receive_payment plan= payment=usd amount=1.00 currency=USD"],
}
"""Lives so far. Those behind `charged` begin with it."""
UNCHARGED = ("nothing", "agreed", "business", "taxed", "charged", "rated", "priceless")
BY_COMMAND = """
nothing: 2026-01-15 charge_due
    PlanUnknown: there is no plan 'P': open it first with open_plan or open_balance
nothing: 2026-01-15 refund payment=pay amount=1.00
    PaymentUnknown: there is no payment 'pay': record it first with receive_payment
nothing: 2026-01-10 open_balance items=F-1:2025-11-30:12.00,F-1:2025-12-30:6.00
    ItemDocumentTwice: document 'F-1' occurs twice among the items
charged: 2026-01-10 open_plan parts=2026-01-15:20.00,2026-02-15:20.00
    PlanExists: plan 'P' is open already, on the same terms
charged: 2026-01-10 open_plan parts=2026-01-15:20.00,2026-02-15:20.01
    PlanExistsWithOtherTerms: plan 'P' is open already, on other terms
charged: 2026-01-09 open_plan parts=2026-01-15:20.00,2026-02-15:20.00
    PlanExistsWithOtherTerms: plan 'P' is open already, on other terms
charged: 2026-01-10 open_plan customer=D parts=2026-01-15:20.00,2026-02-15:20.00
    PlanExistsWithOtherTerms: plan 'P' is open already, on other terms
charged: 2026-02-20 charge_fee id=f amount=5.00
    ChargeExists: charge 'P/f' exists already: give the command another id
agreed: 2026-01-12 charge_fee id=2 amount=5.00
    ChargeExists: charge 'P/2' exists already: give the command another id
charged: 2026-02-20 charge_fee id=2 amount=5.00
    ChargeExists: charge 'P/2' exists already: give the command another id
charged: 2026-01-09 charge_fee id=g amount=5.00
    DatedBefore: dated 2026-01-09, before the plan of 2026-01-10
charged: 2026-02-20 waive charge=P/g amount=1.00
    ChargeUnknown: plan 'P' has no charge 'P/g'
charged: 2026-02-20 waive charge=P/1 amount=1.00
    OnlyFeesAreWaived: charge 'P/1' is not a fee: reduce it with credit
charged: 2026-02-19 waive charge=P/f amount=1.00
    DatedBefore: dated 2026-02-19, before the charge of 2026-02-20
charged: 2026-02-20 waive charge=P/f amount=5.01
    WaiverAboveCharge: a waiver of 5.01 is above the 5.00 that are left of the fee
charged: 2026-02-20 receive_payment payment=p amount=1.00 currency=USD
    CurrencyDiffers: the amount is in USD, the plan in EUR
dollars: 2026-02-20 allocate payment=usd
    CurrencyDiffers: the amount is in USD, the plan in EUR
paid: 2026-02-21 receive_payment payment=pay amount=1.00
    PaymentExists: payment 'pay' was received already
paid: 2026-02-21 recover payment=pay amount=1.00
    PaymentExists: payment 'pay' was received already
paid: 2026-02-19 refund payment=pay amount=1.00
    DatedBefore: dated 2026-02-19, before the payment of 2026-02-20
paid: 2026-02-19 reverse_payment payment=pay
    DatedBefore: dated 2026-02-19, before the payment of 2026-02-20
paid: 2026-02-21 refund payment=pay amount=45.01
    RefundAbovePayment: a refund of 45.01 is above the 45.00 that are left of payment 'pay'
paid: 2026-02-21 allocate payment=pay
    NothingToAllocate: payment 'pay' has no money left to allocate
paid: 2026-02-21 write_off
    NothingToWriteOff: plan 'P' has nothing outstanding by 2026-02-21 and nothing left to bill
bounced: 2026-02-26 allocate payment=pay
    PaymentWasReversed: payment 'pay' was reversed: there is no money left of it
charged: 2026-02-14 credit amount=20.01
    CreditAboveCharged: a credit of 20.01 is above the 20.00 charged (fees aside) by 2026-02-14
charged: 2026-02-21 write_off amount=45.01
    WriteOffAboveOutstanding: a write-off of 45.01 is above the 45.00 outstanding
lost: 2026-07-01 recover payment=late amount=45.01
    RecoveryAboveWrittenOff: a recovery of 45.01 is above the 45.00 written off: \
record the rest with receive_payment
lost: 2026-07-01 cancel_plan
    PlanEndedAlready: plan 'P' has nothing left to bill: it has ended already
contested: 2026-02-26 reverse_payment payment=pay
    DisputeIsOpen: payment 'pay' is disputed: close the dispute first with close_dispute
contested: 2026-02-26 open_dispute payment=pay amount=1.00
    DisputeIsOpen: payment 'pay' is disputed: close the dispute first with close_dispute
contested: 2026-02-24 close_dispute payment=pay outcome=lost
    DatedBefore: dated 2026-02-24, before the dispute of 2026-02-25
paid: 2026-02-26 open_dispute payment=pay amount=45.01
    DisputeAbovePayment: a dispute over 45.01 is above the 45.00 that are left of payment 'pay'
paid: 2026-02-26 settle_plan
    NothingToReschedule: plan 'P' has nothing left that could be changed in this way
charged: 2026-02-26 pause_plan by='1 month' from=2026-03-01
    NothingToReschedule: plan 'P' has nothing left that could be changed in this way
agreed: 2026-01-12 reschedule parts=2026-03-15:39.00
    RescheduledTotalDiffers: the schedule is of 39.00, but 40.00 of the price are not billed yet: \
use amend_plan to agree another price
agreed: 2026-02-26 issue_invoice
    NothingToInvoice: every charge of plan 'P' is on an invoice already
invoiced: 2026-02-27 issue_invoice charges=P/1
    InvoicedAlready: charge 'P/1' is on document 'INV-000001' already
charged: 2026-02-26 receive_payment payment=p amount=1.00 rate=0.92
    RateWithoutNeed: the payment is in EUR and needs no rate: leave it out, or name a plan
lost: 2026-07-01 claim_tax_relief
    NothingToRelieve: plan 'P' has no tax due on invoice, in what was written off by 2026-07-01 \
and is still lost, that was not claimed before
lost: 2026-07-01 claim_tax_relief amount=1.00
    NothingToRelieve: plan 'P' has no tax due on invoice, in what was written off by 2026-07-01 \
and is still lost, that was not claimed before
taxed: 2026-07-01 claim_tax_relief amount=24.01
    ReliefAboveWrittenOff: tax relief on 24.01 is above the 24.00 on which it can still be claimed
nothing: 2026-02-26 land_payout payout=po
    PayoutUnknown: there is no payout 'po': record it first with send_payout
landed: 2026-02-26 send_payout payout=po amount=5.00
    PayoutExists: payout 'po' was sent already
landed: 2026-02-26 land_payout payout=po
    PayoutIsOver: payout 'po' has landed already
landed: 2026-02-21 fail_payout payout=po
    DatedBefore: dated 2026-02-21, before the payout of 2026-02-22
paid: 2026-02-26 transfer payment=pay from=P
    SamePlan: 'P' is the plan that the money comes from
second: 2026-02-26 transfer payment=pay from=P plan=Q amount=45.01
    NothingToTransfer: plan 'P' has only 45.00 of payment 'pay'
paid: 2026-02-26 fail_refund payment=pay amount=5.00
    RefundUnknown: payment 'pay' has no refund of 5.00 that could have failed
paid: 2026-02-26 close_dispute payment=pay outcome=won
    NoDisputeOpen: payment 'pay' has no open dispute: open one with open_dispute
paid: 2026-02-26 mark_doubtful
    NothingOutstanding: plan 'P' has nothing outstanding by 2026-02-26 that could become doubtful
charged: 2026-02-26 cure
    NothingDoubtful: plan 'P' is not doubtful
charged: 2026-02-26 provision amount=-1.00
    AllowanceBelowZero: a release of 1.00 is above the allowance of 0.00
agreed: 2026-01-25 cancel_plan kind=withdrawal
    WithdrawalTooLate: 2026-01-25 is after 2026-01-24, the last of the 14 days for withdrawal: \
cancel it without kind
business: 2026-01-11 cancel_plan kind=withdrawal
    WithdrawalOfBusiness: plan 'P' was not agreed with a consumer: cancel it without kind
charged: 2026-02-20 credit amount=1.005
    TooManyDecimals: 1.005 has more decimals than EUR has (2)
charged: 2026-02-20 credit amount=0.0000001
    TooManyDecimals: 0.0000001 has more decimals than EUR has (2)
charged: 2026-02-20 credit amount=10000000000000
    AmountTooLarge: 10000000000000 is too large: amounts stay below 10^15 minor units
charged: 2026-02-20 credit amount=-1.00
    AmountMustBePositive: -1.00 must be above zero: a reduction has a command of its own
charged: 2026-02-20 waive charge=P/f amount=1.00 reason=4111111111111111
    CardNumberGiven: field 'reason' holds a card number: leave it out, or write its last four digits
nothing: 2026-01-05 set_rate currency=EUR rate=1.00
    RateOfOwnCurrency: EUR is the ledger's own currency and has no rate: set one of another
nothing: 2026-01-05 set_rate rate=0
    FieldWrong: field 'rate': must be above zero
rated: 2026-01-04 receive_payment plan= payment=usd amount=1.00 currency=USD
    RateMissing: USD has no rate on 2026-01-04, its first is of 2026-01-05: set an earlier one
rated: 2026-01-04 revalue balances=receivable:1.00:0.80
    RateMissing: USD has no rate on 2026-01-04, its first is of 2026-01-05: set an earlier one
nothing: 2026-01-31 revalue balances=receivable:1.00:0.80
    CurrencyHasNoRate: USD has no rate: set one with set_rate
rated: 2026-01-31 revalue balances=receivable:1.00:0.90
    NothingToRevalue: all balances in USD are carried at the rate of 2026-01-31 already
rated: 2026-01-31 revalue balances=receivable:1.00:0.80,receivable:2.00:0.80
    FieldWrong: field 'balances[1].role': 'receivable' is given twice
rated: 9999-12-31 revalue balances=receivable:1.00:0.80
    FieldWrong: field 'on': must leave a next day, on which it is taken back
rated: 2026-01-31 revalue book=tax balances=receivable:1.00:0.80
    BookUnknown: there is no book 'tax': known are generic, pcg
priceless: 2026-01-06 receive_payment plan= payment=usd amount=1.00 currency=USD
    AmountTooLarge: 10000000000000.00 is too large: amounts stay below 10^15 minor units
priceless: 2026-01-06 revalue balances=receivable:1.00:0.80
    AmountTooLarge: 10000000000000.00 is too large: amounts stay below 10^15 minor units
charged: 2026-02-20 receive_payment payment=usd amount=1.00 currency=USD rate=10000000000000
    AmountTooLarge: 10000000000000.00 is too large: amounts stay below 10^15 minor units
charged: 2026-02-20 receive_payment payment=usd amount=1.00 currency=USD rate=0.0000001
    AmountMustBePositive: 0.00 must be above zero: a reduction has a command of its own
rated: 2026-01-31 open_currency balances=goodwill:1.00
    RoleUnknown: book 'generic' has no account for 'goodwill'
"""
