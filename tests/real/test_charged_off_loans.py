"""LendingClub's charged-off loans, lived through the ledger: what is written off is the file's.

The file states what was paid of the principal, interest and late fees. The principal paid is that
of the first instalments of our schedule (all is lent, that is supplied, at once); of their interest
the file has less, since the first month was a short one: the difference is waived.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.events import WrittenOff, plan_stream
from ledger.plan import Plan
from ledger.store.log import read_stream
from tests.real.test_loans import FILE, plan_of

if TYPE_CHECKING:
    from bootstrap import Acquit

OFF = "2018-06-30"


def charged_off(shared: Path) -> list[dict[str, str]]:
    """Return the rows of loans that the lender gave up."""
    with (shared / FILE).open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["loan_status"] == "Charged Off"]


def do(acquit: Acquit, command: str, on: str, loan: str, **fields: Any) -> None:
    """Carry out a command on a loan's plan."""
    line = {"command": command, "id": f"{command} {loan} {on}", "on": on, "plan": loan, **fields}
    result = acquit.application.execute(line)
    assert result.refusal is None, result.refusal


def plan_in(acquit: Acquit, loan: str) -> Plan:
    """Return a loan's plan as it stands."""
    state = acquit.application._load(plan_stream(loan)).state
    assert isinstance(state, Plan)
    return state


def instalments_paid(plan: Plan, principal_minor: int) -> int:
    """Return how many instalments hold just the principal that was paid."""
    count, paid = 0, 0
    for part in plan.instalments:
        if paid >= principal_minor:
            break
        paid += part.principal_minor
        count += 1
    assert paid == principal_minor
    return count


def test_written_off_amounts(acquit: Acquit, shared: Path) -> None:
    """Each charged-off loan ends with the write-off of what was lent and not paid back."""
    rows = charged_off(shared)
    assert rows
    for row in rows:
        loan = row["loan_no"]
        plan = plan_of(row, rounding="up")
        lent = {"billing": "upfront", "revenue": "at_supply", "supply_on": plan["on"]}
        result = acquit.application.execute({**plan, **lent})
        assert result.refusal is None
        count = instalments_paid(plan_in(acquit, loan), int(Decimal(row["paid_principal"]) * 100))
        paid = Decimal(row["paid_total"])
        if count:
            last = plan_in(acquit, loan).instalments[count - 1].due_on.isoformat()
            do(acquit, "charge_due", last, loan)
            interest = sum(
                charge.amount_minor
                for charge in plan_in(acquit, loan).charges.values()
                if charge.kind == "interest"
            )
            short = Decimal(interest) / 100 - Decimal(row["paid_interest"])
            first = {"charge": f"{loan}/1/interest", "amount": f"{short:.2f}"}
            do(acquit, "waive", last, loan, **first, reason="a short first month")
            money = {"payment": loan, "amount": f"{paid:.2f}", "currency": "USD"}
            do(acquit, "receive_payment", last, loan, **money)
        do(acquit, "write_off", OFF, loan, reason="charged off")
        with acquit.database.reading() as connection:
            facts = [event.fact for event in read_stream(connection, plan_stream(loan))]
        lost = sum(
            part.amount_minor
            for fact in facts
            if isinstance(fact, WrittenOff)
            for part in fact.parts
        )
        stated = Decimal(row["loan_amount"]) - Decimal(row["paid_principal"])
        assert lost == stated * 100, loan
        assert plan_in(acquit, loan).owed_minor == 0
