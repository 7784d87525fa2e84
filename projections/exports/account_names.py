"""Account names that Beancount, hledger and Ledger all accept, made from a chart of accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from ledger.books.accounts import Account, Chart, ChartError
from projections.rows import EntryRow, PostingRow

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss", "ø": "o"})
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


class AccountNames:
    """The names of all accounts met so far, by number; at first those of the chart.

    An earlier chart may have given a role another number: such an account is named after its role
    in the present chart, with its own number.
    """

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._names: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        for account in chart.accounts:
            self._add(account)

    def __getitem__(self, number: str) -> str:
        return self._names[number]

    def new_in(self, entry: EntryRow) -> Iterator[Account]:
        """Yield, and from now on know, the accounts of `entry` that were not met before.

        Raises ChartError when the chart has neither the number nor the role.
        """
        for posting in entry.postings:
            if posting.account not in self._names:
                account = self._renumbered(entry, posting)
                self._add(account)
                yield account

    def _renumbered(self, entry: EntryRow, posting: PostingRow) -> Account:
        same_role = self._chart.by_role.get(posting.role)
        if same_role is None:
            message = (
                f"the entry at position {entry.position} posts to {posting.account!r}"
                f" ({posting.role}), which the chart {self._chart.book!r} does not have"
            )
            raise ChartError(message)
        return replace(same_role, account=posting.account)

    def _add(self, account: Account) -> None:
        name = account_name(account)
        other = self._numbers.setdefault(name, account.account)
        if other != account.account:
            message = f"the accounts {other!r} and {account.account!r} would both be named {name}"
            raise ChartError(message)
        self._names[account.account] = name


def account_name(account: Account) -> str:
    """Return the account's name, as in "Assets:1200-Instalments-Receivable".

    Only letters without accents, digits and hyphens, which every program reads in every locale.
    Raises ChartError when the account's number holds none of them.
    """
    number = _words(account.account)
    if not number:
        message = f"the account number {account.account!r} has neither a digit nor a letter"
        raise ChartError(message)
    return f"{_ROOTS[account.type]}:{'-'.join(number + _words(account.name))}"


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return [word[0].upper() + word[1:] for word in _NOT_IN_NAMES.split(letters) if word]
