"""Names for those who may ask for them by law: as invoices are made out, opened one at a time.

Opened names go where the user says, and are stored nowhere.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection

from ledger.events import CustomerRegistered, KeyKind, SubjectShredRequested, customer_stream
from ledger.store.log import read_stream
from ledger.subjects.sealing import Subjects

_FIRST_TO_TRY: tuple[KeyKind, ...] = ("legal", "service")
_KEPT_AT_HAND = 10_000


class InvoicedNames:
    """The names of customers, as they now are."""

    def __init__(self, connection: Connection, subjects: Subjects) -> None:
        self._connection = connection
        self._subjects = subjects
        self.of = lru_cache(maxsize=_KEPT_AT_HAND)(self._of)

    def _of(self, customer: str) -> str:
        """Return a customer's name, or the id where none was given or its key is gone.

        Raises KeyStoreError, KeySourceError.
        """
        events = read_stream(self._connection, customer_stream(customer))
        requested = {
            kind
            for event in events
            if isinstance(event.fact, SubjectShredRequested)
            for kind in event.fact.keys
        }
        registered = [event for event in events if isinstance(event.fact, CustomerRegistered)]
        for kind in _FIRST_TO_TRY:
            if registered and kind not in requested:
                opened = self._subjects.opened(registered[-1], kind) or {}
                if opened.get("name"):
                    return opened["name"]
        return customer
