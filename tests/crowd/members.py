"""Members of a crowd: processes whose threads all ask at once, and one that reads along."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from typing import Any

from bootstrap import open_ledger

Command = dict[str, Any]
Told = tuple[str, str, int]
"""A command's id, its verdict or the code of its refusal, and how many events it came to."""


@dataclass(frozen=True)
class Crowd:
    """How many ask: processes, threads in each, hot plans; and how long.

    Either each thread asks `commands` times, or for `seconds`.
    """

    processes: int
    threads: int
    plans: int
    commands: int = 0
    seconds: float = 0

    def plan(self, number: int) -> str:
        """Return the name of a hot plan."""
        return f"H{number}"


def asks(crowd: Crowd, process: int, thread: int) -> Iterator[Command]:
    """Yield what a thread asks for: fees and payments on hot plans."""
    rng = random.Random(f"{process}/{thread}")  # noqa: S311 - to draw commands
    number = 0
    while True:
        number += 1
        name = f"{process}-{thread}-{number}"
        plan = crowd.plan(rng.randrange(crowd.plans))
        line = {"id": name, "on": "2026-02-01", "plan": plan, "amount": f"{rng.randint(1, 9)}.00"}
        if rng.random() < 0.5:
            yield {"command": "charge_fee", **line, "kind": "late_fee"}
        else:
            paid = {"payment": f"p-{name}", "currency": "EUR"}
            yield {"command": "receive_payment", **line, **paid}


def ask(url: str, crowd: Crowd, process: int, together: Barrier, tell: Connection) -> None:
    """Be one process of the crowd; tell all answers, and how often it decided anew."""
    acquit = open_ledger(url, actor="crowd")
    told: list[list[Told]] = [[] for _ in range(crowd.threads)]
    ready = threading.Barrier(crowd.threads)

    def one(thread: int) -> None:
        ready.wait()
        end = time.monotonic() + crowd.seconds
        for number, command in enumerate(asks(crowd, process, thread)):
            done = number >= crowd.commands if crowd.commands else time.monotonic() >= end
            if done:
                return
            result = acquit.application.execute(command)
            answer = str(result.verdict) if result.refusal is None else result.refusal.code
            told[thread].append((command["id"], answer, result.events))

    together.wait()
    threads = [threading.Thread(target=one, args=(thread,)) for thread in range(crowd.threads)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    conflicts = acquit.application.conflicts
    acquit.close()
    tell.send(([one for each in told for one in each], conflicts))


def read_along(url: str, over: Event, tell: Connection) -> None:
    """Read positions as they come, and once more when all is over; tell them in their order."""
    acquit = open_ledger(url, actor="crowd")
    seen: list[int] = []
    while True:
        is_over = over.is_set()
        start = seen[-1] if seen else None
        found = acquit.application.recorder.select_notifications(
            start, 500, inclusive_of_start=False
        )
        seen += [notification.id for notification in found]
        if is_over and not found:
            break
    acquit.close()
    tell.send(seen)
