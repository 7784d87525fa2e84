"""A small ledger whose months are closed: a plan over three months, paid in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.answers import Result, Verdict
from ledger.events import PERIOD_STREAM, PeriodClosed
from ledger.store.log import read_stream

if TYPE_CHECKING:
    from bootstrap import Acquit

PLAN: dict[str, Any] = {
    "plan": "P-1",
    "customer": "C-1",
    "currency": "EUR",
    "schedule": {
        "kind": "equal",
        "total": "300.00",
        "instalments": 3,
        "first_due": "2026-01-10",
        "every": "1 month",
    },
    "tax": [{"code": "FR20", "rate": "20", "category": "standard", "due": "receipt"}],
}


class Book:
    """A ledger that is written line by line, each line accepted unless it is said otherwise."""

    def __init__(self, acquit: Acquit) -> None:
        self.acquit = acquit
        self.count = 0

    def ask(self, command: str, on: str, **fields: Any) -> Result:
        """Carry out a command, under an id of its own unless one is given."""
        self.count += 1
        line = {"command": command, "id": f"c{self.count}", "on": on, **fields}
        return self.acquit.application.execute(line)

    def do(self, command: str, on: str, **fields: Any) -> Result:
        """Carry out a command that must be accepted."""
        result = self.ask(command, on, **fields)
        assert result.verdict is Verdict.ACCEPTED, result.refusal
        return result

    def pay(self, payment: str, on: str, amount: str, **more: Any) -> None:
        """Receive a payment for the plan."""
        fields = {"plan": "P-1", "amount": amount, "currency": "EUR", "gateway": "stripe"}
        self.do("receive_payment", on, payment=payment, **fields, **more)

    def closed(self) -> list[PeriodClosed]:
        """Return what was recorded of months that were closed."""
        with self.acquit.database.reading() as connection:
            found = [event.fact for event in read_stream(connection, PERIOD_STREAM)]
        return [fact for fact in found if isinstance(fact, PeriodClosed)]


@pytest.fixture
def book(acquit: Acquit) -> Book:
    """Give a ledger with a plan, through January: charged, paid in part."""
    made = Book(acquit)
    made.do("open_plan", "2026-01-05", **PLAN)
    made.do("charge_due", "2026-01-31")
    made.pay("pay-1", "2026-01-20", "60.00", fee="1.00")
    return made
