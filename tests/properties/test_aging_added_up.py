"""The aging by instalment, plan, customer and offer is the aging by charge, added up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from projections.aging import EDGES, GROUPS, aging
from projections.explaining.between import parse_at
from tests.properties.conftest import Fresh
from tests.properties.reports import log_size, record
from tests.properties.strategies import Line, days, lives

PICKS = st.lists(st.tuples(days(), st.integers(1, 1000)), min_size=2, max_size=4)


def _sold(lines: list[Line]) -> dict[str, str]:
    """Return the offer of each plan that has one: the first plan has none."""
    opened = [line["plan"] for line in lines if line["command"] == "open_plan"]
    return {plan: f"offer {len(plan)}" for plan in opened if plan != "P-1"}


def _added_up(rows: list[dict[str, Any]], names: tuple[str, ...]) -> dict[tuple[Any, ...], Decimal]:
    sums: dict[tuple[Any, ...], Decimal] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["outstanding"])
    return {key: total for key, total in sums.items() if total}


@given(lines=lives(), picks=PICKS)
def test_every_level_adds_up_the_rows_by_charge(
    fresh: Fresh, lines: list[Line], picks: list[tuple[str, int]]
) -> None:
    """At any two times each level has the rows that the charges give, and the same totals."""
    offers = _sold(lines)
    sold = [
        {**line, "offer": offers[line["plan"]]}
        if line["command"] == "open_plan" and line["plan"] in offers
        else line
        for line in lines
    ]
    with fresh() as acquit:
        record(acquit, sold)
        acquit.engine.catch_up()
        size = log_size(acquit)
        with acquit.database.reading() as connection:
            for as_of, pick in (*picks, ("2031-12-31", size - 1)):
                text = f"{as_of},@{pick % size + 1}"
                at = parse_at(connection, acquit.identity, text, size)
                by_charge = aging(connection, at, edges=EDGES)
                rows = [{**row, "offer": offers.get(row["plan"])} for row in by_charge["rows"]]
                for by, names in GROUPS.items():
                    value = aging(connection, at, by=by, edges=EDGES)
                    assert value["totals"] == by_charge["totals"]
                    key = ("currency", *names, "bucket")
                    told = {tuple(row[name] for name in key): row for row in value["rows"]}
                    assert len(told) == len(value["rows"])
                    assert _added_up(value["rows"], key) == _added_up(rows, key)
