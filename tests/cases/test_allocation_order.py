"""Family `allocation`: each payment of a published case, spread over open items by policy alone.

A case is played without a ledger: what is owed is a list of items, a payment is spread over them,
and an undo takes its portions back. Cases without steps are about charges, not about the order of
payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from ledger.policies import allocation_policy
from ledger.terms.money import amount_text
from ledger.terms.waterfall import Item, Kind, portions, read_waterfall
from tests.cases.allocation_inputs import (
    COLUMNS,
    assert_rows,
    loan_of,
    minor,
    money_in,
    policy_name,
)

FAMILY = "allocation"


@dataclass
class Paid:
    """What a payment paid on a day."""

    on: date
    amount_minor: int
    portions: list[tuple[Item, int]]
    undone: bool = False


class Account:
    """What is owed and what was paid, by a policy."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.policy = read_waterfall(allocation_policy(policy_name(given["strategy"])))
        self.items: list[Item] = []
        self.payments: list[Paid] = []
        self.down_minor = 0
        self.agree(given)

    def agree(self, given: Mapping[str, Any]) -> None:
        """Owe equal instalments, with flat interest, after what is paid down at the start."""
        loan = loan_of(given)
        self.down_minor = loan.down_minor
        if loan.down_minor:
            self.owe("principal", loan.start, loan.down_minor, loan.start)
        for due, part in loan.parts:
            self.owe("principal", due, part, due)
            self.owe("interest", due, loan.interest_minor, due)

    def owe(self, kind: Kind, due_on: date, open_minor: int, instalment_due: date) -> None:
        """Add an item to the instalment due on a day."""
        self.items.append(
            Item(
                charge=f"P/{len(self.items)}",
                instalment_due=instalment_due,
                group=0,
                due_on=due_on,
                kind=kind,
                order=len(self.items),
                open_minor=open_minor,
            )
        )

    def dues(self) -> list[date]:
        """Return the due days of instalments, in order."""
        return sorted({item.instalment_due for item in self.items})

    def charge(self, kind: Kind, due_on: date, amount_minor: int) -> None:
        """Owe a fee with the instalment that it falls into; past the last it stands alone."""
        due = next((due for due in self.dues() if due >= due_on), due_on)
        self.owe(kind, due_on, amount_minor, due)

    def paid_minor(self, order: int) -> int:
        """Return what is paid of an item."""
        standing = [payment for payment in self.payments if not payment.undone]
        return sum(
            taken for payment in standing for item, taken in payment.portions if item.order == order
        )

    def pay(self, on: date, amount_minor: int) -> None:
        """Spread a payment over what is open; nothing of it is left."""
        left = [
            replace(item, open_minor=item.open_minor - self.paid_minor(item.order))
            for item in self.items
        ]
        reached, rest = portions(amount_minor, left, on, self.policy)
        assert rest == 0
        self.payments.append(Paid(on, amount_minor, reached))

    def undo(self, on: date, nth: int) -> None:
        """Take back the nth payment of a day."""
        [payment for payment in self.payments if payment.on == on][nth - 1].undone = True

    def transactions(self) -> list[dict[str, str]]:
        """Return each payment with what it paid by kind."""
        return [
            {
                "date": payment.on.isoformat(),
                "amount": amount_text(payment.amount_minor, 2),
                **by_kind(payment.portions),
            }
            for payment in self.payments
        ]

    def periods(self) -> list[dict[str, str]]:
        """Return each instalment with what is owed by kind, paid, and open."""
        return [self.period(due) for due in self.dues()]

    def period(self, due: date) -> dict[str, str]:
        """Return one instalment."""
        items = [item for item in self.items if item.instalment_due == due]
        total_minor = sum(item.open_minor for item in items)
        paid = [
            (payment.on, taken)
            for payment in self.payments
            if not payment.undone
            for item, taken in payment.portions
            if item.instalment_due == due
        ]
        paid_minor = sum(taken for _, taken in paid)
        figures = {
            "total_due": total_minor,
            "paid": paid_minor,
            "in_advance": sum(taken for on, taken in paid if on < due),
            "late": sum(taken for on, taken in paid if on > due),
            "outstanding": total_minor - paid_minor,
        }
        owed = by_kind([(item, item.open_minor) for item in items])
        texts = {name: amount_text(value, 2) for name, value in figures.items()}
        return {"due": due.isoformat(), **owed, **texts}


def by_kind(paid: list[tuple[Item, int]]) -> dict[str, str]:
    """Add up portions by kind, named as the cases do."""
    return {
        column: amount_text(sum(taken for item, taken in paid if item.kind == kind), 2)
        for kind, column in COLUMNS.items()
    }


def play(account: Account, step: Mapping[str, Any]) -> None:
    """Carry out one step of a case, or check what it expects."""
    match step["op"]:
        case "disburse":
            if account.down_minor:
                account.pay(date.fromisoformat(step["date"]), account.down_minor)
        case "repay":
            account.pay(date.fromisoformat(step["date"]), minor(step["amount"]))
        case "charge":
            due_on = date.fromisoformat(step["due"])
            account.charge(step["kind"], due_on, minor(step["amount"]))
        case "undo":
            account.undo(date.fromisoformat(step["date"]), step["nth"])
        case "expect_transactions":
            assert_rows(account.transactions(), money_in(step["rows"]))
        case "expect_schedule":
            assert_rows(account.periods(), step["periods"])


def test_payments_reach_what_the_case_says(case: dict[str, Any]) -> None:
    """Every payment pays the stated amounts by kind; every instalment has the stated figures."""
    if "steps" not in case:
        pytest.skip("no order of payment in this case")
    account = Account(case["input"])
    for step in case["steps"]:
        play(account, step)
