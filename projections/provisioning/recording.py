"""From a proposal to command lines: `provision`, one for each claim or for all claims together.

An id is a digest of book, currency, plan, and the position of the last entry on the book's
allowance account that the proposal knew. So the same proposal recorded twice, or by two at once,
moves the allowance once; of two different proposals made from the same state, for other days or
under other policies, the second is refused, since it does not know what the first one moved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ledger.store.schema import ledger_head
from ledger.terms.money import amount_text
from projections.provisioning.lines import Line, Total
from projections.provisioning.proposal import Proposal

_DIGEST_SHOWN = 16
_ID_DIGITS = 32


class DayClosedError(ValueError):
    """A provision is dated within a closed period, where its entry could not be posted."""


def require_open(connection: Connection, on: date) -> None:
    """Refuse a day that is closed: its entry would be posted later, and the day never agree.

    Raises DayClosedError.
    """
    open_from: date | None = connection.execute(select(ledger_head.c.open_from)).scalar_one()
    if open_from is not None and on < open_from:
        message = f"{on} is closed: propose as of {open_from} or later, the first open day"
        raise DayClosedError(message)


def command_lines(proposal: Proposal, recorded: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the commands that record a proposal; none where nothing moves.

    `recorded` is their recording time in a simulated ledger.
    """
    for total in proposal.totals:
        if total.impairment == "matrix" and total.movement_minor:
            yield _command(proposal, total, total.movement_minor, recorded)
    for line in proposal.lines:
        if line.impairment == "claims" and line.movement_minor:
            yield _command(proposal, line, line.movement_minor, recorded)


def _command(
    proposal: Proposal, of: Line | Total, movement_minor: int, recorded: str | None
) -> dict[str, Any]:
    day, policy = proposal.at.as_of.isoformat(), proposal.policy
    plan = of.plan if isinstance(of, Line) else None
    last = proposal.last[of.book]
    named = f"policy {Path(policy.name).name} ({policy.digest[:_DIGEST_SHOWN]})"
    return {
        "command": "provision",
        "id": _id(of.book, of.currency, plan, last),
        "on": day,
        "book": of.book,
        **({"plan": plan} if plan else {}),
        "currency": of.currency,
        "amount": amount_text(movement_minor, of.exponent),
        "reason": f"expected loss on {day}, {named}",
        **({"recorded": recorded} if recorded else {}),
    }


def _id(*parts: str | int | None) -> str:
    """Return a command id that is the same for the same parts."""
    made = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"provision {made[:_ID_DIGITS]}"
