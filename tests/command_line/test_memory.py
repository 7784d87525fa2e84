"""A long command file takes no more memory than a short one."""

from __future__ import annotations

import gc
import io
import json
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator
from typing import BinaryIO, cast

from bootstrap import make_store, open_ledger
from ledger.command_file import lines
from ledger.hot_streams import HotStreams
from ledger.opening import Settings, open_or_recognise

WINDOW, WINDOWS = 1_500, 6
"""How many lines a stretch of the file has, and how many stretches are watched."""

EVERY = 97
"""Memory is read every so many lines: no divisor of a batch, so that all its places occur."""

LOADED_AFTER = 600
"""By this line everything has been imported, compiled and cached."""


class Growing(io.RawIOBase):
    """A command file that is written while it is read: a payment a line, never held as a whole.

    Attributes:
        held: By stretch of the file, the most bytes held when a line was asked for, garbage
            collected first.

    """

    def __init__(self, count: int) -> None:
        self._numbers: Iterator[int] = iter(range(count))
        self.held: dict[int, int] = defaultdict(int)

    def readline(self, _size: int | None = -1, /) -> bytes:
        """Return the next line."""
        number = next(self._numbers, None)
        if number is None:
            return b""
        if number > LOADED_AFTER and number % EVERY == 0:
            self._read_memory((number - LOADED_AFTER) // WINDOW)
        line = {"command": "receive_payment", "id": f"p{number}", "on": "2026-01-01"}
        paid = {"payment": f"pay-{number}", "amount": "10.00", "currency": "EUR"}
        return json.dumps(line | paid).encode() + b"\n"

    def _read_memory(self, stretch: int) -> None:
        gc.collect()
        self.held[stretch] = max(self.held[stretch], tracemalloc.get_traced_memory()[0])


def held_bytes(url: str, count: int) -> list[int]:
    """Record a file of so many lines; return the most memory held in each stretch of it."""
    store = make_store(url)
    open_or_recognise(store, Settings("Test", "EUR", "UTC", "01-01", False, None))
    store.database.close()
    acquit = open_ledger(url)
    acquit.application.hot = HotStreams(most=200)
    file = Growing(count)
    tracemalloc.start()
    results = acquit.application.record(lines(cast("BinaryIO", file)))
    assert sum(result.refusal is None for result in results) == count
    tracemalloc.stop()
    acquit.close()
    return [file.held[stretch] for stretch in range(WINDOWS)]


def test_memory_does_not_grow_with_the_file(sqlite_url: str) -> None:
    """Six times as many lines: less than a quarter more memory, none of it held for a line."""
    held = held_bytes(sqlite_url, LOADED_AFTER + WINDOWS * WINDOW)
    assert held[-1] < held[0] * 1.25
