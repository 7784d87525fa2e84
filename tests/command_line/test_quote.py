"""`acquit quote`: what a plan would be, from a file, from standard input, or from options."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.conftest import Said, Shell

PLAN: dict[str, Any] = {
    "on": "2026-01-15",
    "currency": "EUR",
    "schedule": {
        "kind": "equal",
        "total": "1200.00",
        "instalments": 12,
        "first_due": "2026-02-15",
        "every": "1 month",
    },
    "interest": {"annual_rate": "9.9"},
}
OPTIONS = ("--on", "2026-01-15", "--total", "1200.00", "--instalments", "12", "--rate", "9.9")


@pytest.fixture
def run(new_shell: Callable[[str], Shell]) -> Callable[..., Said]:
    """Give a function that runs `acquit quote` where there is no ledger."""
    shell = new_shell("sqlite:///none.db")
    return lambda *arguments: shell.run("quote", *arguments)


def written(tmp_path: Path, line: object) -> str:
    """Write an object into a file; return the file's name."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(line, indent=1), encoding="utf-8")
    return str(path)


def test_for_people(run: Callable[..., Said], tmp_path: Path) -> None:
    """A table of instalments with its totals, then what it costs; nothing is made on disk."""
    said = run(*OPTIONS)
    assert (said.status, said.err) == (0, "")
    assert "2026-02-15       95.54       9.90    105.44   1104.46" in said.out
    assert "total cost              1265.32" in said.out
    assert list(tmp_path.iterdir()) == []


def test_a_file_and_options_say_the_same(run: Callable[..., Said], tmp_path: Path) -> None:
    """An object in a file and the options for it are one quote."""
    from_file = run(written(tmp_path, PLAN), "--format", "json")
    assert from_file.json() == run(*OPTIONS, "--format", "json").json()


def test_a_line_of_a_command_file_is_quoted(run: Callable[..., Said], tmp_path: Path) -> None:
    """A whole open_plan can be quoted as it is."""
    line = {**PLAN, "command": "open_plan", "id": "a1", "plan": "P-1", "customer": "C-1"}
    assert run(written(tmp_path, line)).status == 0


def test_for_programs(run: Callable[..., Said]) -> None:
    """JSON has the cost and both rates; rows add up to it; amounts are decimal strings."""
    content = run(*OPTIONS, "--fee", "handling:1%:signature", "--format", "json").json()
    assert (content["principal"], content["interest"]) == ("1200.00", "65.32")
    assert (content["fees_total"], content["cost_of_credit"]) == ("12.00", "77.32")
    assert sum(Decimal(row["amount"]) for row in content["rows"]) == Decimal("1277.32")
    assert content["rows"][0]["nr"] is None
    assert [fee["when"] for fee in content["fees"]] == ["signature"]
    assert Decimal(content["eu_apr"]) > Decimal(content["us_apr"]) > Decimal("9.9")


def test_as_csv(run: Callable[..., Said]) -> None:
    """CSV is the schedule alone, a column each."""
    rows = list(csv.DictReader(io.StringIO(run(*OPTIONS, "--format", "csv").out)))
    assert list(rows[0]) == ["nr", "due", "principal", "interest", "fee", "amount", "balance"]
    assert (len(rows), rows[-1]["balance"]) == (12, "0.00")


@pytest.mark.parametrize(
    ("options", "amounts"),
    [
        (["--deposit", "300", "--instalments", "3"], ["300.00"] * 4),
        (["--weights", "3,1"], ["900.00", "300.00"]),
        (["--growth-amount", "100", "--instalments", "3"], ["300.00", "400.00", "500.00"]),
        (["--growth-percent", "100", "--instalments", "2"], ["400.00", "800.00"]),
        (["--instalments", "3", "--promotion", "percent_off:10%"], ["360.00"] * 3),
        (["--instalments", "2", "--promotion", "first_reduced:50"], ["550.00", "600.00"]),
        (["--deposit", "300", "--instalments", "1", "--promotion", "deposit_waived"], ["900.00"]),
        (["--instalments", "5", "--multiple", "50"], ["250.00"] * 4 + ["200.00"]),
        (["--instalments", "7", "--remainder", "first"], ["171.42"] + ["171.43"] * 6),
    ],
)
def test_kinds_by_options(run: Callable[..., Said], options: list[str], amounts: list[str]) -> None:
    """Each kind of schedule and each promotion has an option."""
    base = ["--on", "2026-01-15", "--total", "1200", "--format", "json"]
    rows = run(*base, *options).json()["rows"]
    assert [row["amount"] for row in rows] == amounts


def test_refused_for_programs(run: Callable[..., Said]) -> None:
    """With --format json a refusal has its code on standard output, its sentence on both."""
    said = run(*OPTIONS, "--multiple", "200", "--format", "json")
    assert (said.status, said.json()["error"]) == (1, "multiple_above_instalment")
    assert said.json()["message"] in said.err


def test_dates_by_options(run: Callable[..., Said]) -> None:
    """The first instalment is due an interval after the agreement, or when it is said to be."""
    base = ["--total", "30", "--instalments", "2", "--format", "json"]
    weekly = run("--on", "2026-01-30", "--every", "1 week", *base).json()
    assert [row["due"] for row in weekly["rows"]] == ["2026-02-06", "2026-02-13"]
    more = ["--first-due", "2026-02-28", "--month-end", "--business-days", "following"]
    monthly = run("--on", "2026-01-30", *more, *base).json()
    assert [row["due"] for row in monthly["rows"]] == ["2026-03-02", "2026-03-31"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--total", "10"], "give a FILE, or at least --on, --total and --instalments"),
        ([*OPTIONS, "--deposit", "1", "--weights", "1,2"], "of one kind, not deposit and weighted"),
        ([*OPTIONS[:4], "--weights", "1,x"], "'x' is not a whole number"),
        ([*OPTIONS, "--fee", "handling"], "'handling' is not KIND:AMOUNT[:WHEN]"),
        (["nowhere.json"], "nowhere.json"),
    ],
)
def test_wrong_usage(run: Callable[..., Said], arguments: list[str], reason: str) -> None:
    """What cannot be understood is said in a sentence, with exit status 2."""
    said = run(*arguments)
    assert said.status == 2
    assert reason in said.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--on", "soon", *OPTIONS[2:]], "field 'on': 'soon' is not a day"),
        ([*OPTIONS, "--every", "fortnight"], "'fortnight' is not an interval"),
        ([*OPTIONS, "--currency", "XXX"], "'XXX' is not an ISO 4217 currency"),
        ([*OPTIONS, "--final", "nothing"], "field 'interest.final': 'nothing' is not one of"),
        ([*OPTIONS, "--promotion", "gift"], "'gift' is not one of percent_off"),
    ],
)
def test_refused(run: Callable[..., Said], arguments: list[str], reason: str) -> None:
    """A plan that cannot be is refused as open_plan would be, with exit status 1."""
    said = run(*arguments)
    assert (said.status, said.out) == (1, "")
    assert reason in said.err


def test_only_plans_are_quoted(run: Callable[..., Said], tmp_path: Path) -> None:
    """Another command has no schedule."""
    line = {"command": "charge_due", "id": "d1", "on": "2026-01-15"}
    said = run(written(tmp_path, {**line}))
    assert said.status == 1
    assert "command 'charge_due' has no schedule to quote: give an open_plan" in said.err


def test_a_file_and_options_do_not_mix(run: Callable[..., Said], tmp_path: Path) -> None:
    """Options beside a file would leave open which of them counts."""
    said = run(written(tmp_path, PLAN), "--total", "1")
    assert said.status == 2
    assert "leave out the options" in said.err
