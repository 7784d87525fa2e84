"""Streams that were used lately, kept as they are, so that a busy plan is not replayed every time.

What is kept is used as it was last seen: the append finds it when it is out of date, and then what
has been added since is read.
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
        self._stale: set[str] = set()
        self._most = most
        self._lock = threading.Lock()

    def recent(self, database: Database, names: Sequence[str]) -> dict[str, Stream]:
        """Return the streams as they were last seen; others are read up to now, all at once."""
        seen = {name: kept for name in names if (kept := self._kept.get(name)) is not None}
        others = {name: seen.get(name, Stream()) for name in names if self._must_read(name, seen)}
        if others:
            others |= database.glance(lambda connection: _read_on(connection, others))
            self.keep({name: stream for name, stream in others.items() if stream.version})
        return seen | others

    def _must_read(self, name: str, seen: Mapping[str, Stream]) -> bool:
        return name not in seen or name in self._stale

    def keep(self, streams: Mapping[str, Stream]) -> None:
        """Remember streams as they were stored."""
        with self._lock:
            for name, stream in streams.items():
                self._kept.pop(name, None)
                self._kept[name] = stream
                self._stale.discard(name)
            excess = max(0, len(self._kept) - self._most)
            for name in list(islice(self._kept, excess)):
                del self._kept[name]
                self._stale.discard(name)

    def distrust_all(self) -> None:
        """Read on in every stream when it is used next."""
        with self._lock:
            self._stale.update(self._kept)

    def distrust(self, names: Iterable[str]) -> None:
        """Read on in streams when they are used next."""
        with self._lock:
            self._stale.update(name for name in names if name in self._kept)


def _read_on(connection: Connection, seen: Mapping[str, Stream]) -> dict[str, Stream]:
    """Return the streams of which there is more than was seen."""
    after = {name: stream.version for name, stream in seen.items()}
    return {
        name: replayed(seen[name], events) or seen[name]
        for name, events in decided_events(connection, after).items()
    }
