"""Seals grow with the log, read only what is new, and prove every event and every growth."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select, text

from bootstrap import Acquit
from ledger.audit import signing
from ledger.audit.note import Note
from ledger.audit.proving import ProofError, growth_of, proofs_of
from ledger.audit.sealing import (
    MissingEventsError,
    Seal,
    known_keys,
    leaves,
    seal,
    seals,
    stored_subtree,
)
from ledger.audit.signing import make_key, signing_key
from ledger.audit.tree import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_from_inclusion,
    root_of,
)
from ledger.key_source import KeySourceError
from ledger.store.log import head_position
from ledger.store.migration import migrate
from ledger.store.schema import audit_nodes
from tests.audit.conftest import KEY, NOW_US, OTHER_KEY, Sealed, record, unguarded


def sealed_now(acquit: Acquit) -> Seal:
    """Seal what there is."""
    return seal(acquit.database, acquit.identity, KEY, NOW_US)


def test_a_tree_of_more_than_a_kept_subtree(acquit: Acquit) -> None:
    """Past 256 events the kept nodes serve: roots and proofs are those of all leaves together."""
    made = []
    for number in range(4):
        record(acquit, f"P-{number}", 30)
        made.append(sealed_now(acquit).checkpoint)
    with acquit.database.reading() as connection:
        size = made[-1].size
        hashes = list(leaves(connection, 0, size))
        kept = connection.execute(select(audit_nodes).order_by(audit_nodes.c.number)).all()
        subtree = stored_subtree(connection)
        assert size > 300
        assert [bytes(row.hash) for row in kept] == [
            root_of(hashes[start : start + 256]) for start in range(0, size - 255, 256)
        ]
        assert [found.root for found in made] == [root_of(hashes[: found.size]) for found in made]
        for index in (0, 1, 254, 255, 256, size - 1):
            proof = inclusion_proof(subtree, index, size)
            assert root_from_inclusion(hashes[index], index, size, proof) == made[-1].root
        for before in made:
            proof = consistency_proof(subtree, before.size, size)
            assert is_consistent(before.size, before.root, size, made[-1].root, proof)


def test_what_is_missing_is_not_signed(sealed: Sealed) -> None:
    """A log with a hole is not sealed: the seal would speak of more events than it vouches for."""
    record(sealed.acquit, "C")
    unguarded(sealed, "DELETE FROM events WHERE stream = 'payment:pay-C-1'")
    with sealed.acquit.database.reading() as connection:
        before = len(seals(connection))
    with pytest.raises(MissingEventsError, match="events are missing: run acquit check positions"):
        sealed.seal()
    with sealed.acquit.database.reading() as connection:
        assert len(seals(connection)) == before


def test_nothing_new_seals_nothing(sealed: Sealed) -> None:
    """Sealed again without an event more, the last seal is returned and none is added."""
    with sealed.acquit.database.reading() as connection:
        before = seals(connection)
    assert sealed.seal() == before[-1]
    with sealed.acquit.database.reading() as connection:
        assert seals(connection) == before


def test_rotation_keeps_the_old_key(sealed: Sealed) -> None:
    """With another key, the next seal is its, the old seals stay good, and both keys are known."""
    record(sealed.acquit, "C")
    newest = sealed.seal(OTHER_KEY)
    with sealed.acquit.database.reading() as connection:
        keys = known_keys(connection)
        notes = [found.signature for found in seals(connection)]
    assert [[note.signed_by(key) for key in keys] for note in notes] == [
        [True, False],
        [True, False],
        [False, True],
    ]
    assert newest.note == seals_text(notes[-1], newest)
    assert sealed.findings() == []
    assert sealed.audited(sealed.bundle())[0] == 0


def seals_text(note: Note, made: Seal) -> str:
    """Return a seal's note if it says what the seal does."""
    return made.note if note.checkpoint == made.checkpoint else ""


def test_proofs_of_a_plan(sealed: Sealed) -> None:
    """Each event of a plan, and one by its position, is proved against the last seal."""
    with sealed.acquit.database.reading() as connection:
        for what in ("A", "plan:B", "7"):
            value = proofs_of(connection, what)
            checkpoint = Note.parse(value["checkpoint"]).checkpoint
            for event in value["events"]:
                proof = [bytes.fromhex(found) for found in event["proof"]]
                leaf = bytes.fromhex(event["leaf"])
                root = root_from_inclusion(leaf, event["index"], checkpoint.size, proof)
                assert root == checkpoint.root
            assert value["events"]
        size, kept = checkpoint.size, sealed.kept.checkpoint
        growth = growth_of(connection, kept.size, size)
        hashes = [bytes.fromhex(found) for found in growth["hashes"]]
        assert is_consistent(kept.size, kept.root, size, checkpoint.root, hashes)


def test_what_cannot_be_proved(sealed: Sealed) -> None:
    """What is not there, not sealed yet, or no growth is refused in words."""
    record(sealed.acquit, "late")
    with sealed.acquit.database.reading() as connection:
        for what, said in (
            ("nobody", "no event, stream or plan"),
            ("99999999999999999999", "no event, stream or plan"),
            ("late", "is not sealed yet"),
        ):
            with pytest.raises(ProofError, match=said):
                proofs_of(connection, what)
        with pytest.raises(ProofError, match="sizes go from 1 to"):
            growth_of(connection, 9, 8)


def test_two_that_seal_at_once(sealed: Sealed) -> None:
    """A seal of the same events by another process changes nothing and is no error."""
    record(sealed.acquit, "C")
    first = sealed.seal()
    with sealed.acquit.database.writing() as connection:
        connection.execute(text(f"DELETE FROM audit_seals WHERE size = {first.checkpoint.size}"))
    again = sealed.seal()
    assert again == first
    assert sealed.findings() == []


def test_a_ledger_made_before_there_were_seals_is_migrated(acquit: Acquit) -> None:
    """A filled ledger of the first revision gets the tables, keeps its events, and is sealed."""
    record(acquit, "A")
    with acquit.database.writing() as connection:
        for table in ("audit_stamps", "audit_seals", "audit_nodes", "audit_keys"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        before = list(leaves(connection, 0, head_position(connection)))
    migrate(acquit.database)
    sealed = sealed_now(acquit)
    assert (sealed.checkpoint.size, sealed.checkpoint.root) == (len(before), root_of(before))


# Keys -------------------------------------------------------------------------------------------


def test_keys_from_a_file_and_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new key's file is its owner's alone; its path, with `file:` or without, names it."""
    path = tmp_path / "key.pem"
    made = make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    seed = made.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    for source in (str(path), f"file:{path}", base64.b64encode(seed).decode()):
        monkeypatch.setenv(signing.VARIABLE, source)
        assert signing_key(None).private_bytes_raw() == seed
    with pytest.raises(KeySourceError, match="cannot be made: File exists"):
        make_key(path)


def test_a_key_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's keyring is asked for the entry; one that is not there is named."""
    import keyring
    from keyring.backend import KeyringBackend

    class Held(KeyringBackend):
        """A keyring that holds one entry."""

        priority = 1

        def __init__(self) -> None:
            """Hold it from the start."""

        def get_password(self, service: str, username: str) -> str | None:
            held = base64.b64encode(KEY.private_bytes_raw()).decode()
            return held if (service, username) == ("acquit-signing", "books") else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Held())
    try:
        assert signing_key("keyring:books").private_bytes_raw() == KEY.private_bytes_raw()
        with pytest.raises(KeySourceError, match="no entry 'other'"):
            signing_key("keyring:other")
    finally:
        keyring.set_keyring(before)
    monkeypatch.delenv(signing.VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, "no signing key: set ACQUIT_SIGNING_KEY"),
        ("nowhere.pem", "cannot be read: No such file"),
        ("file:nowhere.pem", "cannot be read: No such file"),
        ("A" * 43 + "!", "does not hold a key"),
    ],
)
def test_no_usable_key(
    source: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with a key is said without the key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(signing.VARIABLE, raising=False)
    with pytest.raises(KeySourceError, match=said) as caught:
        signing_key(source)
    assert "AAAA" not in str(caught.value)


def test_a_file_that_holds_no_key(tmp_path: Path) -> None:
    """A file of something else is named."""
    path = tmp_path / "key.pem"
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(KeySourceError, match="is not a PEM file of a key"):
        signing_key(str(path))
