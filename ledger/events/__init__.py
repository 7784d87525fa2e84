"""Every event type: what can have happened. Read this room first.

Events are divided by stream: `ledger.events.ledger`, `.plan`, `.payment`; what they are made of is
in `.parts` and `.agreement`, what they all have in `.base`. Amounts are integers of minor units;
each event names the currency and its exponent, the customer, the plan and the charges, so that it
can be posted alone.
"""

from __future__ import annotations

from ledger.events.agreement import (
    AnnualRate,
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
from ledger.events.ledger import (
    LedgerOpened,
    RulesAdopted,
)
from ledger.events.parts import (
    Carrying,
    HeldIn,
    Holding,
    Income,
    Part,
    Reduces,
    TaxAmount,
    TaxDue,
    Use,
)
from ledger.events.payment import (
    GatewayFeeCharged,
    PaymentApplied,
    PaymentFact,
    PaymentReceived,
    PaymentReleased,
    PaymentReversed,
    RefundIssued,
)
from ledger.events.plan import (
    AllocationReversed,
    ChargeWaived,
    CreditNoteIssued,
    EarmarkReleased,
    FeeCharged,
    InstalmentCharged,
    OpeningBalance,
    PaymentAllocated,
    PaymentEarmarked,
    PlanAgreed,
    PlanCancelled,
    PlanFact,
    RecoveryReceived,
    RecoveryReversed,
    WrittenOff,
)

LEDGER_STREAM = "ledger"


def plan_stream(plan: str) -> str:
    """Return the name of a plan's stream."""
    return f"plan:{plan}"


def payment_stream(payment: str) -> str:
    """Return the name of a payment's stream."""
    return f"payment:{payment}"


__all__ = [
    "EVENT_TYPES",
    "LEDGER_STREAM",
    "UPCASTERS",
    "AllocationReversed",
    "AnnualRate",
    "Carrying",
    "ChargeWaived",
    "CreditNoteIssued",
    "EarmarkReleased",
    "Fact",
    "FeeCharged",
    "FeeTerm",
    "FeeWhen",
    "GatewayFeeCharged",
    "HeldIn",
    "Holding",
    "Income",
    "InstalmentCharged",
    "InterestTerm",
    "LedgerOpened",
    "OpeningBalance",
    "Part",
    "PaymentAllocated",
    "PaymentApplied",
    "PaymentEarmarked",
    "PaymentFact",
    "PaymentReceived",
    "PaymentReleased",
    "PaymentReversed",
    "PlanAgreed",
    "PlanCancelled",
    "PlanFact",
    "Promotion",
    "RecoveryReceived",
    "RecoveryReversed",
    "Reduces",
    "RefundIssued",
    "RulesAdopted",
    "TaxAmount",
    "TaxDue",
    "TaxTerm",
    "Terms",
    "Use",
    "WrittenOff",
    "payment_stream",
    "plan_stream",
]
