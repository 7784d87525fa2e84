"""Family `aging`: dated events to age bands, in four forms of published cases.

The form of a case is told by the fields of its input. Where it gives loss rates, the allowance and
the movement to it are proposed from the ledger under a policy of just these rates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from projections.aging import bucket, bucket_names, days_overdue
from tests.cases import provided

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FAMILY = "aging"
YEAR = 365
RANGES = (3, 30, 60, 90, 120, 150, 180, 240)
"""Upper edges of Fineract's delinquency ranges, which its cases name by number."""
Given = Mapping[str, Any]


def later(day: str, days: int) -> str:
    """Return the day a number of days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def figures(row: Mapping[str, str], names: Sequence[str]) -> list[Decimal]:
    """Return the amounts of a row by name."""
    return [Decimal(row[name]) for name in names]


def total_row(published: Published, as_of: str, edges: tuple[int, ...]) -> Mapping[str, str]:
    """Return the totals of the aging report in the case's only currency."""
    totals: list[dict[str, str]] = published.aging(as_of, edges)["totals"]
    assert len(totals) <= 1
    return totals[0] if totals else dict.fromkeys([*bucket_names(edges), "credit", "total"], "0")


def agree(published: Published, plan: str, on: str, parts: Sequence[tuple[str, str, str]]) -> None:
    """Agree a plan of parts (due, billed on, amount)."""
    rows = [{"due": due, "billed_on": billed, "amount": amount} for due, billed, amount in parts]
    schedule = {"kind": "custom", "instalments": rows}
    published.do("open_plan", on, plan=plan, customer=plan, currency="EUR", schedule=schedule)


def collect(published: Published, plan: str, on: str, amount: str) -> None:
    """Receive a payment for a plan."""
    payment = f"pay-{published.count}"
    published.do("receive_payment", on, plan=plan, payment=payment, amount=amount, currency="EUR")


def play_ledgers(published: Published, given: Given) -> None:
    """Sell and collect: each customer's sales are instalments of one plan, billed when sold."""
    events = sorted(given["events"], key=lambda event: str(event["date"]))
    for customer in dict.fromkeys(event["customer"] for event in events):
        own = [event for event in events if event["customer"] == customer]
        parts = [
            (later(event["date"], given["terms_days"]), event["date"], event["amount"])
            for event in own
            if event["type"] == "sale"
        ]
        agree(published, customer, own[0]["date"], parts)
    for event in events:
        if event["type"] == "sale":
            published.do("charge_due", event["date"], plan=event["customer"])
        elif event["type"] == "collection":
            collect(published, event["customer"], event["date"], event["amount"])
        else:
            pytest.skip(f"events of type {event['type']}")


def check_ledgers(published: Published, case: Given) -> None:
    """Three classes at the end of a year: not due, past due up to a year, and over."""
    given, expected = case["input"], case["expected"]
    play_ledgers(published, given)
    row = total_row(published, given["as_of"], (YEAR,))
    names = ("not_due", "past_due_up_to_1y", "past_due_over_1y", "receivables_total")
    assert figures(row, ("not_due", "1-365", "over_365", "total")) == figures(expected, names)
    assert Decimal(row["credit"]) == 0
    if "loss_rates_percent" in given:
        check_allowance(published, given, expected)


def check_allowance(published: Published, given: Given, expected: Given) -> None:
    """The allowance that the classes need, and what is expensed beside what is held already."""
    for side, sign in (("credit", ""), ("debit", "-")):
        before = given.get(f"allowance_before_{side}")
        if before is not None and Decimal(before):
            held = {"book": "generic", "currency": "EUR", "amount": f"{sign}{before}"}
            published.do("provision", later(given["as_of"], -1), **held)
    percents = [
        given["loss_rates_percent"][name]
        for name in ("not_due", "past_due_up_to_1y", "past_due_over_1y")
    ]
    policy = {"matrix": {"edges": [YEAR], "rates": provided.rates_of(percents)}}
    report = provided.proposal(published, given["as_of"], "generic", policy)
    (total,) = report["totals"]
    assert Decimal(total["gross"]) == Decimal(expected["receivables_total"])
    names = {"required": "allowance_required", "movement": "bad_debt_expense"}
    assert {name: Decimal(total[name]) for name in names} == {
        name: Decimal(expected[key]) for name, key in names.items()
    }


def check_edge(_published: Published, case: Given) -> None:
    """One due date, one day: the age and its bucket."""
    given, expected = case["input"], case["expected"]
    edges = given["edges"]
    days = days_overdue(date.fromisoformat(given["due_date"]), date.fromisoformat(given["as_of"]))
    named = {"current": "not_due", f">{edges[-1]}": f"over_{edges[-1]}"}
    wanted = expected["bucket"]
    assert (days, bucket(days, edges)) == (expected["days_past_due"], named.get(wanted, wanted))


def deposit_plan(given: Given) -> dict[str, Any]:
    """Read a plan such as "25% due at start + 3 equal, every 15 days"."""
    match = re.fullmatch(r"(\d+)% due at start \+ (\d+) equal, every (\d+) days", given["plan"])
    if match is None:
        pytest.skip(f"a plan in other words: {given['plan']}")
    percent, count, days = (int(text) for text in match.groups())
    return {
        "kind": "deposit",
        "total": given["principal"],
        "deposit": str(Decimal(given["principal"]) * percent / 100),
        "instalments": count,
        "first_due": later(given["start"], days),
        "every": f"{days} days",
    }


def check_delinquency(published: Published, case: Given) -> None:
    """What is late by range of days, as the days go by; a charge is a fee with its due date."""
    given = case["input"]
    schedule, today = deposit_plan(given), given["start"]
    for step in case["steps"]:
        match step["op"]:
            case "business_date":
                today = step["date"]
                if published.count:
                    published.do("charge_due", today, plan="P")
            case "disburse":
                assert Decimal(step["amount"]) == Decimal(given["principal"])
                whom = {"plan": "P", "customer": "C", "currency": "EUR"}
                published.do("open_plan", step["date"], **whom, schedule=schedule)
            case "charge":
                fee = {"kind": "late_fee", "due": step["due"], "amount": step["amount"]}
                published.do("charge_fee", today, plan="P", **fee)
            case "repay":
                collect(published, "P", step["date"], step["amount"])
            case "expect_delinquency":
                assert late(published, today) == {
                    int(row["rangeId"]): Decimal(row["Amount"]) for row in step["rows"]
                }
            case other:
                pytest.skip(f"step {other}: not about receivables by age")


def late(published: Published, as_of: str) -> dict[int, Decimal]:
    """Return what is late by the number of its range, from 1; nothing where nothing is owed."""
    row = total_row(published, as_of, RANGES)
    amounts = figures(row, bucket_names(RANGES))
    return {number: amount for number, amount in enumerate(amounts) if number and amount}


def check_terms(published: Published, case: Given) -> None:
    """One invoice in several terms, paid in part at once: the rows still open."""
    given, today = case["input"], "2026-01-01"
    parts = [(later(today, days), today, amount) for amount, days in given["terms"]]
    assert sum(Decimal(amount) for _, _, amount in parts) == Decimal(given["invoice"])
    agree(published, "P", today, parts)
    published.do("charge_due", today, plan="P")
    collect(published, "P", today, given["payment"])
    rows = published.aging(today)["rows"]
    invoiced = {row["instalment"]: Decimal(parts[row["instalment"] - 1][2]) for row in rows}
    left = {row["instalment"]: Decimal(row["outstanding"]) for row in rows}
    assert [(invoiced[nr], invoiced[nr] - left[nr], left[nr]) for nr in sorted(left)] == [
        tuple(Decimal(text) for text in row) for row in case["expected"]["rows_invoiced_paid_open"]
    ]


def check_credit_note(published: Published, case: Given) -> None:
    """An invoice paid in part and credited in full: the customer is owed what was paid.

    The ledger has no credit note that stands beside its invoice: of the rows only the sum is
    compared.
    """
    given, today = case["input"], "2026-01-01"
    agree(published, "P", today, [(later(today, 30), today, given["invoice"])])
    published.do("charge_due", today, plan="P")
    collect(published, "P", today, given["payment"])
    note = {"kind": "annulled", "amount": given["unapplied_credit_note"], "reason": "returned"}
    published.do("credit", today, plan="P", **note)
    row = total_row(published, today, (30, 60, 90))
    assert Decimal(row["total"]) == Decimal(case["expected"]["total"])


CHECKS = {
    "events": check_ledgers,
    "due_date": check_edge,
    "principal": check_delinquency,
    "terms": check_terms,
    "unapplied_credit_note": check_credit_note,
}
"""The forms of cases, by the field of the input that tells them."""


def test_aging(published: Published, case: dict[str, Any]) -> None:
    """The report says of the case's events what the case's source says."""
    check = next((CHECKS[name] for name in CHECKS if name in case["input"]), None)
    if check is None:
        pytest.skip(f"no form of aging that is known: {', '.join(case['input'])}")
    check(published, case)
