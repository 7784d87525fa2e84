"""The processes that fill the parts of a rebuild, as seen by the one that starts them.

Each is a fresh interpreter with connections of its own (projections/rebuilding/worker.py). It ends
when its parent is gone; when it is ended itself, what it has committed stays.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from subprocess import PIPE, Popen

import msgspec

from ledger.progress import Progress
from projections.rebuilding.filling import Filling
from projections.rebuilding.parts import parts_of
from projections.rebuilding.worker import Job

_LOOK_EVERY_SECONDS = 0.2
_PROGRAM = ("-P", "-m", "projections.rebuilding.worker")


class WorkerError(RuntimeError):
    """A worker could not go on; the message says why."""


def work(jobs: Sequence[Job], filling: Filling, progress: Progress) -> None:
    """Have each job done by a process of its own. Raises WorkerError; all then end."""
    started = [_start(job) for job in jobs]
    running = list(started)
    try:
        while running:
            time.sleep(_LOOK_EVERY_SECONDS)
            for process in [each for each in running if each.poll() is not None]:
                running.remove(process)
                _ended(process)
            tell(filling, progress)
    finally:
        for process in started:
            process.kill()  # What it had not committed was not there yet.
            process.communicate()


def _start(job: Job) -> Popen[bytes]:
    """Start a worker. Its input is left open: that it ends tells the worker that we are gone."""
    process = subprocess.Popen([sys.executable, *_PROGRAM], stdin=PIPE, stdout=PIPE)  # noqa: S603 - our own program
    if process.stdin is not None:
        process.stdin.write(msgspec.json.encode(job) + b"\n")
        process.stdin.flush()
    return process


def tell(filling: Filling, progress: Progress) -> None:
    """Tell how far the parts are, on average."""
    with filling.engine.database.reading() as connection:
        standing = parts_of(connection, filling.filled)
    if standing:
        progress(sum(part.position for part in standing) // len(standing), standing[0].through)


def _ended(process: Popen[bytes]) -> None:
    """Look how a worker ended. Raises WorkerError unless its work was done."""
    said = process.stdout.read().decode().strip() if process.stdout else ""
    if said:
        raise WorkerError(said)
    if process.returncode:
        message = (
            f"a worker of the rebuild ended without a word (exit {process.returncode}): "
            "run the same command again, and it goes on where it was"
        )
        raise WorkerError(message)
