"""`acquit aging --by instalment|offer`, as somebody reads it who sells by offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell

SCHEDULE: dict[str, Any] = {
    "kind": "equal",
    "total": "120.00",
    "instalments": 2,
    "first_due": "2026-01-10",
    "every": "1 month",
}
OPEN: dict[str, Any] = {
    "command": "open_plan",
    "on": "2026-01-01",
    "customer": "C-1",
    "currency": "EUR",
    "schedule": SCHEDULE,
    "recorded": "2026-01-01T09:00:00Z",
}
LINES: list[dict[str, Any]] = [
    OPEN | {"id": "o1", "plan": "P-1", "offer": "web"},
    OPEN | {"id": "o2", "plan": "P-2", "offer": "mail", "interest": {"annual_rate": "12"}},
    OPEN | {"id": "o3", "plan": "P-3"},
    {"command": "charge_due", "id": "d1", "on": "2026-02-10", "recorded": "2026-02-10T09:00:00Z"},
    {
        "command": "charge_fee",
        "id": "f1",
        "on": "2026-02-11",
        "plan": "P-2",
        "kind": "late_fee",
        "amount": "5.00",
        "recorded": "2026-02-11T09:00:00Z",
    },
    OPEN
    | {"id": "o4", "plan": "P-4", "offer": "web", "on": "2026-02-12"}
    | {"schedule": SCHEDULE | {"first_due": "2026-02-12"}, "recorded": "2026-02-12T09:00:00Z"},
    {"command": "charge_due", "id": "d2", "on": "2026-02-12", "recorded": "2026-02-12T10:00:00Z"},
    {
        "command": "amend_plan",
        "id": "a1",
        "on": "2026-02-20",
        "plan": "P-4",
        "schedule": SCHEDULE | {"instalments": 1, "first_due": "2026-03-12"},
        "offer": "web plus",
        "reason": "upgrade",
        "recorded": "2026-02-25T09:00:00Z",
    },
]


@pytest.fixture
def sold(each_shell: Shell) -> Shell:
    """Give a ledger with four plans, of which one has no offer and one another in the end."""
    said = each_shell.record(LINES)
    assert said.status == 0, said.err
    return each_shell


def _offers(shell: Shell, *at: str) -> list[tuple[str, str, str]]:
    value = shell.on_ledger("aging", "--by", "offer", *at, "--format", "json").json()
    rows = [row for row in value["rows"] if row["offer"] != "mail"]
    return [(row["offer"], row["bucket"], row["outstanding"]) for row in rows]


def test_by_offer(sold: Shell) -> None:
    """Offers in byte order, those without one first; an amendment counts from its day, once known.

    So of P-4, sold as web and amended to web plus on the 20th, which was recorded on the 25th.
    """
    none = [(None, "1-30", "60.00"), (None, "31-60", "60.00")]
    web = [("web", "1-30", "120.00"), ("web", "31-60", "60.00")]
    assert _offers(sold, "--as-of", "2026-02-19") == none + web
    assert _offers(sold, "--as-of", "2026-02-20", "--known-at", "2026-02-24") == none + web
    assert _offers(sold, "--as-of", "2026-02-20") == [
        *none,
        *(("web", "1-30", "60.00"), ("web", "31-60", "60.00"), ("web plus", "1-30", "60.00")),
    ]


def test_by_instalment(sold: Shell) -> None:
    """Interest is in the row of its instalment; a fee belongs to none, and is told of its plan."""
    at = ("--as-of", "2026-02-28", "--format", "json")
    value = sold.on_ledger("aging", "--by", "instalment", *at).json()
    charges = sold.on_ledger("aging", *at).json()
    assert value["totals"] == charges["totals"]
    own = [row for row in value["rows"] if row["plan"] == "P-2"]
    assert [(row["instalment"], row["charge"]) for row in own] == [
        (None, None),
        (1, None),
        (2, None),
    ]
    parts = [row for row in charges["rows"] if (row["plan"], row["instalment"]) == ("P-2", 1)]
    assert len(parts) == 2
    assert own[0]["outstanding"] == "5.00"


def test_for_people_and_spreadsheets(sold: Shell) -> None:
    """The offer is a column of the sheet by offer alone: the others keep their form."""
    sheets = {
        by: sold.on_ledger("aging", "--by", by, "--format", "csv").out.splitlines()[0]
        for by in ("charge", "instalment", "offer")
    }
    assert sheets["charge"] == sheets["instalment"]
    assert sheets["offer"] == f"offer,{sheets['charge']}"
    table = sold.on_ledger("aging", "--by", "offer").out
    assert "web plus" in table
