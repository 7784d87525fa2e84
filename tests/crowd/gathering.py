"""A crowd comes together: all ask, one reads along, and what they were told is compared."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bootstrap import open_ledger
from tests.crash.checker import faults, sealed, stored
from tests.crowd.members import Crowd, Told, ask, asks, read_along


@dataclass
class Gathering:
    """What a crowd was told, what was read along, and how often something was decided anew."""

    told: list[Told]
    seen: list[int]
    conflicts: int

    @property
    def answers(self) -> Counter[str]:
        """How often each answer was given."""
        return Counter(answer for _, answer, _ in self.told)


def gather(url: str, crowd: Crowd) -> Gathering:
    """Have a crowd ask on a new ledger."""
    _open_plans(url, crowd)
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crowd.members"])
    over, together = context.Event(), context.Barrier(crowd.processes)
    pairs = [context.Pipe(duplex=False) for _ in range(crowd.processes + 1)]
    members = [
        context.Process(target=ask, args=(url, crowd, number, together, telling), daemon=True)
        for number, (_, telling) in enumerate(pairs[:-1])
    ]
    reader = context.Process(target=read_along, args=(url, over, pairs[-1][1]), daemon=True)
    for process in (reader, *members):
        process.start()
    for _, telling in pairs:
        telling.close()
    heard = [hearing.recv() for hearing, _ in pairs[:-1]]
    over.set()
    seen = pairs[-1][0].recv()
    for process in (reader, *members):
        process.join()
    told = [one for answers, _ in heard for one in answers]
    return Gathering(told, seen, sum(conflicts for _, conflicts in heard))


def _open_plans(url: str, crowd: Crowd) -> None:
    acquit = open_ledger(url, actor="crash")
    for line in openings(crowd):
        assert acquit.application.execute(line).refusal is None
    acquit.close()


def openings(crowd: Crowd) -> list[dict[str, Any]]:
    """Open the hot plans."""
    schedule = {"kind": "equal", "total": "120.00", "instalments": 2, "first_due": "2026-01-15"}
    plan = {"on": "2026-01-01", "customer": "K", "currency": "EUR", "schedule": schedule}
    schedule["every"] = "1 month"
    names = [crowd.plan(number) for number in range(crowd.plans)]
    return [{"command": "open_plan", "id": f"open-{name}", "plan": name, **plan} for name in names]


def what_is_wrong(
    url: str, crowd: Crowd, gathering: Gathering, new_reference: Callable[[], str]
) -> list[str]:
    """Return what is wrong after a crowd: the ledger's own, then what was read along."""
    held = stored(url)
    told = {name: (answer, count) for name, answer, count in gathering.told}
    commands = [*openings(crowd), *_asked(crowd, gathering)]
    wrong = faults(held, told, commands, new_reference())
    wrong += [f"{name}: {answer}" for name, answer, _ in gathering.told if answer != "accepted"]
    if gathering.seen != held.positions:
        wrong.append(f"read along were {len(gathering.seen)} of {len(held.positions)} positions")
    return wrong + sealed(url)[1]


def _asked(crowd: Crowd, gathering: Gathering) -> list[dict[str, Any]]:
    """Return the commands that were asked for, made anew."""
    counts = Counter(tuple(name.split("-")[:2]) for name, _, _ in gathering.told)
    made = []
    for (process, thread), count in counts.items():
        lines = asks(crowd, int(process), int(thread))
        made += [next(lines) for _ in range(count)]
    return made
