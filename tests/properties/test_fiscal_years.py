"""What holds of the FEC of any life, year by year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, note
from hypothesis import strategies as st

from bootstrap import Acquit
from ledger.fec.years import fiscal_year
from projections.exports.plain_text import ExportError
from tests.exports.fec_reading import (
    Written,
    balance_of,
    ledger_turnovers,
    turnovers,
    unmatched,
    written,
)
from tests.properties.conftest import Fresh
from tests.properties.reports import View, record
from tests.properties.strategies import FIRST_DAY, LAST_DAY, Line, lives
from tests.properties.test_foreign_currencies import revalued

RESULTS = ("110", "119", "120", "129")


def years() -> list[date]:
    """Return a day in each fiscal year of a life, and in those around it."""
    return [date(year, 6, 1) for year in range(FIRST_DAY.year - 1, LAST_DAY.year + 2)]


@given(lines=lives(), start=st.sampled_from(["01-01", "02-01", "04-01"]))
def test_each_year_conforms_and_its_totals_are_those_of_the_trial_balance(
    fresh: Fresh, lines: list[Line], start: str
) -> None:
    """Nothing is found in any file; accounts move, and end, as the trial balance says.

    Income and expenses begin each year at nothing: what they made before stands in the results.
    Letters come to nothing. A year that is refused has money without a rate, or no entries at all.
    """
    with fresh() as acquit:
        record(acquit, lines)
        revalued(acquit, LAST_DAY.isoformat())
        note("\n".join(map(str, lines)))
        for day in years():
            try:
                file = written(acquit, day, start)
            except ExportError as error:
                _assert_refused(acquit, fiscal_year(day, start).last, str(error))
                continue
            assert file.findings == []
            assert unmatched(file.rows) == {}
            _assert_ties(acquit, file)


def _assert_refused(acquit: Acquit, as_of: date, reason: str) -> None:
    rows = View(acquit, as_of=as_of.isoformat()).balances(book="pcg", functional="EUR")
    foreign = [row for row in rows if row["currency"] != "EUR" and Decimal(row["balance"])]
    if foreign:
        assert foreign[0]["currency"] in reason
    else:
        assert "nothing was posted" in reason
        assert not any(row["currency"] == "EUR" and Decimal(row["balance"]) for row in rows)


def _assert_ties(acquit: Acquit, file: Written) -> None:
    first, last = file.year.first, file.year.last
    moved = ledger_turnovers(acquit, first, last)
    assert turnovers(file.moved) == {number: row[1:] for number, row in moved.items()}
    ended = ledger_turnovers(acquit, None, last)
    begun = ledger_turnovers(acquit, None, date.fromordinal(first.toordinal() - 1))
    closing = {number for number in ended if number[0] in "67"}
    opened = balance_of(file.opening)
    carried = sum((opened.pop(number, Decimal(0)) for number in RESULTS), Decimal(0))
    assert carried == sum(row[1] - row[2] for number, row in begun.items() if number in closing)
    assert opened == {
        number: row[1] - row[2]
        for number, row in begun.items()
        if number not in closing and row[1] != row[2]
    }
