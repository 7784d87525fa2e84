"""The promise of the border: whatever a command file holds, each line is a command or a refusal."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

from ledger.answers import id_of
from ledger.canonical import canonical_json
from ledger.command_file import lines
from ledger.commands import _READ, read_command
from ledger.free_text import free_texts
from ledger.intentions import AmendPlan, Reschedule
from ledger.refusals import FieldMissing, FieldUnknown
from ledger.terms.refusals import Refusal
from tests.command_line.lines import CASES, story
from tests.domain.refused_commands import BEFORE, BY_COMMAND
from tests.domain.short_form import read_short
from tests.fuzz.choices import Choices, as_json, mutated, scarred

GIVEN = {
    "id": "a",
    "plan": "P",
    "customer": "C",
    "currency": "USD",
    "book": "generic",
    "reason": "so it was agreed",
    "amount": "5.00",
    "kind": "discount",
    "series": "INV",
    "payment": "pay",
    "charge": "P/1",
}
"""What a short form leaves out."""


RICH = (
    "2026-02-01 amend_plan parts=2026-03-15:39.00",
    (
        '2026-01-01 open_plan equal="240.00 in 12 from 2026-01-15 every 1 month" '
        'interest="12 level" fees="handling 12.00 spread, file 5.00 signature"'
    ),
    (
        "2026-01-01 open_plan parts=2026-01-15:80.00:2026-01-01,2026-02-15:160.00 "
        "tax=20/receipt:180.00,5.5/invoice:60.00 service=2026-01-01..2026-12-31"
    ),
)
"""Commands with fields of every shape."""


@cache
def seeds() -> list[dict[str, Any]]:
    """Return lines of every kind of command, most of them valid."""
    short = [text for texts in BEFORE.values() for text in texts]
    short += [
        text.partition(": ")[2]
        for text in BY_COMMAND.strip().splitlines()
        if (not text.startswith(" ") and ": 2" in text) or ": 9" in text
    ]
    found = [filled(text) for text in short] + [filled(text) for text in RICH] + story()
    found += [line for line, _ in CASES.values() if isinstance(line, dict)]
    known = {line.get("command") for line in found}
    missing = [name for name in sorted(_READ) if name not in known]
    return found + [filled(f"2026-02-01 {name}") for name in missing]


def filled(text: str) -> dict[str, Any]:
    """Return a command in its short form as a line, with the fields that it must have."""
    day, name, fields = read_short(text)
    line = {"command": name, "id": "a", "on": day, **fields}
    for _ in range(20):
        try:
            read_command(line)
        except FieldMissing as refusal:
            line[refusal.field] = GIVEN.get(refusal.field, "x")
        except FieldUnknown as refusal:
            line.pop(refusal.field, None)
        except Refusal:
            break
    return line


def commands(data: bytes) -> None:
    """Read bytes, or what they make of known commands, as `record` reads a file."""
    choices = Choices(data)
    form = choices.number(3)
    if form == 0:
        _read(choices.rest())
        return
    known = seeds()
    line = choices.one(known)
    if form == 1:
        _read(scarred(json.dumps(line).encode(), choices))
    else:
        _read(as_json(mutated(line, known, choices), Choices(data[1:2])))


def _read(content: bytes) -> None:
    for line in lines(io.BytesIO(content)):
        refusal = line.refusal
        if line.content is not None:
            try:
                command = read_command(line.content)
                free_texts(line.content)
                canonical_json(line.content)
                if isinstance(command, AmendPlan | Reschedule):
                    command.agreed("EUR", 2)
            except Refusal as refused:
                refusal = refused
                id_of(line.content)
            else:
                continue
        assert refusal is not None
        assert refusal.code
        message = str(refusal)
        assert message
        message.encode()
