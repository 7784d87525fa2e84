"""A program that is killed leaves nothing half done: the same command, run again, ends right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.simulation import commands
from tests.command_line.conftest import Shell, jsonl

ROOT = Path(__file__).parent.parent.parent
PROGRAM = [sys.executable, "-c", "import sys, cli; sys.exit(cli.main(sys.argv[1:]))"]


def killed_after(batches: int, arguments: list[str]) -> int:
    """Run a command line, kill it when it has logged so many batches; return its exit status."""
    environment = {**os.environ, "ACQUIT_LOG": "debug", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    stored = 0
    for line in process.stderr:
        stored += b'"group stored"' in line
        if stored == batches:
            process.send_signal(signal.SIGKILL)
            break
    process.stderr.close()
    return process.wait()


@pytest.mark.parametrize("batches", [1, 4, 9])
def test_a_killed_record_is_gone_on_with(
    new_shell: Callable[[str], Shell], new_url: Callable[[], str], batches: int
) -> None:
    """Killed after some batches and run again, the file ends with the journal of a run in peace."""
    content = jsonl(commands(8, 5))
    peace, war = new_shell(new_url()), new_shell(new_url())
    for shell in (peace, war):
        assert shell.on_ledger("init", "--simulated").status == 0
    assert peace.record(content).status == 0
    file = war.folder / "commands.jsonl"
    status = killed_after(batches, ["record", str(file), "--ledger", war.url])
    assert status == -signal.SIGKILL
    size, keys = war.stored()
    assert 0 < len(keys) < len(content.splitlines())
    assert size < peace.stored()[0]
    assert war.record(content).status == 0
    assert war.stored() == peace.stored()
    assert war.on_ledger("check").status == 0
    said = [
        json.loads(shell.on_ledger("journal", "--format", "json").out) for shell in (peace, war)
    ]
    assert said[0] == said[1]
