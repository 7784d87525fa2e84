"""Streams that were used lately, kept as they are, so that a busy plan is not replayed every time.

What is kept is used as it was last seen: the append finds it when it is out of date, and then it is
read again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection

from ledger.draft import Stream, replayed
from ledger.store.database import Database
from ledger.store.log import decided_events

MOST_HOT_STREAMS = 10_000


class HotStreams:
    """Streams as they were last seen, with their versions.

    Bounded: when it is full, what was kept longest goes first. Threads may share it.
    """

    def __init__(self, most: int = MOST_HOT_STREAMS) -> None:
        self._kept: dict[str, Stream] = {}
        self._most = most
        self._lock = threading.Lock()

    def recent(self, database: Database, names: Sequence[str]) -> dict[str, Stream]:
        """Return the streams as they were last seen; those never seen are read, all at once."""
        loaded = {name: kept for name in names if (kept := self._kept.get(name)) is not None}
        unseen = [name for name in names if name not in loaded]
        if unseen:
            read = dict.fromkeys(unseen, Stream())
            read |= database.glance(lambda connection: _read(connection, unseen))
            self.keep({name: stream for name, stream in read.items() if stream.version})
            loaded |= read
        return loaded

    def keep(self, streams: Mapping[str, Stream]) -> None:
        """Remember streams as they were stored."""
        with self._lock:
            for name, stream in streams.items():
                self._kept.pop(name, None)
                self._kept[name] = stream
            excess = max(0, len(self._kept) - self._most)
            for name in list(islice(self._kept, excess)):
                del self._kept[name]

    def clear(self) -> None:
        """Read every stream anew when it is used next."""
        with self._lock:
            self._kept.clear()

    def forget(self, names: Iterable[str]) -> None:
        """Read streams anew when they are used next."""
        with self._lock:
            for name in names:
                self._kept.pop(name, None)


def _read(connection: Connection, names: Sequence[str]) -> dict[str, Stream]:
    return {
        name: replayed(None, events) or Stream()
        for name, events in decided_events(connection, names).items()
    }
