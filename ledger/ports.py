"""What the ledger asks of its projections: two ports, which the wiring fills.

Nothing else that is derived from events takes part in a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ledger.closing import Figures


class Agenda(Protocol):
    """What falls due when: the one thing a decision may ask a projection."""

    def due_plans(self, through: date, after: str, limit: int) -> Sequence[str]:
        """Return up to `limit` plans, by id, after `after`, that have something to bill."""


class MonthFigures(Protocol):
    """What a month comes to: read when it is closed, and recorded with it."""

    def of_closing(self, version: int) -> Figures:
        """Return what the month comes to whose PeriodClosing is that version of its stream."""
