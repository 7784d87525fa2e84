"""What the plain-text formats of accounting have in common.

All export the same journal: amounts as exact decimals, text that cannot leave its line, and after
the last entry of each month the balance of everything moved so far, for the reader to verify.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import quote

from ledger.terms.dates import month_end
from ledger.terms.money import amount_text
from projections.rows import EntryRow, PostingRow

_LOOKS_ENCODED = re.compile(r"%(?=[0-9A-Fa-f]{2})")


class ExportError(ValueError):
    """The journal cannot be exported as it was given; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Balance:
    """The running balance of one account in one currency; debit positive."""

    account: str
    currency: str
    amount: str


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What the books must say when `last_day` is over; sorted by account number and currency."""

    last_day: date
    balances: tuple[Balance, ...]


class Amounts:
    """Writes amounts with as many decimals as `currencies` gives their currency."""

    def __init__(self, currencies: Mapping[str, int]) -> None:
        self._decimals = currencies

    def minor(self, entry: EntryRow, posting: PostingRow) -> int:
        """Return the amount in minor units of the currency's decimals.

        Raises ExportError for an unknown currency, or an amount with more decimals than it has.
        """
        decimals = self._decimals.get(posting.currency, -1)
        if posting.exponent > decimals:
            message = (
                f"the entry at position {entry.position} has an amount in {posting.currency} with"
                f" {posting.exponent} decimals: declare the currency with at least as many"
            )
            raise ExportError(message)
        scale: int = 10 ** (decimals - posting.exponent)
        return posting.amount_minor * scale

    def text(self, amount_minor: int, currency: str) -> str:
        """Return minor units, as `minor` gives them, as a decimal string."""
        return amount_text(amount_minor, self._decimals[currency])


def with_month_ends(entries: Iterable[EntryRow], amounts: Amounts) -> Iterator[EntryRow | MonthEnd]:
    """Yield the entries, and after the last one of each month that has any, a MonthEnd.

    Holds one entry and the running balances. Raises ExportError when a date goes back.
    """
    running: dict[tuple[str, str], int] = {}
    for last_day, month in groupby(_in_order(entries), key=_last_day_of_month):
        for entry in month:
            for posting in entry.postings:
                key = (posting.account, posting.currency)
                running[key] = running.get(key, 0) + amounts.minor(entry, posting)
            yield entry
        yield MonthEnd(last_day, tuple(_balances(running, amounts)))


def _balances(running: Mapping[tuple[str, str], int], amounts: Amounts) -> Iterator[Balance]:
    for (account, currency), amount_minor in sorted(running.items()):
        yield Balance(account, currency, amounts.text(amount_minor, currency))


def _in_order(entries: Iterable[EntryRow]) -> Iterator[EntryRow]:
    latest = date.min
    for entry in entries:
        if entry.posted_on < latest:
            message = (
                f"the entry at position {entry.position} is of {entry.posted_on}, after one of"
                f" {latest}: sort the entries by posted_on and position"
            )
            raise ExportError(message)
        latest = entry.posted_on
        yield entry


def _last_day_of_month(entry: EntryRow) -> date:
    return month_end(entry.posted_on)


def one_line(text: str, special: str = "") -> str:
    """Percent-encode what is unprintable (line ends included) or one of the `special` characters.

    A percent sign stays unless two hexadecimal digits follow it, so `urllib.parse.unquote` returns
    the text as it was.
    """
    if text.isprintable() and not any(character in text for character in "%" + special):
        return text
    return "".join(
        character
        if character.isprintable() and character not in special
        else quote(character, safe="", errors="surrogatepass")
        for character in _LOOKS_ENCODED.sub("%25", text)
    )
