"""The rules of months, without a store: closed one after the other, reopened with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.closing import Figures, begin_close, finish_close, reopen_period, require_over
from ledger.commands import read_command
from ledger.draft import Draft, Stream
from ledger.events import LEDGER_STREAM, PERIOD_STREAM, PolicyAdopted
from ledger.intentions import ClosePeriod, ReopenPeriod
from ledger.ledger_state import evolve as evolve_ledger
from ledger.period import Periods
from ledger.refusals import (
    FieldWrong,
    NotAMonthsEnd,
    PeriodClosedAlready,
    PeriodNotClosed,
    PeriodNotNext,
    PeriodNotOver,
    ReopeningNeedsApprover,
)
from ledger.row_digest import MODULUS, digest_of, hex_of, together
from ledger.terms.dates import add_months, month_end

NOTHING = Figures(position=1, root="", books=(), edges=(), aging=(), digest="")


class Months:
    """The stream `period` and the ledger's, in memory."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self.count = 0

    def _asked(self, command: str, on: str, **more: str) -> Any:
        self.count += 1
        return read_command({"command": command, "id": f"c{self.count}", "on": on, **more})

    def draft(self) -> Draft:
        """Return a draft on what is stored."""
        return Draft(lambda name: self.streams.get(name, Stream()))

    def begin(self, on: str) -> int:
        """Fix a month; return how many events that took."""
        draft = self.draft()
        begin_close(self._asked("close_period", on), draft)
        self.streams.update(draft.streams)
        return len(draft.events())

    def close(self, on: str) -> None:
        """Close a month whole."""
        self.begin(on)
        draft = self.draft()
        finish_close(self._asked("close_period", on), NOTHING, draft)
        self.streams.update(draft.streams)

    def reopen(self, on: str, **more: str) -> None:
        """Open a month again."""
        draft = self.draft()
        reopen_period(self._asked("reopen_period", on, reason="because", **more), draft)
        self.streams.update(draft.streams)

    @property
    def state(self) -> Periods:
        """The closed months."""
        state = self.streams[PERIOD_STREAM].state
        assert isinstance(state, Periods)
        return state


@pytest.fixture
def months() -> Months:
    """Give a ledger with no month closed."""
    return Months()


def test_the_first_close_may_be_any_month(months: Months) -> None:
    """It closes all days before it too, and the next month follows."""
    months.close("2026-03-31")
    assert months.state.open_from == date(2026, 4, 1)
    with pytest.raises(PeriodClosedAlready, match=r"^2026-01 is closed already, the first open"):
        months.begin("2026-01-31")
    with pytest.raises(PeriodNotNext, match="2026-05 is not the next month to close: close"):
        months.begin("2026-05-31")
    months.close("2026-04-30")
    assert months.state.closed == (date(2026, 3, 31), date(2026, 4, 30))


@pytest.mark.parametrize("on", ["2026-01-30", "2024-02-28", "2026-01-01"])
def test_a_month_is_named_by_its_last_day(months: Months, on: str) -> None:
    """Any other day is refused, and the right one named."""
    end = month_end(date.fromisoformat(on)).isoformat()
    with pytest.raises(NotAMonthsEnd, match=f"{on} is not the last day of its month: write {end}"):
        months.begin(on)
    with pytest.raises(NotAMonthsEnd):
        months.reopen(on)


def test_the_last_month_of_the_calendar_cannot_be_closed(months: Months) -> None:
    """No day is behind it."""
    with pytest.raises(FieldWrong, match="must leave a next day"):
        months.begin("9999-12-31")


def test_a_month_is_over_on_its_last_day() -> None:
    """On that day it can be closed, not before."""
    command = ClosePeriod(id="c", on=date(2026, 1, 31))
    require_over(command, date(2026, 1, 31))
    with pytest.raises(PeriodNotOver, match="2026-01 is not over, today is 2026-01-30"):
        require_over(command, date(2026, 1, 30))


def test_a_month_that_is_being_closed_goes_on(months: Months) -> None:
    """Begun again, nothing more is recorded; no other month comes between."""
    assert months.begin("2026-01-31") == 1
    assert months.begin("2026-01-31") == 0
    with pytest.raises(PeriodNotNext, match="close 2026-01 first"):
        months.begin("2026-02-28")
    months.close("2026-01-31")
    assert (months.state.closing, months.state.closed) == (None, (date(2026, 1, 31),))


def test_reopening_opens_all_behind(months: Months) -> None:
    """The months behind are to be closed anew, one after the other; those before stay closed."""
    for end in ("2026-01-31", "2026-02-28", "2026-03-31"):
        months.close(end)
    months.reopen("2026-02-28")
    assert months.state == Periods(
        open_from=date(2026, 2, 1), closed=(date(2026, 1, 31),), reopenings=1
    )
    with pytest.raises(PeriodNotNext):
        months.begin("2026-03-31")
    months.close("2026-02-28")
    assert months.state.since == date(2026, 3, 1)


def test_reopening_the_first_month_leaves_it_the_first(months: Months) -> None:
    """Closed again, it closes all before it again."""
    months.close("2026-01-31")
    months.reopen("2026-01-31")
    assert (months.state.since, months.state.next_end) == (None, date(2026, 1, 31))


def test_a_month_that_is_being_closed_can_be_reopened(months: Months) -> None:
    """What had been fixed is given up."""
    months.begin("2026-01-31")
    months.reopen("2026-01-31")
    assert months.state.closing is None


def test_only_what_is_closed_is_reopened(months: Months) -> None:
    """An open month has nothing to reopen."""
    with pytest.raises(PeriodNotClosed, match="2026-01 is open"):
        months.reopen("2026-01-31")
    months.close("2026-01-31")
    with pytest.raises(PeriodNotClosed):
        months.reopen("2026-02-28")


def test_a_policy_may_ask_for_an_approver(months: Months) -> None:
    """Without one the reopening is refused; who approved it is in the event."""
    asked = PolicyAdopted(
        kind="approval", name="approval", digest="", content={"reopen_period": {"approver": True}}
    )
    state = evolve_ledger(None, date(2026, 1, 1), asked)
    months.streams[LEDGER_STREAM] = Stream(1, state)
    months.close("2026-01-31")
    with pytest.raises(ReopeningNeedsApprover, match="to reopen 2026-01 an approver is needed"):
        months.reopen("2026-01-31")
    months.reopen("2026-01-31", approver="controller")
    assert months.state.reopenings == 1


@given(st.lists(st.integers(-3, 3), max_size=30))
def test_closed_months_have_no_gaps(steps: list[int]) -> None:
    """Whatever is closed and reopened, the closed months follow each other up to the open day."""
    months, first = Months(), date(2026, 6, 1)
    for step in steps:
        asked = month_end(add_months(first, step)).isoformat()
        try:
            (months.close if step >= 0 else months.reopen)(asked)
        except (PeriodClosedAlready, PeriodNotClosed, PeriodNotNext):
            continue
        state = months.state
        for before, after in zip(state.closed, state.closed[1:], strict=False):
            assert after == month_end(add_months(before.replace(day=1), 1))
        if state.closed:
            assert state.open_from == state.since


def test_commands_are_what_they_say() -> None:
    """The two commands of months, as a file writes them."""
    line = {"id": "x", "on": "2026-01-31"}
    assert read_command({"command": "close_period", **line}) == ClosePeriod(
        id="x", on=date(2026, 1, 31)
    )
    reopened = read_command({"command": "reopen_period", **line, "reason": "a late statement"})
    assert reopened == ReopenPeriod(
        id="x", on=date(2026, 1, 31), reason="a late statement", approver=None
    )


ROWS = st.lists(st.tuples(st.text(max_size=3), st.integers(), st.none() | st.text(max_size=3)))


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_digests_add_up_in_any_order(one: list[Any], two: list[Any], random: Any) -> None:
    """The digest of rows is that of the same rows in another order, and adds up over sets."""
    both = [*one, *two]
    random.shuffle(both)
    assert digest_of(both) == together([digest_of(one), digest_of(two)])
    assert len(hex_of(digest_of(both))) == 64
    assert digest_of(both) < MODULUS
    assert digest_of([*both, ["", 0, None]]) != digest_of(both)
