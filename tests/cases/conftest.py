"""Published cases: every file of a family, each case a test of its own.

A test module names its FAMILY; each of its tests that takes `case` runs once for every case of that
family in any file of the folder `cases` (see its README). What a case needs of a ledger is in
`Published`, which speaks the public API: command lines in, reports out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger.answers import Verdict
from ledger.command_file import Line
from ledger.events import LEDGER_STREAM
from ledger.replaying import steps
from ledger.store.log import read_stream
from ledger.terms.refusals import Refusal
from projections.aging import EDGES, aging
from projections.balances_report import balances
from projections.coordinates import resolve
from projections.journal_report import JournalFilter, entry_json, journal
from projections.projection import Books

if TYPE_CHECKING:
    from bootstrap import Acquit


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes `case` all cases of its module's family."""
    if "case" not in metafunc.fixturenames:
        return
    given = os.environ.get("ACQUIT_SHARED")
    root = Path(given) if given else Path(__file__).parents[3] / "shared"
    found = [
        case
        for path in sorted((root / "cases").glob("*.json"))
        for content in [json.loads(path.read_text(encoding="utf-8"))]
        if content["family"] == metafunc.module.FAMILY
        for case in content["cases"]
    ]
    metafunc.parametrize("case", found, ids=[case["id"] for case in found])


class Published:
    """A ledger that a published case is played on."""

    def __init__(self, acquit: Acquit) -> None:
        self.acquit = acquit
        self.count = 0

    def record(self, *lines: Mapping[str, Any]) -> None:
        """Carry out command lines."""
        results = self.acquit.application.record(
            Line(number, line) for number, line in enumerate(lines, 1)
        )
        for line, result in zip(lines, results, strict=True):
            assert result.verdict is Verdict.ACCEPTED, f"{line}: {result.refusal}"

    def do(self, command: str, on: str, **fields: Any) -> None:
        """Carry out one command, under an id of its own."""
        self.count += 1
        self.record({"command": command, "id": f"c{self.count}", "on": on, **fields})

    def refusal(self, command: str, on: str, **fields: Any) -> Refusal | None:
        """Return why a command is refused, None if it is not."""
        line = {"command": command, "id": "asked", "on": on, **fields}
        return self.acquit.application.execute(line).refusal

    def books(self) -> list[str]:
        """Return the names of the books that the ledger keeps."""
        with self.acquit.database.reading() as connection:
            return Books.of(read_stream(connection, LEDGER_STREAM)).names()

    def balances(self, as_of: str, book: str) -> dict[str, str]:
        """Return the balances of a book by role, those that are zero left out."""
        self.acquit.engine.catch_up()
        with self.acquit.database.reading() as connection:
            books = Books.of(read_stream(connection, LEDGER_STREAM))
            at = resolve(connection, self.acquit.identity, as_of)
            rows = balances(connection, books, at, JournalFilter(book=book))
        return {row["role"]: row["balance"] for row in rows if row["balance"].strip("0.")}

    def aging(self, as_of: str, edges: tuple[int, ...] = EDGES) -> dict[str, Any]:
        """Return the aging report of a day."""
        self.acquit.engine.catch_up()
        with self.acquit.database.reading() as connection:
            at = resolve(connection, self.acquit.identity, as_of)
            return aging(connection, at, edges=edges)

    def journal(self, as_of: str) -> list[dict[str, Any]]:
        """Return the journal of the generic book through a day."""
        self.acquit.engine.catch_up()
        with self.acquit.database.reading() as connection:
            at = resolve(connection, self.acquit.identity, as_of)
            return [entry_json(entry) for entry in journal(connection, at, JournalFilter())]

    def instalments(self, plan: str) -> dict[str, int]:
        """Return to which instalment each charge of a plan belongs, as its replay says."""
        with self.acquit.database.reading() as connection:
            last = steps(connection, plan)[-1].as_json()
        charges = last["state"]["charges"]
        return {name: charge["instalment"] for name, charge in charges.items()}


@pytest.fixture
def published(acquit: Acquit, shared: Path) -> Published:
    """Give a new ledger to play a case on; the test runs on both databases."""
    assert (shared / "cases").is_dir()
    return Published(acquit)
