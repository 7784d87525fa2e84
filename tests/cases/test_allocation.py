"""Family `allocation`: each published case played on a ledger, payments applied by its policy.

Fineract's accruals have no counterpart: here a fee is income when it is charged. `late` and
`in_advance` are worked out from the days of the entries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ledger.terms.money import amount_text, round_half_up
from tests.cases.allocation_inputs import assert_rows, loan_of, minor, money_in, policy_name
from tests.cases.allocation_played import END, Played

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FAMILY = "allocation"

# Steps --------------------------------------------------------------------------------------------


def play(played: Played, step: Mapping[str, Any]) -> None:
    """Carry out one step of a case, or check what it expects."""
    match step["op"]:
        case "business_date":
            played.today = date.fromisoformat(step["date"])
        case "disburse":
            if played.loan.down_minor:
                played.pay(date.fromisoformat(step["date"]), amount_text(played.loan.down_minor, 2))
        case "repay":
            played.pay(date.fromisoformat(step["date"]), step["amount"])
        case "charge":
            played.charge(step["kind"], date.fromisoformat(step["due"]), step["amount"])
        case "undo":
            played.undo(date.fromisoformat(step["date"]), step["nth"])
        case "expect_transactions":
            stated = [without(row, "type") for row in money_in(step["rows"])]
            assert_same(played.transactions(), stated)
        case "expect_schedule":
            assert_same(played.periods(), step["periods"])
        case op:
            pytest.fail(f"unknown step {op!r}")


def without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a row without one of its columns."""
    return {key: value for key, value in row.items() if key != name}


def assert_same(found: list[dict[str, Any]], stated: list[dict[str, Any]]) -> None:
    """Rows agree in every figure that is stated; none is stated that we do not know of."""
    assert {name for row in stated for name in row} <= {name for row in found for name in row}
    assert_rows(found, stated)


def check_steps(published: Published, case: Mapping[str, Any]) -> None:
    """Every payment pays the stated amounts by kind; every instalment has the stated figures."""
    known = {"principal", "annual_rate_percent", "interest", "n", "every", "start", "down_payment"}
    given = case["input"]
    assert set(given) <= known | {"strategy"}
    played = Played(published, loan_of(given), allocation=policy_name(given["strategy"]))
    for step in case["steps"]:
        play(played, step)


# Late fees ----------------------------------------------------------------------------------------


def check_late_fees(published: Published, case: Mapping[str, Any]) -> None:
    """A late fee is a percentage of each instalment's principal, charged once it is overdue.

    The rate of flat interest stands in the title only.
    """
    given, expected = case["input"], case["expected"]
    assert set(given) == {"principal", "n", "late_fee_percent_of_principal_due"}
    assert set(expected) == {"penalties", "total_due"}
    rate = re.search(r"at ([\d.]+) % flat", case["title"])
    terms = {"annual_rate_percent": rate[1] if rate else "0"}
    loan = loan_of({"start": "2023-01-01", "every": "1 months", **terms, **given})
    played = Played(published, loan)
    percent = Decimal(given["late_fee_percent_of_principal_due"])
    for due, part in loan.parts:
        played.today = due + timedelta(days=1)
        fee = amount_text(round_half_up(part * percent / 100), 2)
        played.charge("penalty", played.today, fee)
    rows = published.aging(END)["rows"]
    fees = [row["outstanding"] for row in rows if row["kind"] == "late_fee"]
    assert list(map(minor, fees)) == list(map(minor, expected["penalties"]))
    assert sum(minor(row["outstanding"]) for row in rows) == minor(expected["total_due"])


# Charge-backs -------------------------------------------------------------------------------------


def check_chargebacks(published: Published, case: Mapping[str, Any]) -> None:
    """A dispute opened and lost at once takes the money back; it is owed with what is due next.

    Net, each entry is the one that the case states; but where a loan pays out cash, a sale earns
    revenue. Fineract adds what is owed again to the instalment that is not due yet, as the term
    `chargeback` says here.
    """
    given, expected = case["input"], case["expected"]
    assert set(given) == {"principal", "n", "every", "start", "events"}
    assert set(expected) == {"outstanding", "instalments_due_paid_open", "journals"}
    played = Played(published, loan_of(given), chargeback="next_instalment")
    journals = {name: net_of(text) for name, text in expected["journals"].items()}
    seen = Counter({"disbursement": 1})
    agreed = net(published.journal(END))
    stated = journals["disbursement"]
    assert agreed == {"receivable": stated["receivable"], "revenue": stated["clearing"]}
    for day, what, amount in given["events"]:
        before = len(published.journal(END))
        kind = do_event(played, date.fromisoformat(day), what, amount)
        seen[kind] += 1
        made = net(published.journal(END)[before:])
        signs = {role: 1 if value > 0 else -1 for role, value in journals[kind].items()}
        assert made == {role: sign * minor(amount) for role, sign in signs.items()}
    assert set(journals) == set(seen)
    rows = [[minor(text) for text in row] for row in expected["instalments_due_paid_open"]]
    assert played.due_paid_open() == rows
    assert sum(is_open for _, _, is_open in rows) == minor(expected["outstanding"])


def do_event(played: Played, on: date, what: str, amount: str) -> str:
    """Carry out an event of a case; return the name of its journal."""
    if what == "repay":
        played.pay(on, amount)
        return "repayment"
    back = re.fullmatch(r"chargeback of payment (\d+)", what)
    assert back is not None, f"unknown event {what!r}"
    payment = f"pay-{back[1]}"
    played.do("open_dispute", on, payment=payment, amount=amount)
    played.do("close_dispute", on, payment=payment, outcome="lost")
    return "chargeback"


def net_of(text: str) -> dict[str, int]:
    """Read an entry, as in "D clearing 250 / C receivable 250"."""
    legs = [leg.split() for leg in text.split(" / ")]
    return {role: minor(amount) * (1 if side == "D" else -1) for side, role, amount in legs}


def net(entries: list[dict[str, Any]]) -> dict[str, int]:
    """Add up entries by role, and leave out what comes to nothing."""
    sums: Counter[str] = Counter()
    for entry in entries:
        for leg in entry["postings"]:
            sums[leg["role"]] += minor(leg["amount"])
    return {role: amount for role, amount in sums.items() if amount}


def test_a_published_case_through_the_ledger(published: Published, case: dict[str, Any]) -> None:
    """A case of steps, of late fees or of charge-backs comes out as published."""
    if "steps" in case:
        check_steps(published, case)
    elif "late_fee_percent_of_principal_due" in case["input"]:
        check_late_fees(published, case)
    elif "events" in case["input"]:
        check_chargebacks(published, case)
    else:
        pytest.fail(f"unknown kind of case: {', '.join(case)}")
