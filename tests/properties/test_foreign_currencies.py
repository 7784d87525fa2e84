"""What holds in the ledger's own currency, whatever happened in others and at whatever rates."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import given, note

from bootstrap import Acquit
from ledger.answers import Verdict
from ledger.events import LEDGER_STREAM
from ledger.store.log import read_stream
from projections.checks import CHECKS, run
from projections.coordinates import resolve
from projections.projection import Books
from projections.revaluing.proposal import Line as Proposed
from projections.revaluing.proposal import last_position, propose
from projections.revaluing.revalue_command import command_lines
from projections.tax_return import ties
from tests.properties.conftest import Fresh
from tests.properties.reports import View, record
from tests.properties.strategies import LAST_DAY, Line, days, lives

BOOKS = ("generic", "pcg")


def proposed(acquit: Acquit, as_of: str) -> tuple[list[Proposed], dict[str, int]]:
    """Return what a revaluation as of a day would do, and where each book ends."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        at = resolve(connection, acquit.identity, as_of, None)
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        lines = propose(connection, books.charts(at.as_of, at.position), at)
        return lines, {book: last_position(connection, book) for book in BOOKS}


def revalued(acquit: Acquit, as_of: str) -> list[Proposed]:
    """Take over and revalue until nothing is left to do; return what was recorded."""
    done: list[Proposed] = []
    for _ in range(3):
        lines, last = proposed(acquit, as_of)
        if not lines:
            return done
        results = record(acquit, _stamped(command_lines(lines, last, None)))
        assert {result.verdict for result in results} == {Verdict.ACCEPTED}, results
        done += lines
    message = "a revaluation has to end"
    raise AssertionError(message)


def _stamped(lines: Iterable[dict[str, Any]]) -> list[Line]:
    return [{**line, "recorded": "2028-01-01T00:00:00Z"} for line in lines]


def findings(acquit: Acquit) -> dict[str, list[str]]:
    """Return what checks find."""
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        found = {name: run(connection, name) for name in CHECKS}
    return {name: lines for name, lines in found.items() if lines}


@given(lines=lives(), day=days())
def test_all_is_worth_something_in_euros_and_nothing_is_left_over(
    fresh: Fresh, lines: list[Line], day: str
) -> None:
    """Every life can be valued in euros: it balances, its tax ties, a closing rate fits.

    After what had no rate is taken over, no currency with rates is left in the functional view; a
    revaluation is complete at once, and its day closes at the rate.
    """
    with fresh() as acquit:
        record(acquit, lines)
        note("\n".join(map(str, lines)))
        rated = {line["currency"] for line in lines if line["command"] == "set_rate"}
        opened = [line for line in revalued(acquit, LAST_DAY.isoformat()) if line.kind == "open"]
        done = [*opened, *(revalued(acquit, day) if not opened else [])]
        assert all(line.currency in rated for line in done)
        assert findings(acquit) == {}
        view = View(acquit, as_of="9999-12-31")
        for book in BOOKS:
            sums: dict[str, Decimal] = {}
            for row in view.balances(book=book, functional="EUR"):
                balance = Decimal(row["balance"])
                sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + balance
                assert row["currency"] not in rated or not balance
            assert not any(sums.values())
        assert ties(view.tax(functional="EUR"))
