"""Whether a posting rule balances, whatever the event: asked before a chart is adopted.

The amounts of an event are sums of a few kinds: of an instalment of 20.00 with 2.00 of tax, 18.00
are gross and earned, and 2.00 gross and tax on receipt. A rule balances if its legs do for each
kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger import events as facts
from ledger.books.measures import MEASURES
from ledger.books.rules import Rule, RuleError
from ledger.events import EVENT_TYPES, Fact

_OF_TAX = ("gross tax_on_receipt", "gross tax_on_invoice")
_REDUCED = ("gross net", *_OF_TAX)
_DEFERRED = ("gross contract_asset", "gross deferred")
_CASH_FOR_LOSSES = ("money gross net", *(f"money {kind}" for kind in _OF_TAX))

KINDS: Mapping[type[Fact], tuple[str, ...]] = {
    facts.OpeningBalance: ("gross taken_over", "gross tax_on_receipt"),
    facts.InstalmentCharged: ("gross earned", *_DEFERRED, *_OF_TAX),
    facts.PlanBilled: (*_DEFERRED, *_OF_TAX),
    facts.RevenueRecognised: ("deferred earned", "contract_asset earned"),
    facts.FeeCharged: _REDUCED,
    facts.InterestCharged: _REDUCED,
    facts.ChargeWaived: _REDUCED,
    facts.CreditNoteIssued: _REDUCED,
    facts.GatewayFeeCharged: ("fee kept", "tax_charged kept", "tax_reverse_charged"),
    facts.PaymentAllocated: (
        "money gross",
        "tax tax_due",
        "tax tax_taxed_before",
        "tax_taxed_above",
    ),
    facts.AllocationReversed: ("money gross", "tax"),
    facts.DisputedPostponed: ("gross left", "tax tax_left"),
    facts.WrittenOff: ("gross lost", "gross tax_on_receipt"),
    facts.RecoveryReceived: _CASH_FOR_LOSSES,
    facts.RecoveryReversed: _CASH_FOR_LOSSES,
    facts.CurrencyOpened: ("worth rounded",),
}
"""Which amounts grow together, each by as much as the others; of other events each by itself."""


def require_whole(rules: Mapping[str, Rule]) -> None:
    """Refuse rules that leave out an event, or can make an entry that does not balance.

    Raises RuleError.
    """
    missing = sorted(event.TOPIC for event in MEASURES if event.TOPIC not in rules)
    if missing:
        message = (
            f"there is no rule for {', '.join(missing)}: add it, with no legs if it posts none"
        )
        raise RuleError(message)
    for rule in rules.values():
        for kind in kinds_of(EVENT_TYPES[rule.event]):
            if _difference(rule, kind):
                message = (
                    f"{rule.event}: debits and credits differ where an event has "
                    f"{' and '.join(kind)}: add the leg that is missing"
                )
                raise RuleError(message)


def kinds_of(event: type[Fact]) -> list[list[str]]:
    """Return the sets of amounts that grow together in a type of event."""
    kinds = KINDS.get(event) or MEASURES[event].amounts
    return [kind.split() for kind in kinds]


def _difference(rule: Rule, kind: Iterable[str]) -> int:
    sides = [leg.side for name in kind for leg in rule.legs if leg.amount == name]
    return sides.count("debit") - sides.count("credit")
