"""Scenes on a disk without room, as a program: `python -m tests.crash.disk_scenes SCENE`.

Those that fill a disk are started in a mount namespace of their own, where they may make a file
system in memory. Prints one JSON object: what each command line answered.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import cli
from ledger.simulation import commands
from tests.crash.server import own_server

PLANS = 30
MOST_FILE_BYTES = 900_000
MOST_PAGES = 100
LEFT_BYTES = {"sqlite": 1_200_000, "postgresql": 300_000}


def _mounted(folder: Path, size: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)


def _run(*arguments: str) -> dict[str, Any]:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = cli.main(list(arguments))
    return {"status": status, "out": out.getvalue(), "err": err.getvalue()}


def _sales(folder: Path) -> str:
    file = folder / "sales.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in commands(PLANS, 7)))
    return str(file)


def _filled(disk: Path, ballast: Path, ledger: str, sales: str) -> dict[str, Any]:
    """Record until the disk is full; take the ballast away; record again."""
    given = ["--ledger", ledger]
    said = {"init": _run("init", "--simulated", *given)}
    left = os.statvfs(disk)
    keep = LEFT_BYTES[ledger.partition(":")[0]]
    ballast.write_bytes(bytes(left.f_bavail * left.f_frsize - keep))
    said["full"] = _run("record", sales, *given)
    ballast.unlink()
    return said


def _after(ledger: str, sales: str) -> dict[str, Any]:
    given = ["--ledger", ledger]
    return {
        "again": _run("record", sales, "--format", "json", *given),
        "check": _run("check", *given),
        "journal": _run("journal", "--format", "json", *given),
    }


def full_sqlite(disk: Path, outside: Path) -> dict[str, Any]:
    """A file on a disk that fills up."""
    _mounted(disk, "12m")
    ledger, sales = f"sqlite:///{disk}/ledger.db", _sales(outside)
    said = _filled(disk, disk / "ballast", ledger, sales)
    return said | _after(ledger, sales)


def full_postgres(disk: Path, outside: Path) -> dict[str, Any]:
    """A server whose disk fills up."""
    _mounted(disk, "160m")
    disk.chmod(0o755)
    sales = _sales(outside)
    with own_server(disk) as server:
        server.run("ALTER SYSTEM SET max_wal_size = '32MB'")
        ledger = server.new_url()
        said = _filled(disk, disk / "ballast", ledger, sales)
        server.start()
        server.await_recovery()
        return said | _after(ledger, sales)


def read_only_sqlite(disk: Path, outside: Path) -> dict[str, Any]:
    """A file on a disk that is made read-only, and writable again."""
    _mounted(disk, "20m")
    ledger, sales = f"sqlite:///{disk}/ledger.db", _sales(outside)
    said = {"init": _run("init", "--simulated", "--ledger", ledger)}
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    said["full"] = _run("record", sales, "--ledger", ledger)
    said["read"] = _run("balances", "--ledger", ledger)
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    return said | _after(ledger, sales)


def limited_sqlite(_disk: Path, outside: Path) -> dict[str, Any]:
    """A user whose files may not grow beyond a size, and then may."""
    ledger, sales = f"sqlite:///{outside}/ledger.db", _sales(outside)
    said = {"init": _run("init", "--simulated", "--ledger", ledger)}
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, most))
    said["full"] = _run("record", sales, "--ledger", ledger)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return said | _after(ledger, sales)


def paged_sqlite(_disk: Path, outside: Path) -> dict[str, Any]:
    """A file that may not have more pages, and then may."""
    ledger, sales = f"sqlite:///{outside}/ledger.db", _sales(outside)
    said = {"init": _run("init", "--simulated", "--ledger", ledger)}

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {MOST_PAGES}")

    event.listen(Engine, "connect", limit)
    said["full"] = _run("record", sales, "--ledger", ledger)
    event.remove(Engine, "connect", limit)
    return said | _after(ledger, sales)


SCENES: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "full_sqlite": full_sqlite,
    "full_postgres": full_postgres,
    "read_only_sqlite": read_only_sqlite,
    "limited_sqlite": limited_sqlite,
    "paged_sqlite": paged_sqlite,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="acquit-disk-") as place:
        small, other = Path(place) / "disk", Path(place) / "outside"
        small.mkdir()
        other.mkdir()
        Path(place).chmod(0o755)
        try:
            played = SCENES[sys.argv[1]](small, other)
        finally:
            subprocess.run(["umount", "-l", small], check=False, capture_output=True)
    sys.stdout.write(json.dumps(played))
