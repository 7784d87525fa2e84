"""A month is closed: its figures, what comes late, what a crash or another writer does to it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from bootstrap import make_store, open_ledger
from ledger.answers import Verdict
from ledger.audit.tree import root_of
from ledger.backing_up import back_up, restore
from ledger.closing import Figures
from ledger.command_file import Line
from ledger.events import PERIOD_STREAM, PeriodClosed
from ledger.refusals import PeriodClosedAlready, PeriodNotOver
from ledger.row_digest import digest_of, hex_of
from ledger.store.log import read_stream
from ledger.store.schema import events, ledger_head
from projections.balances_report import balances
from projections.checks import CHECKS, run
from projections.coordinates import Coordinates, resolve
from projections.journal_report import JournalFilter
from projections.projection import Books

if TYPE_CHECKING:
    from pathlib import Path

    from bootstrap import Acquit
    from ledger.answers import Result
    from tests.closing.conftest import Book
    from tests.conftest import NewLedger, NewUrl


CLEARING = "1050"


def open_from(acquit: Acquit) -> date | None:
    """Return the first open day, as the store has it."""
    with acquit.database.reading() as connection:
        found: date | None = connection.execute(select(ledger_head.c.open_from)).scalar_one()
        return found


def posted(acquit: Acquit, payment: str) -> set[tuple[str, str]]:
    """Return the effective and accounting days of a payment's events."""
    with acquit.database.reading() as connection:
        rows = read_stream(connection, f"payment:{payment}")
    return {(str(row.effective_on), str(row.posted_on)) for row in rows}


def trial_balance(acquit: Acquit, closed: PeriodClosed, book: str) -> dict[str, str]:
    """Return the balances by account as the report says them, at the coordinates of a close."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        at = Coordinates(closed.through, 0, closed.position)
        books = Books.of(read_stream(connection, "ledger"))
        rows = balances(connection, books, at, JournalFilter(book=book))
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["account"]] += int(row["balance"].replace(".", ""))
    return {account: str(amount) for account, amount in sorted(sums.items())}


def test_the_figures_are_those_of_the_reports(book: Book) -> None:
    """The trial balance of each book, its digest, the aging and the root of the tree."""
    assert book.do("close_period", "2026-01-31").events == 2
    (closed,) = book.closed()
    assert (closed.month, closed.since, closed.through) == ("2026-01", None, date(2026, 1, 31))
    assert [found.book for found in closed.books] == ["generic", "pcg"]
    for found in closed.books:
        told = {
            row.account: str(row.debit_ever_minor - row.credit_ever_minor) for row in found.accounts
        }
        assert dict(sorted(told.items())) == trial_balance(book.acquit, closed, found.book)
        rows = [
            [found.book, row.account, "EUR", 2, row.debit_minor, row.credit_minor]
            for row in found.accounts
        ]
        assert found.digest == hex_of(digest_of(rows))
    assert [(row.currency, row.buckets_minor) for row in closed.aging] == [
        ("EUR", (0, 4000, 0, 0, 0))
    ]
    with book.acquit.database.reading() as connection:
        query = select(events.c.leaf).where(events.c.position <= closed.position)
        leaves = connection.execute(query.order_by(events.c.position)).scalars()
        assert closed.root == root_of(bytes(leaf) for leaf in leaves).hex()


def test_what_comes_late_is_posted_to_the_first_open_day(book: Book) -> None:
    """Its own day is kept; the closed month stays as it was, at any later moment."""
    book.do("close_period", "2026-01-31")
    assert open_from(book.acquit) == date(2026, 2, 1)
    before = trial_balance(book.acquit, book.closed()[0], "generic")
    book.pay("late", "2026-01-31", "10.00")
    book.pay("next", "2026-02-03", "10.00")
    assert posted(book.acquit, "late") == {("2026-01-31", "2026-02-01")}
    assert posted(book.acquit, "next") == {("2026-02-03", "2026-02-03")}
    book.acquit.engine.catch_up()
    with book.acquit.database.reading() as connection:
        at = resolve(connection, book.acquit.identity, "2026-01-31")
        rows = balances(connection, Books.of([]), at, JournalFilter())
    assert before == {row["account"]: str(int(row["balance"].replace(".", ""))) for row in rows}


def test_the_same_command_again_changes_nothing(book: Book) -> None:
    """Under its id it was accepted before; under another one the month is closed already."""
    line = {"command": "close_period", "id": "close", "on": "2026-01-31"}
    answers = [book.acquit.application.execute(line).verdict for _ in range(2)]
    assert answers == [Verdict.ACCEPTED, Verdict.REPEATED]
    refusal = book.ask("close_period", "2026-01-31").refusal
    assert isinstance(refusal, PeriodClosedAlready)
    assert len(book.closed()) == 1


def test_in_a_command_file_it_is_a_barrier(book: Book) -> None:
    """The lines in front of it belong to the month, those behind it are posted later."""
    lines = [
        {"command": "receive_payment", "payment": "in-time"},
        {"command": "close_period"},
        {"command": "receive_payment", "payment": "late"},
    ]
    money = {"plan": "P-1", "amount": "1.00", "currency": "EUR"}
    given = [
        {**line, **(money if "payment" in line else {}), "id": f"f{number}", "on": "2026-01-31"}
        for number, line in enumerate(lines)
    ]
    results = book.acquit.application.record(Line(n, line) for n, line in enumerate(given, 1))
    assert [result.verdict for result in results] == [Verdict.ACCEPTED] * 3
    assert posted(book.acquit, "in-time") == {("2026-01-31", "2026-01-31")}
    assert posted(book.acquit, "late") == {("2026-01-31", "2026-02-01")}


class Crashing:
    """Figures that are never told: the program dies between the two events of a close."""

    def of_closing(self, version: int) -> Figures:
        """Fail, as if the power went."""
        message = f"the power went at version {version}"
        raise ConnectionError(message)


def test_a_crash_in_between_is_resumed(book: Book) -> None:
    """The month's events are fixed once; the same command finishes it with the same figures."""
    line = {"command": "close_period", "id": "close", "on": "2026-01-31"}
    figures = book.acquit.application.figures
    book.acquit.application.figures = Crashing()
    with pytest.raises(ConnectionError):
        book.acquit.application.execute(line)
    book.acquit.application.figures = figures
    assert open_from(book.acquit) == date(2026, 2, 1)
    book.pay("between", "2026-01-31", "10.00")
    result = book.acquit.application.execute(line)
    assert (result.verdict, result.events) == (Verdict.ACCEPTED, 1)
    (closed,) = book.closed()
    with book.acquit.database.reading() as connection:
        (began, ended) = read_stream(connection, PERIOD_STREAM)
    assert (closed.position, ended.position > began.position + 1) == (began.position, True)
    assert trial_balance(book.acquit, closed, "pcg") == {
        row.account: str(row.debit_ever_minor - row.credit_ever_minor)
        for row in closed.books[1].accounts
    }


class Killed:
    """Figures that nobody is told any more: the program is killed between the two events."""

    def of_closing(self, _version: int) -> Figures:
        """Die at once."""
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def close_and_die(url: str, line: dict[str, str]) -> None:
    """Close a month in a program that is killed in the middle of it."""
    acquit = open_ledger(url, actor="killed")
    acquit.application.figures = Killed()
    acquit.application.execute(line)


def test_a_killed_program_is_followed_by_another(book: Book) -> None:
    """Another program finishes what a killed one began, by the same command."""
    url = book.acquit.database.url.render_as_string(hide_password=False)
    line = {"command": "close_period", "id": "close", "on": "2026-01-31"}
    program = multiprocessing.get_context("spawn").Process(target=close_and_die, args=(url, line))
    program.start()
    program.join()
    assert program.exitcode == -signal.SIGKILL
    assert (book.closed(), open_from(book.acquit)) == ([], date(2026, 2, 1))
    book.acquit.application.hot.distrust_all()
    result = book.acquit.application.execute(line)
    assert (result.verdict, result.events) == (Verdict.ACCEPTED, 1)
    assert found_by_checks(book.acquit) == []


def found_by_checks(acquit: Acquit) -> list[str]:
    """Return what any check finds."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        return [finding for name in CHECKS for finding in run(connection, name)]


class Meanwhile:
    """Figures that are told after somebody else has done something."""

    def __init__(self, acquit: Acquit, what: Any) -> None:
        self.inner = acquit.application.figures
        self.what = what

    def of_closing(self, version: int) -> Figures:
        """Let the other one act first, once."""
        what, self.what = self.what, None
        if what is not None:
            what()
        assert self.inner is not None
        return self.inner.of_closing(version)


def test_who_appends_during_a_close_is_posted_to_the_next_month(book: Book) -> None:
    """Another process does not wait for the close, and is not in its figures."""
    url = book.acquit.database.url.render_as_string(hide_password=False)
    other = open_ledger(url, actor="other")
    line = {"command": "receive_payment", "id": "other", "on": "2026-01-31", "payment": "other"}
    money = {"plan": "P-1", "amount": "10.00", "currency": "EUR"}

    def pay() -> None:
        assert other.application.execute({**line, **money}).verdict is Verdict.ACCEPTED

    book.acquit.application.figures = Meanwhile(book.acquit, pay)
    book.do("close_period", "2026-01-31")
    other.close()
    assert posted(book.acquit, "other") == {("2026-01-31", "2026-02-01")}
    generic = book.closed()[0].books[0]
    assert [row.debit_minor for row in generic.accounts if row.account == CLEARING] == [6000]


def test_two_that_close_at_once_close_it_once(book: Book) -> None:
    """The second one's command meets the first one's close, and is refused as too late."""
    url = book.acquit.database.url.render_as_string(hide_password=False)
    other = open_ledger(url, actor="other")

    def close() -> None:
        line = {"command": "close_period", "id": "other", "on": "2026-01-31"}
        assert other.application.execute(line).verdict is Verdict.ACCEPTED

    book.acquit.application.figures = Meanwhile(book.acquit, close)
    result = book.ask("close_period", "2026-01-31")
    other.close()
    assert isinstance(result.refusal, PeriodClosedAlready)
    assert len(book.closed()) == 1


def test_reopened_and_closed_again(book: Book) -> None:
    """What is recorded after a reopening is in the month again; what was stamped stays."""
    book.do("close_period", "2026-01-31")
    book.pay("late", "2026-01-31", "10.00")
    book.do("reopen_period", "2026-01-31", reason="a bank statement came late")
    assert open_from(book.acquit) == date(2026, 1, 1)
    book.pay("again", "2026-01-31", "10.00")
    book.do("close_period", "2026-01-31")
    assert posted(book.acquit, "late") == {("2026-01-31", "2026-02-01")}
    assert posted(book.acquit, "again") == {("2026-01-31", "2026-01-31")}
    first, second = book.closed()
    assert second.since is None
    assert first.digest != second.digest
    for closed in (first, second):
        assert trial_balance(book.acquit, closed, "generic") == {
            row.account: str(row.debit_ever_minor - row.credit_ever_minor)
            for row in closed.books[0].accounts
        }


def test_perpetual_totals_never_start_anew(book: Book) -> None:
    """What accounts turned over ever grows by the month's turnover, month by month."""
    for end in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)):
        book.do("charge_due", end.isoformat())
        book.pay(f"at {end}", end.isoformat(), "50.00")
        book.do("close_period", end.isoformat())
    ever: Counter[tuple[str, str, str]] = Counter()
    for closed in book.closed():
        for found in closed.books:
            for row in found.accounts:
                key = (found.book, row.account)
                ever[*key, "debit"] += row.debit_minor
                ever[*key, "credit"] += row.credit_minor
                assert (ever[*key, "debit"], ever[*key, "credit"]) == (
                    row.debit_ever_minor,
                    row.credit_ever_minor,
                )


def test_a_real_ledger_closes_no_month_that_goes_on(new_ledger: NewLedger) -> None:
    """Its day is that of its clock; a simulated one goes by the command's."""
    acquit = new_ledger(simulated=False)
    today = acquit.identity.local_day(acquit.application.store.clock_us())
    end = (today.replace(day=1) + timedelta(days=62)).replace(day=1) - timedelta(days=1)
    line = {"command": "close_period", "id": "c", "on": end.isoformat()}
    assert isinstance(acquit.application.execute(line).refusal, PeriodNotOver)


def test_a_simulated_ledger_goes_by_what_the_command_says(book: Book) -> None:
    """A month that is over on the command's own day is closed; recorded earlier, it is not."""
    with book.acquit.database.writing() as connection:
        connection.execute(update(ledger_head).values(recorded_at=0))
    told = book.ask("close_period", "2026-03-31", recorded="2026-03-30T12:00:00Z")
    assert isinstance(told.refusal, PeriodNotOver)
    book.do("close_period", "2026-03-31", recorded="2026-03-31T12:00:00Z")


def test_amounts_in_the_ledgers_own_currency_are_closed_too(book: Book) -> None:
    """What moved in dollars is in the month with its worth, beside its own amounts."""
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "10.00"}]}
    of = {"plan": "D", "customer": "C-1", "currency": "USD", "schedule": schedule}
    book.do("set_rate", "2026-01-01", currency="USD", rate="0.90")
    book.do("open_plan", "2026-01-02", **of)
    book.do("charge_due", "2026-01-15")
    book.do("close_period", "2026-01-31")
    generic = book.closed()[0].books[0]
    rows = [(row.currency, row.debit_minor, row.credit_minor) for row in generic.functional]
    assert rows == [("EUR", 900, 0), ("EUR", 0, 900)]
    assert {row.currency for row in generic.accounts} == {"EUR", "USD"}
    assert found_by_checks(book.acquit) == []


def test_what_is_worth_nothing_moves_no_account(book: Book) -> None:
    """A cent of a weak currency rounds to nothing in the ledger's own: no row, the same digest."""
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "0.01"}]}
    book.do("set_rate", "2026-01-01", currency="USD", rate="0.0061")
    book.do("open_plan", "2026-01-02", plan="D", customer="C-1", currency="USD", schedule=schedule)
    book.do("charge_due", "2026-01-15")
    book.do("close_period", "2026-01-31")
    assert [found.functional for found in book.closed()[0].books] == [(), ()]
    assert found_by_checks(book.acquit) == []


def test_many_append_while_a_month_is_closed(book: Book) -> None:
    """What is recorded in front of the close belongs to the month, what behind it to the next."""
    url = book.acquit.database.url.render_as_string(hide_password=False)
    others = [open_ledger(url, actor=f"other-{number}") for number in range(3)]
    money = {"amount": "1.00", "currency": "EUR", "on": "2026-01-31"}

    def work(number: int) -> list[Result]:
        execute = others[number].application.execute
        line = {"command": "receive_payment", **money}
        names = [f"{number}-{count}" for count in range(20)]
        return [execute({**line, "id": name, "payment": name}) for name in names]

    with ThreadPoolExecutor(len(others)) as pool:
        working = pool.map(work, range(len(others)))
        book.do("close_period", "2026-01-31")
        answers = [one.verdict for results in working for one in results]
    for other in others:
        other.close()
    assert answers == [Verdict.ACCEPTED] * 60
    position = book.closed()[0].position
    query = select(events.c.position, events.c.posted_on).where(
        events.c.effective_on == date(2026, 1, 31), events.c.stream.like("payment:%")
    )
    with book.acquit.database.reading() as connection:
        for at, day in connection.execute(query):
            assert day == (date(2026, 1, 31) if at < position else date(2026, 2, 1))
    assert found_by_checks(book.acquit) == []


def test_a_backup_keeps_what_is_closed(book: Book, new_url: NewUrl, tmp_path: Path) -> None:
    """Restored, the ledger has the same first open day, and closes the next month."""
    book.do("close_period", "2026-01-31")
    path = tmp_path / "books.backup"
    back_up(book.acquit.database, path, lambda _done, _all: None)
    store = make_store(new_url())
    restore(store.database, path, lambda _done, _all: None)
    url = store.database.url.render_as_string(hide_password=False)
    store.database.close()
    restored = open_ledger(url)
    assert open_from(restored) == date(2026, 2, 1)
    assert found_by_checks(restored) == []
    line = {"command": "close_period", "id": "next", "on": "2026-02-28"}
    assert restored.application.execute(line).verdict is Verdict.ACCEPTED
    restored.close()
