"""What surrounds an event's data: its stream and version, its dates, who and which command.

`Event` is an event as decided, before it is stored; it meets the event protocol of the
`eventsourcing` library. `RecordedEvent` is the same event as it stands in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ledger.events import Fact

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """A decided event: the `originator_version`-th (from 1) of stream `originator_id`."""

    originator_id: str
    originator_version: int
    effective_on: date
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event as stored. `recorded_at_us` is UTC microseconds since 1970."""

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    effective_on: date
    posted_on: date
    recorded_at_us: int
    actor: str
    command_id: str
    fact: Fact


def microseconds(moment: datetime) -> int:
    """Return an aware moment as UTC microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


FIRST_US = microseconds(datetime.min.replace(tzinfo=UTC))
LAST_US = microseconds(datetime.max.replace(tzinfo=UTC))


def moment_of(microseconds_utc: int) -> datetime:
    """Return UTC microseconds since 1970 as an aware moment. Inverse of `microseconds`."""
    return _EPOCH + timedelta(microseconds=microseconds_utc)


def iso_moment(microseconds_utc: int) -> str:
    """Write UTC microseconds since 1970 as "2026-01-15T10:00:00.000000Z"."""
    return moment_of(microseconds_utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
