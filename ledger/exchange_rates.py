"""Rates of foreign currencies: with its first one a currency gets functional amounts."""

from __future__ import annotations

from ledger.draft import Draft
from ledger.events import RateSet, exchange_stream
from ledger.intentions import SetRate
from ledger.refusals import RateOfOwnCurrency
from ledger.terms.money import plain


def set_rate(command: SetRate, draft: Draft) -> None:
    """Note what a unit of a foreign currency is worth from a day on. Raises RateOfOwnCurrency.

    Events recorded before keep their amounts; a second rate for a day counts for what comes after.
    """
    functional_currency = draft.ledger.functional_currency or ""
    if command.currency == functional_currency:
        raise RateOfOwnCurrency(currency=command.currency)
    rate_set = RateSet(
        currency=command.currency,
        functional_currency=functional_currency,
        functional_exponent=command.exponent_of(functional_currency),
        rate=plain(command.rate),
        source=command.source,
    )
    draft.record(exchange_stream(command.currency), command.on, rate_set)
