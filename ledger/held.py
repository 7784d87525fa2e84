"""What a stream's followed accounts hold, in the foreign currency and in the functional one. State.

Charges and their tax are followed one by one, tax on advances by payment, other accounts of a plan
whole; a payment follows the money that pays nothing. Beside the accounts a stream remembers at what
payments left them, so that an application that is undone brings back what it took, to the cent.
Streams in the ledger's own currency hold nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger import events as facts
from ledger.books.functional import CARRYING, OF_PAYMENTS, Key
from ledger.events import Fact, Functional

Balance = tuple[int, int]
"""Amount and functional amount, each in minor units, debit positive."""

Held = Mapping[Key, Balance]
"""By role and charge, or payment; what is remembered has the names below instead of a role."""

SETTLED = "settled"
"""By charge: what payments took off it."""

SETTLED_TAX = "settled_tax"
"""By charge: the pending tax that fell due with them."""

TAXED = "taxed"
"""By payment, and all together: the tax that fell due with it, or had been paid on the advance."""

APPLIED = "applied"
"""In a payment's stream: what plans have used of it."""

_Allocation = facts.PaymentAllocated | facts.AllocationRestored
_AllocationUndone = facts.AllocationReversed | facts.AllocationDisputed
_Use = _Allocation | facts.RecoveryReceived | facts.PaymentApplied
Undone = _AllocationUndone | facts.RecoveryReversed | facts.PaymentReleased
"""Events that bring back what a use of a payment's money moved."""


def functional_of(fact: Fact) -> Functional | None:
    """Return an event's amounts in the ledger's own currency, None where it has none."""
    functional: Functional | None = getattr(fact, "functional", None)
    return functional


def after(held: Held | None, kind: str, fact: Fact) -> Held | None:
    """Return what a stream ("plan", "payment") holds after an event; None: it never held any."""
    functional = functional_of(fact)
    if functional is None:
        return held
    moved = dict(held or {})
    for part in functional.parts:
        if (part.role in OF_PAYMENTS) == (kind == "payment"):
            for key, sign in _places(fact, part.role, part.charge):
                amount_minor, functional_minor = moved.get(key, (0, 0))
                moved[key] = (
                    amount_minor + sign * part.amount_minor,
                    functional_minor + sign * part.functional_minor,
                )
    return {key: balance for key, balance in moved.items() if balance != (0, 0)}


def _places(fact: Fact, role: str, charge: str | None) -> Iterator[tuple[Key, int]]:
    """Yield where a part of an event counts: on its account, in what is remembered (less it).

    Tax that is owed is followed where an invoice made it due, which names its charge.
    """
    place = remembered(fact, role, charge)
    if place is not None:
        yield place, -1
    if place is not None and place[0] == TAXED:
        yield (TAXED, None), -1
    if role != "tax_payable" or (charge is not None and place is None):
        yield place_of(fact, role, charge), 1


def place_of(fact: Fact, role: str, charge: str | None) -> Key:
    """Return where a balance lies: tax on advances by payment, others by charge or whole."""
    payment: str | None = getattr(fact, "payment", None)
    return (role, payment) if role == "tax_on_advances" else (role, charge)


def remembered(fact: Fact, role: str, charge: str | None) -> Key | None:
    """Return where a stream remembers what a use of a payment's money moved; None: nowhere."""
    match fact:
        case facts.PaymentApplied() | facts.PaymentReleased():
            return APPLIED, None
        case _ if not isinstance(fact, _Use | Undone):
            return None
    if role in {"tax_payable", "tax_on_advances"}:
        return TAXED, fact.payment
    if isinstance(fact, _Allocation | _AllocationUndone):
        if role in CARRYING:
            return SETTLED, charge
        if role == "tax_pending":
            return SETTLED_TAX, charge
    return None
