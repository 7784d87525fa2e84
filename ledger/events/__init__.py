"""Every event type: what can have happened. Read this room first.

Events are divided by stream: `.ledger`, `.customer`, `.plan`, `.payment`, `.payout`,
`.provision`, `.document`, `.exchange`, `.period`; what they are made of is in `.parts` and
`.agreement`, what they all have in `.base`.
Amounts are integers of minor units; each event names the currency and its exponent, the customer,
the plan and the charges, so that it can be posted alone.
"""

from __future__ import annotations

from ledger.events.agreement import (
    AnnualRate,
    Chargeback,
    FeeTerm,
    FeeWhen,
    InterestTerm,
    Promotion,
    TaxTerm,
    Terms,
)
from ledger.events.base import (
    EVENT_TYPES,
    UPCASTERS,
    Fact,
)
from ledger.events.customer import (
    KEY_KINDS,
    CustomerFact,
    CustomerRegistered,
    KeyKind,
    SubjectShredded,
    SubjectShredRequested,
)
from ledger.events.document import (
    InvoiceIssued,
)
from ledger.events.exchange import (
    CurrencyOpened,
    OpenedLine,
    RateSet,
    Revalued,
    RevaluedLine,
)
from ledger.events.ledger import (
    LedgerOpened,
    PolicyAdopted,
    RulesAdopted,
)
from ledger.events.parts import (
    BilledPart,
    Carrying,
    Converted,
    DisputedUse,
    DueChange,
    Functional,
    FunctionalPart,
    HeldIn,
    Holding,
    Income,
    Part,
    PostponedPart,
    Reduces,
    TaxAmount,
    TaxDue,
    TaxTotal,
    TaxTreatment,
    Use,
)
from ledger.events.payment import (
    AwaitedRefused,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    ExchangeRealised,
    ExchangeReturned,
    GatewayFeeCharged,
    PaymentApplied,
    PaymentAwaited,
    PaymentFact,
    PaymentReceived,
    PaymentReleased,
    PaymentReversed,
    RefundFailed,
    RefundIssued,
)
from ledger.events.payout import (
    PayoutFact,
    PayoutFailed,
    PayoutLanded,
    PayoutSent,
)
from ledger.events.period import (
    AccountTotals,
    AgingTotals,
    BookTotals,
    PeriodClosed,
    PeriodClosing,
    PeriodReopened,
)
from ledger.events.plan import (
    AdvanceTaxed,
    AdvanceTaxReversed,
    AllocationDisputed,
    AllocationRestored,
    AllocationReversed,
    ChargeWaived,
    CreditNoteIssued,
    DisputedPostponed,
    DisputedReopened,
    EarmarkReleased,
    FeeCharged,
    InstalmentCharged,
    InterestCharged,
    OpeningBalance,
    PaymentAllocated,
    PaymentEarmarked,
    PlanAgreed,
    PlanAmended,
    PlanBilled,
    PlanCancelled,
    PlanFact,
    PlanRescheduled,
    ReceivableCured,
    ReceivableDoubtful,
    RecoveryReceived,
    RecoveryReversed,
    RevenueRecognised,
    TaxReliefClaimed,
    WrittenOff,
)
from ledger.events.provision import (
    ProvisionBooked,
    ProvisionFact,
    ProvisionReleased,
)

LEDGER_STREAM = "ledger"
PERIOD_STREAM = "period"


def exchange_stream(currency: str) -> str:
    """Return the name of the stream of a foreign currency's rates."""
    return f"exchange:{currency}"


def plan_stream(plan: str) -> str:
    """Return the name of a plan's stream."""
    return f"plan:{plan}"


def payment_stream(payment: str) -> str:
    """Return the name of a payment's stream."""
    return f"payment:{payment}"


def customer_stream(customer: str) -> str:
    """Return the name of a customer's stream."""
    return f"customer:{customer}"


def payout_stream(payout: str) -> str:
    """Return the name of a payout's stream."""
    return f"payout:{payout}"


def series_stream(series: str) -> str:
    """Return the name of a series of documents' stream."""
    return f"series:{series}"


def provision_stream(book: str) -> str:
    """Return the name of the stream of provisions on all claims together, in one book."""
    return f"provision:{book}"


__all__ = [
    "EVENT_TYPES",
    "KEY_KINDS",
    "LEDGER_STREAM",
    "PERIOD_STREAM",
    "UPCASTERS",
    "AccountTotals",
    "AdvanceTaxReversed",
    "AdvanceTaxed",
    "AgingTotals",
    "AllocationDisputed",
    "AllocationRestored",
    "AllocationReversed",
    "AnnualRate",
    "AwaitedRefused",
    "BilledPart",
    "BookTotals",
    "Carrying",
    "ChargeWaived",
    "Chargeback",
    "Converted",
    "CreditNoteIssued",
    "CurrencyOpened",
    "CustomerFact",
    "CustomerRegistered",
    "DisputeLost",
    "DisputeOpened",
    "DisputeWon",
    "DisputedPostponed",
    "DisputedReopened",
    "DisputedUse",
    "DueChange",
    "EarmarkReleased",
    "ExchangeRealised",
    "ExchangeReturned",
    "Fact",
    "FeeCharged",
    "FeeTerm",
    "FeeWhen",
    "Functional",
    "FunctionalPart",
    "GatewayFeeCharged",
    "HeldIn",
    "Holding",
    "Income",
    "InstalmentCharged",
    "InterestCharged",
    "InterestTerm",
    "InvoiceIssued",
    "KeyKind",
    "LedgerOpened",
    "OpenedLine",
    "OpeningBalance",
    "Part",
    "PaymentAllocated",
    "PaymentApplied",
    "PaymentAwaited",
    "PaymentEarmarked",
    "PaymentFact",
    "PaymentReceived",
    "PaymentReleased",
    "PaymentReversed",
    "PayoutFact",
    "PayoutFailed",
    "PayoutLanded",
    "PayoutSent",
    "PeriodClosed",
    "PeriodClosing",
    "PeriodReopened",
    "PlanAgreed",
    "PlanAmended",
    "PlanBilled",
    "PlanCancelled",
    "PlanFact",
    "PlanRescheduled",
    "PolicyAdopted",
    "PostponedPart",
    "Promotion",
    "ProvisionBooked",
    "ProvisionFact",
    "ProvisionReleased",
    "RateSet",
    "ReceivableCured",
    "ReceivableDoubtful",
    "RecoveryReceived",
    "RecoveryReversed",
    "Reduces",
    "RefundFailed",
    "RefundIssued",
    "Revalued",
    "RevaluedLine",
    "RevenueRecognised",
    "RulesAdopted",
    "SubjectShredRequested",
    "SubjectShredded",
    "TaxAmount",
    "TaxDue",
    "TaxReliefClaimed",
    "TaxTerm",
    "TaxTotal",
    "TaxTreatment",
    "Terms",
    "Use",
    "WrittenOff",
    "customer_stream",
    "exchange_stream",
    "payment_stream",
    "payout_stream",
    "plan_stream",
    "provision_stream",
    "series_stream",
]
