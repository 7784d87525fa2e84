"""What proposals share that may be recorded: an open day, and ids that name what was proposed."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from sqlalchemy import Connection, select

from ledger.store.schema import ledger_head

_ID_DIGITS = 32


class DayClosedError(ValueError):
    """A proposal is dated within a closed period, where its entry could not be posted."""


def require_open(connection: Connection, on: date) -> None:
    """Refuse a day that is closed: its entry would be posted later, and the day never agree.

    Raises DayClosedError.
    """
    open_from: date | None = connection.execute(select(ledger_head.c.open_from)).scalar_one()
    if open_from is not None and on < open_from:
        message = f"{on} is closed: propose as of {open_from} or later, the first open day"
        raise DayClosedError(message)


def command_id(kind: str, *parts: str | int | None) -> str:
    """Return a command id that is the same for the same parts."""
    made = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"{kind} {made[:_ID_DIGITS]}"
