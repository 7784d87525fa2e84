"""Rules and policies take effect by an event, from a day on, and never in a closed month."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from ledger.adopting import AdoptionError, adopt_policy, adopt_rules, chart_from, policy_from
from ledger.answers import Verdict
from ledger.books.accounts import ChartError, packaged_chart
from ledger.events import LEDGER_STREAM
from ledger.store.log import read_stream
from ledger.store.schema import ledger_head
from projections.balances_report import balances
from projections.coordinates import resolve
from projections.journal_report import JournalFilter
from projections.projection import Books

if TYPE_CHECKING:
    from bootstrap import Acquit
    from ledger.terms.refusals import Refusal

MARCH = date(2026, 3, 1)


def said(acquit: Acquit, book: str) -> dict[str, str]:
    """Return the balances of a book by account."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        at = resolve(connection, acquit.identity)
        rows = balances(connection, books, at, JournalFilter(book=book))
    return {row["account"]: row["balance"] for row in rows}


def receive(acquit: Acquit, payment: str, on: str) -> Refusal | None:
    """Receive 10.00 for no plan."""
    line = {"command": "receive_payment", "id": payment, "on": on, "payment": payment}
    return acquit.application.execute({**line, "amount": "10.00", "currency": "EUR"}).refusal


def third_book(tmp_path: Path) -> str:
    """Write a chart file: the generic accounts under other numbers, two rules its own."""
    content = packaged_chart("generic")
    accounts = [{**account, "account": "9" + account["account"]} for account in content["accounts"]]
    lines = ['book = "ifrs"', 'title = "Third"', 'shared_rules = "rules"', 'impairment = "matrix"']
    for account in accounts:
        lines.append("[[accounts]]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in account.items()]
    path = tmp_path / "ifrs.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_third_book_is_a_file(acquit: Acquit, tmp_path: Path) -> None:
    """A chart file is adopted, posts what comes after it, and the other books go on as before."""
    receive(acquit, "a", "2026-02-01")
    result = adopt_rules(acquit.application, chart_from(third_book(tmp_path)), MARCH, None)
    assert result.verdict is Verdict.ACCEPTED
    receive(acquit, "b", "2026-02-28")
    receive(acquit, "c", "2026-03-01")
    assert said(acquit, "ifrs") == {"91050": "10.00", "92100": "-10.00"}
    assert said(acquit, "generic") == {"1050": "30.00", "2100": "-30.00"}


def test_adopting_the_same_again_changes_nothing(acquit: Acquit) -> None:
    """The packaged rules stand from the first day on; only other content is a new event."""
    content = chart_from("pcg")
    assert adopt_rules(acquit.application, content, MARCH, None).verdict is Verdict.REPEATED
    changed = {**content, "title": "Autre"}
    assert adopt_rules(acquit.application, changed, MARCH, None).events == 1
    assert adopt_rules(acquit.application, changed, MARCH, None).events == 0


def test_rules_change_from_a_day_on(acquit: Acquit) -> None:
    """Another account for a role is used from the day on, and never before it."""
    content: dict[str, Any] = json.loads(json.dumps(packaged_chart("generic")))
    for account in content["accounts"]:
        if account["role"] == "clearing":
            account["account"] = "1059"
    adopt_rules(acquit.application, content, MARCH, None)
    receive(acquit, "b", "2026-02-28")
    receive(acquit, "c", "2026-03-01")
    found = said(acquit, "generic")
    assert (found["1050"], found["1059"]) == ("10.00", "10.00")


def test_nothing_is_adopted_into_a_closed_month(acquit: Acquit) -> None:
    """A day that is closed is refused; the first open one is named."""
    with acquit.database.writing() as connection:
        connection.execute(update(ledger_head).values(open_from=date(2026, 4, 1)))
    content = {**chart_from("pcg"), "title": "Autre"}
    with pytest.raises(AdoptionError, match="2026-03-01 is closed: adopt from 2026-04-01 on"):
        adopt_rules(acquit.application, content, MARCH, None)


def test_an_approver_above_the_limit(acquit: Acquit) -> None:
    """Above the limit a refund or a write-off names an approver; below, and before, it need not."""
    limits = {"refund": {"EUR": "5.00"}, "write_off": {"EUR": "0.00"}}
    adopt_policy(acquit.application, "approval", limits, MARCH, None)
    receive(acquit, "a", "2026-02-01")
    line = {"command": "refund", "payment": "a", "reason": "because"}

    def refund(on: str, amount: str, **more: str) -> Refusal | None:
        given = {**line, "id": f"{on} {amount}", "on": on, "amount": amount, **more}
        return acquit.application.execute(given).refusal

    assert refund("2026-02-02", "1.00") is None
    assert refund("2026-03-02", "2.00") is None
    refusal = refund("2026-03-02", "5.01")
    assert refusal is not None
    assert str(refusal).startswith("a refund above 5.00 EUR needs an approver")
    assert refund("2026-03-02", "5.01", approver="CFO") is None


def test_a_policy_may_ask_who_approved_a_reopening(tmp_path: Path) -> None:
    """That has no limit: it is asked for always, or not at all."""
    path = tmp_path / "limits.toml"
    path.write_text("[reopen_period]\napprover = true\n", encoding="utf-8")
    assert policy_from("approval", str(path)) == {"reopen_period": {"approver": True}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("= 1", "not TOML"),
        ('[gift]\nEUR = "1.00"', "limits refund, write_off by currency, not 'gift'"),
        ("[refund]\nEUR = 5", "refund.EUR = 5 is not an amount as text"),
        ('[refund]\nXXX = "5.00"', "refund.XXX"),
        ("[reopen_period]\napprover = 1.5", "by currency, not 'reopen_period'"),
    ],
)
def test_a_policy_file_that_cannot_be(tmp_path: Path, text: str, problem: str) -> None:
    """A policy file is refused by file and place."""
    path = tmp_path / "limits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AdoptionError, match=f"limits.toml.*{problem}"):
        policy_from("approval", str(path))


def test_a_chart_file_that_cannot_be(tmp_path: Path) -> None:
    """A chart that is not there, or whose rules cannot be, is refused before anything is stored."""
    with pytest.raises(AdoptionError, match="neither a packaged book"):
        chart_from("nowhere")
    path = Path(third_book(tmp_path))
    rule = '[[rules]]\nevent = "Nothing"\njournal = "x"\nnarration = ""\nlegs = []\n'
    path.write_text(path.read_text(encoding="utf-8") + "\n" + rule, encoding="utf-8")
    with pytest.raises(ChartError, match="'Nothing'"):
        chart_from(str(path))


@pytest.mark.parametrize(
    ("event", "legs", "problem"),
    [
        (
            "Revalued",
            '"debit {account} gain"',
            "Revalued: debits and credits differ where an event has gain: add the leg",
        ),
        (
            "InstalmentCharged",
            '"debit receivable gross"',
            "InstalmentCharged: debits and credits differ where an event has gross and earned",
        ),
        ("PayoutSent", "", "there is no rule for .*, PlanBilled, .*: add it, with no legs if"),
    ],
)
def test_a_chart_file_whose_rules_fall_short(
    tmp_path: Path, event: str, legs: str, problem: str
) -> None:
    """Rules that would not balance, or leave an event out, are refused before they are adopted."""
    path = Path(third_book(tmp_path))
    text = path.read_text(encoding="utf-8")
    if event == "PayoutSent":
        text = text.replace('shared_rules = "rules"\n', "")
    own = f'[[rules]]\nevent = "{event}"\njournal = "x"\nnarration = ""\nlegs = [{legs}]\n'
    path.write_text(f"{text}\n{own}", encoding="utf-8")
    with pytest.raises(AdoptionError, match=f"ifrs.toml: {problem}"):
        chart_from(str(path))


def test_a_provision_names_a_book_that_is_kept(acquit: Acquit) -> None:
    """A provision for a book that was never adopted is refused by name."""
    line = {"command": "provision", "id": "p", "on": "2026-03-31", "book": "ifrs"}
    result = acquit.application.execute({**line, "amount": "1.00", "currency": "EUR"})
    assert str(result.refusal) == "there is no book 'ifrs': known are generic, pcg"
