"""What a command would do with money."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal


@dataclass(eq=False, kw_only=True)
class RateWithoutNeed(Refusal):
    """A rate is for money in another currency than the plan's."""

    currency: str
    sentence = "the payment is in {currency} and needs no rate: leave it out, or name a plan"


@dataclass(eq=False, kw_only=True)
class RateMissing(Refusal):
    """A currency that has rates has one on every day on which something moves in it."""

    currency: str
    on: str
    first: str
    sentence = "{currency} has no rate on {on}, its first is of {first}: set an earlier one"


@dataclass(eq=False, kw_only=True)
class CurrencyHasNoRate(Refusal):
    """Only a currency with a rate has amounts in the ledger's own."""

    currency: str
    sentence = "{currency} has no rate: set one with set_rate"


@dataclass(eq=False, kw_only=True)
class NothingToRevalue(Refusal):
    """A revaluation changes something."""

    currency: str
    on: str
    sentence = "all balances in {currency} are carried at the rate of {on} already"


@dataclass(eq=False, kw_only=True)
class CurrencyWasOpened(Refusal):
    """A book takes a currency over once."""

    currency: str
    book: str
    sentence = "book {book!r} took over what had moved in {currency} before its first rate already"


@dataclass(eq=False, kw_only=True)
class BalancesDoNotAddUp(Refusal):
    """What had moved in a currency adds up to zero, as every entry does."""

    currency: str
    total: str
    sentence = (
        "the balances add up to {total} {currency} and must add up to zero: take them from "
        "acquit revalue"
    )


@dataclass(eq=False, kw_only=True)
class RuleMissing(Refusal):
    """A book posts what it has a rule for."""

    book: str
    event: str
    sentence = "book {book!r} has no rule for {event}: adopt its rules anew with acquit adopt rules"


@dataclass(eq=False, kw_only=True)
class RoleUnknown(Refusal):
    """A book posts on accounts that it has."""

    role: str
    book: str
    sentence = "book {book!r} has no account for {role!r}"


@dataclass(eq=False, kw_only=True)
class RateOfOwnCurrency(Refusal):
    """The ledger's own currency is what the others are valued in."""

    currency: str
    sentence = "{currency} is the ledger's own currency and has no rate: set one of another"


@dataclass(eq=False, kw_only=True)
class PromotionTwice(Refusal):
    """A promotion of one kind is given once."""

    kind: str
    sentence = "promotion {kind!r} is given twice: put both into one"


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
class RecoveryAboveWrittenOff(Refusal):
    """A recovery is not above what was written off and not recovered."""

    amount: str
    left: str
    sentence = (
        "a recovery of {amount} is above the {left} written off: "
        "record the rest with receive_payment"
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
class ApproverNeeded(Refusal):
    """Above a limit that is policy, somebody approves what is given away."""

    what: str
    limit: str
    currency: str
    sentence = "a {what} above {limit} {currency} needs an approver: add the field 'approver'"
