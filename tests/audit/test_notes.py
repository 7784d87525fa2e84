"""Checkpoint notes and keys are C2SP's, and nothing that is not written so is read."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.note import Checkpoint, Note, NoteError, VerifierKey, signed, verifier_key
from tests.audit.conftest import KEY, OTHER_KEY

PUBLISHED = {
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "c74f20a3",
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8": "033de0ae",
}
"""Verifier keys of golang.org/x/mod/sumdb/note and of Go's checksum database, with their hashes."""

TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
"""The note that the documentation of golang.org/x/mod/sumdb/note signs."""

CHECKPOINT = Checkpoint("acquit/one", 12, bytes(32))


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_keys(text: str) -> None:
    """A published key is read, and its hash is the published one."""
    key = VerifierKey.parse(text)
    assert (key.hash.hex(), key.text) == (PUBLISHED[text], text)


def test_a_published_signature() -> None:
    """A published signature is the key's: hash in front, Ed25519 over the text behind it."""
    key = VerifierKey.parse(next(iter(PUBLISHED)))
    value = base64.b64decode(SIGNATURE)
    assert value[:4] == key.hash
    Ed25519PublicKey.from_public_bytes(key.key).verify(value[4:], TEXT.encode())


def test_a_note_is_read_as_it_was_signed() -> None:
    """Signed and read again, a note says the same, and only its own key has signed it."""
    note = Note.parse(signed(CHECKPOINT, KEY))
    assert note.checkpoint == CHECKPOINT
    assert note.signed_by(verifier_key("acquit/one", KEY))
    assert not note.signed_by(verifier_key("acquit/one", OTHER_KEY))
    assert not note.signed_by(verifier_key("acquit/two", KEY))


@given(place=st.integers(0, 500), flip=st.integers(1, 255))
def test_a_changed_note_is_not_signed(place: int, flip: int) -> None:
    """Whichever byte of a note is changed, it cannot be read, or nobody signed what it says."""
    raw = bytearray(signed(CHECKPOINT, KEY).encode())
    raw[place % len(raw)] ^= flip
    try:
        note = Note.parse(bytes(raw).decode(errors="replace"))
    except NoteError:
        return
    same = note.checkpoint == CHECKPOINT and len(note.signatures) == 1
    assert same or not note.signed_by(verifier_key("acquit/one", KEY))


@given(text=st.text(max_size=200) | st.just("a\n1\n") | st.just("a\n01\nAAAA\n\n"))
def test_other_text_is_no_note(text: str) -> None:
    """Text that is no note or key is refused in words."""
    with pytest.raises(NoteError):
        Note.parse(text)
    with pytest.raises(NoteError):
        VerifierKey.parse(text)
