"""A payment: where its money lies and what it has been used for. State, and how events change it.

A payment may cover several plans, arrive before its plan is known, be refunded or bounce. At any
time its amount is what lies unapplied, plus customer credit, plus uses, plus what was refunded or
reversed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypedDict

from ledger import events as facts
from ledger.events import DisputedUse, Fact, Holding, Use
from ledger.terms.money import share
from ledger.waiting import without_earmark


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How much of a payment a plan has used, and since when."""

    plan: str
    use: Use
    amount_minor: int
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What of a payment is contested: what plans had of it, and what lay elsewhere."""

    opened_on: date
    amount_minor: int
    uses: tuple[DisputedUse, ...]
    holdings: tuple[Holding, ...]


class PaymentFields(TypedDict):
    """What every event of a payment repeats."""

    payment: str
    currency: str
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money received. `plan` and `customer` are as known at receipt; `earmarks` name plans.

    `available_on` is the day from which the money that is not used can be: the day of receipt, or
    of the last release. A use undone on the very day it took effect was never away.
    `exchanged_minor` is the gain that stands in it, `returned_minor` what went back with its money.
    """

    id: str
    customer: str | None
    plan: str | None
    gateway: str | None
    kind: str
    currency: str
    exponent: int
    received_on: date
    available_on: date
    amount_minor: int
    unapplied_minor: int
    credits: tuple[Holding, ...] = ()
    uses: tuple[Used, ...] = ()
    earmarks: tuple[tuple[str, int], ...] = ()
    refunded_minor: int = 0
    refunds: tuple[tuple[Holding, ...], ...] = ()
    dispute: Dispute | None = None
    charged_back_minor: int = 0
    exchanged_minor: int = 0
    returned_minor: int = 0
    reversed_on: date | None = None

    @property
    def fields(self) -> PaymentFields:
        """The fields that every event of the payment repeats."""
        return {"payment": self.id, "currency": self.currency, "exponent": self.exponent}

    @property
    def left_minor(self) -> int:
        """What the customer can still be paid back."""
        if self.reversed_on:
            return 0
        return self.amount_minor - self.out_minor

    def returning_minor(self, out_minor: int) -> int:
        """Return the exchange difference in so much of it, rounded half up."""
        whole_minor = self.exchanged_minor + self.returned_minor
        return share(whole_minor, out_minor, self.amount_minor) if whole_minor else 0

    @property
    def out_minor(self) -> int:
        """What was refunded, charged back, or is disputed."""
        contested_minor = self.dispute.amount_minor if self.dispute else 0
        return self.refunded_minor + self.charged_back_minor + contested_minor

    @property
    def credit_minor(self) -> int:
        """What lies as customer credit."""
        return sum(credit.amount_minor for credit in self.credits)

    @property
    def settled(self) -> bool:
        """Whether nothing of it lies unapplied or is disputed."""
        return self.unapplied_minor == 0 and self.dispute is None

    def earmarked_minor(self, plan: str) -> int:
        """What waits, unapplied, for the charges of a plan."""
        return dict(self.earmarks).get(plan, 0)

    def unapplied(self, amount_minor: int) -> Holding:
        """Name a part of the unapplied money."""
        return Holding(
            held_in="unapplied",
            customer=self.customer,
            plan=self.plan,
            amount_minor=amount_minor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a gateway told of a payment that has not come yet, each with its day."""

    facts: tuple[tuple[facts.PaymentAwaited, date], ...] = ()


def evolve(
    payment: Payment | Awaited | None, effective_on: date, fact: Fact
) -> Payment | Awaited | None:
    """Return the payment after an event; facts that do not concern payments change nothing."""
    if isinstance(fact, facts.PaymentAwaited) and not isinstance(payment, Payment):
        before = payment or Awaited()
        return Awaited(facts=(*before.facts, (fact, effective_on)))
    apply = _APPLY.get(type(fact))
    return payment if apply is None else apply(payment, effective_on, fact)


def _received(_payment: Payment | None, on: date, fact: facts.PaymentReceived) -> Payment:
    return Payment(
        id=fact.payment,
        customer=fact.customer,
        plan=fact.plan,
        gateway=fact.gateway,
        kind=fact.kind,
        currency=fact.currency,
        exponent=fact.exponent,
        received_on=on,
        available_on=on,
        amount_minor=fact.amount_minor,
        unapplied_minor=fact.amount_minor,
    )


def _exchanged(payment: Payment, _on: date, fact: facts.ExchangeRealised) -> Payment:
    return replace(
        payment,
        amount_minor=payment.amount_minor - fact.gain_minor,
        exchanged_minor=payment.exchanged_minor + fact.gain_minor,
        unapplied_minor=payment.unapplied_minor - fact.gain_minor,
    )


def _returned(payment: Payment, _on: date, fact: facts.ExchangeReturned) -> Payment:
    return replace(
        payment,
        exchanged_minor=payment.exchanged_minor + fact.gain_minor,
        returned_minor=payment.returned_minor - fact.gain_minor,
    )


def _applied(payment: Payment, on: date, fact: facts.PaymentApplied) -> Payment:
    use = Used(plan=fact.plan, use=fact.use, amount_minor=fact.source.amount_minor, since=on)
    waited = fact.source.amount_minor if fact.source.held_in == "unapplied" else 0
    return replace(
        _moved(payment, (fact.source,), -1),
        uses=(*payment.uses, use),
        earmarks=without_earmark(payment.earmarks, fact.plan, waited),
    )


def _released(payment: Payment, on: date, fact: facts.PaymentReleased) -> Payment:
    was_away = fact.target.held_in == "customer_credit" or fact.since < on
    amount_minor = fact.target.amount_minor
    return replace(
        _moved(payment, (fact.target,), 1),
        uses=_without_use(payment.uses, fact.plan, fact.use, fact.since, amount_minor),
        available_on=max(payment.available_on, on) if was_away else payment.available_on,
    )


def _without_use(
    uses: tuple[Used, ...], plan: str, use: Use, since: date, amount_minor: int
) -> tuple[Used, ...]:
    """Take an amount out of the uses of a plan since a day, the latest first."""
    left = list(uses)
    for index in range(len(left) - 1, -1, -1):
        used = left[index]
        if amount_minor and (used.plan, used.use, used.since) == (plan, use, since):
            taken = min(amount_minor, used.amount_minor)
            amount_minor -= taken
            left[index] = replace(used, amount_minor=used.amount_minor - taken)
    return tuple(used for used in left if used.amount_minor)


def _refunded(payment: Payment, _on: date, fact: facts.RefundIssued) -> Payment:
    amount_minor = sum(holding.amount_minor for holding in fact.holdings)
    return replace(
        _moved(payment, fact.holdings, -1),
        refunded_minor=payment.refunded_minor + amount_minor,
        refunds=(*payment.refunds, fact.holdings),
    )


def _refund_failed(payment: Payment, on: date, fact: facts.RefundFailed) -> Payment:
    amount_minor = sum(holding.amount_minor for holding in fact.holdings)
    refunds = list(payment.refunds)
    refunds.remove(fact.holdings)
    return replace(
        _moved(payment, fact.holdings, 1),
        refunded_minor=payment.refunded_minor - amount_minor,
        refunds=tuple(refunds),
        available_on=max(payment.available_on, on),
    )


def _disputed(payment: Payment, on: date, fact: facts.DisputeOpened) -> Payment:
    dispute = Dispute(
        opened_on=on, amount_minor=fact.amount_minor, uses=fact.uses, holdings=fact.holdings
    )
    uses = payment.uses
    for used in fact.uses:
        uses = _without_use(uses, used.plan, "allocation", used.since, used.amount_minor)
    return replace(_moved(payment, fact.holdings, -1), uses=uses, dispute=dispute)


def _dispute_won(payment: Payment, on: date, fact: facts.DisputeWon) -> Payment:
    back = tuple(
        Used(plan=used.plan, use="allocation", amount_minor=used.amount_minor, since=on)
        for used in fact.uses
    )
    held_on = on if fact.holdings else payment.available_on
    return replace(
        _moved(payment, fact.holdings, 1),
        uses=payment.uses + back,
        dispute=None,
        available_on=max(payment.available_on, held_on),
    )


def _dispute_lost(payment: Payment, _on: date, fact: facts.DisputeLost) -> Payment:
    charged_back_minor = payment.charged_back_minor + fact.amount_minor
    return replace(payment, dispute=None, charged_back_minor=charged_back_minor)


def _bounced(payment: Payment, on: date, fact: facts.PaymentReversed) -> Payment:
    return replace(_moved(payment, fact.holdings, -1), reversed_on=on)


def _earmarked(payment: Payment, _on: date, fact: facts.PaymentEarmarked) -> Payment:
    waiting = dict(payment.earmarks)
    waiting[fact.plan] = waiting.get(fact.plan, 0) + fact.amount_minor
    return replace(payment, earmarks=tuple(waiting.items()))


def _earmark_released(payment: Payment, _on: date, fact: facts.EarmarkReleased) -> Payment:
    earmarks = without_earmark(payment.earmarks, fact.plan, fact.amount_minor)
    return replace(payment, earmarks=earmarks)


def _moved(payment: Payment, holdings: Iterable[Holding], sign: int) -> Payment:
    """Put money into (sign 1) or take it out of (sign -1) where it lies."""
    unapplied_minor = payment.unapplied_minor
    credits_ = {(credit.plan, credit.customer): credit for credit in payment.credits}
    for holding in holdings:
        if holding.held_in == "unapplied":
            unapplied_minor += sign * holding.amount_minor
            continue
        key = (holding.plan, holding.customer)
        before = credits_[key].amount_minor if key in credits_ else 0
        credits_[key] = replace(holding, amount_minor=before + sign * holding.amount_minor)
    kept = tuple(credit for credit in credits_.values() if credit.amount_minor)
    return replace(payment, unapplied_minor=unapplied_minor, credits=kept)


def _unchanged(payment: Payment, _on: date, _fact: Fact) -> Payment:
    return payment


_APPLY: dict[type[Fact], Callable[[Any, date, Any], Payment]] = {
    facts.PaymentReceived: _received,
    facts.GatewayFeeCharged: _unchanged,
    facts.ExchangeRealised: _exchanged,
    facts.ExchangeReturned: _returned,
    facts.PaymentApplied: _applied,
    facts.PaymentReleased: _released,
    facts.RefundIssued: _refunded,
    facts.RefundFailed: _refund_failed,
    facts.DisputeOpened: _disputed,
    facts.DisputeWon: _dispute_won,
    facts.DisputeLost: _dispute_lost,
    facts.PaymentReversed: _bounced,
    facts.PaymentEarmarked: _earmarked,
    facts.EarmarkReleased: _earmark_released,
}
