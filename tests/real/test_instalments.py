"""7,347 real payments of instalments, late, short, over and in pieces, end as the file says."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from bootstrap import Acquit
from ledger.importing import carry
from ledger.imports import load_map, read
from projections.aging import aging
from projections.coordinates import resolve

ROOT = Path(__file__).parent.parent.parent
FILE = Path("data") / "instalments" / "homecredit_installments_payments.csv"


def owed_by_credit(path: Path) -> dict[str, Decimal]:
    """Return what each credit owes less what it paid, by plain arithmetic over the file.

    The newest version of an instalment replaces the older ones; its amount due repeats on every row
    that paid a part of it.
    """
    due: dict[tuple[str, str], tuple[int, Decimal]] = {}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            credit, number = row["SK_ID_PREV"], row["NUM_INSTALMENT_NUMBER"]
            version = int(Decimal(row["NUM_INSTALMENT_VERSION"]))
            known = due.get((credit, number), (-1, Decimal(0)))
            due[credit, number] = max(known, (version, Decimal(row["AMT_INSTALMENT"])))
            paid[credit] += Decimal(row["AMT_PAYMENT"])
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for (credit, _), (_, amount) in due.items():
        owed[credit] += amount
    return {credit: owed[credit] - paid[credit] for credit in owed}


def test_every_credit_ends_with_what_the_file_implies(acquit: Acquit, shared: Path) -> None:
    """For each of 1,772 credits, charges less payments is what the file implies, to the unit."""
    source = read(load_map(ROOT / "examples" / "imports" / "homecredit.toml"), shared / FILE)
    carried = carry(acquit.application, source, lambda _done, _total: None)
    assert (carried.findings, carried.taken) == ([], source.total)
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        at = resolve(connection, acquit.identity, date(9999, 1, 1).isoformat())
        rows = aging(connection, at, by="plan")["rows"]
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["plan"].removeprefix("HC-")] += Decimal(row["outstanding"])
    wanted = {credit: left for credit, left in owed_by_credit(shared / FILE).items() if left}
    assert {credit: left for credit, left in found.items() if left} == wanted


def test_an_instalment_paid_in_full_is_not_open(acquit: Acquit, shared: Path) -> None:
    """A credit owes on charges or is owed credit; never both after the last due date."""
    source = read(load_map(ROOT / "examples" / "imports" / "homecredit.toml"), shared / FILE)
    carry(acquit.application, source, lambda _done, _total: None)
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        at = resolve(connection, acquit.identity, date(9999, 1, 1).isoformat())
        rows = aging(connection, at, by="plan")["rows"]
    signs: dict[str, set[bool]] = defaultdict(set)
    for row in rows:
        signs[row["plan"]].add(row["bucket"] == "credit")
    assert [plan for plan, kinds in signs.items() if len(kinds) > 1] == []
