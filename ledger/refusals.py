"""The rules of commands and of the domain, one class each; DESIGN's way to say no.

Order matters where several rules are broken: the first in the file that applies is reported, from
the form of a line over what it names to what it would do.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal

# The form of a line -----------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class LineTooLong(Refusal):
    """A line of a command file has a bounded length."""

    most_bytes: int
    sentence = "the line is longer than {most_bytes} bytes: one command a line, please"


@dataclass(eq=False, kw_only=True)
class LineNotUtf8(Refusal):
    """A command file is UTF-8."""

    byte: int
    sentence = "byte {byte} of the line is not valid UTF-8: save the file as UTF-8"


@dataclass(eq=False, kw_only=True)
class LineNotJson(Refusal):
    """A line is one JSON object."""

    problem: str
    sentence = "not a JSON object: {problem}"


@dataclass(eq=False, kw_only=True)
class LineCutOff(Refusal):
    """The last line of a file is whole."""

    sentence = "the file ends in the middle of this line: it may have been cut off; send it again"


@dataclass(eq=False, kw_only=True)
class CommandUnknown(Refusal):
    """A command is one of the known ones."""

    command: str
    known: str
    sentence = "unknown command {command!r}: known are {known}"


@dataclass(eq=False, kw_only=True)
class NotYetAvailable(Refusal):
    """Some commands and options are known but not built yet."""

    what: str
    sentence = "{what}: known, not yet available"


@dataclass(eq=False, kw_only=True)
class FieldMissing(Refusal):
    """A command has all the fields that it needs."""

    field: str
    sentence = "field {field!r} is missing"


@dataclass(eq=False, kw_only=True)
class FieldUnknown(Refusal):
    """A command has no other fields than its own."""

    field: str
    known: str
    sentence = "field {field!r} does not belong here: known are {known}"


@dataclass(eq=False, kw_only=True)
class FieldWrong(Refusal):
    """A field has the right type and form."""

    field: str
    problem: str
    sentence = "field {field!r}: {problem}"


@dataclass(eq=False, kw_only=True)
class CurrencyUnknown(Refusal):
    """A currency is in ISO 4217 and has minor units."""

    currency: str
    sentence = "{currency!r} is not an ISO 4217 currency with minor units"


# The terms of a plan ----------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class RevenueNeeds(Refusal):
    """Revenue that follows a supply knows when that is."""

    revenue: str
    field: str
    sentence = "revenue {revenue} needs the field {field!r}"


@dataclass(eq=False, kw_only=True)
class ServiceEndsBeforeStart(Refusal):
    """A service ends on the day on which it starts, or later."""

    start: str
    end: str
    sentence = "the service would end on {end}, before it starts on {start}"


@dataclass(eq=False, kw_only=True)
class TaxedPartsDiffer(Refusal):
    """Where an amount is taxed at several rates, its parts add up to it."""

    stated: str
    whole: str
    sentence = (
        "the parts taxed ('gross') add up to {stated}, not to the {whole} that are charged for "
        "what was sold"
    )


@dataclass(eq=False, kw_only=True)
class PromotionTwice(Refusal):
    """A promotion of one kind is given once."""

    kind: str
    sentence = "promotion {kind!r} is given twice: put both into one"


@dataclass(eq=False, kw_only=True)
class OnlyPlansAreQuoted(Refusal):
    """A quote is of a plan that could be opened."""

    command: str
    sentence = "command {command!r} has no schedule to quote: give an open_plan"


# Keys and recording time ------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class CommandIdReused(Refusal):
    """A command id stands for one content."""

    command_id: str
    sentence = "id {command_id!r} was accepted before with other content: give this one a new id"


@dataclass(eq=False, kw_only=True)
class RecordedNotAllowed(Refusal):
    """A real ledger has its own recording time."""

    sentence = (
        "this ledger records in real time: leave out 'recorded' (see acquit init --simulated)"
    )


@dataclass(eq=False, kw_only=True)
class RecordedGoesBack(Refusal):
    """Recording time never goes back."""

    recorded: str
    sentence = "recorded {recorded} is before the last recorded moment"


@dataclass(eq=False, kw_only=True)
class TooManyConflicts(Refusal):
    """A command meets a stream that others do not change all the time."""

    command_id: str
    sentence = "id {command_id!r}: others keep changing the same plan or payment; run it again"


# What a command names ---------------------------------------------------------------------------


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


# What a command would do ------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class CurrencyDiffers(Refusal):
    """Money of two currencies is not mixed."""

    given: str
    expected: str
    sentence = "the amount is in {given}, the plan in {expected}"


@dataclass(eq=False, kw_only=True)
class DatedBefore(Refusal):
    """A command is not dated before what it acts on."""

    on: str
    what: str
    since: str
    sentence = "dated {on}, before {what} of {since}"


@dataclass(eq=False, kw_only=True)
class PaymentWasReversed(Refusal):
    """A payment that bounced is gone."""

    payment: str
    sentence = "payment {payment!r} was reversed: there is no money left of it"


@dataclass(eq=False, kw_only=True)
class RefundAbovePayment(Refusal):
    """A refund is not above what is left of the payment."""

    refund: str
    left: str
    payment: str
    sentence = "a refund of {refund} is above the {left} that are left of payment {payment!r}"


@dataclass(eq=False, kw_only=True)
class NothingToAllocate(Refusal):
    """A payment that is allocated has money left."""

    payment: str
    sentence = "payment {payment!r} has no money left to allocate"


@dataclass(eq=False, kw_only=True)
class OnlyFeesAreWaived(Refusal):
    """A waiver forgives a fee; other charges are reduced by a credit note."""

    charge: str
    sentence = "charge {charge!r} is not a fee: reduce it with credit"


@dataclass(eq=False, kw_only=True)
class WaiverAboveCharge(Refusal):
    """A waiver is not above what is left of the fee."""

    waived: str
    left: str
    sentence = "a waiver of {waived} is above the {left} that are left of the fee"


@dataclass(eq=False, kw_only=True)
class CreditAboveCharged(Refusal):
    """A credit is not above what was charged by its day."""

    credit: str
    left: str
    on: str
    sentence = "a credit of {credit} is above the {left} charged (fees aside) by {on}"


@dataclass(eq=False, kw_only=True)
class NothingToWriteOff(Refusal):
    """A write-off gives up something."""

    plan: str
    on: str
    sentence = "plan {plan!r} has nothing outstanding by {on} and nothing left to bill"


@dataclass(eq=False, kw_only=True)
class WriteOffAboveOutstanding(Refusal):
    """A write-off is not above what is outstanding."""

    amount: str
    left: str
    sentence = "a write-off of {amount} is above the {left} outstanding"


@dataclass(eq=False, kw_only=True)
class RecoveryAboveWrittenOff(Refusal):
    """A recovery is not above what was written off and not recovered."""

    amount: str
    left: str
    sentence = (
        "a recovery of {amount} is above the {left} written off: "
        "record the rest with receive_payment"
    )


@dataclass(eq=False, kw_only=True)
class PlanEndedAlready(Refusal):
    """A plan is cancelled while something is left to bill."""

    plan: str
    sentence = "plan {plan!r} has nothing left to bill: it has ended already"


@dataclass(eq=False, kw_only=True)
class WithdrawalOfBusiness(Refusal):
    """Only a consumer withdraws; the right is the consumer's by law."""

    plan: str
    sentence = "plan {plan!r} was not agreed with a consumer: cancel it without kind"


@dataclass(eq=False, kw_only=True)
class WithdrawalTooLate(Refusal):
    """A consumer withdraws within the days that the law gives."""

    on: str
    last: str
    days: int
    sentence = (
        "{on} is after {last}, the last of the {days} days for withdrawal: cancel it without kind"
    )


@dataclass(eq=False, kw_only=True)
class DisputeIsOpen(Refusal):
    """While a payment is disputed, nothing else takes it back."""

    payment: str
    sentence = "payment {payment!r} is disputed: close the dispute first with close_dispute"


@dataclass(eq=False, kw_only=True)
class DisputeAbovePayment(Refusal):
    """A dispute is not above what is left of the payment."""

    amount: str
    left: str
    payment: str
    sentence = "a dispute over {amount} is above the {left} that are left of payment {payment!r}"


@dataclass(eq=False, kw_only=True)
class NoDisputeOpen(Refusal):
    """Only an open dispute is closed."""

    payment: str
    sentence = "payment {payment!r} has no open dispute: open one with open_dispute"


@dataclass(eq=False, kw_only=True)
class NothingOutstanding(Refusal):
    """A plan that is doubtful owes something."""

    plan: str
    on: str
    sentence = "plan {plan!r} has nothing outstanding by {on} that could become doubtful"


@dataclass(eq=False, kw_only=True)
class NothingDoubtful(Refusal):
    """Only what is doubtful is cured."""

    plan: str
    sentence = "plan {plan!r} is not doubtful"


@dataclass(eq=False, kw_only=True)
class AllowanceBelowZero(Refusal):
    """A release is not above the allowance of the claim."""

    release: str
    held: str
    sentence = "a release of {release} is above the allowance of {held}"


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
class PayoutIsOver(Refusal):
    """A payout lands or fails once; one that landed may still fail."""

    payout: str
    status: str
    sentence = "payout {payout!r} has {status} already"


@dataclass(eq=False, kw_only=True)
class NothingToTransfer(Refusal):
    """A transfer moves what a plan has of a payment."""

    payment: str
    plan: str
    left: str
    sentence = "plan {plan!r} has only {left} of payment {payment!r}"


@dataclass(eq=False, kw_only=True)
class SamePlan(Refusal):
    """A transfer goes to another plan."""

    plan: str
    sentence = "{plan!r} is the plan that the money comes from"


@dataclass(eq=False, kw_only=True)
class RefundUnknown(Refusal):
    """A refund that failed was issued, with that amount."""

    payment: str
    amount: str
    sentence = "payment {payment!r} has no refund of {amount} that could have failed"


@dataclass(eq=False, kw_only=True)
class ApproverNeeded(Refusal):
    """Above a limit that is policy, somebody approves what is given away."""

    what: str
    limit: str
    currency: str
    sentence = "a {what} above {limit} {currency} needs an approver: add the field 'approver'"


@dataclass(eq=False, kw_only=True)
class BookUnknown(Refusal):
    """A provision is for a book that the ledger keeps."""

    book: str
    known: str
    sentence = "there is no book {book!r}: known are {known}"
