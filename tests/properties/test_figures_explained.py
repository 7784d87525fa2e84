"""What stands behind a figure adds up to exactly that figure, at any two times."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from sqlalchemy import Connection

from bootstrap import Acquit
from ledger.events import LEDGER_STREAM
from ledger.store.log import read_stream
from projections.aging import EDGES, aging
from projections.balances_report import balances
from projections.coordinates import Coordinates, parse_day
from projections.explaining.account_explained import FIGURE, account_lines
from projections.explaining.between import parse_at
from projections.explaining.item_explained import ITEM, item_lines, named
from projections.journal_report import JournalFilter
from projections.projection import Books
from tests.properties.conftest import Fresh
from tests.properties.reports import log_size, record
from tests.properties.strategies import Line, days, lives

PICKS = st.lists(st.tuples(days(), st.integers(1, 1000), days()), min_size=2, max_size=4)


def _at(connection: Connection, acquit: Acquit, as_of: str, pick: int, size: int) -> Coordinates:
    return parse_at(connection, acquit.identity, f"{as_of},@{pick % size + 1}", size)


def _lasts(lines: Iterable[dict[str, Any]], key: tuple[str, ...], name: str) -> dict[Any, str]:
    """Return where the running sum of each figure ends."""
    return {tuple(line[each] for each in key): line[name] for line in lines}


def _assert_account_explained(
    connection: Connection, books: Books, at: Coordinates, wanted: JournalFilter
) -> None:
    rows = balances(connection, books, at, wanted)
    for row in rows:
        for name in (row["account"], row["role"]):
            lines = list(account_lines(connection, at, wanted, name))
            figure = tuple(row[each] for each in FIGURE)
            own = [line for line in lines if tuple(line[each] for each in FIGURE) == figure]
            note(f"{row}\n{own}")
            assert _lasts(lines, FIGURE, "balance")[figure] == row["balance"]
            for side in ("debit", "credit"):
                assert sum(Decimal(line[side]) for line in own) == Decimal(row[side])
            assert all(line["position"] <= at.position for line in own)
    roles = {row["role"] for row in rows}
    for role in {"receivable", "revenue", "unapplied"} - roles:
        assert list(account_lines(connection, at, wanted, role)) == []


@given(lines=lives(), picks=PICKS)
def test_the_postings_of_an_account_end_in_its_balance(
    fresh: Fresh, lines: list[Line], picks: list[tuple[str, int, str]]
) -> None:
    """The running sum of every account, by number and by role, ends in the report's own text.

    So in both books, of all and of a plan, from a day on, in the ledger's own currency, and at the
    newest position, where the report adds up daily turnovers instead of postings.
    """
    with fresh() as acquit:
        record(acquit, lines)
        acquit.engine.catch_up()
        size = log_size(acquit)
        own = acquit.identity.opened.functional_currency
        with acquit.database.reading() as connection:
            books = Books.of(read_stream(connection, LEDGER_STREAM))
            for as_of, pick, since in (*picks, ("2031-12-31", size - 1, "2000-01-01")):
                at = _at(connection, acquit, as_of, pick, size)
                day = parse_day(since)
                for wanted in (
                    JournalFilter("generic"),
                    JournalFilter("pcg", day),
                    JournalFilter("generic", None, "P-1"),
                    JournalFilter("generic", day, None, own),
                ):
                    _assert_account_explained(connection, books, at, wanted)


def _asked(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return every name that the report's rows have, with the column it is found in."""
    places = (("payment", "document"), ("customer", "customer"), ("plan", "plan"))
    names: dict[str, tuple[str, str]] = {}
    for kind, column in (*places, ("charge", "charge")):
        names |= {
            row[column]: (kind, column)
            for row in rows
            if row[column] and (kind != "payment" or row["kind"] == "payment")
        }
    return names


def _assert_items_explained(connection: Connection, at: Coordinates) -> None:
    rows = aging(connection, at, edges=EDGES)["rows"]
    for name, (kind, column) in _asked(rows).items():
        lines = list(item_lines(connection, at, named(connection, name), EDGES))
        own = [row for row in rows if row[column] == name]
        if kind == "payment":
            own = [row for row in own if row["kind"] == "payment"]
        note(f"{name}\n{own}\n{lines}")
        ends = {tuple(line[each] for each in ITEM): line for line in lines}
        told = [{each: end[each] for each in rows[0]} for end in ends.values()]
        assert [row for row in told if Decimal(row["outstanding"])] == own
        sums: dict[tuple[Any, ...], Decimal] = {}
        for line in lines:
            item = tuple(line[each] for each in ITEM)
            sums[item] = sums.get(item, Decimal(0)) + Decimal(line["amount"])
            assert sums[item] == Decimal(line["outstanding"])
        if kind in {"plan", "customer"}:
            assert len(told) == len(own)


@given(lines=lives(), picks=PICKS)
def test_the_movements_of_an_item_end_in_what_is_outstanding(
    fresh: Fresh, lines: list[Line], picks: list[tuple[str, int, str]]
) -> None:
    """Asked by charge, plan, customer or payment, the last line of each item is the report's row.

    The rows come in the report's order, and of a plan or customer no other item is named.
    """
    with fresh() as acquit:
        record(acquit, lines)
        acquit.engine.catch_up()
        size = log_size(acquit)
        with acquit.database.reading() as connection:
            for as_of, pick, _ in (*picks, ("2031-12-31", size - 1, "")):
                at = _at(connection, acquit, as_of, pick, size)
                _assert_items_explained(connection, at)
