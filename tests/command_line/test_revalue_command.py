"""`acquit revalue`: what it proposes, what it records, and that doing it again changes nothing."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.command_line.conftest import Line, Said, Shell

AS_OF = ("--as-of", "2026-03-31")
RATE: Line = {"command": "set_rate", "currency": "USD", "source": "ECB"}
PLAN: Line = {
    "command": "open_plan",
    "id": "p",
    "on": "2026-01-01",
    "plan": "P",
    "customer": "C",
    "currency": "USD",
    "schedule": {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "100.00"}]},
}
CHARGE: Line = {"command": "charge_due", "id": "c", "on": "2026-01-15"}
PAY: Line = {
    "command": "receive_payment",
    "id": "m",
    "on": "2026-02-10",
    "payment": "pay",
    "plan": "P",
    "amount": "40.00",
    "currency": "USD",
}
RATES = [
    {**RATE, "id": "r1", "on": "2026-01-01", "rate": "0.90"},
    {**RATE, "id": "r2", "on": "2026-02-01", "rate": "0.95"},
    {**RATE, "id": "r3", "on": "2026-03-31", "rate": "0.80"},
]


@pytest.fixture
def rated(each_shell: Shell) -> Shell:
    """Give a ledger with a plan in dollars, rated from the start: 60.00 open, 40.00 paid."""
    assert each_shell.record([*RATES, PLAN, CHARGE, PAY]).status == 0
    return each_shell


@pytest.fixture
def unrated(each_shell: Shell) -> Shell:
    """Give the same ledger, its rates set when all had happened."""
    assert each_shell.record([PLAN, CHARGE, PAY, *RATES]).status == 0
    return each_shell


def rows(shell: Shell, *options: str) -> list[dict[str, Any]]:
    """Return the rows of a proposal of the generic book."""
    said = shell.on_ledger("revalue", *AS_OF, "--in", "generic", *options, "--format", "json")
    assert (said.status, said.err) == (0, "")
    found: list[dict[str, Any]] = said.json()["rows"]
    return found


def worth(shell: Shell, as_of: str, book: str = "generic") -> dict[tuple[str, str], str]:
    """Return the functional balances by role and currency, those that are zero left out."""
    options = ("--functional", "--book", book, "--as-of", as_of, "--format", "json")
    said = shell.on_ledger("balances", *options)
    return {
        (row["role"], row["currency"]): row["balance"]
        for row in said.json()
        if float(row["balance"])
    }


def recorded(said: Said) -> tuple[int, int, int]:
    """Return how many revaluations were accepted, repeated and refused."""
    tally = said.json()["recorded"]
    return tally["accepted"], tally["repeated"], len(tally["refused"])


def test_it_shows_what_is_carried_and_what_it_is_worth(rated: Shell) -> None:
    """60.00 dollars open at 0.90 and 40.00 at a gateway at 0.95 are worth 0.80 each."""
    found = {row["role"]: row for row in rows(rated)}
    assert {role: (row["carried"], row["worth"]) for role, row in found.items()} == {
        "receivable": ("54.00", "48.00"),
        "clearing": ("38.00", "32.00"),
    }
    assert found["receivable"] == {
        "kind": "revalue",
        "book": "generic",
        "account": "1200",
        "role": "receivable",
        "currency": "USD",
        "amount": "60.00",
        "rate": "0.80",
        "carried": "54.00",
        "worth": "48.00",
        "difference": "-6.00",
        "lasting": False,
        "on": "2026-03-31",
    }
    assert rated.stored() == (11, {"r1", "r2", "r3", "p", "c", "m"})


def test_it_is_recorded_once_and_taken_back_on_the_next_day(rated: Shell) -> None:
    """In the French book what is open moves against 476, what is at the gateway against 656."""
    said = rated.on_ledger("revalue", *AS_OF, "--book", "--format", "json")
    assert (said.status, recorded(said)) == (0, (2, 0, 0))
    assert worth(rated, "2026-03-31", "pcg") == {
        ("receivable", "EUR"): "48.00",
        ("clearing", "EUR"): "32.00",
        ("revenue", "EUR"): "-90.00",
        ("unrealised_loss", "EUR"): "6.00",
        ("fx_loss", "EUR"): "6.00",
        ("fx_gain", "EUR"): "-2.00",
    }
    assert worth(rated, "2026-04-01", "pcg")["receivable", "EUR"] == "54.00"
    assert ("unrealised_loss", "EUR") not in worth(rated, "2026-04-01", "pcg")
    again = rated.on_ledger("revalue", *AS_OF, "--book", "--format", "json")
    assert (again.json()["rows"], recorded(again)) == ([], (0, 0, 0))


def test_what_was_revalued_is_replayed_in_every_form(rated: Shell) -> None:
    """Rates and revaluations of a currency: the same events as table, CSV and JSON."""
    assert rated.on_ledger("revalue", *AS_OF, "--book").status == 0
    steps = rated.on_ledger("replay", "exchange:USD", "--format", "json").json()
    events = [step["event"] for step in steps]
    assert events == ["RateSet"] * 3 + ["Revalued"] * 4
    text = rated.on_ledger("replay", "exchange:USD", "--format", "csv").out
    assert [row["event"] for row in csv.DictReader(io.StringIO(text))] == events
    assert rated.on_ledger("replay", "exchange:USD").out.count("Revalued") == 4
    assert rated.on_ledger("check").status == 0


def test_what_had_no_rate_is_taken_over_first(unrated: Shell) -> None:
    """Before it, dollars stand beside euros; after it, all is worth euros at the first rate."""
    assert worth(unrated, "2026-03-31")["receivable", "USD"] == "60.00"
    assert {row["kind"] for row in rows(unrated)} == {"open"}
    assert unrated.on_ledger("revalue", *AS_OF, "--book").status == 0
    assert worth(unrated, "2026-03-31") == {
        ("receivable", "EUR"): "54.00",
        ("clearing", "EUR"): "36.00",
        ("revenue", "EUR"): "-90.00",
    }
    assert {row["kind"] for row in rows(unrated)} == {"revalue"}
    early = unrated.on_ledger("revalue", "--as-of", "2026-01-31")
    assert early.status == 2
    assert "took USD over on 2026-02-10: revalue as of that day or later" in early.err
    assert unrated.on_ledger("check").status == 0


def test_a_day_without_a_rate(rated: Shell) -> None:
    """A closing day before the first rate is refused, with the way out."""
    said = rated.on_ledger("revalue", "--as-of", "2025-12-31")
    assert (said.status, said.out) == (2, "")
    assert (
        "USD has no rate on 2025-12-31, its first is of 2026-01-01: set an earlier one" in said.err
    )


def test_tables_and_csv(rated: Shell) -> None:
    """A person reads a table; a program reads CSV, and what was recorded on standard error."""
    table = rated.on_ledger("revalue", *AS_OF)
    assert "Revaluation, as of 2026-03-31" in table.out
    said = rated.on_ledger("revalue", *AS_OF, "--book", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(said.out)))
    assert {row["difference"] for row in found} == {"-6.00"}
    assert "2 revaluations recorded, 0 recorded before, 0 refused" in said.err


def test_the_tax_return_in_the_ledgers_currency(rated: Shell) -> None:
    """Tax on what was paid in dollars is owed in euros, at the rate of the payment's day."""
    taxed: Line = {
        **PLAN,
        "id": "q",
        "plan": "Q",
        "tax": [{"code": "T", "rate": "20", "category": "S", "due": "receipt"}],
    }
    lines = [
        taxed,
        {**CHARGE, "id": "c2"},
        {**PAY, "id": "m2", "plan": "Q", "payment": "pay-2", "amount": "100.00"},
    ]
    assert rated.record(lines).status == 0
    period = ("--from", "2026-02-01", "--to", "2026-02-28", "--format", "json")
    foreign, own = (
        rated.on_ledger("tax", *period, *more).json() for more in ([], ["--functional"])
    )
    assert [(row["currency"], row["base"], row["tax"]) for row in foreign["rows"]] == [
        ("USD", "83.33", "16.67")
    ]
    assert [(row["currency"], row["base"], row["tax"]) for row in own["rows"]] == [
        ("EUR", "79.16", "15.84")
    ]
    assert {row["difference"] for row in own["tie"]} == {"0.00"}


def taxed(rate: str) -> list[dict[str, str]]:
    """Return the tax of a plan, due on the invoice."""
    return [{"code": f"T{rate}", "rate": rate, "category": "S", "due": "invoice"}]


def test_the_tax_return_ties_when_a_currency_was_taken_over(each_shell: Shell) -> None:
    """Taking over changes the currency of what is owed, and moves no tax of any period."""
    assert each_shell.record([{**PLAN, "tax": taxed("20")}, CHARGE, *RATES]).status == 0
    assert each_shell.on_ledger("revalue", *AS_OF, "--book").status == 0
    period = ("--from", "2026-01-01", "--to", "2026-12-31", "--functional", "--format", "json")
    said = each_shell.on_ledger("tax", *period)
    assert said.status == 0
    found = {(row["book"], row["currency"]): row for row in said.json()["tie"]}
    assert {key: row["difference"] for key, row in found.items()} == dict.fromkeys(
        [(book, currency) for book in ("generic", "pcg") for currency in ("EUR", "USD")], "0.00"
    )
    assert found["generic", "USD"]["posted"] == "16.67"


def test_a_credit_note_takes_tax_back_charge_by_charge(each_shell: Shell) -> None:
    """Of charges at 0.90 and 0.95 with 20 and 5.5 % nothing is left in the return, rate by rate."""
    rows = [{"due": "2026-02-15", "amount": "105.50"}]
    amended: Line = {
        "command": "amend_plan",
        "id": "a",
        "on": "2026-02-02",
        "plan": "P",
        "schedule": {"kind": "custom", "instalments": rows},
        "tax": taxed("5.5"),
        "reason": "because",
    }
    credit: Line = {"command": "credit", "id": "k", "on": "2026-02-16", "plan": "P"}
    credited = {**credit, "amount": "205.50", "kind": "annulled", "reason": "because"}
    charge = {**CHARGE, "id": "c2", "on": "2026-02-15"}
    lines = [*RATES, {**PLAN, "tax": taxed("20")}, CHARGE, amended, charge, credited]
    assert each_shell.record(lines).status == 0
    period = ("--from", "2026-01-01", "--to", "2026-12-31", "--functional", "--detail")
    value = each_shell.on_ledger("tax", *period, "--format", "json").json()
    moved = [(row["charge"], row["base"], row["tax"]) for row in value["movements"]]
    assert moved == [
        ("P/1", "75.00", "15.00"),
        ("P/2", "95.00", "5.23"),
        ("P/1", "-75.00", "-15.00"),
        ("P/2", "-95.00", "-5.23"),
    ]
