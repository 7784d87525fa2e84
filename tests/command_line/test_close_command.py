"""`acquit close` and `acquit reopen`: what they ask for, what they show, and doing them again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.command_line.conftest import Line, Shell

SCHEDULE = {
    "kind": "equal",
    "total": "300.00",
    "instalments": 3,
    "first_due": "2026-01-10",
    "every": "1 month",
}
PLAN: Line = {
    "command": "open_plan",
    "id": "p",
    "on": "2026-01-05",
    "plan": "P",
    "customer": "C",
    "currency": "EUR",
    "schedule": SCHEDULE,
}
PAY: Line = {
    "command": "receive_payment",
    "on": "2026-01-20",
    "plan": "P",
    "amount": "60.00",
    "currency": "EUR",
    "gateway": "stripe",
}


def pay(payment: str, **more: str) -> Line:
    """Return a payment, with its name for an id."""
    return {**PAY, "id": payment, "payment": payment, **more}


@pytest.fixture
def told(each_shell: Shell) -> Shell:
    """Give a ledger whose day's work is done through January."""
    assert each_shell.record([PLAN, pay("a", fee="1.00")]).status == 0
    assert each_shell.on_ledger("day", "--through", "2026-01-31").status == 0
    return each_shell


def closed(told: Shell, *arguments: str) -> Any:
    """Close a month and return what it said."""
    said = told.on_ledger("close", *arguments, "--format", "json")
    assert said.status == 0, said.err + said.out
    return said.json()


def test_a_month_is_closed(told: Shell) -> None:
    """Every point holds; the figures are those that the reports say, in every book."""
    value = closed(told, "2026-01")
    assert all(point["ok"] for point in value["checklist"])
    assert {point["point"] for point in value["checklist"]} >= {"aging", "day", "hashes"}
    for book in value["closed"]["books"]:
        options = ("--as-of", "2026-01-31", "--book", book["book"], "--format", "json")
        report = told.on_ledger("balances", *options).json()
        assert {row["account"]: row["balance"] for row in report} == {
            row["account"]: row["balance"] for row in book["accounts"]
        }
    aging = told.on_ledger("aging", "--as-of", "2026-01-31", "--format", "json").json()
    assert value["closed"]["aging"] == aging["totals"]


def test_where_the_money_on_passage_comes_from(told: Shell) -> None:
    """The events listed for an account add up to its balance."""
    value = told.on_ledger("close", "--checklist", "--format", "json").json()
    assert value["closed"] is None
    rows = [(row["role"], row["event"], row["events"], row["amount"]) for row in value["passage"]]
    assert rows == [
        ("clearing", "GatewayFeeCharged", 1, "-1.00"),
        ("clearing", "PaymentReceived", 1, "60.00"),
    ]
    assert told.on_ledger("close", "--list", "--format", "json").json() == []


def test_the_days_work_comes_first(told: Shell) -> None:
    """A month whose work is not done is not closed: what is missing and the way out are named."""
    closed(told, "2026-01")
    said = told.on_ledger("close", "2026-02")
    assert said.status == 1
    assert "InstalmentCharged of 2026-02-10 is not recorded" in said.out
    assert "run acquit day --through 2026-02-28" in said.out
    assert said.err.startswith("day: plan P: InstalmentCharged of 2026-02-10 is not recorded")
    assert told.on_ledger("day", "--through", "2026-02-28").status == 0
    closed(told, "2026-02")


def test_without_a_month_it_is_the_next(told: Shell) -> None:
    """At first the month of the first entry, then one after the other."""
    assert closed(told)["month"] == "2026-01"
    assert told.on_ledger("day", "--through", "2026-02-28").status == 0
    assert closed(told)["month"] == "2026-02"


def test_again_is_the_same_command(told: Shell) -> None:
    """A month closed before is shown as it was closed, and nothing is recorded."""
    first, events = closed(told, "2026-01"), told.on_ledger("close", "--list").out
    assert closed(told, "2026-01")["closed"] == first["closed"]
    assert told.on_ledger("close", "--list").out == events


def test_what_came_late_is_listed(told: Shell) -> None:
    """What is dated in the month and posted behind it, and nothing else."""
    closed(told, "2026-01")
    late, next_month = pay("late", on="2026-01-31"), pay("next", on="2026-02-01")
    assert told.record([late, next_month]).status == 0
    rows = told.on_ledger("close", "--late", "2026-01", "--format", "json").json()
    assert [(row["event"], row["stream"], row["amount"]) for row in rows] == [
        ("PaymentReceived", "payment:late", "60.00"),
        ("PaymentAllocated", "plan:P", "40.00"),
    ]
    assert {(row["effective_on"], row["posted_on"]) for row in rows} == {
        ("2026-01-31", "2026-02-01")
    }
    assert told.on_ledger("close", "--late", "2026-02", "--format", "json").json() == []
    table = told.on_ledger("close", "--late", "2026-01").out
    assert "Late for 2026-01" in table
    listing = told.on_ledger("close", "--late", "2026-01", "--format", "csv").out
    assert len(list(csv.DictReader(io.StringIO(listing)))) == 2


def test_reopened_and_closed_again(told: Shell) -> None:
    """A reopening has a reason and stands in the list; the month is then closed anew."""
    first = closed(told, "2026-01")
    assert told.on_ledger("reopen", "2026-01").status == 2
    reason = ("--reason", "the bank statement came late", "--approver", "controller")
    assert told.on_ledger("reopen", "2026-01", *reason).status == 0
    assert told.record([pay("b", on="2026-01-31")]).status == 0
    second = closed(told, "2026-01")
    assert second["closed"]["digest"] != first["closed"]["digest"]
    rows = told.on_ledger("close", "--list", "--format", "json").json()
    assert [(row["event"], row["in_force"], row["reason"]) for row in rows] == [
        ("PeriodClosing", None, None),
        ("PeriodClosed", False, None),
        ("PeriodReopened", None, "the bank statement came late"),
        ("PeriodClosing", None, None),
        ("PeriodClosed", True, None),
    ]


def test_the_months_are_replayed(told: Shell) -> None:
    """Each event of the stream, its month, and the first open day after it."""
    closed(told, "2026-01")
    said = told.on_ledger("replay", "period", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [(row["event"], row["what"], row["state after"]) for row in rows] == [
        ("PeriodClosing", "2026-01", "open from 2026-02-01"),
        ("PeriodClosed", "2026-01", "open from 2026-02-01"),
    ]
    value = told.on_ledger("replay", "period", "--format", "json").json()
    assert value[-1]["state"]["closed"] == ["2026-01-31"]


def test_nothing_to_reopen(told: Shell) -> None:
    """An open month is not reopened: a sentence, exit status 1."""
    said = told.on_ledger("reopen", "2026-01", "--reason", "because")
    assert (said.status, said.err) == (1, "2026-01 is open: there is nothing to reopen\n")


def test_a_month_out_of_turn(told: Shell) -> None:
    """The refusal says which month comes first."""
    closed(told, "2026-01")
    assert told.on_ledger("day", "--through", "2026-03-31").status == 0
    said = told.on_ledger("close", "2026-03")
    assert said.status == 1
    assert said.err == "2026-03 is not the next month to close: close 2026-02 first\n"


def test_it_is_sealed(told: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a signing key is configured, the closed month is sealed with all that is recorded."""
    assert told.run("audit", "key", "key.pem").status == 0
    monkeypatch.setenv("ACQUIT_SIGNING_KEY", str(told.folder / "key.pem"))
    said = told.on_ledger("close", "2026-01")
    assert said.status == 0
    assert "Sealed" in said.out
    assert "Closed 2026-01 at position" in said.out
    assert told.on_ledger("audit", "verify").status == 0


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-01-31", "January", "2026-1"])
def test_what_is_no_month(each_shell: Shell, month: str) -> None:
    """A month is written as in 2026-01."""
    reopening = ("reopen", month, "--reason", "x")
    for arguments in (("close", month), ("close", "--late", month), reopening):
        said = each_shell.on_ledger(*arguments)
        assert said.status == 2
        assert f"{month!r} is not a month: write it as in 2026-01" in said.err


def test_options_that_do_not_go_together(each_shell: Shell) -> None:
    """What lists does not close."""
    for arguments in (("2026-01", "--list"), ("--late", "2026-01", "--list")):
        assert each_shell.on_ledger("close", *arguments).status == 2


def test_an_empty_ledger_has_no_next_month(each_shell: Shell) -> None:
    """Where nothing was posted the month must be named."""
    said = each_shell.on_ledger("close")
    assert said.status == 2
    assert "name the month to close" in said.err
