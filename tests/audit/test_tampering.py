"""Whatever an owner of the database does to history, a checkpoint that somebody kept finds it."""

from __future__ import annotations

import re

import pytest

from tests.audit.conftest import OTHER_KEY, Sealed, Tamper, rechain, unguarded

BYTES = {True: "BYTEA", False: "BLOB"}


def change_a_byte(sealed: Sealed) -> None:
    """Change one letter of a payload."""
    kind = BYTES[sealed.acquit.database.is_postgres]
    old = '{"a":1}'
    unguarded(sealed, f"UPDATE events SET payload = CAST('{old}' AS {kind}) WHERE position = 7")


def delete_the_last_event(sealed: Sealed) -> None:
    """Cut off the end, head included."""
    last = "(SELECT max(position) FROM events)"
    cut = f"DELETE FROM events WHERE position = {last}"
    unguarded(sealed, cut, f"UPDATE ledger_head SET position = {last}")


def delete_a_stream(sealed: Sealed) -> None:
    """Drop a payment as if it had never been."""
    unguarded(sealed, "DELETE FROM events WHERE stream = 'payment:pay-A-1'")


def swap_two(sealed: Sealed) -> None:
    """Let two events of different streams change places."""
    unguarded(
        sealed,
        "UPDATE events SET position = -1 WHERE position = 9",
        "UPDATE events SET position = 9 WHERE position = 12",
        "UPDATE events SET position = 12 WHERE position = -1",
    )


def insert_one(sealed: Sealed) -> None:
    """Put a copy of an event, under another stream, behind the eighth; move the rest on."""
    columns = "stream, version, type, schema_version, effective_on, posted_on, recorded_at, actor"
    rest = f"{columns}, command_id, payload, leaf".replace("stream", "'payment:made-up'", 1)
    rest = rest.replace("version,", "1,", 1)
    unguarded(
        sealed,
        "UPDATE events SET position = -position - 1 WHERE position > 8",
        "UPDATE events SET position = -position WHERE position < 0",
        f"INSERT INTO events (position, {columns}, command_id, payload, leaf) "
        f"SELECT 9, {rest} FROM events WHERE position = 8",
        "UPDATE ledger_head SET position = position + 1",
    )


def back_date(sealed: Sealed) -> None:
    """Let something be known a microsecond earlier than it was."""
    unguarded(sealed, "UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 10")


def change_and_rehash(sealed: Sealed) -> None:
    """Change an event and make its leaf hash anew, and all seals, with the right key."""
    change_a_byte(sealed)
    rechain(sealed)


def drop_and_rechain(sealed: Sealed) -> None:
    """Drop a stream, close the gaps, and seal again with the right key."""
    delete_a_stream(sealed)
    rechain(sealed)


def truncate_and_rechain(sealed: Sealed) -> None:
    """Cut history off in the middle of what was kept, and seal again with the right key."""
    unguarded(sealed, "DELETE FROM events WHERE position > 9")
    rechain(sealed)


def replace_checkpoint_and_key(sealed: Sealed) -> None:
    """Change an event and sign all of it with another key, which takes the place of the old."""
    change_a_byte(sealed)
    rechain(sealed, OTHER_KEY)


def replace_key_alone(sealed: Sealed) -> None:
    """Leave history as it is, and sign it with another key."""
    rechain(sealed, OTHER_KEY)


TAMPERED: dict[Tamper, tuple[str, str]] = {
    change_a_byte: (r"^7 changed", r"position 7: changed"),
    delete_the_last_event: (r"^\d+ missing", r"missing, for a checkpoint covers"),
    delete_a_stream: (r"^\d+ missing", r"missing or moved"),
    swap_two: (r"^9 (reordered|missing)|^\d+ replaced", r"position"),
    insert_one: (r"^9 changed", r"position 9: changed"),
    back_date: (r"^10 changed", r"position 10: changed"),
    change_and_rehash: (r"^\d+ replaced", r"are not those that the checkpoint"),
    drop_and_rechain: (r"^\d+ replaced", r"are not those that the checkpoint"),
    truncate_and_rechain: (r"^10 missing", r"position 10: missing"),
    replace_checkpoint_and_key: (r"re-signed", r"signed by none of the keys"),
    replace_key_alone: (r"re-signed", r"signed by none of the keys"),
}
"""What was done; what `acquit audit verify` says first of it, what the bundle's verifier says."""


def test_untouched_it_is_as_it_was_sealed(sealed: Sealed) -> None:
    """Nothing is found in a history that nobody touched, by either check."""
    assert sealed.findings() == []
    assert sealed.audited(sealed.bundle()) == (
        0,
        "The history is as it was sealed, and continues the checkpoint that you kept.\n",
    )


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found(sealed: Sealed, tamper: Tamper) -> None:
    """Both the ledger's own check and the bundle's verifier find it, and say where and what."""
    tamper(sealed)
    first, said = TAMPERED[tamper]
    found = [f"{finding.position} {finding.kind}" for finding in sealed.findings()]
    assert any(re.search(first, each) for each in found), found
    status, words = sealed.audited(sealed.bundle())
    assert status == 1
    assert re.search(said, words), words
