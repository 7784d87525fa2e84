"""Family `schedules`: published schedules, single figures of them, and splittings.

Every case becomes an object of open_plan (see `schedule_inputs`). It is quoted, where principal,
interest, balance and annual rates are compared, and agreed on a ledger, where the charges are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ledger.quoting import quote
from ledger.terms.refusals import InstalmentNotPositive
from ledger.terms.splitting import Cutting, cut
from tests.cases.schedule_inputs import columns_of, plan_of, whole_weights

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FAMILY = "schedules"
LAST_DAY = "2199-12-31"
Shown = Mapping[str, Any]

COLUMNS = {
    "nr": "nr",
    "due": "due",
    "balance_after": "balance",
    "balance": "balance",
    "principal": "principal",
    "interest": "interest",
    "fee": "fee",
    "total_due": "amount",
    "total": "amount",
    "payment": "amount",
}
"""What sources call the columns of a schedule, and what a quote calls them."""
LISTS = {
    "totals": "amount",
    "payments": "amount",
    "parts": "amount",
    "interest": "interest",
    "principal": "principal",
    "balances": "balance",
}
"""What sources call a single column."""
SUMS = {
    "interest_total": "interest",
    "total_interest": "interest",
    "payments_total": "total_cost",
    "total_payments": "total_cost",
}


def same(stated: object, found: object) -> bool:
    """Tell whether two cells are the same: amounts by their value, days and numbers as they are."""
    if isinstance(stated, str) and stated.count("-") < 2:
        return Decimal(stated) == Decimal(str(found))
    return stated == found


def printed(stated: str, found: str) -> bool:
    """Tell whether two figures agree to the digits that both of them print."""
    pair = Decimal(stated), Decimal(found)
    unit = Decimal(1).scaleb(max(int(figure.as_tuple().exponent) for figure in pair))
    return len({figure.quantize(unit, ROUND_HALF_UP) for figure in pair}) == 1


def check_cells(shown: Shown, rows: Sequence[Mapping[str, Any]]) -> None:
    """Compare rows, each by the names of its columns."""
    assert len(shown["rows"]) == len(rows)
    for found, stated in zip(shown["rows"], rows, strict=True):
        for name, cell in stated.items():
            assert same(cell, found[COLUMNS[name]]), (stated, found)


def check_figure(case: Mapping[str, Any], shown: Shown, stated: str) -> None:
    """Compare what a financial function returns: PMT, or IPMT and PPMT of one period."""
    function = case["title"].split()[0].upper()
    if function == "PMT":
        assert printed(stated, shown["level"])
    else:
        column = {"IPMT": "interest", "PPMT": "principal"}[function]
        assert printed(stated, shown["rows"][case["input"]["per"] - 1][column])


CHECKS: dict[str, Callable[[Shown, Any], None]] = {
    "rows": check_cells,
    "level": lambda shown, stated: check_cells({"rows": shown["rows"][:1]}, [{"payment": stated}]),
    "final": lambda shown, stated: check_cells({"rows": shown["rows"][-1:]}, [{"payment": stated}]),
}


def check(case: Mapping[str, Any], shown: Shown, name: str, stated: Any) -> None:
    """Compare one entry of what a case expects with the quote."""
    columns = columns_of(name)
    if columns:
        check_cells(shown, [dict(zip(columns, row, strict=True)) for row in stated])
    elif name in CHECKS:
        CHECKS[name](shown, stated)
    elif name in LISTS and isinstance(stated, list):
        assert all(
            same(cell, row[LISTS[name]]) for cell, row in zip(stated, shown["rows"], strict=True)
        ), (name, stated, shown["rows"])
    elif name in SUMS:
        assert same(stated, shown[SUMS[name]])
    elif name == "apr_percent":
        assert printed(stated, shown["us_apr"])
    elif name == "abs_value":
        check_figure(case, shown, stated)
    else:
        pytest.fail(f"nothing compares {name!r}")


def is_said_of_others(name: str) -> bool:
    """Tell whether an entry is a comment, a table that its case corrects, or another policy's."""
    return name == "note" or name.startswith(("published_", "alt_"))


def test_schedule(published: Published, case: dict[str, Any]) -> None:
    """What is quoted, and what is charged, has the days and the amounts that the case states."""
    line, expected = plan_of(case), case["expected"]
    parts = expected.get("parts", [])
    if any(not Decimal(part) for part in parts):
        check_empty_parts(line, case)
        return
    for policy, wanted in policies(expected):
        shown = quote({**line, **policy}).as_json()
        for name, stated in wanted.items():
            if not is_said_of_others(name):
                check(case, shown, name, stated)
    published.do("open_plan", **line)
    published.do("charge_due", LAST_DAY, plan="P")
    charged: dict[int, Decimal] = defaultdict(Decimal)
    for row in published.aging(LAST_DAY)["rows"]:
        charged[int(row["charge"].split("/")[1])] += Decimal(row["outstanding"])
    amounts = {row["nr"]: Decimal(row["amount"]) for row in quote(line).as_json()["rows"]}
    assert dict(charged) == amounts


def policies(expected: Mapping[str, Any]) -> list[tuple[dict[str, str], Mapping[str, Any]]]:
    """Return each policy of the remainder that a case speaks of, with what it expects of it."""
    found: list[tuple[dict[str, str], Mapping[str, Any]]] = [({}, expected)]
    if expected.get("alt_last_absorbs"):
        found.append(({"remainder": "last"}, {"parts": expected["alt_last_absorbs"]}))
    return found


def check_empty_parts(line: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    """Parts of nothing are cut by the arithmetic, and refused as instalments of a plan."""
    with pytest.raises(InstalmentNotPositive):
        quote(line)
    decimals = case["input"].get("minor_units", 2)
    minor = [int(Decimal(part).scaleb(decimals)) for part in case["expected"]["parts"]]
    weights = whole_weights(case["input"]["weights"])
    assert cut(sum(minor), weights, Cutting(remainder="largest_remainder")) == minor
