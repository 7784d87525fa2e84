"""What a command would do to an agreement and its charges."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal


@dataclass(eq=False, kw_only=True)
class NothingToRelieve(Refusal):
    """Tax relief is claimed once, for tax due on invoice that was written off and not recovered."""

    plan: str
    on: str
    sentence = (
        "plan {plan!r} has no tax due on invoice, in what was written off by {on} and is still "
        "lost, that was not claimed before"
    )


@dataclass(eq=False, kw_only=True)
class ReliefAboveWrittenOff(Refusal):
    """Tax is claimed back on no more than was written off, is still lost, and was not claimed."""

    amount: str
    left: str
    sentence = "tax relief on {amount} is above the {left} on which it can still be claimed"


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
class OnlyPlansAreQuoted(Refusal):
    """A quote is of a plan that could be opened."""

    command: str
    sentence = "command {command!r} has no schedule to quote: give an open_plan"


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
class NothingToReschedule(Refusal):
    """What is changed about a plan is still to come."""

    plan: str
    sentence = "plan {plan!r} has nothing left that could be changed in this way"


@dataclass(eq=False, kw_only=True)
class RescheduledTotalDiffers(Refusal):
    """Another schedule is of the price that is left, no more and no less."""

    stated: str
    left: str
    sentence = (
        "the schedule is of {stated}, but {left} of the price are not billed yet: "
        "use amend_plan to agree another price"
    )


@dataclass(eq=False, kw_only=True)
class InvoicedAlready(Refusal):
    """A charge is invoiced once."""

    charge: str
    document: str
    sentence = "charge {charge!r} is on document {document!r} already"


@dataclass(eq=False, kw_only=True)
class NothingToInvoice(Refusal):
    """An invoice is over some charges."""

    plan: str
    sentence = "every charge of plan {plan!r} is on an invoice already"
