"""The rates of a foreign currency, day by day. State.

On a day without a rate of its own the last one before it holds, as banks' lists have none for
weekends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ledger.events import CurrencyOpened, Fact, RateSet
from ledger.refusals import RateMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one unit of the foreign currency is worth in the functional one, from a day on."""

    on: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """All rates of one currency, sorted by day; of two for the same day the later one is kept.

    `opened` are the books that took over what had moved before the first rate, each with the day;
    `taken_over` is the rate at which they did.
    """

    currency: str
    functional_currency: str
    functional_exponent: int
    quotes: tuple[Quote, ...]
    opened: Mapping[str, date] = field(default_factory=dict)
    taken_over: Quote | None = None

    @property
    def first(self) -> Quote:
        """The earliest rate."""
        return self.quotes[0]

    @property
    def before(self) -> Quote:
        """The rate at which what moved before there was any is carried.

        The earliest one, until a book takes over what had moved: an earlier one changes nothing.
        """
        return self.taken_over or self.first

    def on(self, day: date) -> Quote:
        """Return the rate that holds on a day. Raises RateMissing before the first one."""
        index = _place(self.quotes, day)
        if not index:
            first = self.first.on.isoformat()
            raise RateMissing(currency=self.currency, on=day.isoformat(), first=first)
        return self.quotes[index - 1]


def evolve(rates: Rates | None, effective_on: date, fact: Fact) -> Rates | None:
    """Return the rates after an event; facts that set none change nothing."""
    if isinstance(fact, CurrencyOpened) and rates is not None:
        quote = Quote(on=effective_on, rate=Decimal(fact.rate), source=fact.source)
        return replace(
            rates,
            opened={**rates.opened, fact.book: effective_on},
            taken_over=rates.taken_over or quote,
        )
    if not isinstance(fact, RateSet):
        return rates
    quote = Quote(on=effective_on, rate=Decimal(fact.rate), source=fact.source)
    before = rates.quotes if rates else ()
    index = _place(before, effective_on)
    kept = index - 1 if index and before[index - 1].on == effective_on else index
    return Rates(
        currency=fact.currency,
        functional_currency=fact.functional_currency,
        functional_exponent=fact.functional_exponent,
        quotes=(*before[:kept], quote, *before[index:]),
        opened=rates.opened if rates else {},
        taken_over=rates.taken_over if rates else None,
    )


def _place(quotes: tuple[Quote, ...], day: date) -> int:
    """Return how many quotes are of the day or before it."""
    return bisect_right(quotes, day, key=lambda quote: quote.on)
