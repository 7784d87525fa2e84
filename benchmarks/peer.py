"""The peer: the `eventsourcing` library with its own Postgres module, doing the same work.

An agreement is an aggregate; a fee is charged by loading it, deciding and saving one event.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from sqlalchemy.engine import URL


class Agreement(Aggregate):
    """What is owed under an agreement."""

    @event("Agreed")
    def __init__(self, customer: str, total_minor: int, instalments: int) -> None:
        self.customer = customer
        self.total_minor = total_minor
        self.instalments = instalments
        self.owed_minor = 0
        self.charges: list[str] = []

    @event("FeeCharged")
    def charge_fee(self, charge: str, amount_minor: int) -> None:
        """Owe a fee."""
        if amount_minor <= 0:
            raise ValueError(amount_minor)
        self.owed_minor += amount_minor
        self.charges.append(charge)


class Agreements(Application[UUID]):
    """Loads, decides and saves."""

    def agree(self, count: int) -> list[UUID]:
        """Agree many times; return whom to charge."""
        made = [Agreement(f"C-{number}", 24_000, 12) for number in range(count)]
        for start in range(0, count, 200):
            self.save(*made[start : start + 200])
        return [agreement.id for agreement in made]

    def charge_fee(self, agreement: UUID, number: int) -> None:
        """Charge one fee."""
        found: Agreement = self.repository.get(agreement)
        found.charge_fee(f"f{number}", 500)
        self.save(found)

    def charge_many(self, agreements: Sequence[UUID], number: int) -> int:
        """Charge one fee each in one save; return how many events that were."""
        found: list[Agreement] = [self.repository.get(name) for name in agreements]
        for one in found:
            one.charge_fee(f"f{number}", 500)
        self.save(*found)
        return len(found)


def opened(url: URL, clients: int) -> Agreements:
    """Open the peer on an empty database, with a connection for each client."""
    return Agreements(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": url.database or "",
            "POSTGRES_HOST": str(url.host or url.query.get("host") or ""),
            "POSTGRES_PORT": str(url.port or ""),
            "POSTGRES_USER": url.username or "",
            "POSTGRES_PASSWORD": url.password or "",
            "POSTGRES_POOL_SIZE": str(max(2, clients)),
            "POSTGRES_MAX_OVERFLOW": "10",
            "POSTGRES_MAX_WAITING": str(2 * clients),
        }
    )


def opened_sqlite(path: Path) -> Agreements:
    """Open the peer on an empty SQLite file, with the library's own module."""
    return Agreements({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})
