"""The persistence module of the `eventsourcing` library, over our append and our log.

Keyword arguments of `Application.save(...)` reach `insert_events`: `command_id`, `request_hash`,
`actor`, `recorded_us`, `default_recorded_us`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    ListenNotifySubscription,
    Mapper,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.envelope import Event
from ledger.store import codec
from ledger.store.append import Answer, NewCommand, NewEvent, Outcome, append
from ledger.store.database import Database
from ledger.store.migration import migrate, require_place
from ledger.store.schema import events, tracking
from ledger.store.timeouts import timeouts_from


def system_clock_us() -> int:
    """Return the machine's time in UTC microseconds."""
    return time.time_ns() // 1000


class CommandAnsweredError(IntegrityError):
    """The append refused a command; `outcome` says whether by its key, version or time."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"not appended: {outcome.answer}")
        self.outcome = outcome


class StoredFact(StoredEvent):
    """A stored event of the library that also knows its schema version and effective date.

    It equals a StoredEvent with the same four fields, as the library expects of its own.
    """

    schema_version: int
    effective_on: date

    def __init__(
        self, stream: str, version: int, topic: str, state: bytes, schema_version: int, on: date
    ) -> None:
        super().__init__(stream, version, topic, state)
        object.__setattr__(self, "schema_version", schema_version)
        object.__setattr__(self, "effective_on", on)

    def _fields(self) -> tuple[UUID | str, int, str, bytes]:
        return (self.originator_id, self.originator_version, self.topic, self.state)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredEvent):
            return NotImplemented
        theirs = (other.originator_id, other.originator_version, other.topic, other.state)
        return self._fields() == theirs

    def __hash__(self) -> int:
        return hash(self._fields())


class EventMapper(Mapper[str]):
    """Turns our events into stored ones and back."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return the stored form of an Event."""
        fact = domain_event.fact
        return StoredFact(
            domain_event.originator_id,
            domain_event.originator_version,
            fact.TOPIC,
            codec.encode(fact),
            fact.SCHEMA_VERSION,
            domain_event.effective_on,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the Event that was stored. Raises UnreadableEventError."""
        if not isinstance(stored_event, StoredFact):
            message = "only events of this store can be decoded"
            raise TypeError(message)
        return Event(
            str(stored_event.originator_id),
            stored_event.originator_version,
            stored_event.effective_on,
            codec.decode(stored_event.topic, stored_event.schema_version, stored_event.state),
        )


def _new_event(stored: StoredEvent, actor: str) -> NewEvent:
    return NewEvent(
        stream=str(stored.originator_id),
        version=stored.originator_version,
        type=stored.topic,
        payload=stored.state,
        schema_version=getattr(stored, "schema_version", 1),
        effective_on=getattr(stored, "effective_on", None),
        actor=actor,
    )


class StoreRecorder:
    """What all recorders share: the database, the clock, and who waits for new events."""

    def __init__(self, database: Database, clock_us: Callable[[], int] = system_clock_us) -> None:
        self.database = database
        self.clock_us = clock_us
        self.listeners: set[threading.Event] = set()

    def append(
        self, commands: Sequence[NewCommand], tracked: Tracking | None = None
    ) -> list[Outcome]:
        """Append a group of commands in one transaction; then wake those who read."""
        if tracked is None:
            outcomes = self.database.append(lambda found: append(found, commands, self.clock_us))
        else:
            with self.database.writing() as connection:
                insert_tracking(connection, tracked)
                outcomes = append(connection, commands, self.clock_us)
                _refuse_if_lost(outcomes)
        self._wake()
        return outcomes

    @contextmanager
    def alone(self) -> Iterator[Callable[[Sequence[NewCommand]], list[Outcome]]]:
        """Keep all others from appending; give what appends meanwhile. Committed on leaving."""
        with self.database.alone() as connection:
            yield lambda commands: append(connection, commands, self.clock_us)
        self._wake()

    def _wake(self) -> None:
        for listener in tuple(self.listeners):
            listener.set()

    def insert_one(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> list[int]:
        """Append one command's events; return their positions. Raises CommandAnsweredError."""
        tracked: Tracking | None = kwargs.get("tracking")
        actor = kwargs.get("actor", "")
        command = NewCommand(
            events=[_new_event(stored, actor) for stored in stored_events],
            command_id=kwargs.get("command_id", ""),
            request_hash=kwargs.get("request_hash"),
            recorded_us=kwargs.get("recorded_us"),
            default_recorded_us=kwargs.get("default_recorded_us", 0),
        )
        if not command.events and command.request_hash is None and tracked is None:
            return []
        outcomes = self.append([command], tracked)
        _refuse_if_lost(outcomes)
        first = outcomes[0].first_position
        return [] if first is None else [first + i for i in range(len(command.events))]


def _refuse_if_lost(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.answer is not Answer.ACCEPTED:
            raise CommandAnsweredError(outcome)


class StoreAggregateRecorder(StoreRecorder, AggregateRecorder):
    """Events by stream."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Store events of one command, all or none. Raises IntegrityError."""
        self.insert_one(stored_events, **kwargs)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events with versions above `gt` and up to `lte`."""
        query = select(events).where(events.c.stream == str(originator_id))
        if gt is not None:
            query = query.where(events.c.version > gt)
        if lte is not None:
            query = query.where(events.c.version <= lte)
        version = events.c.version
        query = query.order_by(version.desc() if desc else version).limit(limit)
        with self.database.reading() as connection:
            return [
                StoredFact(
                    row.stream,
                    row.version,
                    row.type,
                    bytes(row.payload),
                    row.schema_version,
                    row.effective_on,
                )
                for row in connection.execute(query)
            ]


class StoreApplicationRecorder(StoreAggregateRecorder, ApplicationRecorder):
    """Events by stream and by position."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Store events of one command, all or none; return positions. Raises IntegrityError."""
        return self.insert_one(stored_events, **kwargs)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return events in position order."""
        position = events.c.position
        query = select(events).order_by(position).limit(limit)
        if start is not None:
            query = query.where(position >= start if inclusive_of_start else position > start)
        if stop is not None:
            query = query.where(position <= stop)
        if topics:
            query = query.where(events.c.type.in_(topics))
        with self.database.reading() as connection:
            return [
                Notification(
                    originator_id=row.stream,
                    originator_version=row.version,
                    topic=row.type,
                    state=bytes(row.payload),
                    id=row.position,
                )
                for row in connection.execute(query)
            ]

    def max_notification_id(self) -> int | None:
        """Return the last position, None for an empty log."""
        with self.database.reading() as connection:
            last: int | None = connection.execute(select(func.max(events.c.position))).scalar_one()
            return last

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Return an iterator over events after `gt` that waits for new ones."""
        return StoreSubscription(self, gt=gt, topics=topics)


class StoreSubscription(ListenNotifySubscription[StoreApplicationRecorder]):
    """Woken by commits of this process at once, and by a look at the log for those of others."""

    LOOK_EVERY_SECONDS = 0.5

    def _loop_on_pull(self) -> None:
        self._recorder.listeners.add(self._has_been_notified)
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(self.LOOK_EVERY_SECONDS)
        except BaseException as error:  # noqa: BLE001 - the reading thread raises it again
            self._thread_error = self._thread_error or error
            self.stop()
        finally:
            self._recorder.listeners.discard(self._has_been_notified)


def insert_tracking(connection: Connection, tracked: Tracking) -> None:
    """Move a consumer's position forward. Raises IntegrityError if it would not move."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(tracking).values(
        application_name=tracked.application_name, notification_id=tracked.notification_id
    )
    statement = statement.on_conflict_do_update(
        index_elements=[tracking.c.application_name],
        set_={"notification_id": statement.excluded.notification_id},
        where=tracking.c.notification_id < statement.excluded.notification_id,
    )
    if connection.execute(statement).rowcount != 1:
        message = f"{tracked.application_name} is already past {tracked.notification_id}"
        raise IntegrityError(message)


class StoreTrackingRecorder(StoreRecorder, TrackingRecorder):
    """Positions of consumers."""

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move a consumer's position forward. Raises IntegrityError if it would not move."""
        with self.database.writing() as connection:
            insert_tracking(connection, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return how far a consumer has read, None if it never did."""
        query = select(tracking.c.notification_id).where(
            tracking.c.application_name == application_name
        )
        with self.database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()


class StoreProcessRecorder(StoreTrackingRecorder, StoreApplicationRecorder, ProcessRecorder):
    """Events and a consumer's position in one transaction."""


class StoreFactory(InfrastructureFactory[StoreTrackingRecorder]):
    """Builds the recorders over the ledger named by ACQUIT_LEDGER; CREATE_TABLE migrates it."""

    LEDGER = "ACQUIT_LEDGER"
    CREATE_TABLE = "CREATE_TABLE"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.database = Database(self.env.get(self.LEDGER) or "", timeouts_from(self.env))

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Build a recorder of streams; there are no snapshots, so `purpose` is events."""
        del purpose
        return StoreAggregateRecorder(self._made())

    def application_recorder(self) -> ApplicationRecorder:
        """Build a recorder of streams and positions."""
        return StoreApplicationRecorder(self._made())

    def tracking_recorder(
        self, tracking_recorder_class: type[StoreTrackingRecorder] | None = None
    ) -> StoreTrackingRecorder:
        """Build a recorder of consumers' positions, of the class given or named in the env."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        if tracking_recorder_class is None and topic:
            tracking_recorder_class = resolve_topic(topic)
        return (tracking_recorder_class or StoreTrackingRecorder)(self._made())

    def process_recorder(self) -> ProcessRecorder:
        """Build a recorder of events together with a consumer's position."""
        return StoreProcessRecorder(self._made())

    def _made(self) -> Database:
        if strtobool(self.env.get(self.CREATE_TABLE) or "yes"):
            migrate(self.database)
        else:
            require_place(self.database)
        return self.database

    def close(self) -> None:
        """Close the connections."""
        self.database.close()
