"""The signing key: from the environment, a file, or the keyring of the operating system.

`ACQUIT_SIGNING_KEY` or --key says where: `file:PATH` or a path to a PEM file, `keyring:NAME`, or
the 32 bytes of the key itself in base64. The key never enters the ledger; its public side does.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

VARIABLE = "ACQUIT_SIGNING_KEY"
SERVICE = "acquit-signing"
_SEED_BYTES = 32


class SigningKeyError(ValueError):
    """There is no usable signing key; the message says where it was looked for and the way out."""


def is_configured() -> bool:
    """Tell whether the environment names a signing key."""
    return bool(os.environ.get(VARIABLE))


def signing_key(source: str | None) -> Ed25519PrivateKey:
    """Return the key that a source names, by default that of the environment.

    Raises SigningKeyError, which never repeats the key.
    """
    given = source or os.environ.get(VARIABLE)
    if not given:
        message = (
            f"no signing key: set {VARIABLE} or --key to a file, keyring:NAME, or the key; "
            "make one with acquit audit key FILE"
        )
        raise SigningKeyError(message)
    kind, _, name = given.partition(":")
    if kind == "keyring":
        return _from_seed(_from_keyring(name), f"keyring entry {name!r}")
    path = Path(name if kind == "file" else given)
    if kind == "file" or len(given) != 4 * -(-_SEED_BYTES // 3):
        return _from_file(path)
    return _from_file(path) if path.exists() else _from_seed(given, VARIABLE)


def _from_seed(text: str, where: str) -> Ed25519PrivateKey:
    try:
        seed = base64.b64decode(text, validate=True)
        return Ed25519PrivateKey.from_private_bytes(seed)
    except (ValueError, binascii.Error):
        message = f"{where} does not hold an Ed25519 key: 32 bytes in base64"
        raise SigningKeyError(message) from None


def _from_file(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        message = f"the signing key {path} cannot be read: {error.strerror}"
        raise SigningKeyError(message) from None
    except (ValueError, TypeError):
        message = f"{path} is not a PEM file of a key without a password"
        raise SigningKeyError(message) from None
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path} holds a key of another kind: Ed25519 is wanted"
        raise SigningKeyError(message)
    return key


def _from_keyring(name: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - an optional package, and slow to load
    except ImportError:
        message = "the keyring needs the package keyring: pip install 'acquit[keyring]'"
        raise SigningKeyError(message) from None
    found: str | None = keyring.get_password(SERVICE, name)
    if found is None:
        message = f"the keyring has no entry {name!r} of {SERVICE}"
        raise SigningKeyError(message)
    return found


def make_key(path: Path) -> Ed25519PrivateKey:
    """Write a new key into a file that only its owner may read. Raises SigningKeyError."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        message = f"{path} cannot be made: {error.strerror}"
        raise SigningKeyError(message) from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return key
