"""Live and die by as many seeds as are asked for: `python -m tests.crash --seeds 1000`.

Prints each seed after which something is wrong, with what is; ends with status 1 if there was one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Places, postgres
from tests.crash.conftest import opened
from tests.crash.lives import COMMANDS, fate, lived, one_life, prepared
from tests.crash.load import load


@contextmanager
def _new_url(database: str, places: Places) -> Iterator[Callable[[], str]]:
    if database == "sqlite":
        yield places.sqlite
        return
    with postgres() as server:
        yield lambda: places.postgres(server)
        places.clear()


def run(database: str, seeds: range, folder: Path) -> int:
    """Live the seeds on one database; return how many left something wrong."""
    places, beside = Places(folder / "own"), Places(folder / "reference")
    for made in (places, beside):
        made.folder.mkdir()
    ends, bad = Counter[str](), 0
    with _new_url(database, places) as new_url:
        new_ledger, new_reference = opened(new_url), opened(beside.sqlite)
        steps = lived(prepared(new_ledger), load(0, COMMANDS)).steps
        for seed in seeds:
            life, wrong = one_life(seed, steps, new_ledger, new_reference)
            death, _ = fate(seed, steps)
            ends[(death.step if death else "anywhere") if life.was_killed else "unharmed"] += 1
            bad += bool(wrong)
            for sentence in wrong:
                print(f"seed {seed} on {database}: {sentence}", flush=True)
            places.clear()
            beside.clear()
            if sys.stderr.isatty():
                print(f"\r{seed + 1} of {seeds.stop}", end="", file=sys.stderr)
    for step, count in sorted(ends.items()):
        print(f"{database:9} {count:6} ended at: {step}", flush=True)
    return bad


def main() -> int:
    """Read the arguments and live."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default: 0)")
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="default: both")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    bad = 0
    for database in [asked.database] if asked.database else ["sqlite", "postgres"]:
        with tempfile.TemporaryDirectory(prefix="acquit-crash-") as folder:
            found = run(database, seeds, Path(folder))
        print(f"{database}: {len(seeds)} lives, {found} left something wrong", flush=True)
        bad += found
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
