"""The append: outcomes, stamps and hashes, the same on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text, update

from ledger.envelope import moment_of
from ledger.store.append import Answer, NewCommand, NewEvent, Outcome
from ledger.store.database import Database
from ledger.store.leaf import leaf_hash
from ledger.store.recorder import StoreApplicationRecorder
from ledger.store.schema import command_keys, events, ledger_head

NOW = 1_800_000_000_000_000


class Store:
    """A store with a clock that stands still on SQLite; Postgres has its own."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.recorder = StoreApplicationRecorder(self.database, clock_us=lambda: NOW)

    def simulate(self, **head: Any) -> None:
        """Make the ledger a simulated one, with other values of its head row."""
        with self.database.writing() as connection:
            connection.execute(update(ledger_head).values(simulated=True, **head))

    def append(self, *commands: NewCommand) -> list[Outcome]:
        """Append one group."""
        return self.recorder.append(commands)

    def rows(self) -> list[Any]:
        """Return all events."""
        with self.database.reading() as connection:
            return list(connection.execute(select(events).order_by(events.c.position)))


@pytest.fixture
def store(new_url: Callable[[], str]) -> Iterator[Store]:
    """Give an empty store on both databases."""
    opened = Store(new_url())
    yield opened
    opened.database.close()


def event(stream: str, version: int, **fields: Any) -> NewEvent:
    """Make an event."""
    return NewEvent(stream, version, "Tested", b"{}", **fields)


def answers(outcomes: list[Outcome]) -> list[Answer]:
    """Return the answers alone."""
    return [outcome.answer for outcome in outcomes]


def test_each_command_of_a_group_has_its_own_answer(store: Store) -> None:
    """A repeated key, a key with other content and a version conflict take no other with them."""
    store.append(NewCommand([event("a", 1), event("x", 1)], "k1", b"hash-1"))
    outcomes = store.append(
        NewCommand([event("b", 1)], "k2", b"hash-2"),
        NewCommand([event("c", 1)], "k1", b"hash-1"),
        NewCommand([event("d", 1)], "k1", b"other"),
        NewCommand([event("x", 1)], "k3", b"hash-3"),
        NewCommand([event("a", 2), event("e", 1)], "k4", b"hash-4"),
        NewCommand([event("e", 2), event("b", 2)], "k5", b"hash-5"),
    )
    assert answers(outcomes) == [
        Answer.ACCEPTED,
        Answer.REPEATED,
        Answer.OTHER_CONTENT,
        Answer.CONFLICT,
        Answer.ACCEPTED,
        Answer.ACCEPTED,
    ]
    assert [outcome.first_position for outcome in outcomes] == [3, None, None, None, 4, 6]
    assert [(row.position, row.stream, row.version) for row in store.rows()] == [
        (1, "a", 1),
        (2, "x", 1),
        (3, "b", 1),
        (4, "a", 2),
        (5, "e", 1),
        (6, "e", 2),
        (7, "b", 2),
    ]


def test_a_loser_drops_those_who_built_on_it(store: Store) -> None:
    """A command that follows a loser on its stream loses too; one on another stream does not."""
    store.append(NewCommand([event("a", 1)]))
    outcomes = store.append(
        NewCommand([event("a", 1), event("b", 1)]),
        NewCommand([event("b", 2)]),
        NewCommand([event("c", 1)]),
    )
    assert answers(outcomes) == [Answer.CONFLICT, Answer.CONFLICT, Answer.ACCEPTED]


def test_what_follows_a_loser_loses_even_if_its_version_follows(store: Store) -> None:
    """Another writer stored as many events as the loser would have: who built on it is not fooled.

    The same goes for who only read what the loser would have added to, and behind one that repeats.
    """
    store.append(NewCommand([event("a", 1)], "k1", b"1"), NewCommand([event("b", 1)], "k2", b"2"))
    outcomes = store.append(
        NewCommand([event("a", 1)], "k3", b"3"),
        NewCommand([event("a", 2)], "k4", b"4"),
        NewCommand([event("c", 1)], "k5", b"5", reads=[("a", 1)]),
        NewCommand([event("b", 1), event("d", 1)], "k2", b"2"),
        NewCommand([event("b", 2)], "k6", b"6"),
        NewCommand([event("e", 1)], "k7", b"7", reads=[("d", 0)]),
        NewCommand([event("f", 1)], "k8", b"8"),
    )
    lost = Answer.CONFLICT
    stored = Answer.ACCEPTED
    assert answers(outcomes) == [lost, lost, lost, Answer.REPEATED, lost, lost, stored]
    assert [row.stream for row in store.rows()] == ["a", "b", "f"]


def test_what_was_read_must_not_have_moved(store: Store) -> None:
    """A command is lost if a stream that it only read has moved, before the group or within it."""
    store.append(NewCommand([event("a", 1)], "k1", b"1"), NewCommand([event("r", 1)], "k2", b"2"))
    outcomes = store.append(
        NewCommand([event("b", 1)], "k3", b"3", reads=[("r", 1), ("none", 0)]),
        NewCommand([event("c", 1)], "k4", b"4", reads=[("r", 0)]),
        NewCommand([event("r", 2)], "k5", b"5"),
        NewCommand([event("d", 1)], "k6", b"6", reads=[("r", 1)]),
        NewCommand([event("e", 1)], "k7", b"7", reads=[("r", 2), ("b", 1)]),
        NewCommand([], "k8", b"8", reads=[("none", 1)]),
    )
    lost, stored = Answer.CONFLICT, Answer.ACCEPTED
    assert answers(outcomes) == [stored, lost, stored, lost, stored, lost]
    assert [row.stream for row in store.rows()] == ["a", "r", "b", "r", "e"]


def test_a_lost_command_leaves_no_key(store: Store) -> None:
    """The key of a command that lost can be used again."""
    store.append(NewCommand([event("a", 1)]))
    assert answers(store.append(NewCommand([event("a", 1)], "k", b"h"))) == [Answer.CONFLICT]
    assert answers(store.append(NewCommand([event("a", 2)], "k", b"h"))) == [Answer.ACCEPTED]


def test_a_command_without_events_keeps_its_key(store: Store) -> None:
    """What was nothing to do is remembered as done, at no position."""
    assert answers(store.append(NewCommand([], "k", b"h"))) == [Answer.ACCEPTED]
    assert answers(store.append(NewCommand([event("a", 1)], "k", b"h"))) == [Answer.REPEATED]
    with store.database.reading() as connection:
        assert connection.execute(select(command_keys.c.first_position)).scalar_one() is None


@pytest.mark.parametrize("versions", [[2], [0, 2], [1, 1], [1, 3], [-1]])
def test_versions_of_a_stream_have_no_gaps(store: Store, versions: list[int]) -> None:
    """A stream begins at 1 (or at 0, as the library's recorders do) and goes up by one."""
    outcomes = store.append(NewCommand([event("a", version) for version in versions]))
    assert answers(outcomes) == [Answer.CONFLICT]
    assert store.rows() == []


def test_recording_time_is_one_a_command_and_grows(store: Store) -> None:
    """Events of a command share their moment; the next command's is later by a microsecond."""
    first, second = store.append(
        NewCommand([event("a", 1), event("b", 1)]), NewCommand([event("c", 1)])
    )
    moments = [row.recorded_at for row in store.rows()]
    assert moments == [first.recorded_us, first.recorded_us, second.recorded_us]
    assert first.recorded_us is not None
    assert second.recorded_us is not None
    assert second.recorded_us > first.recorded_us
    if not store.database.is_postgres:
        assert (first.recorded_us, second.recorded_us) == (NOW, NOW + 1)


def test_recording_time_never_goes_back_with_the_clock(store: Store) -> None:
    """A clock behind the last moment is overruled: the moment goes on by a microsecond."""
    ahead = 4_000_000_000_000_000
    with store.database.writing() as connection:
        connection.execute(update(ledger_head).values(recorded_at=ahead))
    (outcome,) = store.append(NewCommand([event("a", 1)]))
    assert outcome.recorded_us == ahead + 1


def test_a_simulated_ledger_takes_the_time_that_it_is_given(store: Store) -> None:
    """Given times are taken as they are, equal ones too; an earlier one is refused alone."""
    store.simulate()
    outcomes = store.append(
        NewCommand([event("a", 1)], recorded_us=500),
        NewCommand([event("b", 1)], recorded_us=500),
        NewCommand([event("c", 1)], recorded_us=499),
        NewCommand([event("d", 1)], default_recorded_us=400),
        NewCommand([event("e", 1)], default_recorded_us=700),
    )
    assert answers(outcomes)[2] is Answer.RECORDED_EARLIER
    assert [row.recorded_at for row in store.rows()] == [500, 500, 501, 700]


def test_a_closed_day_posts_to_the_first_open_one(store: Store) -> None:
    """posted_on is the effective day, or the first open day where that is closed."""
    store.simulate(open_from=date(2026, 2, 1))
    store.append(
        NewCommand(
            [
                event("a", 1, effective_on=date(2026, 1, 31)),
                event("a", 2, effective_on=date(2026, 2, 1)),
                event("a", 3, effective_on=date(2026, 2, 2)),
            ]
        )
    )
    dates = [(row.effective_on.day, row.posted_on.isoformat()) for row in store.rows()]
    assert dates == [(31, "2026-02-01"), (1, "2026-02-01"), (2, "2026-02-02")]


def test_without_an_effective_day_it_is_the_day_of_recording(store: Store) -> None:
    """What the library's own recorders store is effective when it is recorded."""
    store.append(NewCommand([event("a", 1)]))
    (row,) = store.rows()
    assert row.effective_on == row.posted_on == moment_of(row.recorded_at).date()


def test_the_leaf_covers_the_whole_envelope(store: Store) -> None:
    """Both databases store the hash of the documented form, with text beyond ASCII."""
    store.simulate(ledger_id="lédger-1")
    given = NewEvent("plan:É", 1, "Tësted", b'{"a":"\xc3\xa9"}', 3, date(1969, 12, 30), "açtor")
    store.append(NewCommand([given], "commande-é", b"h", recorded_us=1_234_567))
    (row,) = store.rows()
    expected = leaf_hash(
        ledger_id="lédger-1",
        stream="plan:É",
        type_name="Tësted",
        actor="açtor",
        command_id="commande-é",
        version=1,
        schema_version=3,
        effective_on=date(1969, 12, 30),
        payload=b'{"a":"\xc3\xa9"}',
        posted_on=date(1969, 12, 30),
        recorded_at_us=1_234_567,
    )
    assert bytes(row.leaf) == expected


GUARDED = {
    "events": "payload",
    "command_keys": "request_hash",
}


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_history_refuses_to_be_changed(store: Store, table: str, change: str) -> None:
    """UPDATE, DELETE and TRUNCATE are refused, for the owner too, and nothing is lost."""
    store.append(NewCommand([event("a", 1)], "k", b"h"))
    if change.startswith("TRUNCATE") and not store.database.is_postgres:
        change = "DELETE FROM {0} WHERE 1"
    statement = change.format(table, GUARDED[table])
    with pytest.raises(Exception, match="history is append-only"), store.database.writing() as c:
        c.execute(text(statement))
    assert len(store.rows()) == 1


def test_replica_sessions_are_refused_too(store: Store) -> None:
    """On Postgres the guard stands even where ordinary triggers do not fire."""
    if not store.database.is_postgres:
        pytest.skip("SQLite has no replica sessions")
    store.append(NewCommand([event("a", 1)]))
    statement = "SET LOCAL session_replication_role = replica; DELETE FROM events"
    with pytest.raises(Exception, match="append-only"), store.database.writing() as connection:
        connection.execute(text(statement))


REPLACE = (
    "INSERT OR REPLACE INTO events SELECT {position}, stream, {version}, type, schema_version, "
    "effective_on, posted_on, recorded_at, 'forged', command_id, payload, leaf FROM events"
)


@pytest.mark.parametrize(("position", "version"), [("position", "version"), ("99", "version")])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_sqlite_refuses_to_replace(sqlite_url: str, verb: str, position: str, version: str) -> None:
    """On SQLite no form of INSERT replaces an event, by its position or by its stream's version."""
    store = Store(sqlite_url)
    store.append(NewCommand([event("a", 1)]))
    statement = REPLACE.format(position=position, version=version)
    with pytest.raises(Exception, match="append-only"), store.database.writing() as connection:
        connection.execute(text(statement.replace("INSERT OR REPLACE", verb)))
    assert [row.actor for row in store.rows()] == [""]
    store.database.close()


def test_a_writer_can_append_and_nothing_else(store: Store) -> None:
    """On Postgres a role with SELECT and the append function can do just that."""
    if not store.database.is_postgres:
        pytest.skip("SQLite has no roles")
    role = "acquit_test_writer"
    with store.database.writing() as connection:
        connection.execute(
            text(
                f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN END $$;"
                f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
                f"GRANT EXECUTE ON FUNCTION acquit_append TO {role}"
            )
        )
    for statement in (
        "INSERT INTO events SELECT * FROM events",
        "UPDATE events SET actor = 'x'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE ledger_head SET position = 0",
        "DELETE FROM command_keys",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DROP TRIGGER events_append_only ON events",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            _as_role(store, role, text(statement))
    with store.database.writing() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        from ledger.store.append import append

        (outcome,) = append(connection, [NewCommand([event("a", 1)])], lambda: NOW)
    assert outcome.first_position == 1


def _as_role(store: Store, role: str, statement: Any) -> None:
    with store.database.writing() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.execute(statement)


def test_writers_at_once_leave_no_gap(store: Store) -> None:
    """Eight threads fight for four streams: every answer is one of two, positions are whole."""
    outcomes: list[Answer] = []

    def fight(number: int) -> None:
        for version in range(1, 11):
            command = NewCommand([event(f"s{number % 4}", version)])
            outcomes.extend(answers(store.recorder.append([command])))

    threads = [threading.Thread(target=fight, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = store.rows()
    assert len(outcomes) == 80
    assert outcomes.count(Answer.ACCEPTED) == len(rows)
    assert outcomes.count(Answer.CONFLICT) == 80 - len(rows)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    moments = [row.recorded_at for row in rows]
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments)


def test_a_rolled_back_append_leaves_no_gap(store: Store) -> None:
    """A transaction that fails after the append gives its positions back."""
    from ledger.store.append import append

    def cut() -> None:
        with store.database.writing() as connection:
            append(connection, [NewCommand([event("a", 1)], "k", b"h")], lambda: NOW)
            message = "power cut"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="power cut"):
        cut()
    assert store.rows() == []
    (outcome,) = store.append(NewCommand([event("a", 1)], "k", b"h"))
    assert outcome.first_position == 1


def test_closing_moves_the_first_open_day(store: Store) -> None:
    """Behind a PeriodClosing of the stream `period` its days are closed, in the same group too."""
    store.append(
        NewCommand([event("a", 1, effective_on=date(2026, 1, 31))]),
        NewCommand([event("b", 1, effective_on=date(2026, 1, 31))], "old", b"h"),
        NewCommand([_period(1, "PeriodClosing", date(2026, 1, 31))]),
        NewCommand([event("a", 2, effective_on=date(2026, 1, 31))]),
        NewCommand([_period(1, "PeriodReopened", date(2026, 1, 1))]),  # In conflict: no effect.
        NewCommand([event("b", 2, effective_on=date(2026, 1, 31))]),
    )
    days = [(row.stream, row.posted_on.isoformat()) for row in store.rows()]
    assert days == [
        ("a", "2026-01-31"),
        ("b", "2026-01-31"),
        ("period", "2026-01-31"),
        ("a", "2026-02-01"),
        ("b", "2026-02-01"),
    ]


def test_reopening_moves_it_back(store: Store) -> None:
    """Behind a PeriodReopened its own day is open again, and all behind it; others move nothing."""
    store.append(NewCommand([_period(1, "PeriodClosing", date(2026, 2, 28))]))
    store.append(
        NewCommand([_period(2, "PeriodClosed", date(2026, 2, 28))]),
        NewCommand([_period(3, "PeriodReopened", date(2026, 2, 1))]),
        NewCommand([event("a", 1, effective_on=date(2026, 1, 15))]),
        NewCommand([NewEvent("b", 1, "PeriodClosing", b"{}", effective_on=date(2026, 9, 30))]),
    )
    store.append(NewCommand([event("a", 2, effective_on=date(2026, 2, 15))]))
    days = [(row.stream, row.posted_on.isoformat()) for row in store.rows()]
    assert days == [
        ("period", "2026-02-28"),
        ("period", "2026-03-01"),
        ("period", "2026-03-01"),
        ("a", "2026-02-01"),
        ("b", "2026-09-30"),
        ("a", "2026-02-15"),
    ]


def _period(version: int, kind: str, on: date) -> NewEvent:
    return NewEvent("period", version, kind, b"{}", effective_on=on)
