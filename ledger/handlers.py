"""Which decision belongs to which command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger import billing, disputing, ending, intentions, losing, provisioning, reducing, settling
from ledger.draft import Draft
from ledger.intentions import Command

_DECIDE: dict[type[Command], Callable[[Any, Draft], None]] = {
    intentions.OpenPlan: billing.open_plan,
    intentions.OpenBalance: billing.open_balance,
    intentions.ChargeDue: billing.charge_due,
    intentions.ChargeFee: billing.charge_fee,
    intentions.Waive: reducing.waive,
    intentions.ReceivePayment: settling.receive_payment,
    intentions.Allocate: settling.allocate,
    intentions.Refund: settling.refund,
    intentions.ReversePayment: settling.reverse_payment,
    intentions.OpenDispute: disputing.open_dispute,
    intentions.CloseDispute: disputing.close_dispute,
    intentions.Credit: reducing.credit,
    intentions.MarkDoubtful: provisioning.mark_doubtful,
    intentions.Cure: provisioning.cure,
    intentions.Provision: provisioning.provision,
    intentions.WriteOff: losing.write_off,
    intentions.Recover: losing.recover,
    intentions.CancelPlan: ending.cancel_plan,
}


def decide(command: Command, draft: Draft) -> None:
    """Record in `draft` the events that `command` leads to. Raises the refusals of its rules."""
    _DECIDE[type(command)](command, draft)
    provisioning.follow_claims(draft)
