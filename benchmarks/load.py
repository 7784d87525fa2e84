"""A load: so many clients at once, each doing one thing after the other, for so many seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Work = Callable[[int, int], None]
"""Does the n-th thing of a client: (client, n)."""


def rate(work: Work, clients: int, seconds: float) -> float:
    """Return how many things a second `clients` threads get done. Raises what work raises."""
    counts = [0] * clients
    failures: list[BaseException] = []
    ready = threading.Barrier(clients + 1)
    stop = threading.Event()

    def run(client: int) -> None:
        ready.wait()
        try:
            while not stop.is_set():
                work(client, counts[client])
                counts[client] += 1
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    stop.wait(seconds)
    before, elapsed = sum(counts), time.perf_counter() - start
    stop.set()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return before / elapsed
