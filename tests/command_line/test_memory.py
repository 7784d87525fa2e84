"""A long command file takes no more memory than a short one."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

from bootstrap import Acquit, make_store, open_ledger
from ledger.command_file import lines
from ledger.hot_streams import HotStreams
from ledger.opening import Settings, open_or_recognise

SHORT, LONG = 1_500, 9_000


class Growing(io.RawIOBase):
    """A command file that is written while it is read: a payment a line, never held as a whole."""

    def __init__(self, count: int) -> None:
        self._numbers: Iterator[int] = iter(range(count))

    def readline(self, _size: int | None = -1, /) -> bytes:
        """Return the next line."""
        number = next(self._numbers, None)
        if number is None:
            return b""
        line = {"command": "receive_payment", "id": f"p{number}", "on": "2026-01-01"}
        paid = {"payment": f"pay-{number}", "amount": "10.00", "currency": "EUR"}
        return json.dumps(line | paid).encode() + b"\n"


def peak_bytes(url: str, count: int) -> int:
    """Record a file of so many lines; return the most memory that Python held meanwhile."""
    store = make_store(url)
    open_or_recognise(store, Settings("Test", "EUR", "UTC", "01-01", False, None))
    store.database.close()
    acquit = open_ledger(url)
    acquit.application.hot = HotStreams(most=200)
    recorded(acquit, 600)  # Everything is loaded once before memory is watched.
    tracemalloc.start()
    assert recorded(acquit, 600 + count) == 600 + count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    acquit.close()
    return peak


def recorded(acquit: Acquit, count: int) -> int:
    """Record so many lines, those before again; return how many were not refused."""
    file = cast("BinaryIO", Growing(count))
    return sum(result.refusal is None for result in acquit.application.record(lines(file)))


def test_memory_does_not_grow_with_the_file(sqlite_url: str) -> None:
    """Six times as many lines: less than a quarter more memory, none of it held for a line."""
    short = peak_bytes(sqlite_url, SHORT)
    long = peak_bytes(sqlite_url.replace("ledger-", "ledger-long-"), LONG)
    assert long < short * 1.25
