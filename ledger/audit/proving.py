"""Proofs for single events, and that one seal continues another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ledger.audit.sealing import Seal, newest_seal, stored_subtree
from ledger.audit.tree import consistency_proof, inclusion_proof
from ledger.events import plan_stream
from ledger.store.log import head_position
from ledger.store.schema import events


class ProofError(ValueError):
    """A proof cannot be made; the message says why and the way out."""


def proofs_of(connection: Connection, what: str) -> dict[str, Any]:
    """Return the checkpoint, and for each event its leaf, its index and the way to the root.

    `what` is a position, a stream or a plan. Raises ProofError.
    """
    sealed = _newest(connection)
    size = sealed.checkpoint.size
    subtree = stored_subtree(connection)
    found = _leaves(connection, what)
    if not found:
        message = f"there is no event, stream or plan {what!r}"
        raise ProofError(message)
    late = [position for position, _ in found if position > size]
    if late:
        message = f"position {late[0]} is not sealed yet, the last seal covers {size} events: seal"
        raise ProofError(message)
    return {
        "checkpoint": sealed.note,
        "events": [
            {
                "position": position,
                "index": position - 1,
                "leaf": leaf.hex(),
                "proof": [each.hex() for each in inclusion_proof(subtree, position - 1, size)],
            }
            for position, leaf in found
        ],
    }


def _newest(connection: Connection) -> Seal:
    sealed = newest_seal(connection)
    if sealed is None:
        message = "nothing is sealed yet: run acquit audit seal first"
        raise ProofError(message)
    return sealed


def _leaves(connection: Connection, what: str) -> list[tuple[int, bytes]]:
    query = select(events.c.position, events.c.leaf).order_by(events.c.position)
    if what.isascii() and what.isdigit():
        query = query.where(events.c.position == min(int(what), head_position(connection) + 1))
    else:
        query = query.where(events.c.stream.in_((what, plan_stream(what))))
    return [(position, bytes(leaf)) for position, leaf in connection.execute(query)]


def growth_of(connection: Connection, before: int, size: int) -> dict[str, Any]:
    """Return the proof that one tree continues another. Raises ProofError."""
    sealed = _newest(connection).checkpoint.size
    if not 0 < before <= size <= sealed:
        message = f"sizes go from 1 to {sealed}, the events sealed, the first not above the second"
        raise ProofError(message)
    proof = consistency_proof(stored_subtree(connection), before, size)
    return {"from": before, "to": size, "hashes": [found.hex() for found in proof]}
