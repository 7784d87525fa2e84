"""Approval: above a limit that is policy, somebody approves what is given away.

The policy of kind "approval" is {"refund": {"EUR": "500.00"}, "write_off": {...}}: what is not
limited needs nobody.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from ledger.draft import Draft
from ledger.intentions import Refund, WriteOff
from ledger.refusals import ApproverNeeded

POLICY = "approval"


class InCurrency(Protocol):
    """What amounts are of: a plan or a payment."""

    @property
    def currency(self) -> str:
        """Its currency."""

    @property
    def exponent(self) -> int:
        """The decimals of its currency."""


def require_approver(
    what: str, of: InCurrency, amount_minor: int, command: Refund | WriteOff, draft: Draft
) -> None:
    """Refuse an amount above the limit that nobody approved. Raises ApproverNeeded."""
    limits = draft.ledger.policy(POLICY, command.on).get(what, {})
    limit = limits.get(of.currency)
    if limit is None or command.approver is not None:
        return
    if Decimal(amount_minor).scaleb(-of.exponent) > Decimal(limit):
        named = what.replace("_", "-")
        raise ApproverNeeded(what=named, limit=limit, currency=of.currency)
