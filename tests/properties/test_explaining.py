"""What explains a difference between two reports is exactly that difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from bootstrap import Acquit
from projections.aging import EDGES, Scope
from projections.coordinates import Coordinates
from projections.explaining.aging_between import OLDER, YOUNGER
from projections.explaining.aging_explained import explain_aging
from projections.explaining.balances_between import Wanted, explain_balances
from projections.explaining.between import Between, parse_at
from tests.properties.conftest import Fresh
from tests.properties.reports import log_size, record
from tests.properties.strategies import Line, days, lives

Figures = dict[tuple[str, ...], Decimal]
PAIRS = st.tuples(days(), st.integers(1, 1000), days(), st.integers(1, 1000))
ACCOUNT = ("account", "role", "currency")
COLUMN = ("currency", "bucket")


def _at(acquit: Acquit, as_of: str, pick: int) -> Coordinates:
    size = log_size(acquit)
    with acquit.database.reading() as connection:
        text = f"{as_of},@{pick % size + 1}"
        return parse_at(connection, acquit.identity, text, size)


def _summed(rows: list[dict[str, Any]], key: tuple[str, ...], name: str) -> Figures:
    """Add a column up by key; zeros are gone."""
    sums: Figures = {}
    for row in rows:
        place = tuple(row[each] for each in key)
        sums[place] = sums.get(place, Decimal(0)) + Decimal(row[name])
    return {place: found for place, found in sums.items() if found}


def _with_totals(sums: Figures) -> Figures:
    totals: Figures = {}
    for (currency, _), amount in sums.items():
        place = (currency, "total")
        totals[place] = totals.get(place, Decimal(0)) + amount
    return {**sums, **{place: found for place, found in totals.items() if found}}


def _negated(lines: list[dict[str, Any]]) -> list[str]:
    """Return the lines as they must be the other way."""
    return sorted(
        str(
            {
                **line,
                "reason": {OLDER: YOUNGER, YOUNGER: OLDER}.get(line["reason"], line["reason"]),
                "change": {"entered": "left", "left": "entered"}[line["change"]],
                "amount": Decimal(line["amount"]) * -1,
                **(
                    {"bucket_before": line["bucket_after"], "bucket_after": line["bucket_before"]}
                    if "bucket_before" in line
                    else {}
                ),
            }
        )
        for line in lines
    )


def _plain(lines: list[dict[str, Any]]) -> list[str]:
    return sorted(str({**line, "amount": Decimal(line["amount"])}) for line in lines)


def _assert_explained(
    acquit: Acquit, between: Between, customer: str | None, plan: str | None
) -> None:
    with acquit.database.reading() as connection:
        for one, other in ((between, between.swapped), (between.swapped, between)):
            aged, aged_back = (
                explain_aging(connection, each, Scope(customer, plan), EDGES)
                for each in (one, other)
            )
            note(str(aged))
            said = _with_totals(_summed(aged["lines"], COLUMN, "amount"))
            assert said == _summed(aged["sums"], COLUMN, "difference")
            assert _negated(aged["lines"]) == _plain(aged_back["lines"])
            for book in ("generic", "pcg"):
                wanted = Wanted(book, customer, plan)
                value, back = (explain_balances(connection, each, wanted) for each in (one, other))
                said = _summed(value["lines"], ACCOUNT, "amount")
                assert said == _summed(value["sums"], ACCOUNT, "difference")
                assert _negated(value["lines"]) == _plain(back["lines"])


@given(lines=lives(), picks=st.lists(PAIRS, min_size=2, max_size=4))
def test_lines_add_up_to_the_difference_and_the_other_way_to_its_negative(
    fresh: Fresh, lines: list[Line], picks: list[tuple[str, int, str, int]]
) -> None:
    """Between random coordinates the lines are the whole difference of every figure.

    So of aging (buckets, credit, total) and balances of both books, of all, of a customer and of a
    plan; swapping the two negates every line.
    """
    with fresh() as acquit:
        record(acquit, lines)
        acquit.engine.catch_up()
        for first, first_pick, second, second_pick in picks:
            between = Between(_at(acquit, first, first_pick), _at(acquit, second, second_pick))
            for customer, plan in ((None, None), ("C-1", None), (None, "P-1")):
                _assert_explained(acquit, between, customer, plan)
