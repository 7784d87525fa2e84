"""A command is not dated before what it acts on."""

from __future__ import annotations

from datetime import date

from ledger.plan import Plan
from ledger.refusals import DatedBefore


def require_not_before(on: date, what: str, since: date) -> None:
    """Refuse a day before what is acted on existed. Raises DatedBefore."""
    if on < since:
        raise DatedBefore(on=on.isoformat(), what=what, since=since.isoformat())


def require_agreed(plan: Plan, on: date) -> None:
    """Refuse a day before the agreement. Raises DatedBefore."""
    require_not_before(on, "the plan", plan.opened_on)
