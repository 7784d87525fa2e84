"""Money paid in another currency than the plan's: taken at a rate, with the difference realised.

By default it is refused. With a rate it is taken at what it is worth in the plan's currency, as the
gateway pays it out; what it settles may be agreed otherwise, and the difference is a gain or a loss
on exchange.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.events import Converted
from ledger.intentions import Exchange, MoneyIn
from ledger.plan import Plan
from ledger.refusals import CurrencyDiffers, RateWithoutNeed
from ledger.terms.money import (
    amount_text,
    at_rate,
    minor_units,
    plain,
    positive_minor_units,
)
from ledger.terms.refusals import AmountMustBePositive


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An amount as it is taken into the books; `gain_minor` is worth less what it settles."""

    currency: str
    exponent: int
    amount_minor: int
    fee: Decimal = Decimal(0)
    gain_minor: int = 0
    converted: Converted | None = None


def taken(command: MoneyIn, plan: Plan | None) -> Taken:
    """Return what comes in, in the plan's currency where a plan is named.

    Raises CurrencyDiffers without a rate, RateWithoutNeed, and the rules of amounts.
    """
    exponent = command.exponent if plan is None else plan.exponent
    if plan is None or command.currency == plan.currency:
        if command.exchange is not None:
            raise RateWithoutNeed(currency=command.currency)
        amount_minor = positive_minor_units(command.amount, command.currency, exponent)
        return Taken(currency=command.currency, exponent=exponent, amount_minor=amount_minor)
    if command.exchange is None:
        raise CurrencyDiffers(given=command.currency, expected=plan.currency)
    return _converted(command, command.exchange, plan)


def _converted(command: MoneyIn, exchange: Exchange, plan: Plan) -> Taken:
    paid_minor = positive_minor_units(command.amount, command.currency, command.exponent)
    worth_minor = at_rate(paid_minor, command.exponent, exchange.rate, plan.exponent)
    if not worth_minor:
        raise AmountMustBePositive(amount=amount_text(0, plan.exponent))
    settles_minor = worth_minor
    if exchange.settles is not None:
        settles_minor = positive_minor_units(exchange.settles, plan.currency, plan.exponent)
    paid_fee_minor = minor_units(command.fee or Decimal(0), command.currency, command.exponent)
    fee_minor = at_rate(paid_fee_minor, command.exponent, exchange.rate, plan.exponent)
    return Taken(
        currency=plan.currency,
        exponent=plan.exponent,
        amount_minor=worth_minor,
        fee=Decimal(fee_minor).scaleb(-plan.exponent),
        gain_minor=worth_minor - settles_minor,
        converted=Converted(
            currency=command.currency,
            exponent=command.exponent,
            amount_minor=paid_minor,
            rate=plain(exchange.rate),
            source=exchange.source,
        ),
    )
