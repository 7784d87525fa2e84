"""What holds of closed months in every life, whatever is closed and reopened on the way."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from bootstrap import Acquit
from ledger.answers import Verdict
from ledger.deciding import attempted
from ledger.draft import Draft, Stream
from ledger.events import LEDGER_STREAM, PERIOD_STREAM, PeriodClosed
from ledger.intentions import Day
from ledger.period import next_day
from ledger.store.log import read_stream
from ledger.terms.dates import add_months, month_end
from projections.balances_report import balances
from projections.checks import CHECKS, run
from projections.closing.history import in_force
from projections.closing.late import late
from projections.coordinates import Coordinates, resolve
from projections.journal_report import JournalFilter, entry_json, journal
from projections.projection import Books
from tests.properties.conftest import Fresh
from tests.properties.reports import record
from tests.properties.strategies import EXPONENTS, FIRST_DAY, Line, lives
from tests.properties.wide import LAST, World, agree, step

BOOKS = ("generic", "pcg")
Sums = dict[tuple[str, str, str, str], Decimal]
"""By book, account, currency and side."""


@st.composite
def closed_lives(draw: st.DrawFn) -> list[Line]:
    """A life in which months are closed and reopened, in turn and out of turn."""
    lines = [
        {name: value for name, value in line.items() if name != "recorded"}
        for line in draw(lives())
    ]
    at, month = 3, 0
    for number in range(draw(st.integers(2, 8))):
        at = draw(st.integers(at, len(lines)))
        back = draw(st.sampled_from([None, None, 0, 1]))
        named = max(0, month - 1 - back) if back is not None else month
        end = month_end(add_months(FIRST_DAY, named)).isoformat()
        line: Line = {"command": "close_period", "id": f"close-{number}", "on": end}
        if back is not None:
            line |= {"command": "reopen_period", "reason": "because"}
        month = named if back is not None else month + draw(st.sampled_from([1, 1, 1, 2]))
        lines.insert(at, line)
    return lines


def _moved(acquit: Acquit, closed: PeriodClosed, since: date | None) -> Sums:
    """Return turnovers by book, account, currency and side, as the report says them."""
    at = Coordinates(closed.through, 0, closed.position)
    found: Sums = defaultdict(Decimal)
    with acquit.database.reading() as connection:
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        for book in BOOKS:
            for row in balances(connection, books, at, JournalFilter(book, since)):
                for side in ("debit", "credit"):
                    found[book, row["account"], row["currency"], side] += Decimal(row[side])
    return {key: amount for key, amount in found.items() if amount}


def _recorded(closed: PeriodClosed, name: str) -> Sums:
    found: Sums = defaultdict(Decimal)
    for book in closed.books:
        for row in book.accounts:
            for side in ("debit", "credit"):
                amount = Decimal(getattr(row, f"{side}{name}_minor")).scaleb(-row.exponent)
                found[book.book, row.account, row.currency, side] += amount
    return {key: amount for key, amount in found.items() if amount}


def _late_by_the_journal(acquit: Acquit, end: date) -> list[int]:
    with acquit.database.reading() as connection:
        at = resolve(connection, acquit.identity, "9999-12-31")
        entries = [entry_json(one) for one in journal(connection, at, JournalFilter())]
    first, last = end.replace(day=1).isoformat(), end.isoformat()
    return [
        one["position"]
        for one in entries
        if first <= one["effective_on"] <= last < one["posted_on"]
    ]


@given(lines=closed_lives())
def test_closed_months_are_what_the_reports_say(fresh: Fresh, lines: list[Line]) -> None:
    """All checks hold; each close has the turnovers and sums that the reports have at its place.

    The turnovers of the months in force add up to the perpetual totals, and what came late for a
    month is what the journal dates in it and posts behind it.
    """
    with fresh() as acquit:
        results = record(acquit, lines)
        note(
            "\n".join(
                str(line)
                for line, result in zip(lines, results, strict=True)
                if result.verdict is Verdict.ACCEPTED
            )
        )
        acquit.engine.catch_up()
        with acquit.database.reading() as connection:
            assert [one for name in CHECKS for one in run(connection, name)] == []
            told = read_stream(connection, PERIOD_STREAM)
        for closed in (one.fact for one in told if isinstance(one.fact, PeriodClosed)):
            assert _recorded(closed, "") == _moved(acquit, closed, closed.since)
            assert _recorded(closed, "_ever") == _moved(acquit, closed, None)
            with acquit.database.reading() as connection:
                rows = late(connection, "generic", closed.through)
            assert [row["position"] for row in rows] == _late_by_the_journal(acquit, closed.through)
        chain, ever = in_force(told), defaultdict[Any, Decimal](Decimal)
        assert all(next_day(one.through) == other.since for one, other in pairwise(chain))
        for closed in chain:
            for key, amount in _recorded(closed, "").items():
                ever[key] += amount
            assert ever == _recorded(closed, "_ever")


@settings(max_examples=10 * settings().max_examples)  # No store: they are quick.
@given(data=st.data(), currency=st.sampled_from(sorted(EXPONENTS)), steps=st.integers(5, 20))
def test_the_days_work_of_a_past_month_stays_done(
    data: st.DataObject, currency: str, steps: int
) -> None:
    """Once the work is done through a day, that of no earlier month's end finds anything to do."""
    world = World(data.draw, currency)
    for number in range(world.pick(1, 2)):
        agree(world, f"P-{number}")
    for _ in range(steps if world.plans else 0):
        step(world)
    for name, plan in list(world.plans.items()):
        assert world.do("day", LAST, plan=name)
        end = month_end(plan.opened_on)
        while end < date.fromisoformat(LAST):
            draft = Draft(lambda stream: world.life.streams.get(stream, Stream()))
            command = Day(id="day", on=end, plan=None)
            assert list(attempted(command, name, draft)) == []
            assert draft.events() == []
            end = month_end(next_day(end))
