"""Streams `exchange:CURRENCY`: rates of a foreign currency, and what they do to open balances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.events.base import Fact, event


@event("RateSet")
@dataclass(frozen=True, slots=True, kw_only=True)
class RateSet(Fact):
    """From the effective date on, one unit is worth `rate` of the functional currency."""

    currency: str
    functional_currency: str
    functional_exponent: int
    rate: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevaluedLine:
    """The balance of one account at a closing rate; the difference is worth less carried.

    `lasting`: money at a gateway or bank, whose difference stays; of what is still to be paid or
    delivered it is taken back on the next day.
    """

    role: str
    amount_minor: int
    carried_minor: int
    worth_minor: int
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLine:
    """The balance of one account, and its worth in the functional currency; debit positive."""

    role: str
    amount_minor: int
    worth_minor: int


@event("CurrencyOpened")
@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyOpened(Fact):
    """What had moved in a currency before it had a rate is carried at its first one, in one book.

    `currency` is the functional one, in which it posts; lines add up to what rounding leaves.
    """

    book: str
    foreign: str
    foreign_exponent: int
    rate: str
    source: str
    currency: str
    exponent: int
    lines: tuple[OpenedLine, ...]


@event("Revalued")
@dataclass(frozen=True, slots=True, kw_only=True)
class Revalued(Fact):
    """Balances in a foreign currency were valued at the rate of a closing day, in one book.

    `currency` is the functional one, in which it posts; `undone` takes back what does not last.
    """

    book: str
    foreign: str
    foreign_exponent: int
    as_of: date
    rate: str
    source: str
    currency: str
    exponent: int
    lines: tuple[RevaluedLine, ...]
    undone: bool = False
