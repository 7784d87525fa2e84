"""The short form of a command's fields, as a life in plain text has them.

Most fields are written as in a command file, NAME=VALUE. Nested ones have a form of their own:

    equal="240.00 in 12 from 2026-01-15 every 1 month"   an equal schedule
    parts=2026-01-15:80.00,2026-02-15:160.00             a custom schedule: days and amounts,
    parts=2026-01-15:80.00:2026-01-01                    and perhaps the day of billing
    tax=20/receipt, tax=20/receipt:90.00,5.5/invoice:30.00   one rate, or several with their parts
    interest="12 level", service=2026-01-01..2026-12-31
    fees="handling 12.00 spread, file 5.00 signature"
    balances=receivable:100.00:92.00,clearing:5.00:4.60  role, amount, and perhaps what it is
                                                         carried at
    items=A-1:2025-12-01:60.00                           open items: document, due day, amount
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

_EQUAL = re.compile(r"(?P<total>\S+) in (?P<count>\d+) from (?P<first>\S+) every (?P<every>.+)")


def read_short(text: str) -> tuple[str, str, dict[str, Any]]:
    """Read `DAY COMMAND NAME=VALUE ...`: the day, the command, its fields as in a command file."""
    day, command, *pairs = shlex.split(text)
    return day, command, shaped(dict(pair.split("=", 1) for pair in pairs))


def shaped(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return fields in the shape of a command file."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        field, read = _FORMS.get(name, (name, str))
        found[field] = read(value)
    if "items" in found and "tax" in found:
        tax = found.pop("tax")
        found["items"] = [{**item, "tax": tax} for item in found["items"]]
    return found


def _equal(text: str) -> dict[str, Any]:
    found = _EQUAL.fullmatch(text)
    assert found is not None, f"{text!r} is not 'TOTAL in COUNT from DAY every INTERVAL'"
    return {
        "kind": "equal",
        "total": found["total"],
        "instalments": int(found["count"]),
        "first_due": found["first"],
        "every": found["every"],
    }


def _parts(text: str) -> dict[str, Any]:
    names = ("due", "amount", "billed_on")
    rows = [dict(zip(names, part.split(":"), strict=False)) for part in text.split(",")]
    return {"kind": "custom", "instalments": rows}


def _tax(text: str) -> list[dict[str, str]]:
    return [_rate(part) for part in text.split(",")]


def _rate(text: str) -> dict[str, str]:
    stated, _, gross = text.partition(":")
    rate, due = stated.split("/")
    term = {"code": "VAT", "rate": rate, "category": "S", "due": due}
    return {**term, "gross": gross} if gross else term


def _interest(text: str) -> dict[str, str]:
    rate, method = text.split()
    return {"annual_rate": rate, "method": method}


def _service(text: str) -> dict[str, str]:
    start, _, end = text.partition("..")
    return {"from": start, "to": end}


def _fees(text: str) -> list[dict[str, str]]:
    names = ("kind", "amount", "when")
    return [dict(zip(names, fee.split(), strict=True)) for fee in text.split(",")]


def _items(text: str) -> list[dict[str, str]]:
    names = ("document", "due", "amount")
    return [dict(zip(names, item.split(":"), strict=True)) for item in text.split(",")]


def _balances(text: str) -> list[dict[str, str]]:
    names = ("role", "amount", "carried")
    return [dict(zip(names, part.split(":"), strict=False)) for part in text.split(",")]


_FORMS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "equal": ("schedule", _equal),
    "parts": ("schedule", _parts),
    "tax": ("tax", _tax),
    "interest": ("interest", _interest),
    "service": ("service", _service),
    "fees": ("fees", _fees),
    "items": ("items", _items),
    "balances": ("balances", _balances),
    "charges": ("charges", lambda text: text.split(",")),
}
"""How a field is read, and the field of a command file that it becomes."""
