"""Adopting rules and policies: from a day on, with their content, by an event in stream `ledger`.

The files of the package or of a user are only where they come from; what counts is what was
adopted. Nothing is adopted into days that are closed, and adopting the same again changes nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ledger.answers import Result, Verdict
from ledger.application import LedgerApplication
from ledger.books.accounts import chart_of, complete, digest_of, packaged_books, packaged_chart
from ledger.books.balancing import require_whole
from ledger.books.rules import RuleError
from ledger.closing import REOPENING
from ledger.envelope import Event, RecordedEvent
from ledger.events import LEDGER_STREAM, Fact, PolicyAdopted, RulesAdopted
from ledger.fields import currency_exponent
from ledger.policies import provision
from ledger.store.log import read_stream
from ledger.store.schema import ledger_head
from ledger.terms.money import decimal_of
from ledger.terms.refusals import Refusal

_LIMITED = ("refund", "write_off")
_REOPENING = {"approver": True}


class AdoptionError(ValueError):
    """What was to be adopted cannot be; the message names the place and the way out."""


def chart_from(name: str) -> Mapping[str, Any]:
    """Return the content of a packaged chart, or of a chart file in TOML, complete.

    Raises AdoptionError, ChartError.
    """
    if name in packaged_books():
        return packaged_chart(name)
    content = complete(_read(name, f"a packaged book ({', '.join(packaged_books())})"))
    try:
        require_whole(chart_of(content).rules)
    except RuleError as error:
        message = f"{name}: {error}"
        raise AdoptionError(message) from None
    return content


def policy_from(kind: str, name: str) -> Mapping[str, Any]:
    """Return the content of a policy file in TOML, or of a packaged policy of provision.

    Raises AdoptionError, and the refusals of `provision_policy`.
    """
    if kind == provision.KIND:
        said = provision.policy_content(name)
        provision.read_provision_policy(name, said)
        return said
    content = _read(name, "a policy file")
    for what, limits in content.items():
        if what == REOPENING and limits == _REOPENING:
            continue
        if what not in _LIMITED or not isinstance(limits, dict):
            known = ", ".join(_LIMITED)
            message = f"{name}: a policy of {kind} limits {known} by currency, not {what!r}"
            raise AdoptionError(message)
        for currency, limit in limits.items():
            _require_limit(name, f"{what}.{currency}", currency, limit)
    return content


def _require_limit(name: str, place: str, currency: str, limit: Any) -> Decimal:
    try:
        currency_exponent(currency)
        return decimal_of(limit)
    except (Refusal, TypeError) as error:
        message = f"{name}: {place} = {limit!r} is not an amount as text: {error}"
        raise AdoptionError(message) from None


def _read(name: str, else_: str) -> dict[str, Any]:
    path = Path(name)
    if not path.is_file():
        message = f"{name!r} is neither {else_} nor a file"
        raise AdoptionError(message)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{name}: not TOML: {error}"
        raise AdoptionError(message) from None


def adopt_rules(
    ledger: LedgerApplication, content: Mapping[str, Any], on: date, recorded_us: int | None
) -> Result:
    """Let the chart and rules of a book take effect on a day. Raises AdoptionError."""
    plain = _plain(content)
    fact = RulesAdopted(book=plain["book"], digest=digest_of(plain), content=plain)
    return _adopt(ledger, fact, f"rules {fact.book} {on} {fact.digest[:16]}", on, recorded_us)


def adopt_policy(
    ledger: LedgerApplication,
    kind: str,
    content: Mapping[str, Any],
    on: date,
    recorded_us: int | None,
) -> Result:
    """Let a policy take effect on a day. Raises AdoptionError."""
    plain = _plain(content)
    fact = PolicyAdopted(kind=kind, name=kind, digest=digest_of(plain), content=plain)
    return _adopt(ledger, fact, f"policy {kind} {on} {fact.digest[:16]}", on, recorded_us)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content as an event stores it: dates of TOML become text."""
    plain: dict[str, Any] = json.loads(json.dumps(content, default=str))
    return plain


def _adopt(
    ledger: LedgerApplication, fact: Fact, command_id: str, on: date, recorded_us: int | None
) -> Result:
    with ledger.store.database.reading() as connection:
        adopted = read_stream(connection, LEDGER_STREAM)
        open_from: date | None = connection.execute(select(ledger_head.c.open_from)).scalar_one()
    if open_from is not None and on < open_from:
        message = f"{on} is closed: adopt from {open_from} on, the first open day"
        raise AdoptionError(message)
    if _stands(adopted, fact, on):
        return Result(1, command_id, Verdict.REPEATED)
    event = Event(LEDGER_STREAM, len(adopted) + 1, on, fact)
    ledger.save(
        event,
        command_id=command_id,
        actor=ledger.actor,
        recorded_us=recorded_us,
        default_recorded_us=ledger.identity.default_us(on),
    )
    return Result(1, command_id, Verdict.ACCEPTED, events=1)


def _stands(adopted: list[RecordedEvent], fact: Fact, on: date) -> bool:
    """Tell whether the same content is what was adopted last for that day."""
    same = [
        found
        for found in adopted
        if type(found.fact) is type(fact)
        and _subject(found.fact) == _subject(fact)
        and found.effective_on <= on
    ]
    last = max(same, key=lambda found: (found.effective_on, found.position), default=None)
    return last is not None and last.fact == fact


def _subject(fact: Any) -> str:
    return str(getattr(fact, "book", None) or getattr(fact, "kind", ""))
