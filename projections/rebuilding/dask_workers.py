"""The parts of a rebuild as tasks of Dask distributed, on this machine or on those of a scheduler.

A task does what a worker process does. One that is lost with its worker is run again by Dask, and
goes on where the part's checkpoint says; so it changes nothing that one was killed, or ran twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ledger.archiving.manifest import ArchiveError
from ledger.extras import needed
from ledger.progress import Progress
from ledger.store.codec import UnreadableEventError
from projections.folding import UnfoldableEventError
from projections.rebuilding.filling import Filling
from projections.rebuilding.worker import Job, do
from projections.rebuilding.workers import WorkerError, tell

EXTRA = "dask"
_LOOK_EVERY_SECONDS = 0.2
_HERE = "127.0.0.1"
ANSWER_SECONDS = 10


def work_on_dask(
    jobs: Sequence[Job],
    filling: Filling,
    progress: Progress,
    workers: int,
    scheduler: str | None = None,
) -> None:
    """Have the jobs done by a scheduler's workers, by default so many on this machine.

    Raises WorkerError, ExtraMissingError.
    """
    distributed = needed("distributed", EXTRA)
    with _client(distributed, workers, scheduler) as client:
        futures = client.map(do, list(jobs), pure=False)
        try:
            while not all(future.done() for future in futures) and not _failed(futures):
                time.sleep(_LOOK_EVERY_SECONDS)
                tell(filling, progress)
            for future in _failed(futures) or futures:
                _require_done(future)
        finally:
            client.cancel(futures)


def _failed(futures: Sequence[Any]) -> list[Any]:
    return [future for future in futures if future.status == "error"]


def _require_done(future: Any) -> None:
    """Look how a task ended. Raises WorkerError unless its work was done."""
    try:
        future.result()
    except (ArchiveError, UnreadableEventError, UnfoldableEventError) as error:
        raise WorkerError(str(error)) from None
    except Exception as error:
        message = (
            f"a task of the rebuild failed on Dask ({type(error).__name__}: {error}): "
            "run the same command again, and it goes on where it was"
        )
        raise WorkerError(message) from error


@contextmanager
def _client(distributed: Any, workers: int, scheduler: str | None) -> Iterator[Any]:
    if scheduler is not None:
        try:
            client = distributed.Client(scheduler, timeout=ANSWER_SECONDS)
        except (OSError, ValueError) as error:
            message = f"no Dask scheduler answers at {scheduler}: {error}"
            raise WorkerError(message) from None
        with client:
            yield client
        return
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host=_HERE, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
