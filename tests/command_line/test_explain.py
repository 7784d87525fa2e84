"""`acquit explain`, as an accountant reads it: what came in after the month was reported."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell

MONTH = "2026-01-31"
LINES: list[dict[str, Any]] = [
    {
        "command": "open_plan",
        "id": f"open-{plan}",
        "on": "2026-01-01",
        "plan": plan,
        "customer": customer,
        "currency": "EUR",
        "schedule": {
            "kind": "equal",
            "total": "120.00",
            "instalments": 2,
            "first_due": "2026-01-10",
            "every": "1 month",
        },
        "recorded": "2026-01-01T09:00:00Z",
    }
    for plan, customer in (("P-1", "C-1"), ("P-2", "C-2"), ("P-3", "C-3"))
]
LINES += [
    {"command": "charge_due", "id": "due", "on": "2026-01-10", "recorded": "2026-01-10T09:00:00Z"},
    {
        "command": "receive_payment",
        "id": "paid",
        "on": "2026-01-12",
        "payment": "pay-2",
        "plan": "P-2",
        "amount": "70.00",
        "currency": "EUR",
        "recorded": "2026-01-12T09:00:00Z",
    },
    {
        "command": "receive_payment",
        "id": "late webhook",
        "on": "2026-01-30",
        "payment": "pay-1",
        "plan": "P-1",
        "amount": "60.00",
        "currency": "EUR",
        "recorded": "2026-02-03T09:00:00Z",
    },
    {
        "command": "refund",
        "id": "back-dated refund",
        "on": "2026-01-31",
        "payment": "pay-2",
        "amount": "10.00",
        "reason": "paid too much",
        "recorded": "2026-02-04T09:00:00Z",
    },
    {
        "command": "write_off",
        "id": "write-off",
        "on": "2026-01-31",
        "plan": "P-3",
        "reason": "insolvent",
        "recorded": "2026-02-05T09:00:00Z",
    },
]
PAIR = ("--from", f"{MONTH},{MONTH}", "--to", f"{MONTH},")


@pytest.fixture
def late(each_shell: Shell) -> Shell:
    """Give a ledger in which three things of January became known in February."""
    assert each_shell.record(LINES).status == 0
    return each_shell


def test_what_became_known_late_is_named_with_its_event(late: Shell) -> None:
    """A late webhook, a back-dated refund and a write-off move January, each by its event."""
    value = late.on_ledger("explain", "aging", *PAIR, "--format", "json").json()
    told = [
        (line["event"], line["customer"], line["state"], line["bucket"], line["amount"])
        for line in value["lines"]
        if line["event"] != "PaymentAllocated" or line["charge"]
    ]
    assert told == [
        ("PaymentReceived", "C-1", "unapplied", "credit", "-60.00"),
        ("PaymentAllocated", "C-1", "receivable", "1-30", "-60.00"),
        ("RefundIssued", "C-2", "unapplied", "credit", "10.00"),
        ("WrittenOff", "C-3", "receivable", "1-30", "-60.00"),
    ]
    assert {line["reason"] for line in value["lines"]} == {"recorded later, effective before"}
    assert {line["recorded_at"][:10] for line in value["lines"]} == {
        *("2026-02-03", "2026-02-04", "2026-02-05"),
    }
    total = next(row for row in value["sums"] if row["bucket"] == "total")
    assert (total["from"], total["to"], total["difference"]) == ("110.00", "0.00", "-110.00")


def test_balances_and_tables_and_csv(late: Shell) -> None:
    """The lines of an account add up to its difference; people and spreadsheets get them too."""
    value = late.on_ledger("explain", "balances", *PAIR, "--format", "json").json()
    for row in value["sums"]:
        own = [Decimal(line["amount"]) for line in value["lines"] if line["role"] == row["role"]]
        assert sum(own) == Decimal(row["difference"])
    for report in ("aging", "balances"):
        table = late.on_ledger("explain", report, *PAIR)
        assert (table.status, "Recorded later, effective before" in table.out) == (0, True)
        sheet = late.on_ledger("explain", report, *PAIR, "--format", "csv").out
        assert sheet.startswith("reason,change,event,position,")
        assert "WrittenOff" in sheet


def test_an_item_may_only_become_older(late: Shell) -> None:
    """By time alone an amount leaves one bucket for another, with no event."""
    pair = ("--from", "2026-02-05,@7", "--to", "2026-02-20,@7", "--customer", "C-1")
    value = late.on_ledger("explain", "aging", *pair, "--format", "json").json()
    assert [
        (line["reason"], line["event"], line["bucket"], line["amount"]) for line in value["lines"]
    ] == [
        ("became older", None, "1-30", "-60.00"),
        ("became older", None, "31-60", "60.00"),
    ]


@pytest.mark.parametrize("pair", [f"{MONTH},@0", f"{MONTH},@999", f"{MONTH},@x", "x,", ",y"])
def test_a_pair_that_cannot_be_read_is_told(late: Shell, pair: str) -> None:
    """The status is 2 and the sentence says how it is written."""
    said = late.on_ledger("explain", "aging", "--from", pair, "--to", ",")
    assert (said.status, "write it as in" in said.err) == (2, True)
