"""What Alembic makes is what the queries expect; migrating twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bootstrap import make_store
from ledger.store.database import Database, LedgerAddressError
from ledger.store.migration import (
    NEWEST_REVISION,
    LedgerNotReadyError,
    current_revision,
    migrate,
    require_newest,
)
from ledger.store.schema import metadata


def test_tables_are_those_of_the_migrations(new_url: Callable[[], str]) -> None:
    """The tables in `schema` differ in nothing from those that the migrations make."""
    database = Database(new_url())
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_newest_revision_is_the_last_migration() -> None:
    """The revision that commands ask for is the head of the migrations."""
    from importlib import resources

    assert ScriptDirectory(str(resources.files("migrations"))).get_heads() == [NEWEST_REVISION]


def test_migrating_again_changes_nothing(new_url: Callable[[], str]) -> None:
    """A store that is up to date is left as it is."""
    database = Database(new_url())
    with database.reading() as connection:
        before = sorted(inspect(connection).get_table_names())
    migrate(database)
    with database.reading() as connection:
        assert sorted(inspect(connection).get_table_names()) == before
        assert current_revision(connection) == NEWEST_REVISION
    database.close()


def test_a_migration_that_fails_leaves_nothing(new_url: Callable[[], str]) -> None:
    """A migration is one transaction: where it cannot end, the database is as it was."""
    database = Database(new_url())
    with database.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(Exception, match="already exists"):
        migrate(database)
    with database.reading() as connection:
        assert current_revision(connection) is None
    database.close()


def test_another_revision_is_named(new_url: Callable[[], str]) -> None:
    """A store of another revision is not touched; the message names both."""
    database = Database(new_url())
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with (
        database.reading() as connection,
        pytest.raises(LedgerNotReadyError, match=rf"9999.*{NEWEST_REVISION}"),
    ):
        require_newest(connection)
    database.close()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "oracle://h/x"],
)
def test_only_sqlite_files_and_postgres(url: str) -> None:
    """Any other address is refused in a sentence."""
    with pytest.raises(LedgerAddressError, match=r"database URL|lives in"):
        Database(url)


def test_a_password_is_not_shown() -> None:
    """The refusal of an address hides the password that stands in it."""
    with pytest.raises(LedgerAddressError) as caught:
        Database("mysql://user:s3cret@localhost/x")
    assert "s3cret" not in str(caught.value)


def test_a_store_can_be_made_in_an_empty_file(sqlite_url: str) -> None:
    """`make_store` takes a file that is not there yet."""
    store = make_store(sqlite_url.replace("ledger-", "ledger-new-"))
    assert store.max_notification_id() is None  # type: ignore[attr-defined] # an application recorder
    store.database.close()
