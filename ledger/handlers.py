"""Which decision belongs to which command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ledger import (
    billing,
    closing,
    daywork,
    ending,
    exchange_rates,
    intentions,
    invoicing,
    lateness,
    losing,
    paying_out,
    provisioning,
    reducing,
    registering,
    rescheduling,
    revaluing,
    settling,
)
from ledger.applying import balance_advances
from ledger.awaiting import or_await, then_awaited
from ledger.draft import Draft
from ledger.intentions import ChargeDue, Command, Day

_DECIDE: dict[type[Command], Callable[[Any, Draft], None]] = {
    intentions.RegisterCustomer: registering.register_customer,
    intentions.OpenPlan: billing.open_plan,
    intentions.OpenBalance: billing.open_balance,
    intentions.ChargeDue: daywork.charge_due,
    intentions.Day: daywork.day,
    intentions.ChargeFee: billing.charge_fee,
    intentions.Waive: reducing.waive,
    intentions.SetRate: exchange_rates.set_rate,
    intentions.Revalue: revaluing.revalue,
    intentions.OpenCurrency: revaluing.open_currency,
    intentions.ReceivePayment: then_awaited(settling.receive_payment),
    intentions.Allocate: settling.allocate,
    intentions.Refund: or_await("refund"),
    intentions.ReversePayment: or_await("reverse_payment"),
    intentions.Transfer: settling.transfer,
    intentions.FailRefund: settling.fail_refund,
    intentions.SendPayout: paying_out.send_payout,
    intentions.LandPayout: paying_out.land_payout,
    intentions.FailPayout: paying_out.fail_payout,
    intentions.OpenDispute: or_await("open_dispute"),
    intentions.CloseDispute: or_await("close_dispute"),
    intentions.IssueInvoice: invoicing.issue_invoice,
    intentions.Reschedule: rescheduling.reschedule,
    intentions.PausePlan: rescheduling.pause_plan,
    intentions.SettlePlan: rescheduling.settle_plan,
    intentions.AmendPlan: rescheduling.amend_plan,
    intentions.Credit: reducing.credit,
    intentions.MarkDoubtful: provisioning.mark_doubtful,
    intentions.Cure: provisioning.cure,
    intentions.Provision: provisioning.provision,
    intentions.WriteOff: losing.write_off,
    intentions.ClaimTaxRelief: losing.claim_tax_relief,
    intentions.Recover: then_awaited(losing.recover),
    intentions.CancelPlan: ending.cancel_plan,
    intentions.ClosePeriod: closing.begin_close,
    intentions.ReopenPeriod: closing.reopen_period,
}


def decide(command: Command, draft: Draft) -> None:
    """Record in `draft` the events that `command` leads to. Raises the refusals of its rules."""
    _DECIDE[type(command)](command, draft)
    follow(draft)


def steps_for_plan(
    command: ChargeDue | Day, plan: str, draft: Draft
) -> Iterator[Callable[[], None]]:
    """Yield what a command over all plans does on one plan, to be carried out one by one."""
    for step in daywork.steps(command):
        yield partial(step, plan, command.on, draft)
    yield partial(follow, draft, plan)


def follow(draft: Draft, plan: str | None = None) -> None:
    """Let what hangs on a plan follow its change: unjust late charges, advances, allowances."""
    lateness.waive_unjust(draft, plan)
    balance_advances(draft, plan)
    provisioning.follow_claims(draft, plan)
