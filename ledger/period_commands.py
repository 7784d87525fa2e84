"""The forms of the commands that close a month and open it again."""

from __future__ import annotations

from datetime import date

from ledger.agreement_commands import Base
from ledger.fields import Fields
from ledger.intentions import ClosePeriod, Command, ReopenPeriod


def read_close_period(fields: Fields, base: Base) -> Command:
    """Read `close_period`; `on` is the last day of the month."""
    _require_next_day(fields, base)
    return ClosePeriod(**base)


def read_reopen_period(fields: Fields, base: Base) -> Command:
    """Read `reopen_period`; `on` is the last day of the month, as in `close_period`."""
    return ReopenPeriod(**base, reason=fields.reason(), approver=fields.optional_text("approver"))


def _require_next_day(fields: Fields, base: Base) -> None:
    if base["on"] == date.max:
        raise fields.wrong("on", "must leave a next day, the first that is open")
