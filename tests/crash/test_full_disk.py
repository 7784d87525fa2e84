"""The disk is full, or may not be written to: it is said, and once there is room all is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

import cli
from ledger.simulation import commands
from tests.command_line.conftest import jsonl
from tests.conftest import NewUrl
from tests.crash.disk_scenes import PLANS
from tests.crash.server import run_on

ROOT = Path(__file__).parent.parent.parent
OWN_DISK = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "-Ur"]


def played(scene: str, *around: str) -> dict[str, Any]:
    """Play a scene in a process of its own; return what its command lines answered."""
    done = subprocess.run(
        [*around, sys.executable, "-m", "tests.crash.disk_scenes", scene],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def require_own_disk() -> None:
    """Skip where a process may not have a file system of its own."""
    made = subprocess.run([*OWN_DISK, "true"], check=False, capture_output=True)
    if made.returncode:
        pytest.skip(f"no mount namespace here: {made.stderr.decode().strip()}")


@pytest.fixture(scope="module")
def in_peace(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the journal of the same sales, recorded where there is room."""
    folder = tmp_path_factory.mktemp("peace")
    file, ledger = folder / "sales.jsonl", f"sqlite:///{folder}/ledger.db"
    file.write_bytes(jsonl(commands(PLANS, 7)))
    assert cli.main(["init", "--simulated", "--ledger", ledger]) == 0
    assert cli.main(["record", str(file), "--ledger", ledger]) == 0
    program = [sys.executable, "-c", "import sys, cli; sys.exit(cli.main(sys.argv[1:]))"]
    asked = [*program, "journal", "--format", "json", "--ledger", ledger]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def require_whole(answers: dict[str, Any], in_peace: str, *why: str) -> None:
    """Require that the first try ended with a sentence, and the second with everything."""
    error = answers["full"]["err"]
    assert answers["full"]["status"] == 2
    assert any(reason in error for reason in why), error
    assert "run the same command again" in error
    assert "Traceback" not in error
    again = json.loads(answers["again"]["out"])
    assert again["refused"] == []
    assert again["accepted"] > 0
    assert again["accepted"] + again["repeated"] == len(list(commands(PLANS, 7)))
    assert answers["check"]["status"] == 0
    assert answers["journal"]["out"] == in_peace


def test_a_full_disk_of_a_file(in_peace: str) -> None:
    """What fitted is stored; when there is room again, the same file ends as in peace."""
    require_own_disk()
    answers = played("full_sqlite", *OWN_DISK)
    require_whole(answers, in_peace, "database or disk is full")
    assert "make room" in answers["full"]["err"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a server a disk of its own")
def test_a_full_disk_of_a_server(in_peace: str) -> None:
    """The server refuses what does not fit; when there is room again, the file ends as in peace."""
    require_own_disk()
    answers = played("full_postgres", *OWN_DISK)
    require_whole(answers, in_peace, "could not extend file", "No space left", "could not write")
    assert "make room" in answers["full"]["err"]


def test_files_that_may_not_grow(in_peace: str) -> None:
    """A limit on the size of files is met like a full disk."""
    require_whole(played("limited_sqlite"), in_peace, "disk I/O error", "database or disk is full")


def test_a_database_that_may_not_grow(in_peace: str) -> None:
    """The most pages that a file may have are met like a full disk."""
    require_whole(played("paged_sqlite"), in_peace, "database or disk is full")


def test_a_disk_that_is_read_only(in_peace: str) -> None:
    """Neither recording nor reading can be done there, and it is said what for."""
    require_own_disk()
    answers = played("read_only_sqlite", *OWN_DISK)
    require_whole(answers, in_peace, "unable to open database file", "readonly")
    for tried in ("full", "read"):
        assert "must be writable" in answers[tried]["err"]


def test_a_server_that_takes_no_writes(
    postgres_url: str,
    new_postgres_url: NewUrl,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A standby answers what is asked of it and stores nothing; it is said where to write."""
    url = new_postgres_url()
    assert cli.main(["init", "--simulated", "--ledger", url]) == 0
    file = tmp_path / "sales.jsonl"
    file.write_bytes(jsonl(commands(1, 7)))
    name = make_url(url).database
    run_on(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    capsys.readouterr()
    assert cli.main(["record", str(file), "--ledger", url]) == 2
    assert "give the address of the primary" in capsys.readouterr().err
    run_on(postgres_url, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert cli.main(["record", str(file), "--ledger", url]) == 0
    assert cli.main(["check", "--ledger", url]) == 0
