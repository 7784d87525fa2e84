"""What an event measures: the amounts that a posting rule can name, each with whose it is.

A rule is data and knows no event's shape; this file is the only place that does. For every type of
event that can post it says which amounts there are and what they mean, and takes them out of an
event. `tests/docs` writes the meanings into docs/posting-rules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger import events as facts
from ledger.books.posting import Of
from ledger.events import Fact, Holding, Part, TaxAmount


@dataclass(frozen=True, slots=True)
class Measured:
    """Amounts by name, whose they are, and the roles that the event itself chooses."""

    of: Of
    amounts: Mapping[str, int]
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a type of event is measured: its function, its amounts with their meaning, its roles."""

    take: Callable[[Any], Iterable[Measured]]
    amounts: Mapping[str, str]
    roles: Mapping[str, str] = field(default_factory=dict)


def _sum(taxes: Iterable[TaxAmount]) -> int:
    return sum(tax.amount_minor for tax in taxes)


def _due(taxes: Iterable[TaxAmount], due: str) -> int:
    return sum(tax.amount_minor for tax in taxes if tax.due == due)


def _taxes(taxes: tuple[TaxAmount, ...]) -> dict[str, int]:
    return {"tax_on_receipt": _due(taxes, "receipt"), "tax_on_invoice": _due(taxes, "invoice")}


def _holding(holding: Holding, amount: str = "money") -> Measured:
    of = Of(holding.customer, holding.plan)
    return Measured(of, {amount: holding.amount_minor}, {"held_in": holding.held_in})


# What was billed --------------------------------------------------------------------------------


def _instalment(fact: facts.InstalmentCharged) -> Iterator[Measured]:
    net_minor = fact.amount_minor - _sum(fact.tax)
    yield Measured(
        Of(fact.customer, fact.plan, fact.charge),
        {
            "gross": fact.amount_minor,
            "earned": net_minor - fact.contract_asset_minor - fact.deferred_minor,
            "contract_asset": fact.contract_asset_minor,
            "deferred": fact.deferred_minor,
            **_taxes(fact.tax),
        },
    )


def _billed(fact: facts.PlanBilled) -> Iterator[Measured]:
    for part in fact.parts:
        of = Of(fact.customer, fact.plan, part.charge)
        yield Measured(of, {"gross": part.amount_minor, **_taxes(part.tax)})
    amounts = {"contract_asset": fact.contract_asset_minor, "deferred": fact.deferred_minor}
    yield Measured(Of(fact.customer, fact.plan), amounts)


def _recognised(fact: facts.RevenueRecognised) -> Iterator[Measured]:
    amounts = {
        "deferred": fact.deferred_minor,
        "contract_asset": fact.contract_asset_minor,
        "earned": fact.deferred_minor + fact.contract_asset_minor,
    }
    yield Measured(Of(fact.customer, fact.plan), amounts)


def _income(fact: facts.FeeCharged | facts.InterestCharged) -> Iterator[Measured]:
    yield Measured(
        Of(fact.customer, fact.plan, fact.charge),
        {"gross": fact.amount_minor, "net": fact.amount_minor - _sum(fact.tax), **_taxes(fact.tax)},
        {"income": fact.income},
    )


def _opening(fact: facts.OpeningBalance) -> Iterator[Measured]:
    pending_minor = _due(fact.tax, "receipt")
    yield Measured(
        Of(fact.customer, fact.plan, fact.charge),
        {
            "gross": fact.amount_minor,
            "taken_over": fact.amount_minor - pending_minor,
            "tax_on_receipt": pending_minor,
        },
    )


# What was paid ----------------------------------------------------------------------------------


def _received(fact: facts.PaymentReceived) -> Iterator[Measured]:
    yield Measured(Of(fact.customer, fact.plan), {"money": fact.amount_minor})


def _exchanged(fact: facts.ExchangeRealised | facts.ExchangeReturned) -> Iterator[Measured]:
    is_gain = (fact.gain_minor > 0) != fact.undone
    amounts = {"gain": fact.gain_minor} if is_gain else {"loss": -fact.gain_minor}
    yield Measured(Of(fact.customer, fact.plan), amounts)


def _gateway_fee(fact: facts.GatewayFeeCharged) -> Iterator[Measured]:
    charged_minor = fact.tax_minor if fact.treatment == "charged" else 0
    yield Measured(
        Of(fact.customer, fact.plan),
        {
            "fee": fact.amount_minor - charged_minor,
            "tax_charged": charged_minor,
            "kept": fact.amount_minor,
            "tax_reverse_charged": fact.tax_minor - charged_minor,
        },
    )


def _allocated(fact: facts.PaymentAllocated) -> Iterator[Measured]:
    yield _holding(fact.source)
    taxed_minor = _sum(fact.advance_tax)
    for measured in _parts(fact, fact.parts):
        tax_minor = measured.amounts["tax"]
        before_minor = min(tax_minor, taxed_minor)
        taxed_minor -= before_minor
        taxes = {"tax_taxed_before": before_minor, "tax_due": tax_minor - before_minor}
        yield Measured(measured.of, {**measured.amounts, **taxes}, measured.roles)
    yield Measured(Of(fact.customer, fact.plan), {"tax_taxed_above": taxed_minor})


def _unallocated(fact: facts.AllocationReversed) -> Iterator[Measured]:
    yield _holding(fact.target)
    yield from _parts(fact, fact.parts)


def _parts(fact: facts.PlanFact, parts: Iterable[Part]) -> Iterator[Measured]:
    for part in parts:
        yield Measured(
            Of(fact.customer, fact.plan, part.charge),
            {"gross": part.amount_minor, "tax": _sum(part.tax)},
            {"carrying": part.carrying},
        )


def _postponed(fact: facts.DisputedPostponed) -> Iterator[Measured]:
    for part in fact.parts:
        amounts = {"gross": part.amount_minor, "tax": _sum(part.tax)}
        of = Of(fact.customer, fact.plan, part.charge)
        yield Measured(of, amounts, {"carrying": part.carrying})
        left = {"left": part.amount_minor, "tax_left": amounts["tax"]}
        yield Measured(Of(fact.customer, fact.plan, part.source), left)


def _on_charges(fact: Any) -> Iterator[Measured]:
    return _parts(fact, fact.parts)


def _advance(fact: facts.AdvanceTaxed | facts.AdvanceTaxReversed) -> Iterator[Measured]:
    yield Measured(Of(fact.customer, fact.plan), {"tax": _sum(fact.tax)})


def _money_out(
    fact: facts.RefundIssued | facts.RefundFailed | facts.PaymentReversed | facts.DisputeOpened,
) -> Iterator[Measured]:
    return (_holding(holding) for holding in fact.holdings)


# What was reduced -------------------------------------------------------------------------------


def _reduction(
    fact: facts.PlanFact, parts: Iterable[Part], roles: Mapping[str, str]
) -> Iterator[Measured]:
    for part in parts:
        yield Measured(
            Of(fact.customer, fact.plan, part.charge),
            {
                "gross": part.amount_minor,
                "net": part.amount_minor - _sum(part.tax),
                **_taxes(part.tax),
            },
            {"carrying": part.carrying, **roles},
        )


def _waived(fact: facts.ChargeWaived) -> Iterator[Measured]:
    return _reduction(fact, [fact.part], {"income": fact.income})


def _credited(fact: facts.CreditNoteIssued) -> Iterator[Measured]:
    return _reduction(fact, fact.parts, {"reduced": fact.reduces})


def _written_off(fact: facts.WrittenOff) -> Iterator[Measured]:
    for part in fact.parts:
        pending_minor = _due(part.tax, "receipt")
        yield Measured(
            Of(fact.customer, fact.plan, part.charge),
            {
                "gross": part.amount_minor,
                "lost": part.amount_minor - pending_minor,
                "tax_on_receipt": pending_minor,
            },
            {"carrying": part.carrying},
        )


def _recovered(fact: facts.RecoveryReceived) -> Iterator[Measured]:
    yield _holding(fact.source)
    yield from _reduction(fact, fact.parts, {})


def _recovery_reversed(fact: facts.RecoveryReversed) -> Iterator[Measured]:
    yield _holding(fact.target)
    yield from _reduction(fact, fact.parts, {})


# What is expected to be lost, and money on its way ----------------------------------------------


def _provision(fact: facts.ProvisionFact) -> Iterator[Measured]:
    yield Measured(Of(fact.customer, fact.plan), {"movement": fact.amount_minor})


def _payout(fact: facts.PayoutFact) -> Iterator[Measured]:
    yield Measured(Of(), {"money": fact.amount_minor})


def _payout_failed(fact: facts.PayoutFailed) -> Iterator[Measured]:
    back = "bank" if fact.landed else "in_transit"
    yield Measured(Of(), {"money": fact.amount_minor}, {"sent_to": back})


# Exchange ---------------------------------------------------------------------------------------


def _revalued(fact: facts.Revalued) -> Iterator[Measured]:
    for line in fact.lines:
        gain_minor = line.worth_minor - line.carried_minor
        kind = "gain" if gain_minor > 0 else "loss"
        name = kind if line.lasting else f"{kind}_to_come"
        amount_minor = -abs(gain_minor) if fact.undone else abs(gain_minor)
        yield Measured(Of(), {name: amount_minor}, {"account": line.role})


def _currency_opened(fact: facts.CurrencyOpened) -> Iterator[Measured]:
    for line in fact.lines:
        yield Measured(Of(), {"worth": line.worth_minor}, {"account": line.role})
    yield Measured(Of(), {"rounded": sum(line.worth_minor for line in fact.lines)})


# The table --------------------------------------------------------------------------------------

_GROSS = {"gross": "what is owed, tax included"}
_TAXES = {
    "tax_on_receipt": "tax that falls due when money comes in",
    "tax_on_invoice": "tax that is due on the invoice",
}
_NET = {"net": "without tax"}
_MONEY = {"money": "the money that moves"}
_MOVED = {"gross": "how much of a charge", "tax": "the tax inside that falls due on receipt"}
_CARRYING = {"carrying": "receivable, doubtful or disputed: what carries the charge"}
_HELD = {"held_in": "unapplied or customer_credit: where the money lies"}
_DEFERRAL = {
    "contract_asset": "of the net, what was recognised before it was billed",
    "deferred": "of the net, what is not earned yet",
}
_INCOME = {"income": "late_fee_income or interest_income"}

MEASURES: dict[type[Fact], Measure] = {
    facts.OpeningBalance: Measure(
        _opening,
        {
            **_GROSS,
            "taken_over": "without tax that is still to fall due",
            "tax_on_receipt": _TAXES["tax_on_receipt"],
        },
    ),
    facts.InstalmentCharged: Measure(
        _instalment, {**_GROSS, "earned": "of the net, revenue at once", **_DEFERRAL, **_TAXES}
    ),
    facts.PlanBilled: Measure(_billed, {**_GROSS, **_DEFERRAL, **_TAXES}),
    facts.RevenueRecognised: Measure(
        _recognised,
        {
            "deferred": "of it, what was deferred",
            "contract_asset": "of it, what is not billed yet",
            "earned": "what was delivered",
        },
    ),
    facts.FeeCharged: Measure(_income, {**_GROSS, **_NET, **_TAXES}, _INCOME),
    facts.InterestCharged: Measure(_income, {**_GROSS, **_NET, **_TAXES}, _INCOME),
    facts.ChargeWaived: Measure(_waived, {**_GROSS, **_NET, **_TAXES}, {**_CARRYING, **_INCOME}),
    facts.CreditNoteIssued: Measure(
        _credited,
        {**_GROSS, **_NET, **_TAXES},
        {**_CARRYING, "reduced": "deferred_revenue (undelivered), discounts, or revenue"},
    ),
    facts.PaymentReceived: Measure(_received, _MONEY),
    facts.ExchangeRealised: Measure(
        _exchanged,
        {
            "gain": "how much more the money was worth than it settles",
            "loss": "how much less the money was worth than it settles",
        },
    ),
    facts.ExchangeReturned: Measure(
        _exchanged,
        {
            "gain": "the gain in it, below zero where the money goes back",
            "loss": "the loss in it, below zero where the money goes back",
        },
    ),
    facts.GatewayFeeCharged: Measure(
        _gateway_fee,
        {
            "fee": "the fee without tax",
            "tax_charged": "tax that the gateway charged",
            "kept": "what the gateway kept",
            "tax_reverse_charged": "tax under reverse charge",
        },
    ),
    facts.PaymentAllocated: Measure(
        _allocated,
        {
            **_MONEY,
            **_MOVED,
            "tax_due": "of that tax, what falls due now",
            "tax_taxed_before": "of that tax, what was paid on the advance",
            "tax_taxed_above": "what was paid on the advance beyond that tax",
        },
        {**_HELD, **_CARRYING},
    ),
    facts.AllocationReversed: Measure(_unallocated, {**_MONEY, **_MOVED}, {**_HELD, **_CARRYING}),
    facts.AdvanceTaxed: Measure(_advance, {"tax": "tax inside the advance"}),
    facts.AdvanceTaxReversed: Measure(_advance, {"tax": "tax inside the advance"}),
    facts.RefundIssued: Measure(_money_out, _MONEY, _HELD),
    facts.RefundFailed: Measure(_money_out, _MONEY, _HELD),
    facts.PaymentReversed: Measure(_money_out, _MONEY, _HELD),
    facts.DisputeOpened: Measure(_money_out, _MONEY, _HELD),
    facts.DisputeWon: Measure(_money_out, _MONEY, _HELD),
    facts.AllocationDisputed: Measure(_on_charges, _MOVED, _CARRYING),
    facts.AllocationRestored: Measure(_on_charges, _MOVED, _CARRYING),
    facts.DisputedReopened: Measure(_on_charges, _MOVED, _CARRYING),
    facts.DisputedPostponed: Measure(
        _postponed,
        {
            **_MOVED,
            "left": "how much leaves the charge that was disputed",
            "tax_left": "the tax inside it that falls due on receipt",
        },
        _CARRYING,
    ),
    facts.ReceivableDoubtful: Measure(_on_charges, _MOVED, _CARRYING),
    facts.ReceivableCured: Measure(_on_charges, _MOVED, _CARRYING),
    facts.ProvisionBooked: Measure(_provision, {"movement": "the change of the allowance"}),
    facts.ProvisionReleased: Measure(_provision, {"movement": "the change of the allowance"}),
    facts.WrittenOff: Measure(
        _written_off,
        {
            **_GROSS,
            "lost": "without tax that was still to fall due",
            "tax_on_receipt": _TAXES["tax_on_receipt"],
        },
        _CARRYING,
    ),
    facts.TaxReliefClaimed: Measure(
        _on_charges,
        {"gross": "how much of a charge was written off", "tax": "tax on invoice claimed back"},
        _CARRYING,
    ),
    facts.RecoveryReceived: Measure(
        _recovered, {**_MONEY, **_GROSS, **_NET, **_TAXES}, {**_HELD, **_CARRYING}
    ),
    facts.RecoveryReversed: Measure(
        _recovery_reversed, {**_MONEY, **_GROSS, **_NET, **_TAXES}, {**_HELD, **_CARRYING}
    ),
    facts.CurrencyOpened: Measure(
        _currency_opened,
        {
            "worth": "the balance of an account at the first rate, debit positive",
            "rounded": "what rounding leaves of their sum",
        },
        {"account": "the account that is taken over"},
    ),
    facts.Revalued: Measure(
        _revalued,
        {
            "gain": "how much more money at a gateway or bank is worth than it was carried at",
            "loss": "how much less it is worth",
            "gain_to_come": "the same of what is still to be paid, taken back on the next day",
            "loss_to_come": "how much less that is worth, taken back on the next day",
        },
        {"account": "the account that is revalued"},
    ),
    facts.PayoutSent: Measure(_payout, _MONEY),
    facts.PayoutLanded: Measure(_payout, _MONEY),
    facts.PayoutFailed: Measure(
        _payout_failed, _MONEY, {"sent_to": "in_transit or bank: where the money was"}
    ),
}
"""Events that are not in here post nothing."""
