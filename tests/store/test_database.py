"""Kinds of transactions: what is flushed when it is left, and who waits for whom."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from ledger.store.append import Answer, NewCommand, NewEvent
from ledger.store.database import Database
from ledger.store.recorder import StoreApplicationRecorder
from ledger.store.schema import events


def flushed(database: Database, *, durable: bool) -> str:
    """Return how the database flushes a transaction."""
    query = "SHOW synchronous_commit" if database.is_postgres else "PRAGMA synchronous"
    with database.writing(durable=durable) as connection:
        return str(connection.exec_driver_sql(query).scalar_one())


def test_what_can_be_made_again_is_not_waited_for(new_url: Callable[[], str]) -> None:
    """Such a transaction is flushed later; the next one is flushed as ever, also after an error."""
    database = Database(new_url())
    usual, later = ("on", "off") if database.is_postgres else ("2", "1")
    assert flushed(database, durable=True) == usual
    assert flushed(database, durable=False) == later
    assert flushed(database, durable=True) == usual
    with pytest.raises(KeyError), database.writing(durable=False):
        raise KeyError
    assert flushed(database, durable=True) == usual
    database.close()


def test_others_wait_for_who_appends_alone(new_url: Callable[[], str]) -> None:
    """What another asks for meanwhile is stored after it, whoever asked first."""
    database = Database(new_url())
    recorder = StoreApplicationRecorder(database)
    other = NewCommand([NewEvent("other", 1, "Tested", b"{}")])
    own = NewCommand([NewEvent("own", 1, "Tested", b"{}")])
    thread = threading.Thread(target=recorder.append, args=([other],))
    with recorder.alone() as append:
        thread.start()
        assert [outcome.answer for outcome in append([own])] == [Answer.ACCEPTED]
    thread.join()
    with database.reading() as connection:
        stored = connection.execute(select(events.c.stream).order_by(events.c.position)).scalars()
        assert list(stored) == ["own", "other"]
    database.close()


def test_who_fails_alone_stores_nothing_and_lets_others_go_on(new_url: Callable[[], str]) -> None:
    """An error in it takes back what it appended, and the lock."""
    database = Database(new_url())
    recorder = StoreApplicationRecorder(database)
    own = NewCommand([NewEvent("own", 1, "Tested", b"{}")])

    def fail() -> None:
        with recorder.alone() as append:
            append([own])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert recorder.append([own])[0].first_position == 1
    database.close()
