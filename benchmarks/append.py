"""Durable commands: load, decide, save, answer; one client, and 64 in flight.

Ours charges a fee on a plan through the whole command path: read, idempotency key, load, domain,
append with leaf hash. The peer loads an aggregate, decides and saves one event. The limit is a
bare INSERT of a row, committed each time. Every one of them waits for the disk.
"""

from __future__ import annotations

import psycopg2  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url

from benchmarks import peer
from benchmarks.figures import Figure
from benchmarks.load import rate
from benchmarks.places import Places, new_ledger
from bootstrap import Acquit
from ledger.command_file import Line

PLANS = 4_000
"""So many that streams stay short, as those of real plans do."""

MANY = 64
_PEER_CLIENTS = (1, 2, 4, 8, 16, 64)
SCHEDULE = {
    "kind": "equal",
    "total": "240.00",
    "instalments": 12,
    "first_due": "2026-01-15",
    "every": "1 month",
}


def run(where: Places, *, quick: bool) -> list[Figure]:
    """Measure one client and many."""
    seconds = 3.0 if quick else 15.0
    peers = {clients: _peer(where, clients, seconds) for clients in _clients(quick=quick)}
    return [
        Figure(
            name="durable_1",
            unit="commands/s",
            ours=_ours(where, 1, seconds),
            peer=peers[1],
            limit=_insert(where, 1, seconds),
        ),
        Figure(
            name=f"durable_{MANY}",
            unit="commands/s",
            ours=_ours(where, MANY, seconds),
            peer=max(peers.values()),
            limit=_insert(where, MANY, seconds),
        ),
    ]


def _clients(*, quick: bool) -> tuple[int, ...]:
    return (1, 4, 16) if quick else _PEER_CLIENTS


def _ours(where: Places, clients: int, seconds: float) -> float:
    url = where.postgres()
    acquit = new_ledger(url)
    _agree(acquit)

    def work(client: int, number: int) -> None:
        answered = acquit.application.execute(
            {
                "command": "charge_fee",
                "id": f"fee-{client}-{number}",
                "on": "2026-01-10",
                "plan": f"P-{_turn(client, number, clients)}",
                "kind": "late_fee",
                "amount": "5.00",
            }
        )
        if answered.refusal is not None:
            raise answered.refusal

    try:
        return rate(work, clients, seconds)
    finally:
        acquit.application.close()
        where.drop(url)


def _turn(client: int, number: int, clients: int) -> int:
    """Return whose turn it is: clients go round plans of their own."""
    return (number * clients + client) % (PLANS // clients * clients)


def _agree(acquit: Acquit) -> None:
    opened = (
        {
            "command": "open_plan",
            "id": f"open-{number}",
            "on": "2026-01-01",
            "plan": f"P-{number}",
            "customer": f"C-{number}",
            "currency": "EUR",
            "schedule": SCHEDULE,
        }
        for number in range(PLANS)
    )
    lines = (Line(number, content) for number, content in enumerate(opened, 1))
    for answered in acquit.application.record(lines):
        if answered.refusal is not None:
            raise answered.refusal


def _peer(where: Places, clients: int, seconds: float) -> float:
    url = where.postgres()
    application = peer.opened(make_url(url), clients)
    agreements = application.agree(PLANS)

    def work(client: int, number: int) -> None:
        application.charge_fee(agreements[_turn(client, number, clients)], number)

    try:
        return rate(work, clients, seconds)
    finally:
        application.close()
        where.drop(url)


def _insert(where: Places, clients: int, seconds: float) -> float:
    url = where.postgres()
    connections = [psycopg2.connect(url) for _ in range(clients)]
    with connections[0].cursor() as cursor:
        cursor.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY, body bytea)")
    connections[0].commit()
    body = b"x" * 200

    def work(client: int, _number: int) -> None:
        with connections[client].cursor() as cursor:
            cursor.execute("INSERT INTO bare (body) VALUES (%s)", (body,))
        connections[client].commit()

    try:
        return rate(work, clients, seconds)
    finally:
        for connection in connections:
            connection.close()
        where.drop(url)
