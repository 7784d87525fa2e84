"""`acquit doctor` as a user meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell


def test_grants_are_printed(shell: Shell) -> None:
    """The SQL of the roles goes to standard output, and no ledger is opened or changed for it."""
    before = shell.stored()
    said = shell.on_ledger("init", "--grants")
    assert (said.status, "GRANT EXECUTE ON FUNCTION acquit_append TO" in said.out) == (0, True)
    assert shell.stored() == before


def test_it_says_how_the_ledger_is(told: Shell) -> None:
    """A table for people, JSON and CSV for programs; nothing is ill, nothing is stored."""
    before = told.stored()
    said = told.on_ledger("doctor")
    assert (said.status, "How the ledger is" in said.out) == (0, True)
    rows = json.loads(told.on_ledger("doctor", "--format", "json").out)
    assert {row["state"] for row in rows} == {"well", "look"}
    assert told.on_ledger("doctor", "--format", "csv").out.startswith("name,state,text")
    assert told.stored() == before
