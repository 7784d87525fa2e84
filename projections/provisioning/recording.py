"""From a proposal to command lines: `provision`, one for each claim or for all claims together.

An id is a digest of book, currency, plan, and the position of the last entry on the book's
allowance account that the proposal knew. So the same proposal recorded twice, or by two at once,
moves the allowance once; of two different proposals made from the same state, for other days or
under other policies, the second is refused, since it does not know what the first one moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.terms.money import amount_text
from projections.proposed import command_id
from projections.provisioning.lines import Line, Total
from projections.provisioning.proposal import Proposal

_DIGEST_SHOWN = 16


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
        "id": command_id("provision", of.book, of.currency, plan, last),
        "on": day,
        "book": of.book,
        **({"plan": plan} if plan else {}),
        "currency": of.currency,
        "amount": amount_text(movement_minor, of.exponent),
        "reason": f"expected loss on {day}, {named}",
        **({"recorded": recorded} if recorded else {}),
    }
