"""Tax: every movement of what is owed to the tax office, by rate and tax point.

The movements come from the events' own figures, not from postings: that they agree with the tax
accounts, event by event, is checked between the two. A tax point is the day that decides to which
period a tax belongs: the receipt of the money where tax is due on receipt, else the effective day.
What is undone has its own day, save an advance that leaves the plan: it was never a sale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Date, Index, Integer, SmallInteger, Table

from ledger import events as facts
from ledger.envelope import RecordedEvent
from ledger.events import Fact, Part, TaxAmount, TaxDue
from ledger.store.schema import BYTEWISE
from ledger.tax_base import bases
from projections.projection import Books, Changes, Projection, metadata

Section = Literal["output", "reverse_charge", "deductible"]
ROLES: dict[Section, str] = {
    "output": "tax_payable",
    "reverse_charge": "tax_reverse_charge",
    "deductible": "tax_deductible",
}
"""The account role that each section of the return ties to."""

movements = Table(
    "tax_1_movements@live",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("posted_on", Date, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("tax_point", Date, nullable=False),
    Column("section", BYTEWISE, nullable=False),
    Column("category", BYTEWISE),
    Column("rate", BYTEWISE),
    Column("code", BYTEWISE),
    Column("currency", BYTEWISE, nullable=False),
    Column("exponent", SmallInteger, nullable=False),
    Column("base_minor", BigInteger, nullable=False),
    Column("tax_minor", BigInteger, nullable=False),
    Column("event", BYTEWISE, nullable=False),
    Column("customer", BYTEWISE),
    Column("plan", BYTEWISE),
    Column("charge", BYTEWISE),
    Column("payment", BYTEWISE),
    Column("document", BYTEWISE),
    Index("tax_1_movements_posted", "posted_on"),
)


@dataclass(frozen=True, slots=True)
class TaxMovement:
    """A change of what is owed (output, reverse charge) or may be deducted, and of its base.

    Code, rate and category are None where the event does not say them: a gateway's own tax.
    """

    section: Section
    base_minor: int
    tax_minor: int
    code: str | None = None
    rate: str | None = None
    category: str | None = None
    charge: str | None = None


def movements_of(fact: Fact) -> Iterator[TaxMovement]:
    """Yield the movements of an event's data, none where no tax moves."""
    rule = _RULES.get(type(fact))
    if rule is not None:
        yield from rule(fact)


def tax_point(effective_on: date, fact: Any) -> date:
    """Return the day that decides to which period the tax of an event belongs."""
    received_on: date = fact.received_on if isinstance(fact, _TAXED_ON_RECEIPT) else effective_on
    return received_on


def fold(events: Sequence[RecordedEvent], _books: Books) -> Changes:
    """Note the tax movements of a batch."""
    changes = Changes()
    for event in events:
        fact: Any = event.fact
        for line, movement in enumerate(movements_of(fact), 1):
            changes.add(
                movements,
                {
                    "position": event.position,
                    "line": line,
                    "posted_on": event.posted_on,
                    "effective_on": event.effective_on,
                    "tax_point": tax_point(event.effective_on, fact),
                    "section": movement.section,
                    "category": movement.category,
                    "rate": movement.rate,
                    "code": movement.code,
                    "currency": fact.currency,
                    "exponent": fact.exponent,
                    "base_minor": movement.base_minor,
                    "tax_minor": movement.tax_minor,
                    "event": event.type,
                    "customer": fact.customer,
                    "plan": fact.plan,
                    "charge": movement.charge,
                    "payment": getattr(fact, "payment", None),
                    "document": getattr(fact, "document", None),
                },
            )
    return changes


# What each event moves --------------------------------------------------------------------------


def _levied(
    amount_minor: int,
    taxes: Sequence[TaxAmount],
    sign: int,
    charge: str | None,
    due: TaxDue | None = None,
) -> Iterator[TaxMovement]:
    """Yield a movement for each tax inside an amount; with `due` only for taxes that are due so."""
    for tax, base_minor in zip(taxes, bases(amount_minor, taxes), strict=True):
        if due is None or tax.due == due:
            yield TaxMovement(
                section="output",
                base_minor=sign * base_minor,
                tax_minor=sign * tax.amount_minor,
                code=tax.code,
                rate=tax.rate,
                category=tax.category,
                charge=charge,
            )


def _on_parts(parts: Iterable[Part], sign: int, due: TaxDue | None = None) -> Iterator[TaxMovement]:
    for part in parts:
        yield from _levied(part.amount_minor, part.tax, sign, part.charge, due)


_Charged = facts.InstalmentCharged | facts.FeeCharged | facts.InterestCharged


def _charged(fact: _Charged) -> Iterable[TaxMovement]:
    return _levied(fact.amount_minor, fact.tax, 1, fact.charge, "invoice")


def _billed(fact: facts.PlanBilled) -> Iterable[TaxMovement]:
    for part in fact.parts:
        yield from _levied(part.amount_minor, part.tax, 1, part.charge, "invoice")


def _waived(fact: facts.ChargeWaived) -> Iterable[TaxMovement]:
    return _on_parts([fact.part], -1, "invoice")


def _credited(fact: facts.CreditNoteIssued) -> Iterable[TaxMovement]:
    return _on_parts(fact.parts, -1, "invoice")


def _allocated(fact: facts.PaymentAllocated) -> Iterable[TaxMovement]:
    """Tax falls due on what was not taxed before, as an advance."""
    now = _on_parts(fact.parts, 1)
    if not fact.advance_tax:
        return now
    before = _levied(fact.source.amount_minor, fact.advance_tax, -1, None)
    return _netted([*now, *before])


def _netted(levied: Iterable[TaxMovement]) -> Iterator[TaxMovement]:
    """Add movements up by rate; those that come to nothing are left out.

    The charge is kept where there is only one.
    """
    sums: dict[tuple[str | None, ...], TaxMovement] = {}
    for movement in levied:
        key = (movement.code, movement.rate, movement.category)
        sums[key] = _sum(sums[key], movement) if key in sums else movement
    for movement in sums.values():
        if movement.base_minor or movement.tax_minor:
            yield movement


def _sum(first: TaxMovement, second: TaxMovement) -> TaxMovement:
    alike = second.charge in {None, first.charge}
    return replace(
        first,
        base_minor=first.base_minor + second.base_minor,
        tax_minor=first.tax_minor + second.tax_minor,
        charge=first.charge if alike else None,
    )


def _due_again(fact: facts.AllocationRestored | facts.RecoveryReceived) -> Iterable[TaxMovement]:
    return _on_parts(fact.parts, 1)


def _taken_back(
    fact: facts.AllocationReversed
    | facts.AllocationDisputed
    | facts.RecoveryReversed
    | facts.TaxReliefClaimed,
) -> Iterable[TaxMovement]:
    return _on_parts(fact.parts, -1)


def _advance(fact: facts.AdvanceTaxed) -> Iterable[TaxMovement]:
    return _levied(fact.amount_minor, fact.tax, 1, None)


def _advance_reversed(fact: facts.AdvanceTaxReversed) -> Iterable[TaxMovement]:
    return _levied(fact.amount_minor, fact.tax, -1, None)


def _gateway_fee(fact: facts.GatewayFeeCharged) -> Iterable[TaxMovement]:
    """A tax that the gateway charged is inside its fee; one under reverse charge is owed by us."""
    if not fact.tax_minor:
        return
    if fact.treatment == "charged":
        yield TaxMovement("deductible", fact.amount_minor - fact.tax_minor, fact.tax_minor)
        return
    yield TaxMovement("reverse_charge", fact.amount_minor, fact.tax_minor)
    yield TaxMovement("deductible", fact.amount_minor, fact.tax_minor)


_TAXED_ON_RECEIPT = (facts.PaymentAllocated, facts.AdvanceTaxed, facts.AdvanceTaxReversed)
_RULES: dict[type[Fact], Callable[[Any], Iterable[TaxMovement]]] = {
    facts.InstalmentCharged: _charged,
    facts.FeeCharged: _charged,
    facts.InterestCharged: _charged,
    facts.PlanBilled: _billed,
    facts.ChargeWaived: _waived,
    facts.CreditNoteIssued: _credited,
    facts.PaymentAllocated: _allocated,
    facts.AdvanceTaxed: _advance,
    facts.AdvanceTaxReversed: _advance_reversed,
    facts.AllocationReversed: _taken_back,
    facts.AllocationDisputed: _taken_back,
    facts.AllocationRestored: _due_again,
    facts.TaxReliefClaimed: _taken_back,
    facts.RecoveryReceived: _due_again,
    facts.RecoveryReversed: _taken_back,
    facts.GatewayFeeCharged: _gateway_fee,
}

TAX = Projection(
    "tax", 1, {movements.name: movements}, fold, frozenset(kind.TOPIC for kind in _RULES)
)
