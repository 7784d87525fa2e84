"""The line to the database is lost: a command is answered or its caller told, never half done."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

import cli
from bootstrap import open_ledger
from ledger.answers import Verdict
from tests.command_line.conftest import jsonl
from tests.conftest import NewUrl
from tests.crash.checker import faults, sealed, stored
from tests.crash.conftest import opened
from tests.crash.lives import COMMANDS, NewLedger, asked_again, lived, prepared, what_is_wrong
from tests.crash.load import PLANS, Command, load, openings
from tests.crash.proxy import Cut, line_to
from tests.crash.server import run_on


@pytest.fixture
def new_postgres_ledger(new_postgres_url: NewUrl) -> NewLedger:
    """Give a function that makes a real ledger in Postgres."""
    return opened(new_postgres_url)


def fee(number: int) -> Command:
    """Charge a fee."""
    line = {"command": "charge_fee", "id": f"f{number}", "on": "2026-02-01", "amount": "1.00"}
    return {**line, "plan": PLANS[number % len(PLANS)], "kind": "late_fee"}


@pytest.mark.parametrize("cuts", [*itertools.product(Cut, repeat=2)])
def test_a_command_is_stored_once_wherever_the_line_is_cut(
    new_postgres_ledger: NewLedger, new_reference: NewLedger, cuts: tuple[Cut, Cut]
) -> None:
    """Cut once, it is tried again; cut twice, its caller is told; asked again it ends right."""
    url = prepared(new_postgres_ledger)
    arrives = {Cut.UNANSWERED, Cut.HALF_ANSWERED}
    with line_to(url) as line:
        acquit = open_ledger(line.url, actor="crash")
        try:
            line.cuts = [cuts[0]]
            once = acquit.application.execute(fee(1)).verdict
            line.cuts = list(cuts)
            with pytest.raises(DBAPIError):
                acquit.application.execute(fee(2))
            twice = acquit.application.execute(fee(2)).verdict
            assert line.done == [cuts[0], *cuts]
        finally:
            acquit.close()
    assert once == (Verdict.REPEATED if cuts[0] in arrives else Verdict.ACCEPTED)
    assert twice == (Verdict.REPEATED if arrives & {*cuts} else Verdict.ACCEPTED)
    commands = [*openings(), fee(1), fee(2)]
    told = {"f1": (str(once), 1), "f2": (str(twice), 1)}
    assert faults(stored(url), told, commands, new_reference()) == []


def test_connections_ended_by_the_server_in_mid_load(
    new_postgres_ledger: NewLedger, new_reference: NewLedger
) -> None:
    """The server ends the program's connections again and again: every command has its answer."""
    url = prepared(new_postgres_ledger)
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
    commands = load(3, COMMANDS)
    life = lived(url, commands, every=(5, lambda: run_on(url, ended)))
    assert life.status == 0
    assert {*life.answers, *life.errors} == {command["id"] for command in commands}
    wrong = what_is_wrong(url, life, commands, new_reference)
    wrong += asked_again(url, life, commands)
    assert wrong + what_is_wrong(url, life, commands, new_reference) + sealed(url)[1] == []


def test_a_file_whose_line_is_cut_is_said_and_gone_on_with(
    new_postgres_ledger: NewLedger,
    new_reference: NewLedger,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`record` says in a sentence that the connection was lost; run again, it does the rest."""
    url = prepared(new_postgres_ledger)
    commands = [fee(number) for number in range(1200)]
    file = tmp_path / "commands.jsonl"
    file.write_bytes(jsonl(commands))
    with line_to(url) as line:
        line.cuts = [Cut.UNANSWERED, Cut.BEFORE]
        assert cli.main(["record", str(file), "--ledger", line.url]) == 2
        error = capsys.readouterr().err
        assert "the connection to the database was lost" in error
        assert "run the same command again" in error
        assert "Traceback" not in error
        assert cli.main(["record", str(file), "--ledger", line.url, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["repeated"], said["accepted"]) == (500, 700)
    assert cli.main(["check", "--ledger", url]) == 0
    assert faults(stored(url), {}, [*openings(), *commands], new_reference()) == []
