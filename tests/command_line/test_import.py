"""`acquit import`: rows recorded or listed, sums that tie, nothing twice."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.command_line.conftest import Shell

MAP = """
kind = "invoice"
prefix = "T-"
recorded = "on"
[columns]
id = "no"
customer = "who"
billed_on = "date"
due = "due"
settled = "paid"
amount = "amount"
[dates]
format = "%Y-%m-%d"
[currency]
code = "EUR"
decimals = 2
"""
ROWS = """no,who,date,due,paid,amount
1,A,2026-01-01,2026-01-31,2026-02-03,100.00
2,A,2026-01-05,2026-02-04,,50.50
3,B,2026-01-05,2026-01-04,,7.00
4,,2026-01-06,2026-02-05,,9.00
"""


@pytest.fixture
def source(tmp_path: Path) -> list[str]:
    """Give the arguments that name a map and a file of four invoices, two of which are wrong."""
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "invoices.csv").write_text(ROWS, encoding="utf-8")
    return ["import", "--map", "map.toml", "invoices.csv"]


def findings(folder: Path, name: str = "invoices.csv.findings.csv") -> list[dict[str, str]]:
    """Read a findings file."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_recorded_or_listed(each_shell: Shell, source: list[str]) -> None:
    """Two invoices are taken; one that the ledger refuses and one without customer are listed."""
    said = each_shell.on_ledger(*source, "--format", "json")
    assert said.status == 1
    summary = said.json()
    assert summary["rows"] == 4
    assert summary["rows_not_taken"] == 2
    assert (summary["sum_in_file"], summary["sum_taken"]) == ("166.50", "150.50")
    assert Decimal(summary["sum_not_taken"]) == 16
    listed = findings(each_shell.folder)
    assert [(row["line"], row["amount"]) for row in listed] == [("4", "7.00"), ("5", "9.00")]
    assert "before the agreement of 2026-01-05" in listed[0]["reason"]
    aging = each_shell.on_ledger("aging", "--as-of", "2026-02-04", "--format", "json").json()
    assert [(row["charge"], row["outstanding"]) for row in aging["rows"]] == [("T-2/1", "50.50")]


def test_a_second_import_changes_nothing(each_shell: Shell, source: list[str]) -> None:
    """The same file again is accepted before, all of it; the sums still tie."""
    each_shell.on_ledger(*source)
    before = each_shell.stored()
    summary = each_shell.on_ledger(*source, "--format", "json").json()
    assert summary["commands_accepted"] == 0
    assert summary["sum_taken"] == "150.50"
    assert each_shell.stored() == before


def test_a_real_ledger_keeps_its_own_time(
    source: list[str], sqlite_url: str, shell: Shell, tmp_path: Path
) -> None:
    """A map's recording times are left out where the ledger has a clock of its own."""
    shell.url = sqlite_url.replace("ledger-", "ledger-real-")
    assert shell.on_ledger("init").status == 0
    assert shell.on_ledger(*source, "--findings", str(tmp_path / "f.csv")).status == 1
    assert len(findings(tmp_path, "f.csv")) == 2
    said = shell.on_ledger("journal", "--format", "json").json()
    assert {entry["recorded_at"][:4] for entry in said} != {"2026-01"}
    assert len(said) == 4


def test_a_simulated_ledger_that_came_further_takes_it_too(shell: Shell, source: list[str]) -> None:
    """Recording times before the ledger's last moment become that moment: nothing goes back."""
    later = {"command": "charge_due", "id": "x", "on": "2030-01-01"}
    shell.record([later | {"recorded": "2030-01-01T00:00:00Z"}])
    assert shell.on_ledger(*source, "--format", "json").json()["sum_taken"] == "150.50"
    entries = shell.on_ledger("journal", "--format", "json").json()
    assert {entry["recorded_at"] for entry in entries} == {"2030-01-01T00:00:00.000000Z"}


def test_commands_can_be_written_instead(shell: Shell, source: list[str]) -> None:
    """With --commands nothing is recorded; the file can be recorded later, to the same end."""
    before = shell.stored()
    said = shell.on_ledger(*source, "--commands", "commands.jsonl")
    assert said.status == 1
    assert said.err == "1 rows not taken: see invoices.csv.findings.csv\n"
    assert shell.stored() == before
    lines = (shell.folder / "commands.jsonl").read_bytes()
    assert json.loads(lines.splitlines()[0])["command"] == "open_plan"
    assert shell.record(lines).out.startswith("5 accepted")


@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_summary_in_other_forms(shell: Shell, source: list[str], form: str) -> None:
    """People get a table, spreadsheets CSV, with the same sums."""
    said = shell.on_ledger(*source, "--format", form)
    assert "150.50" in said.out
    assert "166.50" in said.out


def test_a_file_without_wrong_rows_ends_well(shell: Shell, source: list[str]) -> None:
    """Nothing to list: status 0 and a findings file with its header alone."""
    path = shell.folder / "invoices.csv"
    path.write_text("".join(ROWS.splitlines(keepends=True)[:3]), encoding="utf-8")
    assert shell.on_ledger(*source).status == 0
    assert findings(shell.folder) == []


def test_findings_never_overwrite_their_source(shell: Shell, source: list[str]) -> None:
    """The file, its map and the findings are three files."""
    for wrong in ("invoices.csv", "map.toml"):
        assert shell.on_ledger(*source, "--findings", wrong).status == 2
        assert shell.on_ledger(*source, "--commands", wrong).status == 2
    assert (shell.folder / "invoices.csv").read_text(encoding="utf-8") == ROWS
    assert (shell.folder / "map.toml").read_text(encoding="utf-8") == MAP


def test_a_wrong_map_is_said_in_a_sentence(shell: Shell, source: list[str]) -> None:
    """A map with an unknown key stops before anything is recorded, naming file and key."""
    before = shell.stored()
    (shell.folder / "map.toml").write_text(MAP + "\n[nonsense]\n", encoding="utf-8")
    said = shell.on_ledger(*source)
    assert said.status == 2
    assert said.err.startswith("Error: ")
    assert "nonsense" in said.err
    assert shell.stored() == before
