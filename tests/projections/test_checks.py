"""Every check holds for a sound ledger, and finds what it is there to find."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from bootstrap import Acquit
from projections.checks import CHECKS, run

HARM = {
    "debits": (
        (
            "UPDATE journal_1_postings SET amount_minor = amount_minor + 1 "
            "WHERE position = (SELECT min(position) FROM journal_1_postings) AND line = 1"
        ),
        r"position \d+, book generic: debits and credits differ by 1 minor units of EUR",
    ),
    "aging": (
        (
            "UPDATE receivables_1_movements SET amount_minor = amount_minor + 1 "
            "WHERE state = 'unapplied' AND position = "
            "(SELECT min(position) FROM receivables_1_movements WHERE state = 'unapplied')"
        ),
        r"minor units of EUR on unapplied of P are only (posted|open)",
    ),
    "balances": (
        "UPDATE balances_1_turnovers SET debit_minor = debit_minor + 1 WHERE role = 'revenue'",
        r"generic 4000 EUR 2026-\d\d-\d\d: postings and turnovers differ by -0.01",
    ),
    "functional": (
        (
            "UPDATE functional_1_postings SET amount_minor = amount_minor + 1 "
            "WHERE role = 'receivable' AND position = "
            "(SELECT max(position) FROM functional_1_postings WHERE role = 'receivable')"
        ),
        r"position \d+, book generic: functional debits and credits differ by 1 minor units of EUR",
    ),
    "journal": (
        (
            "DELETE FROM journal_1_entries WHERE event = 'PaymentReceived' AND position = "
            "(SELECT max(position) FROM journal_1_entries WHERE event = 'PaymentReceived')"
        ),
        r"position \d+: PaymentReceived of payment:usd has no journal entry",
    ),
    "settled": (
        (
            "UPDATE journal_1_postings SET amount_minor = amount_minor + 1 "
            "WHERE role = 'tax_pending' AND amount_minor > 0 AND position = (SELECT max(position) "
            "FROM journal_1_postings WHERE role = 'tax_pending')"
        ),
        r"plan P, book generic: settled, but 1 minor units of tax are pending",
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_sound_ledger_passes(lived: Acquit, name: str) -> None:
    """No check finds anything in a ledger that nobody has harmed."""
    with lived.database.reading() as connection:
        assert run(connection, name) == []


@pytest.mark.parametrize("name", HARM)
def test_a_harmed_read_model_is_found(lived: Acquit, name: str) -> None:
    """A read model changed by a cent or a row is found, with the place."""
    harm, finding = HARM[name]
    with lived.database.writing() as connection:
        connection.execute(text(harm))
    with lived.database.reading() as connection:
        found = run(connection, name)
    assert found
    assert re.search(finding, found[0]), found


def test_what_is_paid_and_carried_is_found(lived: Acquit) -> None:
    """A cent of worth left on a charge that holds no dollar is found, though its entry balances."""
    moved = (
        "UPDATE functional_1_postings SET amount_minor = amount_minor + {} WHERE role = '{}' "
        "AND position = (SELECT max(position) FROM functional_1_postings WHERE role = 'fx_gain')"
    )
    with lived.database.writing() as connection:
        connection.execute(text(moved.format(1, "receivable")))
        connection.execute(text(moved.format(-1, "fx_gain")))
    with lived.database.reading() as connection:
        found = run(connection, "functional")
    assert found == [
        f"book {book}: receivable of D/1 holds no USD and is carried at 1 minor units"
        for book in ("generic", "pcg")
    ]


def test_a_cent_without_tax_may_leave_an_advance(acquit: Acquit) -> None:
    """A thousandth of a dinar is taken off a taxed advance: the event posts nothing, rightly."""
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "0.300"}]}
    tax = [{"code": "T", "rate": "20", "category": "S", "due": "receipt"}]
    whose = {"plan": "P", "customer": "C", "currency": "BHD", "schedule": schedule, "tax": tax}
    paid = {"payment": "pay", "plan": "P", "amount": "0.050", "currency": "BHD"}
    for line in (
        {"command": "open_plan", "id": "1", "on": "2026-01-01", **whose},
        {"command": "receive_payment", "id": "2", "on": "2026-01-01", **paid},
        {"command": "open_dispute", "id": "3", "on": "2026-01-02", "payment": "pay"}
        | {"amount": "0.001"},
    ):
        assert acquit.application.execute(line).refusal is None
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        assert [name for name in CHECKS if run(connection, name)] == []


def _without_guards(acquit: Acquit, statement: str) -> None:
    """Do what an owner who drops the guards could do."""
    with acquit.database.writing() as connection:
        if acquit.database.is_postgres:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
        else:
            for trigger in ("events_no_update", "events_no_delete", "events_no_replace"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "payload = CAST('{}' AS BYTEA)",
        "recorded_at = recorded_at + 1",
        "posted_on = '2026-01-30'",
        "effective_on = '2026-01-30'",
        "actor = 'somebody'",
        "command_id = 'x'",
        "type = 'FeeCharged'",
        "schema_version = 9",
    ],
)
def test_a_changed_event_is_found(lived: Acquit, change: str) -> None:
    """Whatever of an event's envelope or payload is changed, its leaf hash tells the position."""
    if not lived.database.is_postgres:
        change = change.replace("CAST('{}' AS BYTEA)", "CAST('{}' AS BLOB)")
    _without_guards(lived, f"UPDATE events SET {change} WHERE position = 5")
    with lived.database.reading() as connection:
        assert run(connection, "hashes") == ["position 5: the event is not what its leaf hash says"]


def test_a_missing_event_is_found(lived: Acquit) -> None:
    """A gap in the positions, a gap in a stream and an entry without its event are found."""
    _without_guards(lived, "DELETE FROM events WHERE position = 5")
    with lived.database.reading() as connection:
        positions = run(connection, "positions")
        journal = run(connection, "journal")
    assert positions[0] == "position 6 follows 4"
    assert any("out of order" in finding for finding in positions)
    assert any("position 5 names InstalmentCharged" in finding for finding in journal)


def test_a_missing_last_event_is_found(lived: Acquit) -> None:
    """The head knows how long the log is."""
    _without_guards(lived, "DELETE FROM events WHERE position = (SELECT max(position) FROM events)")
    with lived.database.reading() as connection:
        assert "its head says" in run(connection, "positions")[-1]


def test_time_that_goes_back_is_found(lived: Acquit) -> None:
    """Positions follow the time of recording."""
    _without_guards(lived, "UPDATE events SET recorded_at = 1 WHERE position = 8")
    with lived.database.reading() as connection:
        assert run(connection, "positions") == [
            "position 8 was recorded before the one in front of it"
        ]
