"""One life by seed: a program works, is killed, and the same commands are given once more."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from sqlalchemy import text

from bootstrap import open_ledger
from ledger.store.database import Database
from tests.crash.checker import faults, sealed, stored
from tests.crash.child import live
from tests.crash.load import Command, load, openings
from tests.crash.steps import Death

COMMANDS = 48
_LONGEST_SECONDS = 60

NewLedger = Callable[[], str]
"""Makes a new ledger that is not simulated and returns its URL."""


@dataclass
class Life:
    """What a program told before it ended."""

    answers: dict[str, tuple[str, int]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    status: int | None = None

    @property
    def was_killed(self) -> bool:
        return self.status == -9

    def hear(self, kind: str, *words: Any) -> None:
        """Take down one thing that was told."""
        if kind == "steps":
            self.steps = words[0]
        elif kind == "error":
            self.errors[words[0]] = words[1]
        else:
            verdict, count = words[1], words[2]
            if self.answers.get(words[0], ("",))[0] != "accepted":
                self.answers[words[0]] = (verdict, count)


def _context() -> Any:
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.crash.child"])
    return made


Happening = tuple[int, Callable[[], object]]
"""After how many answers something happens, and what."""


def lived(
    url: str,
    commands: Sequence[Command],
    death: Death | None = None,
    *,
    after: int | None = None,
    at: Happening | None = None,
    every: Happening | None = None,
) -> Life:
    """Have a program live: to its end, to a step, or until so many answers were told.

    `at` is what happens to others meanwhile, `every` what does again and again.
    """
    context = _context()
    hearing, telling = context.Pipe(duplex=False)
    child = context.Process(target=live, args=(url, commands, death, telling), daemon=True)
    child.start()
    telling.close()
    life = Life()
    _listen(hearing, life, child, (after, child.kill) if after is not None else at, every)
    child.join(_LONGEST_SECONDS)
    hearing.close()
    life.status = child.exitcode
    return life


def _listen(
    hearing: Connection,
    life: Life,
    child: BaseProcess,
    at: Happening | None,
    every: Happening | None,
) -> None:
    heard = 0
    while True:
        if at is not None and heard == at[0]:
            at[1]()
        if every is not None and heard % every[0] == every[0] - 1:
            every[1]()
        if not hearing.poll(_LONGEST_SECONDS):
            child.kill()
            message = f"nothing was told for {_LONGEST_SECONDS} seconds after {heard} answers"
            raise TimeoutError(message)
        try:
            life.hear(*hearing.recv())
        except (EOFError, OSError):
            return
        heard += 1


def prepared(new_ledger: NewLedger) -> str:
    """Return the URL of a new ledger with its plans."""
    url = new_ledger()
    _ask(url, openings())
    return url


def _ask(url: str, commands: Sequence[Command]) -> dict[str, str]:
    """Ask for commands in this process; return the last verdict of each."""
    acquit = open_ledger(url, actor="crash")
    try:
        return {line["id"]: str(acquit.application.execute(line).verdict) for line in commands}
    finally:
        acquit.close()


def fate(seed: int, steps: Mapping[str, int]) -> tuple[Death | None, int | None]:
    """Return how a seed's program ends: even seeds at each step in turn, odd ones anywhere."""
    rng = random.Random(seed)  # noqa: S311 - to draw fates
    if seed % 2:
        return None, rng.randint(0, COMMANDS - 1)
    names = sorted(steps)
    step = names[(seed // 2) % len(names)]
    return Death(step, rng.randint(1, max(1, steps[step] // 4))), None


def one_life(
    seed: int, steps: Mapping[str, int], new_ledger: NewLedger, new_reference: NewLedger
) -> tuple[Life, list[str]]:
    """Live one seed; return the killed program's life, and what was wrong at any time after."""
    url = prepared(new_ledger)
    commands = load(seed, COMMANDS)
    before, wrong = sealed(url)
    death, after = fate(seed, steps)
    life = lived(url, commands, death, after=after)
    _until_alone(url)
    wrong += [f"{name}: {error}" for name, error in life.errors.items()]
    wrong += what_is_wrong(url, life, commands, new_reference)
    middle, found = sealed(url, before)
    wrong += found
    wrong += asked_again(url, life, commands)
    wrong += what_is_wrong(url, life, commands, new_reference)
    wrong += sealed(url, middle)[1]
    return life, wrong


def asked_again(url: str, life: Life, commands: Sequence[Command]) -> list[str]:
    """Ask for all commands once more; return those that had been stored and are not repeated."""
    again = _ask(url, commands)
    return [
        f"{name} was answered {life.answers[name][0]}, and asked again {verdict}"
        for name, verdict in again.items()
        if life.answers.get(name, ("refused",))[0] != "refused" and verdict != "repeated"
    ]


def what_is_wrong(
    url: str, life: Life, commands: Sequence[Command], new_reference: NewLedger
) -> list[str]:
    """Return what is wrong with a ledger, given what was told and asked."""
    return faults(stored(url), life.answers, [*openings(), *commands], new_reference())


def _until_alone(url: str) -> None:
    """Wait until the server has noticed that its client is gone: it may still be at work."""
    database = Database(url)
    if database.is_postgres:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        count = text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")
        while True:
            with database.reading() as connection:
                if not connection.execute(count).scalar_one():
                    break
    database.close()
