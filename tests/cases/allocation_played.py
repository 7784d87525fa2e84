"""A case of the family `allocation` on a ledger: command lines in, journal and aging out.

A case's loan is a plan of which all instalments are billed at the start, so that all are open and
can be paid in advance. What became of each instalment and of each payment is read from the journal,
charge by charge, and what is outstanding from the aging as well: two paths that must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.terms.money import amount_text
from ledger.terms.waterfall import Kind
from tests.cases.allocation_inputs import COLUMNS, Loan, minor

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FEE_KINDS: Mapping[str, str] = {"penalty": "late_fee", "fee": "fee"}
END = "9999-12-31"
CHARGING = {"InstalmentCharged", "InterestCharged", "FeeCharged"}


@dataclass(frozen=True, slots=True)
class Moved:
    """How an entry moved what is owed on a charge: below zero where it was paid."""

    event: str
    on: date
    payment: str | None
    charge: str
    amount_minor: int


class Played:
    """A case on a ledger: what was done, by the ids of charges and payments."""

    def __init__(self, published: Published, loan: Loan, **terms: str) -> None:
        self.published = published
        self.loan = loan
        self.today = loan.start
        self.kinds: dict[str, tuple[Kind, date]] = {}
        self.payments: dict[str, tuple[date, int]] = {}
        self.balances_after: dict[str, int] = {}
        down = [(loan.start, loan.down_minor)] if loan.down_minor else []
        self.parts = [*down, *loan.parts]
        self._agree(dict(terms))

    def _agree(self, more: dict[str, Any]) -> None:
        if self.loan.annual_rate_percent:
            day_count = "30/360" if self.loan.every.months else "actual/365"
            rate = str(self.loan.annual_rate_percent)
            more["interest"] = {"annual_rate": rate, "method": "flat", "day_count": day_count}
        parts = [
            {"due": str(due), "amount": amount_text(part, 2), "billed_on": str(self.loan.start)}
            for due, part in self.parts
        ]
        schedule = {"kind": "custom", "instalments": parts}
        plan: dict[str, Any] = {"plan": "P", "customer": "C", "currency": "EUR"}
        self.do("open_plan", **plan, schedule=schedule, **more)
        self.do("charge_due", plan="P")
        for number, (due, _) in enumerate(self.parts, 1):
            self.kinds[f"P/{number}"] = ("principal", due)
            self.kinds[f"P/{number}/interest"] = ("interest", due)

    def do(self, command: str, on: date | None = None, **fields: Any) -> None:
        """Carry out a command, of today where no day is given."""
        self.published.do(command, str(on or self.today), **fields)

    def charge(self, kind: Kind, due_on: date, amount: str) -> None:
        """Bill a fee or a penalty."""
        self.do("charge_fee", plan="P", kind=FEE_KINDS[kind], amount=amount, due=str(due_on))
        self.kinds[f"P/c{self.published.count}"] = (kind, due_on)

    def pay(self, on: date, amount: str) -> None:
        """Receive a payment for the plan."""
        name = f"pay-{len(self.payments) + 1}"
        money = {"payment": name, "plan": "P", "amount": amount, "currency": "EUR"}
        self.do("receive_payment", on, **money)
        self.payments[name] = (on, minor(amount))
        self.balances_after[name] = sum(
            minor(row["outstanding"])
            for row in self.published.aging(END)["rows"]
            if row["kind"] == "instalment"
        )

    def undo(self, on: date, nth: int) -> None:
        """Reverse the nth payment of a day."""
        names = [name for name, (day, _) in self.payments.items() if day == on]
        self.do("reverse_payment", payment=names[nth - 1], reason="undone")

    def due_paid_open(self) -> list[list[int]]:
        """Return what was owed, paid and is open with each instalment, in minor units.

        What a lost dispute made owed again counts with the instalment with which it is due.
        """
        rows = [[0, 0, 0] for _ in self.parts]
        number_of = self.published.instalments("P")
        for row in self.published.aging(END)["rows"]:
            rows[row["instalment"] - 1][2] += minor(row["outstanding"])
        for found in self.moved():
            column = 1 if found.event == "PaymentAllocated" else 0
            rows[number_of[found.charge] - 1][column] += abs(found.amount_minor)
        return rows

    # What is read ---------------------------------------------------------------------------------

    def moved(self) -> Iterator[Moved]:
        """Yield all movements of what is owed."""
        for entry in self.published.journal(END):
            for leg in entry["postings"]:
                if leg["role"] == "receivable":
                    yield Moved(
                        event=entry["event"],
                        on=date.fromisoformat(entry["effective_on"]),
                        payment=entry["document"],
                        charge=leg["charge"],
                        amount_minor=minor(leg["amount"]),
                    )

    def transactions(self) -> list[dict[str, Any]]:
        """Return each payment with what it paid by kind when it came, whatever was undone since."""
        paid: dict[str, Counter[Kind]] = {name: Counter() for name in self.payments}
        for found in self.moved():
            if found.event == "PaymentAllocated" and found.payment is not None:
                paid[found.payment][self.kinds[found.charge][0]] -= found.amount_minor
        return [
            {
                "date": str(on),
                "amount": amount_text(amount_minor, 2),
                **by_column(paid[name]),
                "balance_after": amount_text(self.balances_after[name], 2),
            }
            for name, (on, amount_minor) in self.payments.items()
        ]

    def period_of(self, due_on: date) -> date:
        """Return the due day of the instalment that a day falls into; past the last, the day."""
        return next((due for due, _ in self.parts if due >= due_on), due_on)

    def periods(self) -> list[dict[str, Any]]:
        """Return each instalment; a fee due after the last is one of its own."""
        by_period: dict[date, list[Moved]] = {}
        for found in self.moved():
            due = self.period_of(self.kinds[found.charge][1])
            by_period.setdefault(due, []).append(found)
        self._assert_aging_agrees(by_period)
        left = sum(part for _, part in self.parts)
        rows = []
        for number, due in enumerate(sorted(by_period), 1):
            left -= dict(self.parts).get(due, 0)
            row = self._period(due, by_period[due])
            rows.append({"nr": number, "balance_after": amount_text(left, 2), **row})
        return rows

    def _period(self, due: date, moved: list[Moved]) -> dict[str, Any]:
        owed: Counter[Kind] = Counter()
        paid: Counter[date] = Counter()
        came = dict(self._came())
        for found in moved:
            if found.event in CHARGING:
                owed[self.kinds[found.charge][0]] += found.amount_minor
            else:
                paid[came[found.payment, found.charge]] -= found.amount_minor
        figures = {
            "total_due": sum(owed.values()),
            "paid": sum(paid.values()),
            "in_advance": sum(amount for on, amount in paid.items() if on < due),
            "late": sum(amount for on, amount in paid.items() if on > due),
            "outstanding": sum(owed.values()) - sum(paid.values()),
        }
        last = max((on for on, amount in paid.items() if amount), default=None)
        return {
            "due": str(due),
            "paid_date": None if figures["outstanding"] else str(last),
            **by_column(owed),
            **{name: amount_text(amount, 2) for name, amount in figures.items()},
        }

    def _came(self) -> Iterator[tuple[tuple[str | None, str], date]]:
        """Yield since when each payment stands on a charge, so that an undo is of the same day."""
        for found in self.moved():
            if found.event == "PaymentAllocated":
                yield (found.payment, found.charge), found.on

    def _assert_aging_agrees(self, by_period: Mapping[date, list[Moved]]) -> None:
        aged: Counter[date] = Counter()
        for row in self.published.aging(END)["rows"]:
            aged[self.period_of(self.kinds[row["charge"]][1])] += minor(row["outstanding"])
        posted = {
            due: total
            for due, moved in by_period.items()
            if (total := sum(found.amount_minor for found in moved))
        }
        assert dict(aged) == posted


def by_column(amounts: Counter[Kind]) -> dict[str, str]:
    """Return amounts by kind, named as the cases do."""
    return {column: amount_text(amounts[kind], 2) for kind, column in COLUMNS.items()}
