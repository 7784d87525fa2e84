"""Changing over to new rows and back: readers notice nothing, a changed rule is found out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Table, func, select, text

from bootstrap import Acquit
from ledger.envelope import RecordedEvent
from ledger.simulation.year import commands
from ledger.store.schema import BYTEWISE
from projections import journal as journal_module
from projections.balances import turnovers
from projections.catalogue import PROJECTIONS
from projections.coordinates import resolve
from projections.engine import Engine
from projections.journal import JOURNAL, entries, postings
from projections.journal_report import JournalFilter, entry_json, journal
from projections.projection import Books, Changes, Equivalence, Projection, metadata
from projections.rebuilding.changing_over import NotActivatedError, activate, drop, roll_back
from projections.rebuilding.comparing import Comparison, NotComparableError, compare
from projections.rebuilding.rebuild import Rebuild
from projections.rebuilding.verdicts import newest
from projections.rebuilding.verdicts import record as record_verdict
from projections.slots import Slot, active_slots
from tests.rebuilding.conftest import PLANS, live_slots, record, slot_of


def judged(acquit: Acquit, wanted: Sequence[Projection] = PROJECTIONS) -> Comparison:
    """Compare, and keep the verdict."""
    comparison = compare(acquit.engine, wanted)
    with acquit.database.writing() as connection:
        record_verdict(connection, comparison, 0)
    return comparison


def changed(acquit: Acquit, work: Callable[..., list[Slot]], **options: bool) -> list[Slot]:
    """Change over, or back."""
    with acquit.database.writing() as connection:
        return work(connection, PROJECTIONS, **options)


def test_over_and_back_and_dropped(sold: Acquit) -> None:
    """New slots become live, the old ones again, and what is not live can be dropped."""
    Rebuild(sold.database, PROJECTIONS, 1).run()
    comparison = judged(sold)
    assert all(comparison.is_equal(projection.key) for projection in PROJECTIONS)
    changed(sold, activate)
    assert set(live_slots(sold).values()) == {2}
    changed(sold, roll_back)
    assert set(live_slots(sold).values()) == {1}
    changed(sold, activate)
    dropped = drop(sold.database, PROJECTIONS)
    assert {slot.number for slot in dropped} == {1}
    with pytest.raises(NotActivatedError, match="no earlier slot"):
        changed(sold, roll_back)
    with pytest.raises(NotComparableError, match="is the live one"):
        drop(sold.database, PROJECTIONS, 2)


def test_it_must_have_been_compared(sold: Acquit) -> None:
    """Without a verdict a slot does not become live; without a slot there is nothing to compare."""
    with pytest.raises(NotComparableError, match="acquit projections rebuild journal"):
        compare(sold.engine, PROJECTIONS)
    Rebuild(sold.database, PROJECTIONS, 1).run()
    with pytest.raises(NotActivatedError, match="was not compared"):
        changed(sold, activate)


def test_who_reads_notices_nothing(acquit: Acquit) -> None:
    """Reports and appends go on through a rebuild, the change over, the way back and the drop.

    What a reader sees in one view always is of one slot: its postings are those of its entries, its
    turnovers those of its postings, up to the position that it says it has reached.
    """
    lines = list(commands(PLANS, seed=5))
    record(acquit, lines[: len(lines) // 2])
    later = lines[len(lines) // 2 :]
    ended, failures, seen = threading.Event(), list[BaseException](), list[int]()

    def read() -> None:
        try:
            while not ended.is_set() or not seen:
                if later:
                    record(acquit, [later.pop(0)])
                seen.append(_looked(acquit))
        except BaseException as error:  # noqa: BLE001 - raised by the test
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for work in (activate, roll_back, activate):
        if work is activate:
            Rebuild(acquit.database, PROJECTIONS, 1).run()
            judged(acquit)
        acquit.engine.catch_up()
        _again(lambda work=work: changed(acquit, work))  # type: ignore[misc]
    drop(acquit.database, PROJECTIONS)
    ended.set()
    reader.join()
    if failures:
        raise failures[0]
    assert seen == sorted(seen)


def _again(work: Callable[[], object]) -> None:
    """Do what is refused while a slot is a batch behind, as its message says, until it is done."""
    while True:
        try:
            work()
        except NotActivatedError as error:
            assert "run any report" in str(error)  # noqa: PT017 - tried again
            continue
        return


def _looked(acquit: Acquit) -> int:
    """Look at the live rows in one view, and return how far they are."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        reached = acquit.engine.reached(connection)
        legs = connection.execute(
            select(func.count(), func.sum(postings.c.amount_minor), func.max(postings.c.position))
        ).one()
        turned = func.sum(turnovers.c.debit_minor) - func.sum(turnovers.c.credit_minor)
        found = connection.execute(select(turned)).scalar_one()
        last = connection.execute(select(func.max(entries.c.position))).scalar_one()
    assert legs[1] == found == 0
    assert legs[2] == last <= reached
    return reached


def test_a_rule_changed_in_place_is_found_out(
    sold: Acquit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that another rule makes are shown with their events, and are only taken on purpose."""
    with monkeypatch.context() as patch:
        _post_a_cent_more(patch)
        Rebuild(sold.database, PROJECTIONS, 1).run()
    comparison = judged(sold)
    (tally,) = [each for each in comparison.tallies[JOURNAL.key] if "postings" in each.table]
    assert tally.counts["changed"] > 0
    assert not comparison.is_equal(JOURNAL.key)
    assert "PaymentReceived" in comparison.sources[tally.table, 0][0]
    with pytest.raises(NotActivatedError, match=r"differs from the live one|fails the checks"):
        changed(sold, activate)
    with pytest.raises(NotActivatedError, match="fails the checks"):
        changed(sold, activate, accept=True)
    with sold.database.reading() as connection:
        verdict = newest(connection, slot_of(sold, JOURNAL, "warm"))
    assert verdict is not None
    assert not verdict.is_equal


def test_a_closed_month_refuses_what_does_not_reproduce_it(
    acquit: Acquit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a rule was changed, accounts and cents of the closed month are named, and it stays."""
    lines = [line for line in commands(PLANS, seed=5) if str(line["on"]) <= "2025-01-31"]
    record(acquit, lines)
    record(acquit, [{"command": "close_period", "id": "close", "on": "2025-01-31"}])
    with monkeypatch.context() as patch:
        _post_a_cent_more(patch)
        Rebuild(acquit.database, PROJECTIONS, 1).run()
    comparison = judged(acquit)
    assert any("month 2025-01, book generic, account" in line for line in comparison.months)
    assert any("0.01" in line for line in comparison.months)
    for accept in (False, True):
        with pytest.raises(NotActivatedError, match=r"does not reproduce closed months.*2025-01"):
            changed(acquit, activate, accept=accept)


def _post_a_cent_more(patch: pytest.MonkeyPatch) -> None:
    """Have the journal and the balances post a cent more of every payment, on both sides."""
    entries_of = Books.entries

    def more(books: Books, event: RecordedEvent) -> list[Any]:
        found = entries_of(books, event)
        if event.type != "PaymentReceived":
            return found
        return [(chart, _raised(entry)) for chart, entry in found]

    patch.setattr(Books, "entries", more)


def _raised(entry: Any) -> Any:
    from dataclasses import replace

    legs = tuple(
        replace(leg, amount_minor=leg.amount_minor + (1 if leg.amount_minor > 0 else -1))
        for leg in entry.postings
    )
    return replace(entry, postings=legs)


by_account = Table(
    "journal_2_legs@live",
    metadata,
    *(
        Column(column.name, column.type, primary_key=column.primary_key)
        for column in postings.columns
        if column.name in {"position", "book", "line", "account"}
    ),
    Column("amount", BYTEWISE, nullable=False),
)


def _other_shape(cents: int) -> Projection:
    """Return a version 2 of the journal, in another shape, that is so many cents off."""

    def fold(events: Sequence[RecordedEvent], books: Books) -> Changes:
        posted = journal_module.fold(events, books)
        changes = Changes()
        for row in posted.added.get(postings.name, []):
            kept = {name: row[name] for name in ("position", "book", "line", "account")}
            changes.add(by_account, {**kept, "amount": str(row["amount_minor"] + cents)})
        return changes

    same = Equivalence(
        version=1,
        name="legs",
        old='SELECT position, book, line, account, amount_minor FROM "journal_1_postings@live"',
        new="SELECT position, book, line, account, CAST(amount AS bigint) AS amount_minor "
        'FROM "journal_2_legs@live"',
    )
    return Projection("journal", 2, {by_account.name: by_account}, fold, equivalences=(same,))


@pytest.mark.parametrize("cents", [0, 1])
def test_a_new_shape_is_compared_by_what_it_declares(sold: Acquit, cents: int) -> None:
    """A version in other tables is equal, or not, by its equivalence with the older one."""
    newer = _other_shape(cents)
    Rebuild(sold.database, [newer], 1).run()
    comparison = compare(Engine(sold.database, [newer]), [newer])
    (tally,) = comparison.tallies[newer.key]
    assert tally.is_equal == (cents == 0)
    assert tally.same + tally.counts["gone"] > 0


def test_checkpoints_of_an_older_program_are_taken_over(sold: Acquit) -> None:
    """A ledger whose reports were made before there were slots goes on with its rows."""
    with sold.database.reading() as connection:
        before = [
            entry_json(e)
            for e in journal(connection, resolve(connection, sold.identity), JournalFilter())
        ]
        slots = active_slots(connection)
    with sold.database.writing() as connection:
        connection.execute(text("DROP TABLE projection_slots"))
        connection.execute(
            text(
                "CREATE TABLE projection_checkpoints "
                "(projection text, version int, position bigint)"
            )
        )
        for slot in slots.values():
            connection.execute(
                text("INSERT INTO projection_checkpoints VALUES (:name, :version, :position)"),
                {"name": slot.projection, "version": slot.version, "position": slot.position},
            )
    engine = Engine(sold.database, PROJECTIONS)
    engine.catch_up()
    with sold.database.reading() as connection:
        assert active_slots(connection) == slots
        after = [
            entry_json(e)
            for e in journal(connection, resolve(connection, sold.identity), JournalFilter())
        ]
    assert after == before


def _journal(acquit: Acquit, connection: Connection) -> list[dict[str, Any]]:
    at = resolve(connection, acquit.identity)
    return [entry_json(entry) for entry in journal(connection, at, JournalFilter())]
