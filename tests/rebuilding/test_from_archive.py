"""From an archive, in one process, in several or on Dask, a rebuild comes to the same rows."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import distributed
import pytest

from bootstrap import Acquit
from ledger.archiving.archive import archive
from ledger.archiving.manifest import ArchiveError
from ledger.simulation.year import commands
from projections.catalogue import PROJECTIONS
from projections.rebuilding import dask_workers, filling
from projections.rebuilding.changing_over import drop
from projections.rebuilding.parts import RebuildUnderWayError
from projections.rebuilding.rebuild import Rebuild
from projections.rebuilding.workers import WorkerError
from tests.rebuilding.conftest import PLANS, digests, record

cluster_of: Any = distributed.LocalCluster


def archived(acquit: Acquit, path: Path) -> str:
    """Archive a ledger; return where."""
    archive(acquit.database, path / "archive", lambda _done, _all: None, events_a_segment=100)
    return str(path / "archive")


def test_from_an_archive_the_same(
    sold: Acquit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one process in small batches, by two, and by two of Dask: the digests of the live rows."""
    path = archived(sold, tmp_path)
    live = digests(sold, "active")
    monkeypatch.setattr(filling, "EVENTS_A_BATCH", 10)
    Rebuild(sold.database, PROJECTIONS, 1, archive=path).run()
    assert digests(sold, "warm") == live
    monkeypatch.undo()
    for on_dask in (False, True):
        drop(sold.database, PROJECTIONS)
        Rebuild(sold.database, PROJECTIONS, 2, archive=path, on_dask=on_dask).run()
        assert digests(sold, "warm") == live


def test_what_is_not_in_the_archive_is_followed(acquit: Acquit, tmp_path: Path) -> None:
    """What the ledger recorded after the archive was written comes from the log."""
    lines = list(commands(PLANS, seed=5))
    record(acquit, lines[: len(lines) // 2])
    path = archived(acquit, tmp_path)
    record(acquit, lines[len(lines) // 2 :])
    acquit.engine.catch_up()
    Rebuild(acquit.database, PROJECTIONS, 1, archive=path).run()
    acquit.engine.catch_up()
    assert digests(acquit, "warm") == digests(acquit, "active")


def test_a_killed_dask_worker_changes_nothing(sold: Acquit, tmp_path: Path) -> None:
    """One of two workers of a scheduler is killed in mid-run: Dask runs its tasks again."""
    path = archived(sold, tmp_path)
    with cluster_of(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        killed = list[int]()

        def kill(_done: int, _all: int) -> None:
            if not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        Rebuild(
            sold.database,
            PROJECTIONS,
            archive=path,
            on_dask=True,
            scheduler=cluster.scheduler_address,
        ).run(kill)
    assert killed
    assert digests(sold, "warm") == digests(sold, "active")


def test_an_archive_of_another_history_is_refused(sold: Acquit, tmp_path: Path) -> None:
    """An archive that is gone, damaged, or of other events is told, and nothing is built of it."""
    path = archived(sold, tmp_path)
    with pytest.raises(ArchiveError):
        Rebuild(sold.database, PROJECTIONS, 1, archive=str(tmp_path / "nowhere")).run()
    for file in list(Path(path).rglob("*.parquet"))[:1]:
        file.write_bytes(b"PAR1")
    with pytest.raises((ArchiveError, WorkerError), match="--verify"):
        Rebuild(sold.database, PROJECTIONS, 1, archive=path).run()
    with pytest.raises(RebuildUnderWayError, match="reads from the archive, not the log"):
        Rebuild(sold.database, PROJECTIONS, 1).run()
    shutil.rmtree(path)
    archived(sold, tmp_path)
    Rebuild(sold.database, PROJECTIONS, 1, archive=path).run()
    assert digests(sold, "warm") == digests(sold, "active")


def test_no_scheduler_answers(sold: Acquit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that is not there is told in a sentence."""
    monkeypatch.setattr(dask_workers, "ANSWER_SECONDS", 1)
    with pytest.raises(WorkerError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1"):
        Rebuild(sold.database, PROJECTIONS, 1, on_dask=True, scheduler="tcp://127.0.0.1:1").run()
