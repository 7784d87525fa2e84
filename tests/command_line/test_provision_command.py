"""`acquit provision`: what it prints, what it records, what it says of a policy that cannot be."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from projections.provisioning.report import ROW_KEYS, TOTAL_KEYS

if TYPE_CHECKING:
    from tests.command_line.conftest import Said, Shell

AS_OF = ("--as-of", "2026-03-31")
POLICY = """
title = "Ours"
source = "the board, 2026-01-10"

[matrix]
edges = [30, 60]
base = "net"
rounding = "total"

[[matrix.rates]]
from = 2026-01-01
percent = ["1", "10", "20", "50"]
source = "the board, 2026-01-10"

[claims]
edges = [90]

[[claims.rates]]
from = 2026-01-01
percent = "40"
source = "the board, 2026-01-10"

[claims.plans]
"P-1" = "60"
"""


@pytest.fixture
def ours(tmp_path: Path) -> str:
    """Give the name of a policy file."""
    path = tmp_path / "ours.toml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


def proposed(shell: Shell, *options: str) -> Any:
    """Return a proposal for the end of March 2026, read as JSON."""
    said = shell.on_ledger("provision", *AS_OF, *options, "--format", "json")
    assert (said.status, said.err) == (0, "")
    return said.json()


def test_for_programs(told: Shell) -> None:
    """The keys of the contract; amounts and percentages are decimal strings, unknown is null."""
    value = proposed(told, "--in", "generic")
    keys = ["as_of", "known_at", "position", "policy", "rows", "totals", "history", "recorded"]
    assert list(value) == keys
    assert value["as_of"] == "2026-03-31"
    assert list(value["policy"]) == ["name", "digest"]
    assert value["recorded"] is None
    assert [tuple(row) for row in value["rows"]] == [ROW_KEYS] * 10
    assert [tuple(row) for row in value["totals"]] == [TOTAL_KEYS] * 2
    late = {row["bucket"]: row for row in value["rows"] if row["currency"] == "EUR"}
    assert (late["31-60"]["gross"], late["31-60"]["required"]) == ("30.00", "1.08")
    assert late["31-60"]["rate_percent"] == "3.6"
    assert (late["31-60"]["tax"], late["31-60"]["held"]) == (None, None)
    assert [tuple(row.values()) for row in value["totals"]] == [
        ("generic", "matrix", "EUR", "35.00", None, "35.00", "1.16", "0.00", "1.16"),
        ("generic", "matrix", "JPY", "500", None, "500", "53", "0", "53"),
    ]


def test_for_people(told: Shell) -> None:
    """A table of age bands, then the totals; figures stand to the right."""
    said = told.on_ledger("provision", *AS_OF)
    assert said.status == 0
    assert "Provision by policy standard" in said.out
    assert "31-60     30.00   30.00            3.6       1.08" in said.out
    assert "Totals" in said.out


def test_as_csv(told: Shell, ours: str) -> None:
    """A row for each band, and nothing else on standard output, recorded or not."""
    said = told.on_ledger("provision", *AS_OF, "--policy", ours, "--format", "csv", "--book")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert len(rows) == 8
    assert tuple(rows[0]) == ROW_KEYS
    assert "2 movements recorded, 0 recorded before, 0 refused" in said.err


def test_a_policy_of_ones_own(told: Shell, ours: str) -> None:
    """Net of tax, rounded in total; a plan named in it has its own rate."""
    doubtful = {"command": "mark_doubtful", "id": "m1", "on": "2026-03-01", "plan": "P-1"}
    assert told.record([doubtful]).status == 0
    rows = proposed(told, "--policy", ours)["rows"]
    band = next(row for row in rows if (row["currency"], row["bucket"]) == ("EUR", "31-60"))
    assert (band["gross"], band["tax"], band["base"]) == ("30.00", "5.00", "25.00")
    (claim,) = (row for row in rows if row["book"] == "pcg")
    names = ("customer", "plan", "days_overdue", "rate_percent", "required", "movement")
    assert [claim[name] for name in names] == ["C-1", "P-1", 44, "60", "18.00", "18.00"]


def test_nothing_is_recorded_without_the_flag(told: Shell, ours: str) -> None:
    """A proposal under any policy leaves the ledger as it was."""
    before = told.stored()
    proposed(told)
    proposed(told, "--policy", ours)
    assert told.stored() == before


def test_recorded_once(told: Shell) -> None:
    """--book records a movement for each book and currency; again, nothing is left to move."""
    first = proposed(told, "--book")
    assert first["recorded"] == {"accepted": 2, "repeated": 0, "events": 2, "refused": []}
    stored = told.stored()
    again = proposed(told, "--book")
    assert again["recorded"] == {"accepted": 0, "repeated": 0, "events": 0, "refused": []}
    assert [total["movement"] for total in again["totals"]] == ["0.00", "0"]
    assert told.stored() == stored
    rows = told.on_ledger("balances", *AS_OF, "--format", "json").json()
    held = {row["currency"]: row["balance"] for row in rows if row["role"] == "allowance"}
    assert held == {"EUR": "-1.16", "JPY": "-53"}
    assert told.on_ledger("check").status == 0


def test_recorded_at_a_moment(told: Shell) -> None:
    """In a simulated ledger a movement may say when it was recorded; before, it is not known."""
    proposed(told, "--book", "--recorded", "2026-04-05T09:00:00Z")
    totals = proposed(told, "--known-at", "2026-04-04")["totals"]
    assert {total["held"] for total in totals} == {"0.00", "0"}
    assert proposed(told)["totals"][0]["held"] == "1.16"


def test_a_refused_movement(told: Shell) -> None:
    """A recording time that goes back is refused: sentence on standard error, exit status 1."""
    options = (*AS_OF, "--book", "--recorded", "2020-01-01T00:00:00Z", "--format", "json")
    said = told.on_ledger("provision", *options)
    assert said.status == 1
    refused = said.json()["recorded"]["refused"]
    assert [row["error"] for row in refused] == ["recorded_goes_back"] * 2
    assert refused[0]["message"] in said.err


def assert_wrong(said: Said, sentence: str) -> None:
    assert (said.status, said.out) == (2, "")
    assert sentence in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--policy", "none.toml"],
            "is neither a packaged policy of provision (standard, history)",
        ),
        (["--policy", "history", "--in", "pcg"], "says nothing of book 'pcg' (claim by claim)"),
        (["--in", "x"], "there is no book 'x': known are generic, pcg"),
        (["--book", "--known-at", "2026-03-31"], "leave out --known-at"),
        (["--recorded", "2026-04-05T09:00:00Z"], "--recorded goes with --book"),
        (["--policy", "history"], "no charge in EUR fell due from"),
    ],
)
def test_what_cannot_be_done(shown: Shell, options: list[str], sentence: str) -> None:
    """It is said in a sentence that names the way out, with exit status 2."""
    assert_wrong(shown.on_ledger("provision", *AS_OF, *options), sentence)


WRONG = {
    "title": ('title = "Ours"', "", "key 'title' is missing: write text in quotes"),
    "unknown": ("edges = [30, 60]", "edgs = [30]", "key 'matrix.edgs' means nothing here: known"),
    "edges": ("edges = [30, 60]", "edges = [60, 30]", "key 'matrix.edges': write growing whole"),
    "edges text": ("edges = [30, 60]", 'edges = "30"', "key 'matrix.edges': write a list"),
    "base": ('base = "net"', 'base = "tax"', "key 'matrix.base': 'tax' is not one of gross, net"),
    "unit": ('base = "net"', "unit = 0", "key 'matrix.unit': write how many whole units"),
    "few rates": ('"20", "50"]', '"20"]', "key 'matrix.rates[0].percent': 3 rates for 4 age bands"),
    "a float": ('["1", "10"', '[1.0, "10"', "'matrix.rates[0].percent': write percentages as text"),
    "above 100": ('["1", "10"', '["101", "10"', 'as text from "0" to "100"'),
    "exponent": ('["1", "10"', '["1e1", "10"', "write percentages as text"),
    "day": ("from = 2026-01-01", 'from = "soon"', "key 'matrix.rates[0].from': write a day"),
    "no day": ("from = 2026-01-01", "", "key 'matrix.rates[0].from' is missing: write a day"),
    "plan": ('"P-1" = "60"', '"P-1" = 60', "key 'claims.plans.P-1': write percentages as text"),
    "window": ('base = "net"', "history = {months = 1}", "key 'matrix.history': leave it out, or"),
    "no TOML": ("[matrix]", "[matrix", "the policy cannot be read:"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_policy_file(shown: Shell, tmp_path: Path, case: str) -> None:
    """The sentence names the file, the key and what to write; nothing is recorded."""
    before, after, sentence = WRONG[case]
    path = tmp_path / "ours.toml"
    path.write_text(POLICY.replace(before, after, 1), encoding="utf-8")
    stored = shown.stored()
    said = shown.on_ledger("provision", *AS_OF, "--policy", str(path), "--book")
    assert_wrong(said, f"Error: {path}: ")
    assert sentence in said.err
    assert shown.stored() == stored


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ("months = 0", "key 'matrix.history.months': write a number from 1 to 1200"),
        ("months = 2\nfrom = 2026-01-01", "write either months, or from and to"),
        ("from = 2026-01-01", "key 'matrix.history.to' is missing: write a day"),
        ("from = 2026-01-02\nto = 2026-01-01", "write a day that is not before 'from'"),
    ],
)
def test_a_wrong_window_of_history(
    shown: Shell, tmp_path: Path, window: str, sentence: str
) -> None:
    """A window is a number of months or a span of days."""
    path = tmp_path / "window.toml"
    about = 'title = "t"\nsource = "s"\n[matrix]\nedges = [30]\nrates = "history"\n'
    path.write_text(f"{about}[matrix.history]\n{window}\n", encoding="utf-8")
    assert_wrong(shown.on_ledger("provision", *AS_OF, "--policy", str(path)), sentence)


def test_a_policy_that_speaks_of_nothing(shown: Shell, tmp_path: Path) -> None:
    """It needs at least one of its two tables."""
    path = tmp_path / "empty.toml"
    path.write_text('title = "t"\nsource = "s"\n', encoding="utf-8")
    said = shown.on_ledger("provision", *AS_OF, "--policy", str(path))
    assert_wrong(said, "key 'matrix' is missing: write a table [matrix], [claims], or both")


def test_an_adopted_policy_is_used(shown: Shell, ours: str) -> None:
    """`acquit adopt policy provision` makes a file the default from a day on."""
    adopted = shown.on_ledger("adopt", "policy", "provision", ours, "--from", "2026-03-01")
    assert adopted.status == 0
    value = proposed(shown)
    assert value["policy"]["name"] == "adopted from 2026-03-01 on"
    assert value["policy"]["digest"] == proposed(shown, "--policy", ours)["policy"]["digest"]
    assert json.dumps(proposed(shown, "--policy", ours)["rows"]) == json.dumps(value["rows"])


def test_a_wrong_policy_is_not_adopted(shown: Shell, tmp_path: Path) -> None:
    """A file that could not be applied is refused before anything is stored."""
    path = tmp_path / "wrong.toml"
    path.write_text(POLICY.replace("edges = [30, 60]", "edges = []"), encoding="utf-8")
    before = shown.stored()
    said = shown.on_ledger("adopt", "policy", "provision", str(path), "--from", "2026-03-01")
    assert_wrong(said, "key 'matrix.edges': write growing whole numbers")
    assert shown.stored() == before
