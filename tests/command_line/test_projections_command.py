"""`acquit projections`: from a rebuild to the change over and back, as a user meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.store.database import Database

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell


def states(shell: Shell) -> set[tuple[int, str]]:
    """Return number and state of every slot."""
    told = shell.on_ledger("projections", "status", "--format", "json").json()
    return {(row["slot"], row["state"]) for row in told}


def test_the_whole_way_over_and_back(told: Shell) -> None:
    """Rebuilt, compared, made live, back, live again, dropped: reports say the same all the way."""
    before = told.on_ledger("balances", "--format", "json").out
    built = told.on_ledger("projections", "rebuild", "--workers", "2", "--format", "json")
    assert built.status == 0
    assert all(row["equal"] for row in built.json())
    steps = [
        ("activate", {(1, "warm"), (2, "active")}),
        ("rollback", {(1, "active"), (2, "warm")}),
        ("activate", {(1, "warm"), (2, "active")}),
        ("drop", {(2, "active")}),
    ]
    beside = [
        row
        for row in told.on_ledger("doctor", "--format", "json").json()
        if "slot 2" in row["text"]
    ]
    assert {row["state"] for row in beside} == {"well"}
    for command, wanted in steps:
        assert told.on_ledger("projections", command).status == 0
        assert states(told) == wanted
        assert told.on_ledger("balances", "--format", "json").out == before
    assert "no such slot" in told.on_ledger("projections", "drop").out


def test_what_cannot_be_done_is_said(told: Shell) -> None:
    """Unknown names, nothing to compare and nothing to go back to are told in a sentence."""
    told.on_ledger("balances")
    said = [
        (("rebuild", "jurnal"), "unknown projection 'jurnal': known are journal, balances"),
        (("compare",), "projection journal has no new slot: build one with"),
        (("activate", "tax"), "projection tax has no new slot: build one with"),
        (("rollback",), "has no earlier slot to go back to"),
        (("drop", "journal", "--slot", "1"), "slot 1 of projection journal is the live one"),
    ]
    for command, sentence in said:
        answer = told.on_ledger("projections", *command)
        assert answer.status == 2
        assert sentence in answer.err


def test_a_difference_is_shown_with_its_events(told: Shell) -> None:
    """A row of the live slot that was tampered with is shown on both sides; the status is 1."""
    told.on_ledger("balances")
    change = "UPDATE journal_1_postings SET amount_minor = 1 WHERE position = 5 AND line = 1"
    database = Database(told.url)
    with database.writing() as connection:
        connection.exec_driver_sql(change)
    database.close()
    answer = told.on_ledger("projections", "rebuild", "journal")
    assert answer.status == 1
    assert "changed" in answer.out
    assert "amount_minor 1" in answer.out
    assert "position 5 " in answer.out
    assert told.on_ledger("projections", "activate", "journal").status == 2
    assert told.on_ledger("projections", "activate", "journal", "--different").status == 0
