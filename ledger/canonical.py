"""The canonical form of JSON (RFC 8785), and the keyed hash of a command as it was given."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value without floats, as UTF-8.

    Raises ValueError for a float and UnicodeEncodeError for a lone surrogate.
    """
    return json.dumps(
        _ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def _ordered(value: object) -> object:
    """Sort keys by their UTF-16 code units, as RFC 8785 asks."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, float):
        message = "a float has no place in a command"
        raise ValueError(message)  # noqa: TRY004 - the type is fine, its use is not
    return value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def request_hash(line: Mapping[str, Any], key: bytes) -> bytes:
    """Return the HMAC-SHA-256 of a command as given, without its field `recorded`."""
    content = {name: value for name, value in line.items() if name != "recorded"}
    return hmac.new(key, canonical_json(content), hashlib.sha256).digest()
