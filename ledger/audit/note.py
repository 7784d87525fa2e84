"""Checkpoint notes: a tree's size and root in the C2SP formats `tlog-checkpoint` and `signed-note`.

    acquit/LEDGER-ID            the origin: whose tree it is, and the name of its keys
    1234                        how many events it covers
    base64 of the root

    — acquit/LEDGER-ID base64 of the key's hash (4 bytes) and an Ed25519 signature

A public key is written as a verifier key: its name, hash in hex and base64, joined by plus signs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ED25519 = b"\x01"
_HASH_BYTES = 4
_ROOT_BYTES = 32
_SIGNED_LINES = 3


class NoteError(ValueError):
    """A note or key cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of a ledger's first `size` events."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name under which it signs."""

    name: str
    key: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[
            :_HASH_BYTES
        ]

    @property
    def text(self) -> str:
        """The key as it is published."""
        encoded = base64.b64encode(_ED25519 + self.key).decode()
        return f"{self.name}+{self.hash.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a published key. Raises NoteError."""
        try:
            name, digest, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            message = f"{text.strip()[:80]!r} is not a verifier key: NAME+HASH+KEY"
            raise NoteError(message) from None
        key = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(key.key) != _ROOT_BYTES or key.hash.hex() != digest:
            message = f"the verifier key of {name!r} is damaged: its hash does not fit"
            raise NoteError(message)
        return key


def verifier_key(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    """Return the public side of a signing key."""
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return VerifierKey(name, raw)


def signed(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> str:
    """Return the note of a checkpoint, signed under its origin's name."""
    key = verifier_key(checkpoint.origin, private)
    signature = private.sign(checkpoint.text.encode())
    encoded = base64.b64encode(key.hash + signature).decode()
    return f"{checkpoint.text}\n— {key.name} {encoded}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read: its checkpoint, and its signatures by name."""

    checkpoint: Checkpoint
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a note. Raises NoteError."""
        body, _, rest = text.partition("\n\n")
        lines = body.split("\n")
        try:
            origin, size, root = lines[:_SIGNED_LINES]
            checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
            signatures = tuple(_signature(line) for line in rest.splitlines() if line)
        except (ValueError, binascii.Error):
            message = "this is not a checkpoint note: origin, size, root, an empty line, signatures"
            raise NoteError(message) from None
        if checkpoint.text != body + "\n" or len(checkpoint.root) != _ROOT_BYTES:
            message = "the note is not written as a checkpoint is: its signature cannot be checked"
            raise NoteError(message)
        return cls(checkpoint, signatures)

    def signed_by(self, key: VerifierKey) -> bool:
        """Tell whether one of the signatures is the key's."""
        public = Ed25519PublicKey.from_public_bytes(key.key)
        for name, value in self.signatures:
            if name == key.name == self.checkpoint.origin and value[:_HASH_BYTES] == key.hash:
                try:
                    public.verify(value[_HASH_BYTES:], self.checkpoint.text.encode())
                except InvalidSignature:
                    continue
                return True
        return False


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, value = line.split(" ")
    if dash != "—":
        message = "a signature begins with a dash"
        raise ValueError(message)
    return name, base64.b64decode(value, validate=True)
