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
class EmailGiven(Refusal):
    """An e-mail address stands in clear nowhere."""

    field: str
    sentence = (
        "field {field!r} holds an e-mail address: register the customer, and name it by its id"
    )


@dataclass(eq=False, kw_only=True)
class PersonNamed(Refusal):
    """A customer who is or was registered is named in clear nowhere."""

    field: str
    sentence = "field {field!r} names a customer who is registered: write the customer's id instead"


@dataclass(eq=False, kw_only=True)
class IdNamesPerson(Refusal):
    """A customer's id, which stands in clear, does not tell the name."""

    sentence = "field 'customer' tells the customer's name: give the customer an id that does not"


@dataclass(eq=False, kw_only=True)
class CustomerWasShredded(Refusal):
    """Who was forgotten is not registered again under the same id."""

    customer: str
    sentence = "the data of customer {customer!r} were shredded: register under another id"


@dataclass(eq=False, kw_only=True)
class KeysNotPlaced(Refusal):
    """Personal data need a place for their keys, apart from the events."""

    sentence = (
        "personal data are sealed, and their keys need a place apart from the ledger: "
        "set ACQUIT_KEYS to a database URL or a file"
    )


@dataclass(eq=False, kw_only=True)
class BookUnknown(Refusal):
    """A book is one that the ledger keeps."""

    book: str
    known: str
    sentence = "there is no book {book!r}: known are {known}"
