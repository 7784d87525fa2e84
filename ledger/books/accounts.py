"""A chart of accounts says which account plays which role in one book.

The posting rules speak of roles only; a chart is data. It is read from TOML once, when a ledger
adopts it, and from then on from the event that recorded the adoption.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any, Literal

AccountType = Literal["asset", "liability", "equity", "income", "expense"]


class ChartError(ValueError):
    """A chart is incomplete or contradicts itself; the message names the place."""


@dataclass(frozen=True, slots=True)
class Account:
    """One line of a chart of accounts."""

    role: str
    account: str
    name: str
    type: AccountType


@dataclass(frozen=True)
class Chart:
    """The accounts and the choices of one book."""

    book: str
    title: str
    write_off_to: str
    accounts: tuple[Account, ...]

    @cached_property
    def by_role(self) -> Mapping[str, Account]:
        """Accounts by the role they play."""
        return {account.role: account for account in self.accounts}


def packaged_chart(book: str) -> dict[str, Any]:
    """Return the content of the chart that comes with the package.

    Raises ChartError if there is none of that name.
    """
    path = resources.files("ledger.books") / "charts" / f"{book}.toml"
    if not path.is_file():
        message = f"no chart named {book!r} comes with the package"
        raise ChartError(message)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def chart_of(content: Mapping[str, Any]) -> Chart:
    """Build a chart from its content, as read from TOML or from the event that adopted it.

    Raises ChartError when a role or an account number occurs twice or a field is missing.
    """
    try:
        accounts = tuple(Account(**account) for account in content["accounts"])
        chart = Chart(
            book=content["book"],
            title=content["title"],
            write_off_to=content["rules"]["write_off_to"],
            accounts=accounts,
        )
    except (KeyError, TypeError) as error:
        message = f"the chart is incomplete: {error}"
        raise ChartError(message) from error
    for field in ("role", "account"):
        values = [getattr(account, field) for account in accounts]
        if len(set(values)) != len(values):
            message = f"the chart {chart.book!r} has a {field} twice"
            raise ChartError(message)
    return chart


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of the chart's canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
