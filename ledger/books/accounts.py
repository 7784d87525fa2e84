"""A chart of accounts says which account plays which role in one book.

The posting rules speak of roles only. Chart and rules are data: read from TOML once, when a ledger
adopts them, and from then on from the event that recorded the adoption.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any, Literal

from ledger.books.rules import Rule, RuleError, rules_of

AccountType = Literal["asset", "liability", "equity", "income", "expense"]
Impairment = Literal["matrix", "claims"]
_NO_CHARTS = frozenset({"rules.toml"})
"""Files beside the charts that hold rules which charts share."""


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
    """The accounts and the posting rules of one book.

    `impairment` says how it expects losses: "matrix" on all claims together, "claims" one by one.
    `journals` gives the names of the journals that its rules post to.
    """

    book: str
    title: str
    impairment: Impairment
    accounts: tuple[Account, ...]
    rules: Mapping[str, Rule]
    journals: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_role(self) -> Mapping[str, Account]:
        """Accounts by the role they play."""
        return {account.role: account for account in self.accounts}


def packaged_books() -> list[str]:
    """Return the names of the charts that come with the package."""
    names = (path.name for path in (resources.files("ledger.books") / "charts").iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name not in _NO_CHARTS)


def packaged_chart(book: str) -> dict[str, Any]:
    """Return the content of the chart that comes with the package, its shared rules put in.

    Raises ChartError if there is none of that name.
    """
    path = resources.files("ledger.books") / "charts" / f"{book}.toml"
    if not path.is_file() or path.name in _NO_CHARTS:
        message = f"no chart named {book!r} comes with the package"
        raise ChartError(message)
    return complete(tomllib.loads(path.read_text(encoding="utf-8")))


def complete(content: Mapping[str, Any]) -> dict[str, Any]:
    """Put the shared rules that a chart file names in front of its own, so that it stands alone.

    Raises ChartError if there are no rules of that name.
    """
    whole = dict(content)
    shared = whole.pop("shared_rules", None)
    if shared is None:
        return whole
    path = resources.files("ledger.books") / "charts" / f"{shared}.toml"
    if path.name not in _NO_CHARTS:
        message = f"the chart names shared rules {shared!r}, which do not come with the package"
        raise ChartError(message)
    own = whole.get("rules", [])
    replaced = {rule.get("event") for rule in own}
    rules = tomllib.loads(path.read_text(encoding="utf-8"))["rules"]
    return {**whole, "rules": [*(r for r in rules if r["event"] not in replaced), *own]}


def chart_of(content: Mapping[str, Any]) -> Chart:
    """Build a chart from its content, as `complete` made it or as its adoption recorded it.

    Raises ChartError when a role or an account number occurs twice, a field is missing, or a
    posting rule cannot be.
    """
    try:
        accounts = tuple(Account(**account) for account in content["accounts"])
        _require_once(content["book"], accounts)
        roles = {account.role for account in accounts}
        chart = Chart(
            book=content["book"],
            title=content["title"],
            impairment=content["impairment"],
            accounts=accounts,
            rules=rules_of(content["rules"], roles),
            journals=dict(content.get("journals", {})),
        )
    except RuleError as error:
        message = f"the chart {content.get('book')!r}: {error}"
        raise ChartError(message) from error
    except (AttributeError, KeyError, TypeError) as error:
        message = f"the chart is incomplete: {error}"
        raise ChartError(message) from error
    return chart


def _require_once(book: str, accounts: tuple[Account, ...]) -> None:
    for name in ("role", "account"):
        values = [getattr(account, name) for account in accounts]
        if len(set(values)) != len(values):
            message = f"the chart {book!r} has a {name} twice"
            raise ChartError(message)


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of the chart's canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
