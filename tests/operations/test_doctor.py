"""`acquit doctor` sees what is well and what is not, and changes nothing."""

from __future__ import annotations

import re

from sqlalchemy import text

from bootstrap import Acquit
from ledger.audit.sealing import seal
from projections.doctor import examine
from projections.findings import Finding
from projections.key_ages import SIGNING_DAYS, WRAPPING_DAYS, wrapping_key_age
from tests.audit.conftest import KEY, NOW_US, OTHER_KEY, record

DAY_US = 24 * 60 * 60 * 1_000_000


def found(acquit: Acquit, now_us: int, *, simulated: bool = True) -> dict[str, Finding]:
    """Return the findings by name."""
    acquit.engine.prepare()
    return {each.name: each for each in examine(acquit.engine, simulated=simulated, now_us=now_us)}


def test_a_new_ledger_wants_a_seal(acquit: Acquit) -> None:
    """Everything is well, but that nothing is sealed."""
    seen = found(acquit, acquit.application.store.clock_us())
    assert {name for name, each in seen.items() if each.state != "well"} == {"seals"}
    assert {"database", "migrations", "clocks", "log", "projection journal"} <= set(seen)
    assert re.search(r"(SQLite|Postgres) \d", seen["database"].text)


def test_events_behind_a_report_and_a_seal(acquit: Acquit) -> None:
    """What is not sealed is counted, and after a week worth a look; so is how far reports are."""
    seal(acquit.database, acquit.identity, KEY, NOW_US)
    record(acquit, "A", 3)
    seen = found(acquit, NOW_US + DAY_US)
    assert seen["seals"].state == "well"
    assert re.fullmatch(r"sealed 1 days ago, \d\d events since", seen["seals"].text)
    assert re.search(r"\d\d events behind", seen["projection balances"].text)
    assert found(acquit, NOW_US + 7 * DAY_US)["seals"].state == "look"
    acquit.engine.catch_up()
    assert " 0 events behind" in found(acquit, NOW_US)["projection balances"].text


def test_a_clock_that_was_ahead(acquit: Acquit) -> None:
    """In a real ledger, an event of the future tells of a clock; in a simulated one it is given."""
    record(acquit, "A", 1)
    assert found(acquit, 0, simulated=False)["log"].state == "look"
    assert found(acquit, 0)["log"].state == "well"


def test_a_store_of_another_revision_is_ill(acquit: Acquit) -> None:
    """A database that another program migrated is ill."""
    with acquit.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert found(acquit, NOW_US)["migrations"].state == "ill"


def test_the_age_of_the_signing_key(acquit: Acquit) -> None:
    """It counts from its first seal; past three years it is worth a look, and a new one helps."""
    assert "age unknown" in found(acquit, NOW_US)["signing key"].text
    seal(acquit.database, acquit.identity, KEY, NOW_US)
    record(acquit, "A", 1)
    later_us = NOW_US + SIGNING_DAYS * DAY_US
    seal(acquit.database, acquit.identity, KEY, later_us)
    aged = found(acquit, later_us)["signing key"]
    assert (aged.state, aged.text) == ("well", "first sealed 1095 days ago")
    aged = found(acquit, later_us + DAY_US)["signing key"]
    assert (aged.state, "more than 1095: make another" in aged.text) == ("look", True)
    record(acquit, "B", 1)
    seal(acquit.database, acquit.identity, OTHER_KEY, later_us + DAY_US)
    assert found(acquit, later_us + DAY_US)["signing key"].text == "first sealed 0 days ago"


def test_a_signing_key_whose_beginning_is_gone(acquit: Acquit) -> None:
    """Without the seal with which it began, its age is not guessed."""
    seal(acquit.database, acquit.identity, KEY, NOW_US)
    record(acquit, "A", 1)
    seal(acquit.database, acquit.identity, KEY, NOW_US)
    with acquit.database.writing() as connection:
        first = "(SELECT min(size) FROM audit_seals)"
        connection.execute(text(f"DELETE FROM audit_seals WHERE size = {first}"))
    aged = found(acquit, NOW_US)["signing key"]
    assert (aged.state, aged.text.startswith("age unknown")) == ("look", True)


def test_the_age_of_the_wrapping_key() -> None:
    """Past two years it is worth a look; what was not kept is said to be unknown."""
    assert wrapping_key_age(0, WRAPPING_DAYS * DAY_US).state == "well"
    assert wrapping_key_age(0, (WRAPPING_DAYS + 1) * DAY_US).state == "look"
    assert wrapping_key_age(None, NOW_US).text.startswith("unknown")
