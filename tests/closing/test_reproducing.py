"""A closed month comes to the same again; where it does not, the accounts and cents are named."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update

from bootstrap import open_ledger
from ledger.books.accounts import digest_of, packaged_chart
from ledger.events import LEDGER_STREAM, RulesAdopted
from ledger.store import codec
from ledger.store.log import head_position, read_stream
from ledger.store.schema import events
from projections.catalogue import PROJECTIONS
from projections.checks import CHECKS, run
from projections.closing.reproducing import differences
from projections.slots import drop_all

if TYPE_CHECKING:
    from bootstrap import Acquit
    from tests.closing.conftest import Book


@pytest.fixture
def closed(book: Book) -> Book:
    """Give a ledger with two closed months, and something late for each."""
    book.do("close_period", "2026-01-31")
    book.pay("late", "2026-01-31", "10.00")
    book.do("charge_due", "2026-02-28")
    book.do("close_period", "2026-02-28")
    book.pay("later", "2026-01-31", "10.00")
    book.acquit.engine.catch_up()
    return book


def found_in(acquit: Acquit, name: str = "periods") -> list[str]:
    """Return what a check finds."""
    with acquit.database.reading() as connection:
        return run(connection, name)


def change(acquit: Acquit, *statements: Any) -> None:
    """Do what an owner of the database who drops the guards could do."""
    with acquit.database.writing() as connection:
        if acquit.database.is_postgres:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS events_no_update"))
        for statement in statements:
            connection.execute(statement)


def edited(acquit: Acquit, event: str, old: str, new: str) -> None:
    """Edit a posting rule of the generic book in place, and drop the read models."""
    with acquit.database.reading() as connection:
        stored = next(
            found
            for found in read_stream(connection, LEDGER_STREAM)
            if isinstance(found.fact, RulesAdopted) and found.fact.book == "generic"
        )
    content = deepcopy(packaged_chart("generic"))
    (rule,) = (rule for rule in content["rules"] if rule["event"] == event)
    assert any(old in leg for leg in rule["legs"])
    rule["legs"] = [leg.replace(old, new) for leg in rule["legs"]]
    assert isinstance(stored.fact, RulesAdopted)
    fact = replace(stored.fact, content=content, digest=digest_of(content))
    edit = update(events).where(events.c.position == stored.position)
    change(acquit, edit.values(payload=codec.encode(fact)))
    with acquit.database.writing() as connection:
        drop_all(connection, PROJECTIONS)


def test_all_checks_hold_over_closed_months(closed: Book) -> None:
    """Neither what came late nor what is open disturbs them."""
    assert {name: found_in(closed.acquit, name) for name in CHECKS} == {name: [] for name in CHECKS}


def test_a_rule_edited_in_place_is_named_by_account_and_cents(closed: Book) -> None:
    """Read models filled anew under another rule do not come to what was recorded."""
    url = closed.acquit.database.url.render_as_string(hide_password=False)
    edited(closed.acquit, "GatewayFeeCharged", "gateway_fees", "late_fee_income")
    other = open_ledger(url)
    other.engine.catch_up()
    with other.database.reading() as connection:
        found = [one.text for one in differences(connection, head_position(connection))]
    other.close()
    told = "month 2026-01, book generic, account {}: debits are {}, were {} (difference {} EUR)"
    assert found == [
        told.format("4100", "1.00", "0.00", "1.00"),
        told.format("6000", "0.00", "1.00", "-1.00"),
    ]
    assert found_in(closed.acquit)[:2] == found


def test_a_cent_more_is_found(closed: Book) -> None:
    """A posting changed by a cent in a closed month is found; one in an open month is none."""
    harm = (
        "UPDATE journal_1_postings SET amount_minor = amount_minor + 1 WHERE line = 1 AND "
        "book = 'pcg' AND position = (SELECT {}(position) FROM journal_1_postings)"
    )
    with closed.acquit.database.writing() as connection:
        connection.execute(text(harm.format("max")))
    assert found_in(closed.acquit) == []
    with closed.acquit.database.writing() as connection:
        connection.execute(text(harm.format("min")))
    (found,) = found_in(closed.acquit)
    assert found.startswith("month 2026-01, book pcg, account 411")
    assert found.endswith("(difference 0.01 EUR)")


def test_the_first_open_day_is_what_the_months_say(closed: Book) -> None:
    """A head that was moved by hand is found."""
    change(closed.acquit, text("UPDATE ledger_head SET open_from = '2026-01-01'"))
    assert found_in(closed.acquit) == [
        "the first open day is 2026-01-01, the closed months say 2026-03-01"
    ]


def test_what_was_slipped_into_a_closed_month_is_found(closed: Book) -> None:
    """An event whose accounting day was moved back by hand is named."""
    change(
        closed.acquit,
        text("UPDATE events SET posted_on = '2026-01-31' WHERE stream = 'payment:later'"),
    )
    found = found_in(closed.acquit)
    assert "dated 2026-01-31, posted on 2026-01-31, while the first open day was" in found[0]


def test_other_events_do_not_have_the_recorded_root(closed: Book) -> None:
    """An event whose leaf was made anew is not under the root that the last closed month has."""
    change(
        closed.acquit,
        update(events).where(events.c.position == 5).values(leaf=bytes(32)),
    )
    assert any("do not have the root" in found for found in found_in(closed.acquit))


def test_figures_changed_with_their_digest_left_are_found(closed: Book) -> None:
    """The digest of a closed month is that of its own figures."""
    (first, _) = closed.closed()
    account = replace(first.books[0].accounts[0], debit_minor=1)
    books = (
        replace(first.books[0], accounts=(account, *first.books[0].accounts[1:])),
        *first.books[1:],
    )
    edit = update(events).where(events.c.type == "PeriodClosed", events.c.stream == "period")
    payload = codec.encode(replace(first, books=books))
    change(closed.acquit, edit.where(events.c.version == 2).values(payload=payload))
    assert any("its digest is not that of the figures" in one for one in found_in(closed.acquit))
