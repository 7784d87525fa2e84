"""Events to bytes and back: plain canonical JSON under a stable type name.

The payload holds the event's data alone, keys sorted, UTF-8, no blanks; what the envelope holds is
not repeated in it. Decoding is typed and strict: an unknown type, a newer version or a field that
does not fit is an error that names the event, never skipped.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from ledger.events import EVENT_TYPES, UPCASTERS, Fact

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")
_JSON = msgspec.json.Decoder()


class UnreadableEventError(ValueError):
    """A stored event cannot be decoded; the message names its type and version."""


def encode(fact: Fact) -> bytes:
    """Return the canonical JSON of an event's data."""
    return _encoder.encode(fact)


@cache
def _decoder(topic: str) -> msgspec.json.Decoder[Fact]:
    return msgspec.json.Decoder(EVENT_TYPES[topic])


def decode(topic: str, schema_version: int, payload: bytes) -> Fact:
    """Return the event's data, brought up to the newest version of its type.

    Raises UnreadableEventError for a type or version that this program does not know, or a payload
    that does not fit.
    """
    known = EVENT_TYPES.get(topic)
    if known is None:
        message = f"event type {topic!r} is unknown to this version of Acquit: upgrade it"
        raise UnreadableEventError(message)
    if schema_version > known.SCHEMA_VERSION:
        message = (
            f"event type {topic!r} has version {schema_version}, this version of Acquit reads up "
            f"to {known.SCHEMA_VERSION}: upgrade it"
        )
        raise UnreadableEventError(message)
    if schema_version < 1:
        message = f"event type {topic!r} has version {schema_version}: versions begin with 1"
        raise UnreadableEventError(message)
    try:
        if schema_version == known.SCHEMA_VERSION:
            return _decoder(topic).decode(payload)
        return msgspec.convert(_upcast(topic, schema_version, payload), known)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        message = f"the payload of a {topic} (version {schema_version}) does not fit: {error}"
        raise UnreadableEventError(message) from error
    except RecursionError:
        message = f"the payload of a {topic} (version {schema_version}) is too deeply nested"
        raise UnreadableEventError(message) from None


def _upcast(topic: str, schema_version: int, payload: bytes) -> dict[str, Any]:
    data: dict[str, Any] = _JSON.decode(payload)
    for version in range(schema_version, EVENT_TYPES[topic].SCHEMA_VERSION):
        data = UPCASTERS[topic, version](data)
    return data


def builtins_of(value: object) -> Any:
    """Return dataclasses, dates and decimals as plain JSON values."""
    return msgspec.to_builtins(value)
