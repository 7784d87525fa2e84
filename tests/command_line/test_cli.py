"""The command line: help, where the ledger is named, replay, check, init, simulate, demo."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest
from sqlalchemy import create_engine

import cli
from projections.checks import CHECKS
from tests.command_line.lines import story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command_line.conftest import Shell


def every_command(group: click.Group = cli.acquit, path: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield the path and the command of every command and group."""
    yield path, group
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = {" ".join(path) or "acquit": path for path, _ in every_command()}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_does(shell: Shell, name: str) -> None:
    """Every command and group has help, by -h and by --help."""
    said = shell.run(*COMMANDS[name], "--help")
    assert said.status == 0
    assert said.out.startswith("Usage: acquit")
    assert shell.run(*COMMANDS[name], "-h") == said


def _leaves() -> Iterator[Any]:
    for path, command in every_command():
        if not isinstance(command, click.Group):
            yield pytest.param(path, id=" ".join(path))


@pytest.mark.parametrize("path", list(_leaves()))
def test_help_shows_a_command_in_use(shell: Shell, path: tuple[str, ...]) -> None:
    """The help of every command has an example, a whole command line."""
    help_text = shell.run(*path, "--help").out
    _, _, examples = help_text.partition("Example")
    assert f"acquit {' '.join(path)}" in examples


def test_help_of_every_command_loads_nothing_heavy() -> None:
    """No help, usage error or shell completion imports the database or the table printer."""
    program = (
        "import sys, cli\n"
        f"for path in {[list(path) for path in COMMANDS.values()]!r}:\n"
        "    assert cli.main([*path, '--help']) == 0\n"
        "assert cli.main(['aging', '--colour']) == 2\n"
        "heavy = {'sqlalchemy', 'rich', 'alembic', 'eventsourcing', 'msgspec', 'psycopg2'}\n"
        "heavy |= {'pyarrow', 'duckdb'}\n"
        "found = heavy & set(sys.modules)\n"
        "assert not found, found\n"
    )
    folder = cli.__file__.removesuffix("cli.py")
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_without_a_command_help_is_shown(shell: Shell) -> None:
    """Nothing asked is a usage error, with the way to start."""
    said = shell.run()
    assert said.status == 2
    assert "acquit init" in said.out + said.err


def test_replay_as_json(told: Shell) -> None:
    """Each event of a stream or plan with its data, and the state after it."""
    steps = told.on_ledger("replay", "P-1", "--format", "json").json()
    assert told.on_ledger("replay", "plan:P-1", "--format", "json").json() == steps
    keys = ["position", "stream", "version", "event", "schema_version", "effective_on"]
    keys += ["posted_on", "recorded_at", "actor", "command", "data", "state"]
    assert [list(step) for step in steps] == [keys] * len(steps)
    assert [step["version"] for step in steps] == list(range(1, len(steps) + 1))
    assert [step["state"]["outstanding_minor"] for step in steps] == [0, 4000, 8000, 8500, 3500]
    assert steps[-1]["data"]["payment"] == "pay-1"
    received = told.on_ledger("replay", "payment:pay-1", "--format", "json").json()
    assert received[0]["state"]["unapplied_minor"] == 5000
    assert received[-1]["state"]["settled"] is True
    ledger = told.on_ledger("replay", "ledger", "--format", "json").json()
    assert [step["event"] for step in ledger] == ["LedgerOpened", "RulesAdopted", "RulesAdopted"]


@pytest.mark.parametrize("name", ["P-1", "P-\u00e9", "payment:pay-2", "ledger"])
def test_replay_as_table_and_csv(shown: Shell, name: str) -> None:
    """One row an event, the same in both."""
    steps = shown.on_ledger("replay", name, "--format", "json").json()
    rows = list(csv.DictReader(io.StringIO(shown.on_ledger("replay", name, "--format", "csv").out)))
    assert [row["event"] for row in rows] == [step["event"] for step in steps]
    assert f"Replay of {name}" in shown.on_ledger("replay", name).out


def test_check_as_json(told: Shell) -> None:
    """Every check by name; one alone when it is named; status 0 when all hold."""
    said = told.on_ledger("check", "--format", "json")
    assert said.status == 0
    assert said.json() == [{"check": name, "ok": True, "findings": []} for name in CHECKS]
    one = told.on_ledger("check", "aging", "--format", "json")
    assert one.json() == [{"check": "aging", "ok": True, "findings": []}]
    assert told.on_ledger("check").out.count("holds") == len(CHECKS)


def test_check_finds_what_is_wrong(shown: Shell) -> None:
    """A posting changed behind its back is named with its position; the status is 1."""
    shown.on_ledger("check")
    engine = create_engine(shown.url)
    with engine.begin() as connection:
        change = "UPDATE journal_1_postings SET amount_minor = 1 WHERE position = 5 AND line = 1"
        connection.exec_driver_sql(change)
    engine.dispose()
    said = shown.on_ledger("check", "--format", "json")
    assert said.status == 1
    failed = {each["check"]: each["findings"] for each in said.json() if not each["ok"]}
    assert set(failed) == {"aging", "balances", "debits"}
    assert "position 5, book generic" in failed["debits"][0]


def test_the_ledger_is_named_before_or_after_a_command_or_by_the_environment(
    shown: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option counts wherever it stands, the last one most, and more than ACQUIT_LEDGER."""
    wanted = shown.on_ledger("aging", "--format", "json")
    assert wanted.json()["rows"]
    assert shown.run("--ledger", shown.url, "aging", "--format", "json") == wanted
    assert shown.run("--ledger=sqlite:///no.db", "aging", f"--ledger={shown.url}").status == 0
    assert shown.run("aging").status == 2
    monkeypatch.setenv("ACQUIT_LEDGER", shown.url)
    assert shown.run("aging", "--format", "json") == wanted
    assert shown.run("aging", "--ledger", "sqlite:///no.db").status == 2
    nested = shown.run("export", "hledger", "-")
    assert nested.status == 0
    monkeypatch.delenv("ACQUIT_LEDGER")
    assert shown.run("export", "--ledger", shown.url, "hledger", "-") == nested
    assert shown.run("export", "hledger", "-", "--ledger", shown.url) == nested


def test_who_acts_stands_in_every_event(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`cli` by default, or what --actor or ACQUIT_ACTOR says."""
    file = shell.folder / "one.jsonl"
    for actor, line in (("cli", story()[0]), ("clerk-7", story()[1]), ("job", story()[2])):
        file.write_text(json.dumps(line))
        options = ["--actor", actor] if actor == "clerk-7" else []
        if actor == "job":
            monkeypatch.setenv("ACQUIT_ACTOR", "job")
        assert shell.run(*options, "record", str(file), "--ledger", shell.url).status == 0
    steps = shell.on_ledger("replay", "P-1", "--format", "json").json()
    steps += shell.on_ledger("replay", "P-\u00e9", "--format", "json").json()
    assert [step["actor"] for step in steps] == ["cli", "job", "job", "clerk-7"]


def test_init_twice_opens_once(each_shell: Shell) -> None:
    """The same settings recognise the ledger and change nothing; others are an error."""
    before = each_shell.stored()
    again = each_shell.on_ledger("init", "--simulated", "--entity", "Test")
    assert (again.status, "is open already" in again.out) == (0, True)
    assert each_shell.on_ledger("init", "--entity", "Test").status == 2
    assert each_shell.stored() == before


def test_simulate_is_a_command_file(shell: Shell) -> None:
    """What it prints is recorded without a refusal, and every check holds after."""
    said = shell.run("simulate", "--plans", "3", "--seed", "5")
    assert shell.run("simulate", "--plans", "3", "--seed", "5") == said
    recorded = shell.record(said.out.encode())
    assert (recorded.status, recorded.err) == (0, "")
    assert shell.on_ledger("check").status == 0


def test_demo_walks_the_whole_way(shell: Shell) -> None:
    """It shows each command as it would be typed, then what it says, and leaves nothing behind."""
    said = shell.run("demo", "--plans", "6", "--seed", "3")
    assert (said.status, said.err) == (0, "")
    parts = ["init", "record", "balances", "aging", "replay", "check"]
    places = [said.out.index(f"$ acquit {part}") for part in parts]
    assert places == sorted(places)
    assert "FAILS" not in said.out
    assert "0 refused" in said.out
    assert list(shell.folder.iterdir()) == []
