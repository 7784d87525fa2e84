"""1,894 real invoices (2012-2013): aging at any month end is what plain Python says of the file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bootstrap import Acquit
from ledger.command_file import Line
from ledger.importing import carry
from ledger.imports import load_map, read
from projections.aging import aging
from projections.coordinates import resolve

ROOT = Path(__file__).parent.parent.parent
MONTH_ENDS = [date(2011 + (m // 12), m % 12 + 1, 1) for m in range(13, 37)]


def day(text: str) -> date:
    """Read the file's dates."""
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a calendar day


def expected(rows: list[dict[str, str]], as_of: date) -> dict[str, Decimal]:
    """Age the open invoices by plain arithmetic over the file."""
    buckets = dict.fromkeys(["not_due", "1-30", "31-60", "61-90", "over_90"], Decimal("0.00"))
    for row in rows:
        if day(row["InvoiceDate"]) <= as_of < day(row["SettledDate"]):
            late = (as_of - day(row["DueDate"])).days
            edges = [(0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90")]
            name = next((name for edge, name in edges if late <= edge), "over_90")
            buckets[name] += Decimal(row["InvoiceAmount"])
    return buckets


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Give the file's rows."""
    import os

    shared = Path(os.environ.get("ACQUIT_SHARED") or ROOT.parent / "shared")
    path = shared / "data" / "ar" / "ibm_accounts_receivable.csv"
    if not path.is_file():
        pytest.skip(f"no file {path}: name its folder in ACQUIT_SHARED")
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def imported(acquit: Acquit, shared: Path) -> Acquit:
    """Take the file over through its map."""
    data = shared / "data" / "ar" / "ibm_accounts_receivable.csv"
    source = read(load_map(ROOT / "examples" / "imports" / "ibm.toml"), data)
    carried = carry(acquit.application, source, lambda _done, _total: None)
    assert (carried.findings, carried.taken) == ([], Decimal("113650.30"))
    acquit.engine.catch_up()
    return acquit


def report(acquit: Acquit, as_of: date, known_at: str | None = None) -> dict[str, Any]:
    """Read the aging."""
    with acquit.database.reading() as connection:
        at = resolve(connection, acquit.identity, as_of.isoformat(), known_at)
        return aging(connection, at)


def test_aging_is_what_the_file_says(
    acquit: Acquit, shared: Path, rows: list[dict[str, str]]
) -> None:
    """At 2013-06-30 and at every month end, each bucket equals the file's, to the cent."""
    imported(acquit, shared)
    for as_of in [date(2013, 6, 30), *MONTH_ENDS]:
        wanted = expected(rows, as_of)
        totals = report(acquit, as_of)["totals"]
        if not any(wanted.values()):
            assert all(Decimal(row["total"]) == 0 for row in totals)
            continue
        (row,) = totals
        assert {name: Decimal(row[name]) for name in wanted} == wanted, as_of
        assert Decimal(row["total"]) == sum(wanted.values()) + Decimal(row["credit"])


def test_known_past_never_changes(acquit: Acquit, shared: Path, rows: list[dict[str, str]]) -> None:
    """Aging at a past day, as known then, is the same whatever is recorded later."""
    source = read(
        load_map(ROOT / "examples" / "imports" / "ibm.toml"),
        shared / "data" / "ar" / "ibm_accounts_receivable.csv",
    )
    early = [each for each in source.commands if each.command["on"] <= "2013-03-31"]
    carry(acquit.application, replace(source, commands=early), lambda _done, _total: None)
    acquit.engine.catch_up()
    known = report(acquit, date(2013, 3, 31), "2013-03-31")
    wanted = expected(rows, date(2013, 3, 31))
    assert {name: Decimal(known["totals"][0][name]) for name in wanted} == wanted
    carry(acquit.application, source, lambda _done, _total: None)
    late = {"id": "late", "on": "2013-02-01", "recorded": "2015-01-01T00:00:00Z"}
    plan = early[0].command["plan"]
    credit = {"command": "credit", "plan": plan, "amount": "1.00", "kind": "discount"}
    (answer,) = acquit.application.record([Line(1, {**late, **credit, "reason": "late"})])
    assert answer.refusal is None
    acquit.engine.catch_up()
    assert report(acquit, date(2013, 3, 31), "2013-03-31") == known
    assert report(acquit, date(2013, 3, 31)) != known


def test_both_databases_say_the_same(
    new_url: Callable[[], str], sqlite_url: str, shared: Path
) -> None:
    """The JSON of the aging is the same, byte for byte, on SQLite and on Postgres."""
    from bootstrap import make_store, open_ledger
    from ledger.opening import Settings, open_or_recognise

    said = []
    for url in (new_url(), sqlite_url):
        store = make_store(url)
        open_or_recognise(store, Settings("Test", "USD", "UTC", "01-01", True, None))
        store.database.close()
        acquit = imported(open_ledger(url), shared)
        said.append([json.dumps(report(acquit, as_of)).encode() for as_of in MONTH_ENDS])
        acquit.close()
    assert said[0] == said[1]
