"""Whatever the rows are: commands and findings add up to the file's total, row by row."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.imports import Imported, load_map, read

SMALL = st.sampled_from(["1", "2", "3", "-1", "0", "-40", "", "x", "1.5"])
DAYS = st.sampled_from(["2025-01-01", "2025-01-02", "2025-02-30", "", "2024-12-31"])
NAMES = st.sampled_from(["A", "B", "C1", "CA", "", " A "])
AMOUNTS = st.one_of(
    SMALL,
    st.decimals(min_value=-1000, max_value=100000, places=3).map(str),
    st.decimals(min_value=0, max_value=10**13, places=2).map(str),
    st.text(max_size=6),
)
MAPS = {
    "invoice": (
        "",
        {"id": NAMES, "customer": NAMES, "billed_on": DAYS, "due": DAYS, "settled": DAYS},
    ),
    "instalment": (
        "epoch = 2025-01-01",
        dict.fromkeys(
            ("plan", "customer", "number", "version", "due_day", "paid_day", "amount_due"), SMALL
        ),
    ),
    "invoice_line": (
        'due_days = 3\ncancellation_prefix = "C"',
        {
            "invoice": NAMES,
            "article": st.just("A"),
            "quantity": SMALL,
            "billed_on": DAYS,
            "customer": st.sampled_from(["A", ""]),
        },
    ),
    "open_item": (
        'cut_off = 2025-01-01\ndue_day = "last"',
        {"id": NAMES, "issued": DAYS, "term_months": SMALL},
    ),
}
AMOUNT_FIELDS = {
    "invoice": "amount",
    "instalment": "amount_paid",
    "invoice_line": "unit_price",
    "open_item": "amount",
}


def _read(kind: str, fields: Sequence[str], rows: Sequence[Sequence[str]]) -> Imported:
    columns = "\n".join(f'{field} = "{field}"' for field in fields)
    dates = "" if kind == "instalment" else '[dates]\nformat = "%Y-%m-%d"'
    currency = '[currency]\ncode = "EUR"\ndecimals = 2'
    with tempfile.TemporaryDirectory() as folder:
        map_path, csv_path = Path(folder) / "map.toml", Path(folder) / "rows.csv"
        head = f'kind = "{kind}"\n{MAPS[kind][0]}'
        map_path.write_text(f"{head}\n[columns]\n{columns}\n{dates}\n{currency}")
        with csv_path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(fields), *rows])
        return read(load_map(map_path), csv_path)


@given(kind=st.sampled_from(sorted(MAPS)), data=st.data())
@settings(max_examples=150, deadline=None)
def test_every_row_is_carried_once_or_listed_once(kind: str, data: st.DataObject) -> None:
    """The rows of commands and findings are all rows, each once; so are their amounts."""
    known = MAPS[kind][1]
    fields = [*known, AMOUNT_FIELDS[kind]]
    row = st.one_of(
        st.tuples(*known.values(), AMOUNTS),
        st.lists(st.text(max_size=3), min_size=1, max_size=9).filter(any),
    )
    rows = data.draw(st.lists(row, max_size=12))
    imported = _read(kind, fields, rows)
    carried = [pair for sourced in imported.commands for pair in sourced.carries]
    listed = [(finding.line, finding.amount) for finding in imported.findings]
    assert len(carried) + len(listed) == imported.rows == len(rows)
    assert len({line for line, _ in [*carried, *listed]}) == imported.rows
    assert sum((amount for _, amount in [*carried, *listed]), Decimal(0)) == imported.total
    assert sum(imported.currency_totals.values(), Decimal(0)) == imported.total


@given(kind=st.sampled_from(sorted(MAPS)), data=st.data())
@settings(max_examples=60, deadline=None)
def test_ids_are_unique_and_dates_in_order(kind: str, data: st.DataObject) -> None:
    known = MAPS[kind][1]
    fields = [*known, AMOUNT_FIELDS[kind]]
    rows = data.draw(st.lists(st.tuples(*known.values(), AMOUNTS), max_size=12))
    commands = [sourced.command for sourced in _read(kind, fields, rows).commands]
    ids = [command["id"] for command in commands]
    assert len(set(ids)) == len(ids)
    days = [command["on"] for command in commands]
    assert days == sorted(days)
    opened = set()
    for command in commands:
        if command["command"].startswith("open"):
            opened.add(command["plan"])
        assert command["plan"] in opened
