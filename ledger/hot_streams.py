"""Streams that were used lately, kept as they are, so that a busy plan is not replayed every time.

What is kept is used only if its version is still the last one in the caller's view of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection

from ledger.draft import Stream, replayed
from ledger.envelope import Event, RecordedEvent
from ledger.store.log import read_streams, stream_versions

MOST_HOT_STREAMS = 4_000


class HotStreams:
    """Streams as they were last seen, with their versions; what has moved on is read again.

    Bounded: when it is full, what was kept longest goes first.
    """

    def __init__(self, most: int = MOST_HOT_STREAMS) -> None:
        self._kept: dict[str, Stream] = {}
        self._most = most

    def load(self, connection: Connection, names: Sequence[str]) -> dict[str, Stream]:
        """Return the streams as they stand in the connection's view."""
        versions = stream_versions(connection, names)
        moved = []
        loaded: dict[str, Stream] = {}
        for name in names:
            kept = self._kept.get(name)
            if kept is not None and kept.version == versions.get(name, 0):
                loaded[name] = kept
            elif name in versions:
                moved.append(name)
            else:
                loaded[name] = Stream()
        for name, events in read_streams(connection, moved).items():
            loaded[name] = replayed(None, _decided(events)) or Stream()
        return loaded

    def keep(self, streams: Mapping[str, Stream]) -> None:
        """Remember streams as they were stored."""
        for name, stream in streams.items():
            self._kept.pop(name, None)
            self._kept[name] = stream
        excess = max(0, len(self._kept) - self._most)
        for name in list(islice(self._kept, excess)):
            del self._kept[name]


def _decided(events: Iterable[RecordedEvent]) -> Iterator[Event]:
    for event in events:
        yield Event(event.stream, event.version, event.effective_on, event.fact)
