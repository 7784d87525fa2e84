"""How parts of events move charges and their documents: what changes of a plan share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ledger.charge import Charge, joined
from ledger.events import Part
from ledger.plan import Plan


def moved(
    plan: Plan,
    parts: Iterable[Part],
    change: Callable[[Charge, Part], Charge],
    *,
    allocated: int = 0,
    gross: int = 0,
) -> Plan:
    """Change the charges of parts; `allocated` and `gross` say which way their documents move."""
    charges, documents = dict(plan.charges), dict(plan.documents)
    for part in parts:
        charge = charges[part.charge]
        charges[part.charge] = change(charge, part)
        document = documents[charge.document]
        documents[charge.document] = replace(
            document,
            allocated_minor=document.allocated_minor + allocated * part.amount_minor,
            gross_minor=document.gross_minor + gross * part.amount_minor,
        )
    return replace(plan, charges=charges, documents=documents)


def carry(charge: Charge, part: Part, sign: int) -> Charge:
    """Note that a part is carried (sign 1), or no longer carried (-1), as doubtful."""
    if part.carrying != "doubtful":
        return charge
    return replace(charge, doubtful_minor=charge.doubtful_minor + sign * part.amount_minor)


def add_allocated(charge: Charge, part: Part) -> Charge:
    """Let money pay a part of a charge."""
    return replace(
        carry(charge, part, -1), allocated_minor=charge.allocated_minor + part.amount_minor
    )


def take_gross(charge: Charge, part: Part) -> Charge:
    """Take a part off what is left of a charge."""
    return replace(carry(charge, part, -1), gross_minor=charge.gross_minor - part.amount_minor)


def recover(charge: Charge, part: Part, sign: int) -> Charge:
    """Let cash recover (sign 1) a part of what was written off, or lose it again (-1)."""
    return replace(
        charge,
        recovered_minor=charge.recovered_minor + sign * part.amount_minor,
        recovered_tax=joined(charge.recovered_tax, part.tax, sign),
    )
