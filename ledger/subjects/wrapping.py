"""The wrapping key: under it all keys of subjects are kept, so that a stolen store opens nothing.

`ACQUIT_WRAPPING_KEY` says where: `file:PATH` or a path, `keyring:NAME`, or the key in base64. Where
it says nothing, a key is made in a file of its own the first time, beside a store that is a file,
else in the user's data folder; `acquit doctor` says so, since a thief would find both together.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from sqlalchemy.engine import URL

from ledger.key_source import KEY_BYTES, KeySource, KeySourceError, key_of, read_file, write_file

VARIABLE = "ACQUIT_WRAPPING_KEY"
SERVICE = "acquit-wrapping"


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """The key, and a name for it that tells nothing about it."""

    key: bytes

    @property
    def name(self) -> str:
        """What the store remembers to know the key again."""
        return hashlib.sha256(b"acquit wrapping key" + self.key).hexdigest()[:16]


def default_file(store: URL) -> Path:
    """Return where the key of a store lies if nothing else is said."""
    if store.get_backend_name() == "sqlite":
        return Path(f"{store.database}.wrapping")
    folder = platformdirs.user_data_path("acquit", ensure_exists=True)
    return folder / f"{store.host or 'local'}-{store.port or ''}-{store.database}.wrapping"


def wrapping_key(source: str | None, store: URL, *, may_make: bool) -> WrappingKey:
    """Return the key of a store; with `may_make` and nothing said, make it.

    Raises KeySourceError.
    """
    if source:
        place = KeySource(source, SERVICE)
        if place.path is None:
            return WrappingKey(place.secret(VARIABLE))
        return _read(place.path)
    path = default_file(store)
    if may_make and not path.exists():
        make_key(path)
    if not path.exists():
        message = (
            f"the key that wraps the keys of subjects is not here: set {VARIABLE} to a file, "
            f"keyring:NAME or the key, or put it back into {path}"
        )
        raise KeySourceError(message)
    return _read(path)


def make_key(path: Path) -> None:
    """Write a new key into a file that only its owner may read. Raises KeySourceError."""
    write_file(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")


def _read(path: Path) -> WrappingKey:
    try:
        text = read_file(path).decode("ascii").strip()
    except UnicodeDecodeError:
        text = ""
    return WrappingKey(key_of(text, str(path)))
