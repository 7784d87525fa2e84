"""What a stream's followed accounts hold, in the foreign currency and in the functional one. State.

Charges and their tax are followed one by one, other accounts of a plan whole; a payment follows the
money that pays nothing. Streams in the ledger's own currency hold nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.books.functional import OF_PAYMENTS, Key
from ledger.events import Fact, Functional

Held = Mapping[Key, tuple[int, int]]
"""By role and charge: amount and functional amount in minor units, debit positive."""


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
            key = (part.role, part.charge)
            amount_minor, functional_minor = moved.get(key, (0, 0))
            moved[key] = (
                amount_minor + part.amount_minor,
                functional_minor + part.functional_minor,
            )
    return {key: balance for key, balance in moved.items() if balance != (0, 0)}
