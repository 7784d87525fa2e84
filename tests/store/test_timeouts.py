"""Nobody waits for ever: each limit strikes in its place, and only there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from ledger.store.database import Database
from ledger.store.database_errors import sentence
from ledger.store.timeouts import (
    DEFAULT,
    Timeouts,
    TimeoutSettingError,
    connection_arguments,
    timeouts_from,
)
from tests.conftest import Places

NAMES = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


def shown(connection: Connection) -> list[str]:
    """Return the limits of a connection."""
    return [str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in NAMES]


@pytest.fixture
def url(postgres_url: str, _places: Places) -> str:
    """Give an empty store in Postgres."""
    return _places.postgres(postgres_url)


def with_options(url: str, options: str) -> str:
    """Return a URL that sets something itself."""
    made = make_url(url).update_query_dict({"options": options})
    return made.render_as_string(hide_password=False)


def test_which_connection_has_which_limit(url: str) -> None:
    """Locks are waited for in all; only look-ups and appends have a limit on a statement."""
    database = Database(url, Timeouts(lock_ms=11_000, statement_ms=12_000, idle_ms=13_000))
    with database.reading() as connection:
        assert shown(connection) == ["11s", "0", "0"]
    with database.writing() as connection:
        assert shown(connection) == ["11s", "0", "13s"]
    with database.reading() as connection:
        assert shown(connection) == ["11s", "0", "0"]
    assert database.glance(shown) == ["11s", "12s", "0"]
    assert database.append(shown) == ["11s", "12s", "0"]
    database.close()


def test_what_the_url_says_counts(url: str) -> None:
    """Limits in the URL's own options are left as they are; the others are set beside them."""
    own = "-c statement_timeout=7s -c idle_in_transaction_session_timeout=8s"
    database = Database(with_options(url, own))
    with database.writing() as connection:
        assert shown(connection) == ["30s", "7s", "8s"]
    assert database.append(shown) == ["30s", "7s", "8s"]
    database.close()


def test_what_pgoptions_says_counts(url: str) -> None:
    """The same of the variable that every client of Postgres reads."""
    database = Database(url, timeouts_from({"PGOPTIONS": "-c lock_timeout=3s"}))
    assert database.append(shown) == ["3s", "2min", "0"]
    database.close()


def test_a_server_that_is_gone_is_found_out() -> None:
    """Connecting has a limit and connections are kept alive, unless the URL says otherwise."""
    url = make_url("postgresql+psycopg2://h/d?connect_timeout=3&keepalives_idle=5")
    told = connection_arguments(url, DEFAULT, {})
    assert "connect_timeout" not in told
    assert "keepalives_idle" not in told
    assert told["tcp_user_timeout"] == "60000"
    plain = make_url("postgresql+psycopg2://h/d")
    assert connection_arguments(plain, Timeouts(connect_ms=2500), {})["connect_timeout"] == "3"
    as_told = timeouts_from({"PGCONNECT_TIMEOUT": "4"})
    assert "connect_timeout" not in connection_arguments(plain, as_told, {})


def test_a_statement_that_takes_too_long(url: str) -> None:
    """It is stopped where it has a limit; the same in a report is not; a sentence says so."""
    database = Database(url, Timeouts(statement_ms=10))
    with pytest.raises(DBAPIError) as caught:
        database.glance(lambda connection: connection.execute(text("SELECT pg_sleep(60)")))
    assert "ACQUIT_STATEMENT_SECONDS" in sentence(caught.value)
    with database.reading() as connection:
        assert connection.execute(text("SELECT pg_sleep(0.02)")).one()
    database.close()


def test_a_program_that_falls_silent(url: str) -> None:
    """The server ends a writing transaction that asks for nothing; its locks are free again."""
    database, other = Database(url, Timeouts(idle_ms=10)), Database(url, Timeouts(lock_ms=0))
    lock = text("SELECT position FROM ledger_head FOR UPDATE")

    def fall_silent() -> None:
        with database.writing() as connection:
            connection.execute(lock)
            with other.writing() as second:  # Waits until the server has ended the first one.
                second.execute(lock)
            connection.execute(lock)

    with pytest.raises(DBAPIError) as caught:
        fall_silent()
    assert "ACQUIT_IDLE_SECONDS" in sentence(caught.value)
    other.close()
    database.close()


@pytest.mark.parametrize("given", ["soon", "-1", "NaN", "1e9", "Infinity"])
def test_a_limit_that_is_none(given: str) -> None:
    """It is refused, by the variable's name."""
    with pytest.raises(TimeoutSettingError, match="ACQUIT_LOCK_SECONDS is"):
        timeouts_from({"ACQUIT_LOCK_SECONDS": given})


def test_limits_are_seconds_and_may_be_none() -> None:
    """Parts of a second count, 0 waits without end, nothing said is the default."""
    named = {"ACQUIT_LOCK_SECONDS": "0.25", "ACQUIT_STATEMENT_SECONDS": "0"}
    assert timeouts_from(named) == Timeouts(lock_ms=250, statement_ms=0)
    assert timeouts_from({}) == DEFAULT


def test_waiting_without_end(new_url: Callable[[], str]) -> None:
    """With 0, both databases wait: writing works as ever."""
    database = Database(new_url(), Timeouts(0, 0, 0, 0))
    with database.writing() as connection:
        assert connection.execute(text("SELECT position FROM ledger_head")).scalar_one() == 0
    database.close()
