"""The commands as typed intentions: what somebody wants done, before anything is decided.

Every command has an id (its idempotency key) and an effective day. Amounts stay decimals until the
currency that they are in is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from ledger.events import TaxTerm, TaxTreatment, Terms
from ledger.terms.dates import Interval
from ledger.terms.instalments import Conditions
from ledger.terms.schedule import Schedule


class AgreedTerms(Protocol):
    """Terms to record, and the conditions that they mean for the amounts."""

    @property
    def terms(self) -> Terms:
        """What is recorded."""

    @property
    def conditions(self) -> Conditions:
        """What changes the amounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command has. `recorded_us`: recording time given for a simulated ledger.

    `awaits`, of those that have it: wait for a payment that is not known yet.
    """

    id: str
    on: date
    recorded_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCustomer(Command):
    """Say who a customer is. The data are sealed before anything is decided.

    `service` is what serves the customer, `legal` what stands on invoices; by field.
    """

    customer: str
    service: Mapping[str, str]
    legal: Mapping[str, str]
    keys_are_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlan(Command):
    """Agree a plan."""

    plan: str
    customer: str
    currency: str
    exponent: int
    schedule: Schedule
    terms: Terms
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningItem:
    """One open item taken over."""

    document: str
    due_on: date
    amount_minor: int
    tax: tuple[TaxTerm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBalance(Command):
    """Take over open items."""

    plan: str
    customer: str
    currency: str
    exponent: int
    items: tuple[OpeningItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeDue(Command):
    """Charge what is to be billed by the day, of one plan or of all."""

    plan: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Command):
    """Bill, recognise and charge lateness through the day, on one plan or on all."""

    plan: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFee(Command):
    """Bill a fee; the charge's id is PLAN/ID."""

    plan: str
    kind: str
    amount: Decimal
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(Command):
    """Forgive a fee."""

    plan: str
    charge: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTax:
    """Tax on a gateway's fee: charged by the gateway (inside the fee), or under reverse charge."""

    treatment: TaxTreatment
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """At which rate money of another currency is taken, and how much of the plan's it settles.

    The rate is the plan's currency for one of the payment's; `settles` None: all that it is worth.
    """

    rate: Decimal
    source: str
    settles: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRate(Command):
    """Say what one unit of a foreign currency is worth in the ledger's own, from the day on.

    `exponent_of` gives the decimals of the ledger's currency, which the ledger knows.
    """

    currency: str
    rate: Decimal
    source: str
    exponent_of: Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account holds of a foreign currency and, in the ledger's own, at what it is carried.

    Debit positive.
    """

    role: str
    amount: Decimal
    carried: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfBalances(Command):
    """What is done with the balances that a book holds in a foreign currency."""

    book: str
    currency: str
    exponent: int
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalue(OfBalances):
    """Value balances in a foreign currency at the rate of the day, in one book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCurrency(OfBalances):
    """Carry what moved before a currency had a rate at its first one, in one book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyIn(Command):
    """Money that comes in, gross of the gateway's fee."""

    payment: str
    amount: Decimal
    currency: str
    exponent: int
    gateway: str | None
    reference: str | None
    fee: Decimal | None
    fee_tax: FeeTax | None = None
    kind: str = "ordinary"
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePayment(MoneyIn):
    """Receive a payment, for a plan if it is known."""

    plan: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover(MoneyIn):
    """Receive cash for what was written off."""

    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate(Command):
    """Apply what is left of a payment to a plan."""

    payment: str
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Command):
    """Pay money back."""

    payment: str
    amount: Decimal
    reason: str
    approver: str | None = None
    awaits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversePayment(Command):
    """Undo a payment that bounced."""

    payment: str
    reason: str
    awaits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit(Command):
    """Issue a credit note."""

    plan: str
    amount: Decimal
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff(Command):
    """Give up what is outstanding, or the amount given."""

    plan: str
    amount: Decimal | None
    reason: str
    approver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPlan(Command):
    """End a plan; `kind` is "cancellation" or "withdrawal"."""

    plan: str
    reason: str
    kind: str = "cancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDispute(Command):
    """Note that a payment is contested."""

    payment: str
    amount: Decimal
    fee: Decimal | None
    fee_tax: FeeTax | None = None
    awaits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDispute(Command):
    """Note how a dispute ended: "won" or "lost"."""

    payment: str
    outcome: str
    awaits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDoubtful(Command):
    """Carry what is open on a plan as doubtful."""

    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure(Command):
    """Carry what was doubtful as a receivable again."""

    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision(Command):
    """Move the allowance of one book, for a claim or (without plan) for all of them."""

    book: str
    plan: str | None
    amount: Decimal
    currency: str | None
    exponent: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Command):
    """Move money of a payment from one plan to another; amount None: all of it."""

    payment: str
    source: str
    plan: str
    amount: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailRefund(Command):
    """Note that a refund did not reach the customer."""

    payment: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPayout(Command):
    """Note that a gateway sent money to the bank."""

    payout: str
    amount: Decimal
    currency: str
    exponent: int
    gateway: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LandPayout(Command):
    """Note that a payout is on the account."""

    payout: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailPayout(Command):
    """Note that a payout came back."""

    payout: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule(Command):
    """Spread what is not billed yet over another schedule.

    `agreed` reads it in the plan's currency (its code and decimals), which the plan knows.
    """

    plan: str
    agreed: Callable[[str, int], tuple[Schedule, Conditions]]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePlan(Command):
    """Let what falls due from a day on fall due later by an interval."""

    plan: str
    since: date
    by: Interval
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePlan(Command):
    """Bill all that is left at once, without the cost of the time that is cut off."""

    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendPlan(Command):
    """Agree another schedule and other terms for what is not billed yet; as Reschedule."""

    plan: str
    agreed: Callable[[str, int], tuple[Schedule, AgreedTerms]]
    service_to: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInvoice(Command):
    """Issue an invoice over charges of a plan; none named: all that have none."""

    plan: str
    series: str
    charges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTaxRelief(Command):
    """Claim back the tax due on invoice in what was written off, or in the amount given of it."""

    plan: str
    amount: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePeriod(Command):
    """Close the month whose last day is `on`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenPeriod(Command):
    """Open the closed month whose last day is `on`, and all behind it, again."""

    reason: str
    approver: str | None
