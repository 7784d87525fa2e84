"""The posting rules: what each event means in the books. DESIGN section 4 is their source.

Every rule is a function from an event's data to postings by role; the chart turns roles into
accounts. An entry that does not balance cannot be made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ledger import events as facts
from ledger.books.accounts import Chart
from ledger.envelope import RecordedEvent
from ledger.events import Fact, Holding, Part, TaxAmount

Journal = Literal["sales", "cash", "general"]


class UnbalancedEntryError(ValueError):
    """Debits and credits of an entry differ: a fault of a posting rule, never of the user."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg, debit positive. Made by `debit` and `credit` only."""

    role: str
    amount_minor: int
    customer: str | None
    plan: str | None
    charge: str | None

    @classmethod
    def debit(cls, role: str, amount_minor: int, of: Of) -> Posting:
        """Put an amount on the left side."""
        return cls(role, amount_minor, of.customer, of.plan, of.charge)

    @classmethod
    def credit(cls, role: str, amount_minor: int, of: Of) -> Posting:
        """Put an amount on the right side."""
        return cls(role, -amount_minor, of.customer, of.plan, of.charge)


@dataclass(frozen=True, slots=True)
class Of:
    """Whose leg it is: customer, plan and charge, each None where it has none."""

    customer: str | None = None
    plan: str | None = None
    charge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """The balanced legs of one event in one book. Raises UnbalancedEntryError when made wrong."""

    book: str
    journal: Journal
    document: str | None
    narration: str
    currency: str
    exponent: int
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Refuse an entry whose legs do not add up to zero."""
        if sum(posting.amount_minor for posting in self.postings):
            message = f"{self.narration}: debits and credits differ"
            raise UnbalancedEntryError(message)


Legs = Sequence[Posting]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one type of event is posted."""

    journal: Journal
    legs: Callable[[Any, Chart], Legs]
    document: Callable[[Any], str | None]
    narration: Callable[[Any], str]


def entry_of(event: RecordedEvent, chart: Chart) -> JournalEntry | None:
    """Return the journal entry of an event in the book of `chart`; None if it posts nothing."""
    rule = RULES.get(type(event.fact))
    if rule is None:
        return None
    postings = tuple(leg for leg in rule.legs(event.fact, chart) if leg.amount_minor)
    if not postings:
        return None
    fact: Any = event.fact
    return JournalEntry(
        book=chart.book,
        journal=rule.journal,
        document=rule.document(fact),
        narration=rule.narration(fact),
        currency=fact.currency,
        exponent=fact.exponent,
        postings=postings,
    )


# What was billed --------------------------------------------------------------------------------


def _billed(fact: facts.InstalmentCharged | facts.FeeCharged, income: str) -> Legs:
    """Dr receivable, Cr income; tax_pending or tax_payable by when the tax falls due."""
    of = Of(fact.customer, fact.plan, fact.charge)
    return [
        Posting.debit("receivable", fact.amount_minor, of),
        Posting.credit(income, fact.amount_minor - _sum(fact.tax), of),
        *(Posting.credit(_tax_role(tax), tax.amount_minor, of) for tax in fact.tax),
    ]


def _instalment_charged(fact: facts.InstalmentCharged, _chart: Chart) -> Legs:
    return _billed(fact, "revenue")


def _fee_charged(fact: facts.FeeCharged, _chart: Chart) -> Legs:
    return _billed(fact, fact.income)


def _opening_balance(fact: facts.OpeningBalance, _chart: Chart) -> Legs:
    """Dr receivable, Cr opening and tax_pending; tax due on invoice was declared before."""
    of = Of(fact.customer, fact.plan, fact.charge)
    pending_minor = _sum(tax for tax in fact.tax if tax.due == "receipt")
    return [
        Posting.debit("receivable", fact.amount_minor, of),
        Posting.credit("opening", fact.amount_minor - pending_minor, of),
        Posting.credit("tax_pending", pending_minor, of),
    ]


def _tax_role(tax: TaxAmount) -> str:
    return "tax_pending" if tax.due == "receipt" else "tax_payable"


def _sum(taxes: Iterable[TaxAmount]) -> int:
    return sum(tax.amount_minor for tax in taxes)


# What was paid ----------------------------------------------------------------------------------


def _payment_received(fact: facts.PaymentReceived, _chart: Chart) -> Legs:
    """Dr clearing, Cr unapplied."""
    of = Of(fact.customer, fact.plan)
    return [
        Posting.debit("clearing", fact.amount_minor, of),
        Posting.credit("unapplied", fact.amount_minor, of),
    ]


def _gateway_fee(fact: facts.GatewayFeeCharged, _chart: Chart) -> Legs:
    """Dr gateway_fees, Cr clearing."""
    return [
        Posting.debit("gateway_fees", fact.amount_minor, Of(fact.customer, fact.plan)),
        Posting.credit("clearing", fact.amount_minor, Of(fact.customer, fact.plan)),
    ]


def _payment_allocated(fact: facts.PaymentAllocated, _chart: Chart) -> Legs:
    """Dr where the money lay and tax_pending, Cr carrying and tax_payable."""
    return _application(fact, fact.source, fact.parts, 1)


def _allocation_reversed(fact: facts.AllocationReversed, _chart: Chart) -> Legs:
    """Dr carrying and tax_payable, Cr where the money lies and tax_pending."""
    return _application(fact, fact.target, fact.parts, -1)


def _application(fact: facts.PlanFact, holding: Holding, parts: Iterable[Part], sign: int) -> Legs:
    legs = [_held(holding, sign)]
    for part in parts:
        of = Of(fact.customer, fact.plan, part.charge)
        tax_minor = _sum(part.tax)
        legs += [
            Posting.credit(part.carrying, sign * part.amount_minor, of),
            Posting.debit("tax_pending", sign * tax_minor, of),
            Posting.credit("tax_payable", sign * tax_minor, of),
        ]
    return legs


def _held(holding: Holding, sign: int) -> Posting:
    """Take money (debit, sign 1) out of where it lies, or put it there (sign -1)."""
    of = Of(holding.customer, holding.plan)
    return Posting.debit(holding.held_in, sign * holding.amount_minor, of)


def _money_out(fact: facts.RefundIssued | facts.PaymentReversed, _chart: Chart) -> Legs:
    """Dr where the money lay, Cr clearing."""
    legs = []
    for holding in fact.holdings:
        of = Of(holding.customer, holding.plan)
        legs += [_held(holding, 1), Posting.credit("clearing", holding.amount_minor, of)]
    return legs


# What was reduced -------------------------------------------------------------------------------


def _waived(fact: facts.ChargeWaived, _chart: Chart) -> Legs:
    """Dr the income and its tax, Cr carrying."""
    return _reduction(fact, [fact.part], fact.income)


def _credited(fact: facts.CreditNoteIssued, _chart: Chart) -> Legs:
    """Dr discounts, revenue or deferred_revenue and the tax, Cr carrying."""
    return _reduction(fact, fact.parts, fact.reduces)


def _reduction(fact: facts.PlanFact, parts: Iterable[Part], reduced: str) -> Legs:
    legs: list[Posting] = []
    for part in parts:
        of = Of(fact.customer, fact.plan, part.charge)
        legs += [
            Posting.credit(part.carrying, part.amount_minor, of),
            Posting.debit(reduced, part.amount_minor - _sum(part.tax), of),
            *(Posting.debit(_tax_role(tax), tax.amount_minor, of) for tax in part.tax),
        ]
    return legs


def _written_off(fact: facts.WrittenOff, chart: Chart) -> Legs:
    """Dr the book's account for write-offs, and tax_pending; Cr carrying.

    Tax due on invoice stays in the loss until it is claimed back.
    """
    legs: list[Posting] = []
    for part in fact.parts:
        of = Of(fact.customer, fact.plan, part.charge)
        pending_minor = _sum(tax for tax in part.tax if tax.due == "receipt")
        legs += [
            Posting.credit(part.carrying, part.amount_minor, of),
            Posting.debit(chart.write_off_to, part.amount_minor - pending_minor, of),
            Posting.debit("tax_pending", pending_minor, of),
        ]
    return legs


def _recovered(fact: facts.RecoveryReceived, _chart: Chart) -> Legs:
    """Dr unapplied, Cr recoveries and tax_payable."""
    return _recovery(fact, fact.source, fact.parts, 1)


def _recovery_reversed(fact: facts.RecoveryReversed, _chart: Chart) -> Legs:
    """Dr recoveries and tax_payable, Cr unapplied."""
    return _recovery(fact, fact.target, fact.parts, -1)


def _recovery(fact: facts.PlanFact, holding: Holding, parts: Iterable[Part], sign: int) -> Legs:
    legs = [_held(holding, sign)]
    for part in parts:
        of = Of(fact.customer, fact.plan, part.charge)
        tax_minor = _sum(part.tax)
        legs += [
            Posting.credit("recoveries", sign * (part.amount_minor - tax_minor), of),
            Posting.credit("tax_payable", sign * tax_minor, of),
        ]
    return legs


# The table --------------------------------------------------------------------------------------


def _no_document(_fact: Fact) -> None:
    return None


def _document(fact: facts.InstalmentCharged | facts.OpeningBalance) -> str | None:
    return fact.document


def _payment(
    fact: facts.PaymentFact
    | facts.PaymentAllocated
    | facts.AllocationReversed
    | facts.RecoveryReceived
    | facts.RecoveryReversed,
) -> str:
    return fact.payment


def _says(template: str) -> Callable[[Any], str]:
    """Return a narration filled from the event's fields."""
    return lambda fact: template.format(f=fact)


RULES: dict[type[Fact], Rule] = {
    facts.OpeningBalance: Rule(
        "general", _opening_balance, _document, _says("Opening balance {f.charge}")
    ),
    facts.InstalmentCharged: Rule(
        "sales", _instalment_charged, _document, _says("Instalment {f.charge}")
    ),
    facts.FeeCharged: Rule("sales", _fee_charged, _no_document, _says("Fee {f.charge}")),
    facts.ChargeWaived: Rule(
        "sales", _waived, _no_document, _says("Waiver of {f.part.charge}: {f.reason}")
    ),
    facts.CreditNoteIssued: Rule(
        "sales", _credited, _no_document, _says("Credit note on {f.plan} ({f.kind}): {f.reason}")
    ),
    facts.PaymentReceived: Rule(
        "cash", _payment_received, _payment, _says("Payment {f.payment} received")
    ),
    facts.GatewayFeeCharged: Rule(
        "cash", _gateway_fee, _payment, _says("Gateway fee of payment {f.payment}")
    ),
    facts.PaymentAllocated: Rule(
        "general", _payment_allocated, _payment, _says("Payment {f.payment} applied to {f.plan}")
    ),
    facts.AllocationReversed: Rule(
        "general",
        _allocation_reversed,
        _payment,
        _says("Payment {f.payment} taken off {f.plan}: {f.reason}"),
    ),
    facts.RefundIssued: Rule(
        "cash", _money_out, _payment, _says("Refund of payment {f.payment}: {f.reason}")
    ),
    facts.PaymentReversed: Rule(
        "cash", _money_out, _payment, _says("Payment {f.payment} reversed: {f.reason}")
    ),
    facts.WrittenOff: Rule(
        "general", _written_off, _no_document, _says("Write-off on {f.plan}: {f.reason}")
    ),
    facts.RecoveryReceived: Rule(
        "general", _recovered, _payment, _says("Recovery on {f.plan} by payment {f.payment}")
    ),
    facts.RecoveryReversed: Rule(
        "general",
        _recovery_reversed,
        _payment,
        _says("Recovery on {f.plan} by payment {f.payment} undone: {f.reason}"),
    ),
}
"""Events that are not in here post nothing."""
