"""The program that is killed: some clients, each asking for its commands, telling what is answered.

An answer is told after `execute` has returned it, as a server would tell its client.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from bootstrap import open_ledger
from tests.crash.load import CLIENTS, Command
from tests.crash.steps import Death, Passing, watch


def live(url: str, commands: Sequence[Command], death: Death | None, tell: Connection) -> None:
    """Carry out commands; tell ("answer", id, verdict, events) of each, then ("steps", counts).

    What the database does not carry out is told as ("error", id, words).
    """
    acquit = open_ledger(url, actor="crash")
    passing = Passing(death)
    watch(acquit.application, passing)
    telling = threading.Lock()

    def said(*words: Any) -> None:
        with telling:
            tell.send(words)

    def client(number: int) -> None:
        for command in commands[number::CLIENTS]:
            try:
                result = acquit.application.execute(command)
            except Exception as error:  # noqa: BLE001 - told, and looked at by the test
                said("error", command["id"], f"{type(error).__name__}: {error}")
                continue
            passing("answered")
            said("answer", command["id"], str(result.verdict), result.events)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    acquit.close()
    said("steps", dict(passing.seen))
