"""The recorder tests that the `eventsourcing` library ships, on both databases."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.tests import persistence as shipped
from eventsourcing.utils import Environment

from ledger.store.database import Database
from ledger.store.recorder import (
    StoreAggregateRecorder,
    StoreApplicationRecorder,
    StoreFactory,
    StoreProcessRecorder,
    StoreTrackingRecorder,
)


class OwnTrackingRecorder(StoreTrackingRecorder):
    """A consumer's own recorder, to be chosen by class or by name."""


@pytest.fixture(autouse=True)
def _place(request: pytest.FixtureRequest) -> None:
    """Hand the URL of an empty store to the library's test classes."""
    if request.cls is not None:
        name = "sqlite_url" if request.cls.database == "sqlite" else "postgres_place"
        request.cls.url = request.getfixturevalue(name)


@pytest.fixture
def postgres_place(_places: Any, postgres_url: str) -> Any:
    """Give the URL of an empty store on Postgres."""
    yield _places.postgres(postgres_url)
    _places.clear()


class OnDatabase:
    """The store under test, closed after each test."""

    database: ClassVar[str]
    url: ClassVar[str]

    def opened(self) -> Database:
        """Open the store."""
        database = Database(self.url)
        self.addCleanup(database.close)  # type: ignore[attr-defined] # unittest's, mixed in
        return database

    def new_originator_id(self) -> str:
        """Our streams are text."""
        return str(uuid4())


class Aggregates(OnDatabase):
    """Streams."""

    def create_recorder(self) -> AggregateRecorder:
        return StoreAggregateRecorder(self.opened())


class Applications(OnDatabase):
    """Streams and positions."""

    def create_recorder(self) -> ApplicationRecorder:
        return StoreApplicationRecorder(self.opened())

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()  # type: ignore[attr-defined] # shipped, mixed in


class Trackings(OnDatabase):
    """Consumers' positions."""

    def create_recorder(self) -> TrackingRecorder:
        return StoreTrackingRecorder(self.opened())


class Processes(OnDatabase):
    """Events together with a consumer's position."""

    def create_recorder(self) -> ProcessRecorder:
        return StoreProcessRecorder(self.opened())


class Interleaving(OnDatabase):
    """Positions of two writers at once."""

    def create_recorder(self) -> ApplicationRecorder:
        return StoreApplicationRecorder(self.opened())


class Factories(OnDatabase):
    """The factory that the library finds by PERSISTENCE_MODULE."""

    def setUp(self) -> None:
        self.env = Environment(
            env={"PERSISTENCE_MODULE": "ledger.store", "ACQUIT_LEDGER": self.url}
        )
        super().setUp()  # type: ignore[misc] # shipped, mixed in

    def expected_factory_class(self) -> type[StoreFactory]:
        return StoreFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return StoreAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return StoreApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return StoreTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return StoreProcessRecorder


class TestAggregatesOnSqlite(Aggregates, shipped.AggregateRecorderTestCase):
    """Streams on SQLite."""

    database = "sqlite"


class TestAggregatesOnPostgres(Aggregates, shipped.AggregateRecorderTestCase):
    """Streams on Postgres."""

    database = "postgres"


class TestApplicationsOnSqlite(Applications, shipped.ApplicationRecorderTestCase):
    """Positions on SQLite."""

    database = "sqlite"


class TestApplicationsOnPostgres(Applications, shipped.ApplicationRecorderTestCase):
    """Positions on Postgres."""

    database = "postgres"


class TestTrackingsOnSqlite(Trackings, shipped.TrackingRecorderTestCase):
    """Consumers' positions on SQLite."""

    database = "sqlite"


class TestTrackingsOnPostgres(Trackings, shipped.TrackingRecorderTestCase):
    """Consumers' positions on Postgres."""

    database = "postgres"


class TestProcessesOnSqlite(Processes, shipped.ProcessRecorderTestCase):
    """Events with a consumer's position on SQLite."""

    database = "sqlite"


class TestProcessesOnPostgres(Processes, shipped.ProcessRecorderTestCase):
    """Events with a consumer's position on Postgres."""

    database = "postgres"


class TestInterleavingOnSqlite(Interleaving, shipped.NonInterleavingNotificationIDsBaseCase):
    """Two writers on SQLite."""

    database = "sqlite"


class TestInterleavingOnPostgres(Interleaving, shipped.NonInterleavingNotificationIDsBaseCase):
    """Two writers on Postgres."""

    database = "postgres"


class TestFactoriesOnSqlite(Factories, shipped.InfrastructureFactoryTestCase[StoreFactory]):
    """The factory on SQLite."""

    database = "sqlite"


class TestFactoriesOnPostgres(Factories, shipped.InfrastructureFactoryTestCase[StoreFactory]):
    """The factory on Postgres."""

    database = "postgres"
