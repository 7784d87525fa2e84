"""The engine: batches and checkpoints together, nothing twice, nothing skipped."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bootstrap import Acquit
from ledger.books.accounts import ChartError, chart_of, packaged_chart
from ledger.envelope import RecordedEvent
from ledger.events import RulesAdopted
from ledger.store.append import NewCommand, NewEvent
from ledger.store.codec import UnreadableEventError
from projections import engine as engine_module
from projections import slots
from projections.catalogue import PROJECTIONS
from projections.coordinates import CoordinateError, resolve
from projections.engine import CheckpointMovedError, Engine
from projections.journal import JOURNAL, postings
from projections.journal_report import JournalFilter, entry_json, journal
from projections.projection import Books
from projections.slots import Slot


def journal_of(acquit: Acquit) -> list[dict[str, Any]]:
    """Return the whole journal."""
    with acquit.database.reading() as connection:
        at = resolve(connection, acquit.identity, "9999-12-31")
        return [entry_json(entry) for entry in journal(connection, at, JournalFilter())]


def drop_all(acquit: Acquit) -> None:
    """Drop every projection table."""
    with acquit.database.writing() as connection:
        slots.drop_all(connection, PROJECTIONS)


def test_rebuilt_from_nothing_it_is_the_same(
    lived: Acquit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropped and folded again in batches of one and of three events, the journal is the same."""
    before = journal_of(lived)
    assert before
    for size in (1, 3):
        drop_all(lived)
        monkeypatch.setattr(engine_module, "EVENTS_A_BATCH", size)
        lived.engine.catch_up()
        assert journal_of(lived) == before


def test_two_engines_apply_a_batch_once(lived: Acquit, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another engine has moved the checkpoint, the batch is not applied a second time."""
    drop_all(lived)
    slow, fast = Engine(lived.database, PROJECTIONS), Engine(lived.database, PROJECTIONS)
    slow.prepare()
    fast.catch_up()
    before = journal_of(lived)

    def overtaken(*_arguments: object) -> None:
        monkeypatch.undo()
        raise CheckpointMovedError

    monkeypatch.setattr(slow, "_advance", overtaken)
    monkeypatch.setattr(slow, "_lowest", lambda: 0)
    slow.catch_up()
    assert journal_of(lived) == before


def test_a_stale_engine_rolls_back(lived: Acquit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch folded from an old checkpoint is rolled back as a whole, and read again."""
    before = journal_of(lived)
    count = _posting_count(lived)
    stale = Engine(lived.database, PROJECTIONS)
    old = [Slot(name, version, 1, "active", 0) for name, version in stale.by_key]
    monkeypatch.setattr(stale, "fed", lambda _connection: old)
    assert stale._step(0, 5) == 0
    assert _posting_count(lived) == count
    assert journal_of(lived) == before


def _posting_count(acquit: Acquit) -> int:
    with acquit.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(postings)).scalar_one()


def test_an_unknown_event_stops_it_by_name(lived: Acquit) -> None:
    """An event of a newer program stops the engine at its position; nothing after it is skipped."""
    new = NewEvent("plan:P", _next_version(lived, "plan:P"), "PlanTransformed", b"{}")
    lived.application.store.append([NewCommand([new])])
    with pytest.raises(UnreadableEventError, match=r"position \d+, stream plan:P: .*unknown"):
        lived.engine.catch_up()
    with lived.database.reading() as connection:
        reached = lived.engine.reached(connection)
        assert reached < resolve(connection, lived.identity).position


def _next_version(acquit: Acquit, stream: str) -> int:
    with acquit.database.reading() as connection:
        query = text("SELECT max(version) FROM events WHERE stream = :stream")
        return int(connection.execute(query, {"stream": stream}).scalar_one()) + 1


def test_progress_ends_at_the_last_position(lived: Acquit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress counts up to the last position."""
    drop_all(lived)
    monkeypatch.setattr(engine_module, "EVENTS_A_BATCH", 4)
    seen: list[tuple[int, int]] = []
    reached = lived.engine.catch_up(lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (reached, reached)


def adoption(position: int, since: date, book: str, **changes: Any) -> RecordedEvent:
    """Make an adoption of a chart."""
    content = {**packaged_chart("generic"), "book": book, **changes}
    return RecordedEvent(
        position=position,
        stream="ledger",
        version=position,
        type="RulesAdopted",
        schema_version=1,
        effective_on=since,
        posted_on=since,
        recorded_at_us=0,
        actor="",
        command_id="",
        fact=RulesAdopted(book=book, digest="", content=content),
    )


def test_the_latest_adoption_before_an_event_counts() -> None:
    """A chart applies from its day on, to events recorded after it; each book on its own."""
    books = Books.of(
        [
            adoption(2, date(1, 1, 1), "generic", title="first"),
            adoption(5, date(2026, 6, 1), "generic", title="second"),
            adoption(7, date(1, 1, 1), "other", title="third"),
        ]
    )

    def titles(day: date, position: int) -> list[str]:
        return [chart.title for chart in books.charts(day, position)]

    assert titles(date(2026, 5, 31), 6) == ["first"]
    assert titles(date(2026, 6, 1), 6) == ["second"]
    assert titles(date(2026, 6, 1), 4) == ["first"]
    assert titles(date(2026, 1, 1), 9) == ["first", "third"]
    assert books.names() == ["generic", "other"]
    newest = books.newest("generic")
    assert newest is not None
    assert newest.title == "second"
    assert books.newest("pcg") is None


@pytest.mark.parametrize("field", ["role", "account"])
def test_a_chart_has_nothing_twice(field: str) -> None:
    """A chart with a role or an account number twice is refused."""
    content = json.loads(json.dumps(packaged_chart("generic")))
    content["accounts"][1][field] = content["accounts"][0][field]
    with pytest.raises(ChartError, match=f"has a {field} twice"):
        chart_of(content)


def test_a_chart_must_be_there_and_whole() -> None:
    """A chart that is missing or lacks a part is refused by name."""
    with pytest.raises(ChartError, match="no chart named 'nope'"):
        packaged_chart("nope")
    with pytest.raises(ChartError, match=r"incomplete.*rules"):
        chart_of({"book": "x", "title": "x", "impairment": "matrix", "accounts": []})


@pytest.mark.parametrize(
    ("known_at", "position"),
    [
        ("1969-12-31", 0),
        ("2025-12-31", 3),
        ("2026-01-01", 4),
        ("2026-01-01T00:00:00Z", 4),
        ("2026-01-01T00:00:00+02:00", 3),
        ("2026-01-01T00:00", 4),
        ("2999-01-01", 25),
    ],
)
def test_known_at_is_a_prefix_of_the_log(lived: Acquit, known_at: str, position: int) -> None:
    """A moment stands for the last position recorded up to it; a bare day for its end."""
    with lived.database.reading() as connection:
        assert resolve(connection, lived.identity, None, known_at).position == position


@pytest.mark.parametrize("text_", ["2026-13-01", "today", "", "2026-01-01T25:00"])
def test_a_moment_that_cannot_be_read_is_refused(lived: Acquit, text_: str) -> None:
    """What is not a day or a moment is refused in a sentence."""
    with (
        lived.database.reading() as connection,
        pytest.raises(CoordinateError, match="is not a moment"),
    ):
        resolve(connection, lived.identity, None, text_)


def test_what_is_dropped_under_a_running_program_is_made_anew(acquit: Acquit) -> None:
    """Projections may be dropped at any time: an engine that has prepared them prepares again."""
    reached = acquit.engine.catch_up()
    with acquit.database.writing() as connection:
        slots.drop_all(connection, PROJECTIONS)
    assert acquit.engine.catch_up() == reached


def test_a_slot_that_comes_up_behind_is_not_moved_over_what_it_lacks(lived: Acquit) -> None:
    """When a slot begins to be fed that stands before a batch, its events are read for it first."""
    before = journal_of(lived)
    with lived.database.writing() as connection:
        slot = slots.enter(connection, JOURNAL, "warm")
        slots.make(connection, JOURNAL, slot.number)
    assert lived.engine._step(5, 10) == 0
    lived.engine.catch_up()
    with lived.database.writing() as connection:
        slots.become(connection, slots.active_slots(connection)[JOURNAL.key], "warm")
        slots.become(connection, slot, "active")
    assert journal_of(lived) == before
