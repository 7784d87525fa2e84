"""What Alembic makes is what the queries expect; migrating twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text, update

from bootstrap import make_store
from ledger.store.append import Answer, NewCommand, NewEvent
from ledger.store.database import Database, LedgerAddressError
from ledger.store.migration import (
    NEWEST_REVISION,
    LedgerNotReadyError,
    current_revision,
    migrate,
    require_newest,
)
from ledger.store.recorder import StoreApplicationRecorder
from ledger.store.schema import events, ledger_head, metadata


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


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(1, int(NEWEST_REVISION))])
def test_a_filled_store_of_every_revision_is_migrated(
    empty_url: Callable[[], str], revision: str
) -> None:
    """Events stay as they were, more are appended behind them, and writers keep their right."""
    database = Database(empty_url())
    migrate(database, revision)
    with database.writing() as connection:
        connection.execute(insert(events), OLD_EVENT)
        connection.execute(update(ledger_head).values(position=1, recorded_at=5, ledger_id="L"))
        if database.is_postgres:
            role = "acquit_test_old_writer"
            connection.execute(text(f"DROP ROLE IF EXISTS {role}"))
            connection.execute(text(f"CREATE ROLE {role}"))
            connection.execute(text(f"GRANT EXECUTE ON FUNCTION acquit_append TO {role}"))
    migrate(database)
    outcomes = StoreApplicationRecorder(database, clock_us=lambda: 9).append(
        [NewCommand([NewEvent("plan:P", 2, "Tested", b"{}")], "k", b"h", reads=[("plan:Q", 0)])]
    )
    assert [outcome.answer for outcome in outcomes] == [Answer.ACCEPTED]
    with database.writing() as connection:
        rows = connection.execute(select(events).order_by(events.c.position)).all()
        assert dict(rows[0]._mapping) == OLD_EVENT
        assert [row.position for row in rows] == [1, 2]
        if database.is_postgres:
            may = text(
                "SELECT count(*) FROM pg_proc WHERE proname = 'acquit_append' "
                "AND has_function_privilege('acquit_test_old_writer', oid, 'EXECUTE')"
            )
            assert connection.execute(may).scalar_one() == 1
            connection.execute(text("DROP OWNED BY acquit_test_old_writer"))
            connection.execute(text("DROP ROLE acquit_test_old_writer"))
    database.close()


OLD_EVENT = {
    "position": 1,
    "stream": "plan:P",
    "version": 1,
    "type": "Tested",
    "schema_version": 1,
    "effective_on": date(2026, 1, 1),
    "posted_on": date(2026, 1, 1),
    "recorded_at": 5,
    "actor": "tests",
    "command_id": "old",
    "payload": b"{}",
    "leaf": b"\x00" * 32,
}


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
        Database("mysql://user:s3cret@localhost/x?password=s3cret")
    assert "s3cret" not in str(caught.value)


def test_a_password_in_the_query_is_not_shown() -> None:
    """Neither is one that stands among the options of the address."""
    database = Database("postgresql://u:s3cret@h/d?password=s3cret&sslpassword=s3cret&sslcert=c")
    assert "s3cret" not in database.shown
    assert "sslcert=c" in database.shown
    database.close()


def test_a_store_can_be_made_in_an_empty_file(sqlite_url: str) -> None:
    """`make_store` takes a file that is not there yet."""
    store = make_store(sqlite_url.replace("ledger-", "ledger-new-"))
    assert store.max_notification_id() is None  # type: ignore[attr-defined] # an application recorder
    store.database.close()
