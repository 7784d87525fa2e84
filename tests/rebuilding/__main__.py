"""Race by as many seeds as are asked for: `python -m tests.rebuilding --seeds 1000`.

Prints each seed after which a batch was applied twice, or never; status 1 if there was one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap import make_store, open_ledger
from ledger.opening import Settings, open_or_recognise
from ledger.simulation.year import commands
from tests.conftest import Places, postgres
from tests.rebuilding.conftest import digests, record
from tests.rebuilding.racing import race


@contextmanager
def _url(database: str, places: Places) -> Iterator[str]:
    if database == "sqlite":
        yield places.sqlite()
        return
    with postgres() as server:
        yield places.postgres(server)
        places.clear()


def run(database: str, seeds: range, folder: Path) -> int:
    """Race on one database; return how many seeds came to other rows than a quiet fold."""
    bad = 0
    with _url(database, Places(folder)) as url:
        store = make_store(url)
        open_or_recognise(store, Settings("Race", "EUR", "UTC", "01-01", True, None))
        store.database.close()
        acquit = open_ledger(url)
        record(acquit, list(commands(1, seed=5)))
        acquit.engine.catch_up()
        quiet = digests(acquit, "active")
        for seed in seeds:
            race(acquit, seed)
            if not digests(acquit, "active") == digests(acquit, "warm") == quiet:
                bad += 1
                print(f"{database}, seed {seed}: other rows than a quiet fold", flush=True)
        acquit.close()
    print(f"{database}: {len(seeds)} seeds, {bad} wrong", flush=True)
    return bad


def main() -> None:
    """Race on SQLite and on Postgres."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    asked = parser.parse_args()
    chosen = ["sqlite", "postgres"] if asked.database == "both" else [asked.database]
    seeds = range(asked.first, asked.first + asked.seeds)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(1 if sum(run(database, seeds, Path(folder)) for database in chosen) else 0)


if __name__ == "__main__":
    main()
