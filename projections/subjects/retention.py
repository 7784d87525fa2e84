"""The clocks of a customer: when what is sealed may go, counted from the last movement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from ledger.customer import Customer
from ledger.events import KEY_KINDS, KeyKind
from ledger.policies.retention import kept_until
from projections.receivables import movements


@dataclass(frozen=True, slots=True)
class Clock:
    """Until when data of a kind are kept; None where nothing ever moved, so nothing keeps them."""

    kind: KeyKind
    last_moved_on: date | None
    kept_until: date | None

    def has_run_out(self, on: date) -> bool:
        """Tell whether nothing keeps the data on a day."""
        return self.kept_until is None or self.kept_until < on


def clocks_of(connection: Connection, customer: str, fiscal_year_start: str) -> list[Clock]:
    """Return the clocks of one customer, service first."""
    query = select(func.max(movements.c.posted_on)).where(movements.c.customer == customer)
    return _clocks(connection.execute(query).scalar_one(), fiscal_year_start)


def due(
    connection: Connection, customers: Iterable[Customer], fiscal_year_start: str, on: date
) -> list[tuple[str, Clock]]:
    """Return the keys whose clocks have run out and that are still there, by customer."""
    query = select(movements.c.customer, func.max(movements.c.posted_on).label("last_on")).group_by(
        movements.c.customer
    )
    moved = {row.customer: row.last_on for row in connection.execute(query)}
    return [
        (customer.id, clock)
        for customer in customers
        for clock in _clocks(moved.get(customer.id), fiscal_year_start)
        if clock.kept_until is not None
        and clock.has_run_out(on)
        and clock.kind not in customer.shredded
    ]


def _clocks(last_on: date | None, fiscal_year_start: str) -> list[Clock]:
    return [
        Clock(kind, last_on, last_on and kept_until(kind, last_on, fiscal_year_start))
        for kind in KEY_KINDS
    ]
