"""Where a secret key is: in a file, in the keyring of the operating system, or given as it is.

`file:PATH` or a path, `keyring:NAME`, or 32 bytes in base64. Errors never repeat a key.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

KEY_BYTES = 32
_BASE64_LENGTH = 4 * -(-KEY_BYTES // 3)


class KeySourceError(ValueError):
    """There is no usable key; the message says where it was looked for and the way out."""


@dataclass(frozen=True, slots=True)
class KeySource:
    """A place of a key as a user writes it; `service` is whose entries in the keyring are."""

    text: str
    service: str

    @property
    def path(self) -> Path | None:
        """The file that holds the key, None where no file does."""
        kind, _, name = self.text.partition(":")
        if kind == "keyring":
            return None
        if kind == "file":
            return Path(name)
        path = Path(self.text)
        given = len(self.text) == _BASE64_LENGTH and not path.exists()
        return None if given else path

    def secret(self, place: str) -> bytes:
        """Return the 32 bytes that stand in the keyring or were given. Raises KeySourceError."""
        kind, _, name = self.text.partition(":")
        if kind == "keyring":
            found = _from_keyring(self.service, name)
            return key_of(found, f"keyring entry {name!r}")
        return key_of(self.text, place)


def key_of(text: str, where: str) -> bytes:
    """Return the 32 bytes that base64 writes. Raises KeySourceError."""
    try:
        key = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"{where} does not hold a key: {KEY_BYTES} bytes in base64"
        raise KeySourceError(message)
    return key


def read_file(path: Path) -> bytes:
    """Return what a key file holds. Raises KeySourceError."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the key file {path} cannot be read: {error.strerror}"
        raise KeySourceError(message) from None


def write_file(path: Path, content: bytes) -> None:
    """Write a key into a new file that only its owner may read. Raises KeySourceError.

    It is there whole or not at all; a file that is there already is an error.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except OSError as error:
        message = f"{path} cannot be made: {error.strerror}"
        raise KeySourceError(message) from None
    finally:
        part.unlink(missing_ok=True)


def _from_keyring(service: str, name: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - an optional package, and slow to load
    except ImportError:
        message = "the keyring needs the package keyring: pip install 'acquit[keyring]'"
        raise KeySourceError(message) from None
    found: str | None = keyring.get_password(service, name)
    if found is None:
        message = f"the keyring has no entry {name!r} of {service}"
        raise KeySourceError(message)
    return found
