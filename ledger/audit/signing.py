"""The signing key: from the environment, a file, or the keyring of the operating system.

`ACQUIT_SIGNING_KEY` or --key says where: `file:PATH` or a path to a PEM file, `keyring:NAME`, or
the 32 bytes of the key itself in base64. The key never enters the ledger; its public side does.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.key_source import KeySource, KeySourceError, read_file, write_file

VARIABLE = "ACQUIT_SIGNING_KEY"
SERVICE = "acquit-signing"


def is_configured() -> bool:
    """Tell whether the environment names a signing key."""
    return bool(os.environ.get(VARIABLE))


def signing_key(source: str | None) -> Ed25519PrivateKey:
    """Return the key that a source names, by default that of the environment.

    Raises KeySourceError, which never repeats the key.
    """
    given = source or os.environ.get(VARIABLE)
    if not given:
        message = (
            f"no signing key: set {VARIABLE} or --key to a file, keyring:NAME, or the key; "
            "make one with acquit audit key FILE"
        )
        raise KeySourceError(message)
    place = KeySource(given, SERVICE)
    if place.path is not None:
        return _from_file(place.path)
    return Ed25519PrivateKey.from_private_bytes(place.secret(VARIABLE))


def _from_file(path: Path) -> Ed25519PrivateKey:
    content = read_file(path)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        message = f"{path} is not a PEM file of a key without a password"
        raise KeySourceError(message) from None
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path} holds a key of another kind: Ed25519 is wanted"
        raise KeySourceError(message)
    return key


def make_key(path: Path) -> Ed25519PrivateKey:
    """Write a new key into a file that only its owner may read. Raises KeySourceError."""
    key = Ed25519PrivateKey.generate()
    write_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key
