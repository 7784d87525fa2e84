"""What is known of a person: the data as registered, opened for the one who asks, and the account.

Opened data are printed or written where the user says, and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from ledger.customer import Customer
from ledger.envelope import RecordedEvent
from ledger.events import CustomerRegistered, KeyKind, customer_stream
from ledger.store.log import read_stream
from ledger.subjects.sealing import Subjects
from projections.coordinates import Coordinates
from projections.receivables import movements
from projections.statement import statement
from projections.subjects.retention import Clock


class SubjectUnknownError(ValueError):
    """No customer of that id was registered."""


def shown(
    connection: Connection,
    subjects: Subjects,
    customer: Customer | None,
    clocks: Sequence[Clock],
    *,
    legal: bool,
) -> dict[str, Any]:
    """Return what is known of a customer; `service` and `invoiced_as` are null once shredded.

    `invoiced_as` is opened only with `legal`. Raises SubjectUnknownError; KeyStoreError,
    KeySourceError.
    """
    if customer is None:
        message = "there is no registered customer of that id: see register_customer"
        raise SubjectUnknownError(message)
    last = _last(read_stream(connection, customer_stream(customer.id)))
    return {
        "customer": customer.id,
        "registered_on": last.effective_on.isoformat() if last else None,
        "shredded": sorted(customer.shredded),
        "service": _opened(subjects, customer, last, "service"),
        "invoiced_as": _opened(subjects, customer, last, "legal") if legal else None,
        "kept": [
            {
                "kind": clock.kind,
                "last_moved_on": clock.last_moved_on and clock.last_moved_on.isoformat(),
                "kept_until": clock.kept_until and clock.kept_until.isoformat(),
            }
            for clock in clocks
        ],
    }


def _last(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    return next((e for e in reversed(events) if isinstance(e.fact, CustomerRegistered)), None)


def _opened(
    subjects: Subjects, customer: Customer, last: RecordedEvent | None, kind: KeyKind
) -> dict[str, str] | None:
    if last is None or kind in customer.requested:
        return None
    return subjects.opened(last, kind)


def account(connection: Connection, customer: str, at: Coordinates) -> dict[str, Any]:
    """Return the plans of a customer, and a statement in each currency."""
    query = select(movements.c.plan, movements.c.currency).where(
        movements.c.customer == customer, movements.c.position <= at.position
    )
    rows = connection.execute(query.distinct()).all()
    return {
        "plans": sorted({row.plan for row in rows if row.plan}),
        "statements": {
            currency: statement(connection, customer, at, currency=currency)
            for currency in sorted({row.currency for row in rows})
        },
    }
