"""Payouts: the gateway sends money to the bank; it lands, or comes back.

A payout knows nothing of the payments that it pays out, so the gateway may tell of them in any
order.
"""

from __future__ import annotations

from datetime import date

from ledger.dating import require_not_before
from ledger.draft import Draft
from ledger.events import PayoutFailed, PayoutLanded, PayoutSent, payout_stream
from ledger.intentions import FailPayout, LandPayout, SendPayout
from ledger.payout import Payout
from ledger.refusals import PayoutExists, PayoutIsOver, PayoutUnknown
from ledger.terms.money import positive_minor_units


def send_payout(command: SendPayout, draft: Draft) -> None:
    """Note that a gateway sent money to the bank. Raises PayoutExists and the rules of amounts."""
    if draft.find(payout_stream(command.payout), Payout) is not None:
        raise PayoutExists(payout=command.payout)
    sent = PayoutSent(
        payout=command.payout,
        gateway=command.gateway,
        currency=command.currency,
        exponent=command.exponent,
        amount_minor=positive_minor_units(command.amount, command.currency, command.exponent),
    )
    draft.record(payout_stream(command.payout), command.on, sent)


def land_payout(command: LandPayout, draft: Draft) -> None:
    """Note that a payout is on the account. Raises PayoutUnknown, PayoutIsOver, DatedBefore."""
    payout = _payout(command.payout, command.on, draft)
    if payout.status != "sent":
        raise PayoutIsOver(payout=payout.id, status=payout.status)
    landed = PayoutLanded(**payout.fields)
    draft.record(payout_stream(payout.id), command.on, landed)


def fail_payout(command: FailPayout, draft: Draft) -> None:
    """Note that a payout came back to the gateway, even after it had landed.

    Raises PayoutUnknown, PayoutIsOver, DatedBefore.
    """
    payout = _payout(command.payout, command.on, draft)
    if payout.status == "failed":
        raise PayoutIsOver(payout=payout.id, status=payout.status)
    failed = PayoutFailed(**payout.fields, landed=payout.status == "landed")
    draft.record(payout_stream(payout.id), command.on, failed)


def _payout(name: str, on: date, draft: Draft) -> Payout:
    payout = draft.find(payout_stream(name), Payout)
    if payout is None:
        raise PayoutUnknown(payout=name)
    require_not_before(on, "the payout", payout.moved_on)
    return payout
