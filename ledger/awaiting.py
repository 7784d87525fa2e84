"""What a gateway tells of a payment before it tells of the payment: kept, and carried out later.

Only commands that say `"await": true` wait; any other that names an unknown payment is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import partial
from typing import Any

from ledger import disputing, settling
from ledger.draft import Draft
from ledger.events import AwaitedRefused, PaymentAwaited, payment_stream
from ledger.intentions import CloseDispute, Command, OpenDispute, Refund, ReversePayment
from ledger.payment import Awaited
from ledger.terms.money import plain

_KINDS: Mapping[str, tuple[type[Command], Callable[[Any, Draft], None]]] = {
    "refund": (Refund, settling.refund),
    "reverse_payment": (ReversePayment, settling.reverse_payment),
    "open_dispute": (OpenDispute, disputing.open_dispute),
    "close_dispute": (CloseDispute, disputing.close_dispute),
}
_AMOUNTS = ("amount", "fee")
_ENVELOPE = ("id", "on", "recorded_us", "payment", "awaits", "fee_tax")


def or_await(name: str) -> Callable[[Any, Draft], None]:
    """Return the decision of a command, which waits for its payment if it says so."""
    _, decide = _KINDS[name]

    def decided(command: Any, draft: Draft) -> None:
        if command.awaits and draft.find_payment(command.payment) is None:
            _keep(name, command, draft)
        else:
            decide(command, draft)

    return decided


def _keep(name: str, command: Any, draft: Draft) -> None:
    details = {
        field.name: plain(value) if isinstance(value, Decimal) else str(value)
        for field in fields(command)
        if field.name not in _ENVELOPE and (value := getattr(command, field.name)) is not None
    }
    awaited = PaymentAwaited(payment=command.payment, command=name, details=details)
    draft.record(payment_stream(command.payment), command.on, awaited)


def then_awaited(
    decide: Callable[[Any, Draft], None],
) -> Callable[[Any, Draft], None]:
    """Return the decision of a payment, behind which what waited for it is carried out."""

    def decided(command: Any, draft: Draft) -> None:
        awaited = draft.find(payment_stream(command.payment), Awaited)
        decide(command, draft)
        for fact, on in sorted(awaited.facts, key=lambda found: found[1]) if awaited else ():
            later = _command(fact, {"id": command.id, "on": max(on, command.on)})
            refusal = draft.attempt(partial(_carry_out, fact, later, draft))
            if refusal is not None:
                refused = AwaitedRefused(
                    payment=fact.payment,
                    command=fact.command,
                    details=fact.details,
                    reason=str(refusal),
                )
                draft.record(payment_stream(fact.payment), on, refused)

    return decided


def _carry_out(fact: PaymentAwaited, command: Command, draft: Draft) -> None:
    _KINDS[fact.command][1](command, draft)


def _command(fact: PaymentAwaited, base: Mapping[str, Any]) -> Command:
    kind, _ = _KINDS[fact.command]
    given: dict[str, Any] = {"payment": fact.payment, **base}
    for field in fields(kind):
        if field.name in fact.details:
            text = fact.details[field.name]
            given[field.name] = Decimal(text) if field.name in _AMOUNTS else text
        elif field.name in {"fee", "approver"}:
            given[field.name] = None
    return kind(**given)
