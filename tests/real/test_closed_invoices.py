"""The 1,894 real invoices again, closed month by month: each close is what the file says of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from ledger.answers import Verdict
from ledger.events import PERIOD_STREAM, PeriodClosed
from ledger.store.log import read_stream
from ledger.terms.money import amount_text
from projections.aging import bucket_names
from projections.checks import run
from tests.real.test_invoices import MONTH_ENDS, expected, imported, rows

if TYPE_CHECKING:
    from pathlib import Path

    from bootstrap import Acquit

__all__ = ["rows"]


def test_every_close_has_the_aging_of_the_file(
    acquit: Acquit, shared: Path, rows: list[dict[str, str]]
) -> None:
    """The aging that each of 23 closes records is plain arithmetic over the file, to the cent.

    Every close reproduces, and its perpetual totals are those of the close before and its own
    turnovers.
    """
    imported(acquit, shared)
    ends = [first - timedelta(days=1) for first in MONTH_ENDS[1:]]
    for end in ends:
        line = {"command": "close_period", "id": f"close {end}", "on": end.isoformat()}
        assert acquit.application.execute(line).verdict is Verdict.ACCEPTED
    with acquit.database.reading() as connection:
        told = [event.fact for event in read_stream(connection, PERIOD_STREAM)]
        assert run(connection, "periods") == []
    closes = [fact for fact in told if isinstance(fact, PeriodClosed)]
    assert [closed.through for closed in closes] == ends
    for closed in closes:
        (aging,) = closed.aging
        told_buckets = {
            name: Decimal(amount_text(minor, aging.exponent))
            for name, minor in zip(bucket_names(closed.edges), aging.buckets_minor, strict=True)
        }
        assert told_buckets == expected(rows, closed.through)
    for before, after in pairwise(closes):
        was = {row.account: row for book in before.books for row in book.accounts}
        for row in (row for book in after.books for row in book.accounts):
            earlier = was[row.account].debit_ever_minor if row.account in was else 0
            assert row.debit_ever_minor == earlier + row.debit_minor
