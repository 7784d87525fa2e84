"""What a command names: it is there, or it is not there yet."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal


@dataclass(eq=False, kw_only=True)
class PlanUnknown(Refusal):
    """A command names a plan that exists."""

    plan: str
    sentence = "there is no plan {plan!r}: open it first with open_plan or open_balance"


@dataclass(eq=False, kw_only=True)
class PaymentUnknown(Refusal):
    """A command names a payment that was received."""

    payment: str
    sentence = "there is no payment {payment!r}: record it first with receive_payment"


@dataclass(eq=False, kw_only=True)
class ChargeUnknown(Refusal):
    """A command names a charge of the plan."""

    charge: str
    plan: str
    sentence = "plan {plan!r} has no charge {charge!r}"


@dataclass(eq=False, kw_only=True)
class PlanExists(Refusal):
    """A plan is opened once."""

    plan: str
    sentence = "plan {plan!r} is open already, on the same terms"


@dataclass(eq=False, kw_only=True)
class PlanExistsWithOtherTerms(Refusal):
    """A plan keeps the terms that were agreed."""

    plan: str
    sentence = "plan {plan!r} is open already, on other terms"


@dataclass(eq=False, kw_only=True)
class PaymentExists(Refusal):
    """A payment is received once."""

    payment: str
    sentence = "payment {payment!r} was received already"


@dataclass(eq=False, kw_only=True)
class ChargeExists(Refusal):
    """A charge has an id of its own within its plan."""

    charge: str
    sentence = "charge {charge!r} exists already: give the command another id"


@dataclass(eq=False, kw_only=True)
class ItemDocumentTwice(Refusal):
    """Opening items differ in their documents."""

    document: str
    sentence = "document {document!r} occurs twice among the items"


@dataclass(eq=False, kw_only=True)
class PayoutExists(Refusal):
    """A payout is sent once."""

    payout: str
    sentence = "payout {payout!r} was sent already"


@dataclass(eq=False, kw_only=True)
class PayoutUnknown(Refusal):
    """A command names a payout that was sent."""

    payout: str
    sentence = "there is no payout {payout!r}: record it first with send_payout"


@dataclass(eq=False, kw_only=True)
class RefundUnknown(Refusal):
    """A refund that failed was issued, with that amount."""

    payment: str
    amount: str
    sentence = "payment {payment!r} has no refund of {amount} that could have failed"


@dataclass(eq=False, kw_only=True)
class CardNumberGiven(Refusal):
    """A card number is never stored."""

    field: str
    sentence = "field {field!r} holds a card number: leave it out, or write its last four digits"


@dataclass(eq=False, kw_only=True)
class BookUnknown(Refusal):
    """A book is one that the ledger keeps."""

    book: str
    known: str
    sentence = "there is no book {book!r}: known are {known}"
