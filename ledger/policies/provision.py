"""Policies of provision: which share of what is owed is expected to be lost, by age.

A policy has a table `matrix` for books that expect losses on all claims together (IFRS 9 5.5.15 and
B5.5.35; ASC 326-20-55-37 to 40), a table `claims` for books that do so claim by claim (plan
comptable général, account 491), or both. It comes with the package, from a file, or from the event
that adopted it; its digest is the same wherever it came from.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from ledger.policies import content
from ledger.policies.provision_refusals import (
    PolicyUnknown,
    PolicyUnreadable,
    RatesNotInForce,
)
from ledger.policies.tables import Table
from ledger.terms.money import decimal_of
from ledger.terms.provision import Rounding
from ledger.terms.refusals import AmountNotANumber

DEFAULT = "standard"
KIND = "provision"
_NAME = "provision"
_HISTORY = "history"
_MOST_MONTHS = 1200
Base = Literal["gross", "net"]


@dataclass(frozen=True, slots=True)
class DatedRates:
    """Loss rates from a day on, as fractions of one, a rate for each age band."""

    since: date
    rates: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rows of rates over the same age bands; `file` and `key` say where they stand."""

    file: str
    key: str
    rows: tuple[DatedRates, ...]

    def on(self, day: date) -> tuple[Fraction, ...]:
        """Return the rates in force on a day. Raises RatesNotInForce."""
        begun = [row for row in self.rows if row.since <= day]
        if not begun:
            raise RatesNotInForce(file=self.file, key=self.key, day=str(day))
        return max(begun, key=lambda row: row.since).rates


@dataclass(frozen=True, slots=True)
class Window:
    """What of history counts: the last `months` that are decided, or a span of days."""

    months: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MatrixPolicy:
    """How all claims together are provided for.

    `base` is what the rates apply to: with tax ("gross") or without ("net"). Amounts are rounded to
    whole multiples of `unit` units of the currency, or of the minor unit where it is None, by row
    or in total.
    """

    edges: tuple[int, ...]
    base: Base
    rounding: Rounding
    unit: int | None
    rates: RateTable | Window


@dataclass(frozen=True, slots=True)
class ClaimsPolicy:
    """How each doubtful claim is provided for, without tax: by age, but for plans named."""

    edges: tuple[int, ...]
    rates: RateTable
    plans: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class ProvisionPolicy:
    """A policy; `digest` is the SHA-256, in hex, of its canonical JSON, days as text."""

    name: str
    digest: str
    matrix: MatrixPolicy | None
    claims: ClaimsPolicy | None

    def speaks_of(self, impairment: Literal["matrix", "claims"]) -> bool:
        """Tell whether it has a table for books that expect losses in a way."""
        return (self.matrix if impairment == "matrix" else self.claims) is not None


def provision_policies() -> tuple[str, ...]:
    """Return the names of the packaged policies, the default first."""
    return tuple(content(_NAME))


def provision_policy(name: str) -> ProvisionPolicy:
    """Return a packaged policy by name, or one from a TOML file.

    Raises PolicyUnknown, PolicyUnreadable, PolicyKeyMissing, PolicyKeyUnknown, PolicyKeyWrong.
    """
    return read_provision_policy(name, policy_content(name))


def policy_content(name: str) -> Mapping[str, Any]:
    """Return what a packaged policy or a TOML file says. Raises PolicyUnknown, PolicyUnreadable."""
    packaged: Mapping[str, Any] = content(_NAME)
    if name in packaged:
        found: Mapping[str, Any] = packaged[name]
        return found
    path = Path(name)
    if not path.is_file():
        raise PolicyUnknown(name=name, known=", ".join(provision_policies()))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PolicyUnreadable(file=name, problem=str(problem)) from problem


def read_provision_policy(name: str, said: Mapping[str, Any]) -> ProvisionPolicy:
    """Return the policy that `said` writes down; refusals name `name` as the file.

    Raises PolicyKeyMissing, PolicyKeyUnknown, PolicyKeyWrong.
    """
    top = Table(name, said)
    top.only("title", "source", "matrix", "claims")
    for key in ("title", "source"):
        top.text(key)
    if not top.has("matrix") and not top.has("claims"):
        raise top.missing("matrix", "a table [matrix], [claims], or both")
    return ProvisionPolicy(
        name=name,
        digest=_digest(said),
        matrix=_matrix(top.table("matrix")) if top.has("matrix") else None,
        claims=_claims(top.table("claims")) if top.has("claims") else None,
    )


def _digest(said: Mapping[str, Any]) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _matrix(table: Table) -> MatrixPolicy:
    table.only("edges", "base", "rounding", "unit", "rates", _HISTORY)
    edges = _edges(table)
    base: Base = "net" if table.choice("base", "gross", "net") == "net" else "gross"
    rounding: Rounding = "total" if table.choice("rounding", "rows", "total") == "total" else "rows"
    return MatrixPolicy(edges, base, rounding, _unit(table), _rates_or_window(table, edges))


def _rates_or_window(table: Table, edges: tuple[int, ...]) -> RateTable | Window:
    if table.content.get("rates") == _HISTORY:
        return _window(table.table(_HISTORY))
    if table.has(_HISTORY):
        raise table.wrong(_HISTORY, 'leave it out, or write rates = "history"')
    return _rates(table, edges)


def _claims(table: Table) -> ClaimsPolicy:
    table.only("edges", "rates", "plans")
    edges = _edges(table)
    named = table.table("plans") if table.has("plans") else Table(table.file, {})
    plans = {plan: _percent(named, plan, named.content[plan]) for plan in named.content}
    return ClaimsPolicy(edges, _rates(table, edges), plans)


def _edges(table: Table) -> tuple[int, ...]:
    values = table.get("edges", list)
    whole = all(type(value) is int and value > 0 for value in values)
    if not values or not whole or any(low >= high for low, high in pairwise(values)):
        raise table.wrong("edges", "write growing whole numbers of days, as in [30, 60, 90]")
    return tuple(values)


def _unit(table: Table) -> int | None:
    if not table.has("unit"):
        return None
    unit = table.get("unit", int)
    if unit < 1:
        raise table.wrong("unit", "write how many whole units to round to, 1 or more")
    return unit


def _rates(table: Table, edges: tuple[int, ...]) -> RateTable:
    rows = []
    for row in table.tables("rates"):
        row.only("from", "percent", "source")
        row.text("source")
        rows.append(DatedRates(row.day("from"), _percents(row, len(edges) + 2)))
    return RateTable(table.file, table.key("rates"), tuple(rows))


def _percents(row: Table, bands: int) -> tuple[Fraction, ...]:
    """Read a rate for each age band; a single text counts for all of them."""
    given = row.content.get("percent")
    if isinstance(given, str):
        return (_percent(row, "percent", given),) * bands
    values = row.get("percent", list)
    if len(values) != bands:
        problem = f"{len(values)} rates for {bands} age bands: not due, each band, over the last"
        raise row.wrong("percent", problem)
    return tuple(_percent(row, "percent", value) for value in values)


def _percent(table: Table, key: str, given: object) -> Fraction:
    """Read a percentage as a fraction of one. Raises PolicyKeyWrong."""
    problem = 'write percentages as text from "0" to "100", as in "0.3"'
    if not isinstance(given, str):
        raise table.wrong(key, problem)
    try:
        rate = Fraction(decimal_of(given)) / 100
    except AmountNotANumber:
        raise table.wrong(key, problem) from None
    if not 0 <= rate <= 1:
        raise table.wrong(key, problem)
    return rate


def _window(table: Table) -> Window:
    table.only("months", "from", "to")
    if not table.has("months"):
        since, until = table.day("from"), table.day("to")
        if since > until:
            raise table.wrong("to", "write a day that is not before 'from'")
        return Window(since=since, until=until)
    if table.has("from") or table.has("to"):
        raise table.wrong("months", "write either months, or from and to")
    months = table.get("months", int)
    if not 1 <= months <= _MOST_MONTHS:
        raise table.wrong("months", f"write a number from 1 to {_MOST_MONTHS}")
    return Window(months=months)
