"""The names that a FEC of ours uses: journals, the opening of a year, the accounts of results.

They are data, in `names.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    """An account that the chart of a book need not have."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Results:
    """Where the result of former years stands: a profit in one account, a loss in another."""

    profit: Named
    loss: Named

    def of(self, balance_minor: int) -> Named:
        """Return the account for a balance of all income and expenses, debit positive."""
        return self.loss if balance_minor > 0 else self.profit


@dataclass(frozen=True, slots=True)
class Opening:
    """The entry that opens a fiscal year."""

    journal: str
    name: str
    document: str
    narration: str


@dataclass(frozen=True, slots=True)
class Names:
    """All of them."""

    journals: Mapping[str, str]
    opening: Opening
    last_year: Results
    earlier_years: Results

    def journal_code(self, journal: str) -> str:
        """Return the code of a journal that a posting rule names."""
        return self.journals.get(journal, journal.upper())


@cache
def packaged_names() -> Names:
    """Return the names that come with the package."""
    path = resources.files("ledger.fec") / "names.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    last_year, earlier = (_results(content["results"][n]) for n in ("last_year", "earlier_years"))
    return Names(content["journals"], Opening(**content["opening"]), last_year, earlier)


def _results(content: Mapping[str, Any]) -> Results:
    return Results(Named(**content["profit"]), Named(**content["loss"]))
