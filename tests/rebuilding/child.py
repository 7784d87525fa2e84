"""A program that rebuilds in small batches and kills itself at a step: URL PARTS STEP.

The steps are what moves a rebuild on: the writes of a batch, and each end of its transaction.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bootstrap import open_ledger
from projections.catalogue import PROJECTIONS
from projections.rebuilding import filling, rebuild
from projections.rebuilding.worker import Job


class Death:
    """Counts steps, and ends the program at one."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self) -> None:
        """Count a step."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Rebuild until the step is reached; all parts are filled in this process."""
    url, parts, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    death = Death(step)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "EVENTS_A_BATCH", 5)
        for name in ("write", "move_part"):
            patch.setattr(filling, name, _counted(getattr(filling, name), death))
        patch.setattr(rebuild, "work", _in_this_process)
        acquit = open_ledger(url)
        rebuild.Rebuild(acquit.database, PROJECTIONS, parts).run()


def _counted(work: Callable[..., Any], death: Death) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        done = work(*arguments)
        death()
        return done

    return counted


def _in_this_process(jobs: Sequence[Job], of: filling.Filling, _progress: object) -> None:
    for job in jobs:
        for number in job.parts:
            filling.fill(of, number)


if __name__ == "__main__":
    main()
