"""Bring a crowd together: `python -m tests.crowd --seconds 60` (16 processes of 64 threads).

Prints how many commands were answered and how; ends with status 1 if anything is wrong after.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import Places, postgres
from tests.crash.conftest import opened
from tests.crowd.gathering import gather, what_is_wrong
from tests.crowd.members import Crowd


def run(database: str, crowd: Crowd) -> int:
    """Bring a crowd together on one database; return how much is wrong."""
    with tempfile.TemporaryDirectory(prefix="acquit-crowd-") as folder:
        places = Places(Path(folder))
        if database == "sqlite":
            return _gathered(database, opened(places.sqlite)(), crowd, places)
        with postgres() as server:
            found = _gathered(database, opened(lambda: places.postgres(server))(), crowd, places)
            places.clear()
            return found


def _gathered(database: str, url: str, crowd: Crowd, places: Places) -> int:
    start = time.monotonic()
    gathering = gather(url, crowd)
    seconds = time.monotonic() - start
    wrong = what_is_wrong(url, crowd, gathering, opened(places.sqlite))
    count = len(gathering.told)
    print(
        f"{database}: {count} commands answered in {seconds:.0f} s, {count / seconds:.0f} a second"
    )
    print(f"{database}: {dict(gathering.answers)}, {gathering.conflicts} times decided anew")
    for sentence in wrong[:20]:
        print(f"{database}: {sentence}")
    print(f"{database}: {len(wrong)} things are wrong", flush=True)
    return len(wrong)


def main() -> int:
    """Read the arguments and gather."""
    parser = argparse.ArgumentParser(prog="python -m tests.crowd", description=__doc__)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--plans", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="default: both")
    asked = parser.parse_args()
    crowd = Crowd(asked.processes, asked.threads, asked.plans, seconds=asked.seconds)
    databases = [asked.database] if asked.database else ["sqlite", "postgres"]
    return 1 if sum(run(database, crowd) for database in databases) else 0


if __name__ == "__main__":
    sys.exit(main())
