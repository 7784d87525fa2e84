"""A rebuild comes to the same rows however it is done, and stops at what it cannot fold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from bootstrap import Acquit
from ledger.envelope import RecordedEvent
from ledger.simulation.year import commands
from ledger.store.append import NewCommand, NewEvent
from ledger.store.codec import UnreadableEventError
from projections.catalogue import PROJECTIONS
from projections.folding import UnfoldableEventError
from projections.projection import Books, Changes, Projection
from projections.rebuilding import filling, workers
from projections.rebuilding.changing_over import drop
from projections.rebuilding.parts import Part, RebuildUnderWayError
from projections.rebuilding.rebuild import Rebuild
from projections.rebuilding.worker import Job
from projections.rebuilding.workers import WorkerError
from tests.rebuilding.conftest import PLANS, digests, live_slots, record


def rebuilt(acquit: Acquit, number: int) -> dict[str, str]:
    """Rebuild everything by so many workers; return the digests, and drop the slots again."""
    Rebuild(acquit.database, PROJECTIONS, number).run()
    found = digests(acquit, "warm")
    drop(acquit.database, PROJECTIONS)
    return found


def test_by_one_two_and_seven_workers_the_same(
    sold: Acquit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker, two and seven processes come to the digests of the live rows."""
    live = digests(sold, "active")
    monkeypatch.setattr(filling, "EVENTS_A_BATCH", 50)
    assert rebuilt(sold, 1) == live
    monkeypatch.undo()
    for number in (2, 7):
        assert rebuilt(sold, number) == live


def test_killed_ten_times_it_goes_on(sold: Acquit) -> None:
    """Each time the program is killed at another step; run again, the rebuild ends the same."""
    url = sold.database.url.render_as_string(hide_password=False)
    died = 0
    for step in range(1, 11):
        child = [sys.executable, "-m", "tests.rebuilding.child", url, "2", str(step)]
        died += subprocess.run(child, check=False).returncode == -9
    assert died == 10
    Rebuild(sold.database, PROJECTIONS).run()
    assert digests(sold, "warm") == digests(sold, "active")


def test_a_killed_worker_is_told_and_what_it_did_stays(
    sold: Acquit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a worker is killed, the rebuild says so; run again, it goes on and ends the same."""
    start = workers._start

    def killed(job: Job) -> subprocess.Popen[bytes]:
        process = start(job)
        process.kill()
        return process

    monkeypatch.setattr(workers, "_start", killed)
    with pytest.raises(WorkerError, match=r"ended without a word .*run the same command again"):
        Rebuild(sold.database, PROJECTIONS, 2).run()
    monkeypatch.undo()
    Rebuild(sold.database, PROJECTIONS, 2).run()
    assert digests(sold, "warm") == digests(sold, "active")


def test_what_is_recorded_meanwhile_is_in_it(
    acquit: Acquit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Appends go on during a rebuild; what they record is followed, and fed to the warm slot."""
    lines = list(commands(PLANS, seed=5))
    later = lines[len(lines) // 2 :]
    record(acquit, lines[: len(lines) // 2])
    fill = filling._fill_batch

    def busy(of: filling.Filling, part: Part) -> int | None:
        if later:
            record(acquit, [later.pop(0)])
        return fill(of, part)

    monkeypatch.setattr(filling, "EVENTS_A_BATCH", 7)
    monkeypatch.setattr(filling, "_fill_batch", busy)
    Rebuild(acquit.database, PROJECTIONS, 1).run()
    record(acquit, later)
    acquit.engine.catch_up()
    assert digests(acquit, "warm") == digests(acquit, "active")


def test_an_event_that_cannot_be_read_stops_it_by_name(sold: Acquit) -> None:
    """An event of a newer program stops a rebuild at its position, in one process or several."""
    new = NewEvent("plan:new", 1, "PlanTransformed", b"{}")
    sold.application.store.append([NewCommand([new])])
    with pytest.raises(UnreadableEventError, match=r"position \d+, stream plan:new"):
        Rebuild(sold.database, PROJECTIONS, 1).run()
    drop(sold.database, PROJECTIONS)
    with pytest.raises(WorkerError, match=r"position \d+, stream plan:new"):
        Rebuild(sold.database, PROJECTIONS, 2).run()


def test_an_event_that_cannot_be_folded_stops_it_by_name(sold: Acquit) -> None:
    """A fold that fails on one event stops the rebuild there; mended, it goes on."""
    broken = True

    def fold(events: Sequence[RecordedEvent], books: Books) -> Changes:
        if broken and any(event.position == 40 for event in events):
            message = "what is this"
            raise ZeroDivisionError(message)
        return PROJECTIONS[1].fold(events, books)

    original = PROJECTIONS[1]
    projection = Projection(original.name, original.version, original.tables, fold)
    with pytest.raises(UnfoldableEventError, match=r"position 40, .*balances.*what is this"):
        Rebuild(sold.database, [projection], 1).run()
    broken = False
    (slot,) = Rebuild(sold.database, [projection], 1).run()
    assert (slot.state, slot.number) == ("warm", 2)


def test_another_selection_waits(sold: Acquit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild that was begun for some projections is not mixed with one of others."""

    def cut(*_arguments: object) -> int | None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filling, "_fill_batch", cut)
    with pytest.raises(KeyboardInterrupt):
        Rebuild(sold.database, PROJECTIONS[:2], 1).run()
    monkeypatch.undo()
    with pytest.raises(RebuildUnderWayError, match="balances, journal is under way"):
        Rebuild(sold.database, PROJECTIONS, 1).run()
    assert set(live_slots(sold).values()) == {1}
    Rebuild(sold.database, PROJECTIONS[:2], 1).run()
