"""Group commit: what threads ask for at once is carried out together, and each has its answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from ledger import application, deciding, handlers
from ledger.adopting import adopt_policy
from ledger.answers import Result, Verdict
from ledger.application import LedgerApplication
from ledger.command_file import Line
from ledger.group_commit import GroupCommit
from ledger.store.append import NewCommand, NewEvent
from ledger.store.codec import UnreadableEventError
from tests.conftest import NewLedger

PLAN = {
    "command": "open_plan",
    "on": "2026-01-01",
    "customer": "C",
    "currency": "EUR",
    "schedule": {
        "kind": "equal",
        "total": "120.00",
        "instalments": 2,
        "first_due": "2026-01-15",
        "every": "1 month",
    },
}


class Desk:
    """Carries out groups; the first one only when so many others wait."""

    def __init__(self, until: int = 0, most: int = 256) -> None:
        self.until = until
        self.groups: list[list[int]] = []
        self.commit: GroupCommit[int, str] = GroupCommit(self.carry_out, most)
        self.failing: BaseException | None = None
        self.released = threading.Event()

    def carry_out(self, group: Sequence[int]) -> list[str]:
        first = not self.groups
        self.groups.append(list(group))
        while first and self.commit.waiting < self.until:
            threading.Event().wait(0)
        self.released.set()
        if first and self.failing is not None:
            raise self.failing
        return [f"done {number}" for number in group]

    def ask(self, count: int) -> list[Any]:
        """Ask for numbers, each by a thread of its own; return replies or errors in order."""
        replies: list[Any] = [None] * count

        def one(number: int) -> None:
            try:
                replies[number] = self.commit.answer(number)
            except BaseException as error:  # noqa: BLE001 - looked at by the test
                replies[number] = error

        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        threads[0].start()
        while not self.groups:
            threading.Event().wait(0)
        for number, thread in enumerate(threads[1:], 1):
            thread.start()
            while self.commit.waiting < number and not self.released.is_set():
                threading.Event().wait(0)
        for thread in threads:
            thread.join()
        return replies


def test_what_gathers_meanwhile_goes_together() -> None:
    """Nine that come while one is carried out are a group, in the order in which they came."""
    desk = Desk(until=9)
    assert desk.ask(10) == [f"done {number}" for number in range(10)]
    assert desk.groups == [[0], list(range(1, 10))]


def test_a_group_has_an_upper_size() -> None:
    """More than the most wait for the next group, which somebody else leads."""
    desk = Desk(until=9, most=4)
    assert desk.ask(10) == [f"done {number}" for number in range(10)]
    assert desk.groups == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]]


def test_an_error_is_raised_to_its_group_alone() -> None:
    """What the first group meets is its own; those that waited are carried out."""
    desk = Desk(until=3)
    desk.failing = OSError("disk full")
    replies = desk.ask(4)
    assert replies[0] is desk.failing
    assert replies[1:] == ["done 1", "done 2", "done 3"]


def test_a_leader_that_is_stopped_leaves_the_lead() -> None:
    """Ctrl-C in the thread that leads stops nobody else."""
    desk = Desk(until=3)
    desk.failing = KeyboardInterrupt()
    replies = desk.ask(4)
    assert replies[0] is desk.failing
    assert replies[1:] == ["done 1", "done 2", "done 3"]
    assert desk.commit.answer(7) == "done 7"


def fee(number: int, plan: str, amount: str = "1.00") -> dict[str, Any]:
    """Charge a fee."""
    line = {"command": "charge_fee", "id": f"fee-{number}", "on": "2026-01-10", "plan": plan}
    return {**line, "kind": "late_fee", "amount": amount}


def at_once(applications: Sequence[LedgerApplication], lines: Sequence[Any]) -> list[Result]:
    """Carry out lines, each by a thread of its own, the applications in turn."""
    results: list[Result | None] = [None] * len(lines)

    def one(number: int) -> None:
        results[number] = applications[number % len(applications)].execute(lines[number])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(lines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [result for result in results if result is not None]


def test_each_of_many_at_once_has_its_own_answer(new_ledger: NewLedger) -> None:
    """Of 60 at once on three plans, by two applications, good, bad and repeated are told apart."""
    ledger = new_ledger()
    other = LedgerApplication(ledger.database.url.render_as_string(hide_password=False))
    for plan in ("A", "B", "D"):
        opened = ledger.application.execute({**PLAN, "id": f"open-{plan}", "plan": plan})
        assert opened.verdict is Verdict.ACCEPTED
    assert ledger.application.execute(fee(0, "A")).verdict is Verdict.ACCEPTED
    lines = [fee(number, "ABD"[number % 3]) for number in range(54)]
    lines += [fee(100, "nobody"), fee(101, "A", "0.00"), fee(0, "A", "2.00")]
    lines += [fee(7, "B")] * 3
    try:
        results = at_once([ledger.application, other], lines)
    finally:
        other.close()
    assert len(results) == len(lines)
    assert results[0].verdict is Verdict.REPEATED
    assert [result.refusal.code for result in results[54:57] if result.refusal] == [
        "plan_unknown",
        "amount_must_be_positive",
        "command_id_reused",
    ]
    verdicts = Counter(result.verdict for result in results)
    assert verdicts == {Verdict.ACCEPTED: 53, Verdict.REPEATED: 4, Verdict.REFUSED: 3}
    notifications = ledger.application.recorder.select_notifications(1, 1_000)
    positions = [notification.id for notification in notifications]
    assert positions == list(range(1, len(positions) + 1))
    assert sum(found.topic == "FeeCharged" for found in notifications) == 54


def test_a_policy_that_another_adopts_counts_at_once(new_ledger: NewLedger) -> None:
    """What this process saw of the ledger is out of date: the append finds it, and it is read."""
    ledger = new_ledger()
    other = LedgerApplication(ledger.database.url.render_as_string(hide_password=False))
    mine = ledger.application
    try:
        assert mine.execute({**PLAN, "id": "o", "plan": "A"}).verdict is Verdict.ACCEPTED
        assert mine.execute(fee(1, "A")).verdict is Verdict.ACCEPTED
        limits = {"write_off": {"EUR": "0.50"}}
        adopt_policy(other, "approval", limits, date(2026, 1, 1), None)
        given_up = {"command": "write_off", "id": "w", "on": "2026-02-01", "plan": "A"}
        refusal = mine.execute({**given_up, "reason": "gone"}).refusal
    finally:
        other.close()
    assert refusal is not None
    assert refusal.code == "approver_needed"


def test_lines_of_a_file_that_meet_another_writer_are_decided_again(
    new_ledger: NewLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose plan moves between reading and appending ends as if nobody had come between."""
    ledger = new_ledger()
    other = LedgerApplication(ledger.database.url.render_as_string(hide_password=False))
    mine = ledger.application
    append = mine.store.append
    left = [3]

    def late(*arguments: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            answered = other.execute(fee(900 + left[0], "A"))
            assert answered.verdict is Verdict.ACCEPTED
        return append(*arguments, **named)

    try:
        assert mine.execute({**PLAN, "id": "o", "plan": "A"}).verdict is Verdict.ACCEPTED
        monkeypatch.setattr(mine.store, "append", late)
        lines = [Line(number, fee(number, "A")) for number in range(1, 6)]
        results = list(mine.record(lines))
    finally:
        other.close()
    assert [(result.number, result.verdict) for result in results] == [
        (number, Verdict.ACCEPTED) for number in range(1, 6)
    ]
    assert mine.conflicts > 0


def test_a_lost_connection_is_replaced(new_ledger: NewLedger) -> None:
    """When the server drops the connections between two commands, the second is carried out."""
    ledger = new_ledger()
    assert ledger.application.execute({**PLAN, "id": "o", "plan": "A"}).verdict is Verdict.ACCEPTED
    if ledger.database.is_postgres:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        with ledger.database.writing() as connection:
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            connection.execute(text(ended))
    assert ledger.application.execute(fee(1, "A")).verdict is Verdict.ACCEPTED
    ledger.application.hot.distrust(["plan:A"])
    assert ledger.application.execute(fee(2, "A")).verdict is Verdict.ACCEPTED


def test_the_day_sees_what_others_did_meanwhile(new_ledger: NewLedger) -> None:
    """A process that saw a plan before another changed it does the day's work from fresh state."""
    ledger = new_ledger()
    other = LedgerApplication(ledger.database.url.render_as_string(hide_password=False))
    mine = ledger.application
    try:
        assert mine.execute({**PLAN, "id": "o", "plan": "A"}).verdict is Verdict.ACCEPTED
        assert other.execute(fee(1, "A")).verdict is Verdict.ACCEPTED
    finally:
        other.close()
    done = mine.day(date(2026, 1, 20))
    assert (done.verdict, done.failures) == (Verdict.ACCEPTED, ())
    assert done.events > 0


def test_one_that_fails_takes_no_other_with_it(
    new_ledger: NewLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one line is raised there; the lines before it have their answers."""
    ledger = new_ledger()
    mine = ledger.application
    assert mine.execute({**PLAN, "id": "o", "plan": "A"}).verdict is Verdict.ACCEPTED
    decide = handlers.decide

    def faulty(command: Any, draft: Any) -> None:
        draft.plan(command.plan)
        if command.id == "fee-2":
            raise KeyError(command.id)
        decide(command, draft)

    monkeypatch.setattr(deciding, "decide", faulty)
    results = mine.record([Line(number, fee(number, "A")) for number in range(1, 4)])
    assert next(results).verdict is Verdict.ACCEPTED
    with pytest.raises(KeyError, match="fee-2"):
        next(results)
    assert mine.execute(fee(3, "A")).verdict is Verdict.REPEATED


def test_what_fails_on_copies_that_are_out_of_date_is_decided_anew(
    new_ledger: NewLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies that were seen at different moments may not go together: that is no fault."""
    ledger = new_ledger()
    other = LedgerApplication(ledger.database.url.render_as_string(hide_password=False))
    mine = ledger.application
    decide = handlers.decide

    def sensitive(command: Any, draft: Any) -> None:
        draft.plan(command.plan).charges["A/fee-1"]
        decide(command, draft)

    try:
        assert mine.execute({**PLAN, "id": "o", "plan": "A"}).verdict is Verdict.ACCEPTED
        assert other.execute(fee(1, "A")).verdict is Verdict.ACCEPTED
    finally:
        other.close()
    monkeypatch.setattr(deciding, "decide", sensitive)
    assert mine.execute(fee(2, "A")).verdict is Verdict.ACCEPTED
    assert mine.conflicts == 1


def test_a_chunk_with_nothing_to_do_is_checked_too(
    new_ledger: NewLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that this process saw as not due, and another made due, is billed all the same."""
    monkeypatch.setattr(application, "PLANS_A_CHUNK", 1)
    ledger = new_ledger()
    other = LedgerApplication(ledger.database.url.render_as_string(hide_password=False))
    mine = ledger.application
    soon: Any = PLAN["schedule"]
    later = {**soon, "first_due": "2026-03-15"}
    moved = {"command": "reschedule", "id": "r", "on": "2026-01-02", "plan": "A", "reason": "asked"}
    try:
        for plan, schedule in (("A", later), ("B", soon)):
            line = {**PLAN, "id": f"o-{plan}", "plan": plan, "schedule": schedule}
            assert mine.execute(line).verdict is Verdict.ACCEPTED
        answered = other.execute({**moved, "schedule": soon})
        assert answered.verdict is Verdict.ACCEPTED
    finally:
        other.close()
    due = mine.execute({"command": "charge_due", "id": "due", "on": "2026-01-31"})
    assert (due.verdict, due.failures) == (Verdict.ACCEPTED, ())
    billed = [
        found.originator_id
        for found in mine.recorder.select_notifications(1, 1_000)
        if found.topic == "InstalmentCharged"
    ]
    assert sorted(map(str, billed)) == ["plan:A", "plan:B"]


def test_a_stream_that_cannot_be_read_fails_its_own_command(new_ledger: NewLedger) -> None:
    """An event of a type that this version does not know stops the commands on that plan alone."""
    ledger = new_ledger()
    mine = ledger.application
    for plan in ("A", "B"):
        opened = mine.execute({**PLAN, "id": f"o-{plan}", "plan": plan})
        assert opened.verdict is Verdict.ACCEPTED
    unknown = NewCommand([NewEvent("plan:B", 2, "FromTheFuture", b"{}")])
    mine.store.append([unknown])
    mine.hot.distrust(["plan:B"])
    results = mine.record([Line(1, fee(1, "A")), Line(2, fee(2, "B")), Line(3, fee(3, "A"))])
    assert next(results).verdict is Verdict.ACCEPTED
    with pytest.raises(UnreadableEventError, match="plan:B"):
        next(results)
    assert mine.execute(fee(3, "A")).verdict is Verdict.REPEATED
