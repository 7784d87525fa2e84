"""Two runners at once never apply a batch twice. More seeds: python -m tests.rebuilding."""

from __future__ import annotations

from bootstrap import Acquit
from ledger.simulation.year import commands
from tests.rebuilding.conftest import digests, record
from tests.rebuilding.racing import race

SEEDS = 3


def test_whoever_is_faster_every_batch_is_applied_once(acquit: Acquit) -> None:
    """After races of runners and engines, live and new rows are those of a single quiet fold."""
    record(acquit, list(commands(1, seed=5)))
    acquit.engine.catch_up()
    quiet = digests(acquit, "active")
    for seed in range(SEEDS):
        race(acquit, seed)
        assert digests(acquit, "active") == quiet, seed
        assert digests(acquit, "warm") == quiet, seed
