"""The canonical form of an event's envelope, and its leaf hash (RFC 9162, section 2.1.1).

    SHA-256(0x00 || form), where form is, in this order,

    text  "acquit-1"      version of the form
    text  ledger id, stream, type, actor, command id
    int4  version, schema version
    day   effective_on
    bytes payload, as stored
    day   posted_on                stamped inside the append
    int8  recorded_at              stamped inside the append; UTC microseconds since 1970

Text is UTF-8; text and bytes have their length as int4 in front; integers are big-endian, signed;
a day is an int4 counted from 1970-01-01. The position is not in it: it is the leaf's index. On
Postgres the same form is built in SQL by the append function; a test holds the two together.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import date
from typing import Any

FORM = b"acquit-1"
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_length = struct.Struct(">i").pack
_versions = struct.Struct(">iii").pack
_stamp = struct.Struct(">iq").pack


def _sized(value: bytes) -> bytes:
    return _length(len(value)) + value


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to `day`."""
    return day.toordinal() - _EPOCH_ORDINAL


def leaf_hash(  # noqa: PLR0913 - the envelope has this many fields, and each is covered
    *,
    ledger_id: str,
    stream: str,
    type_name: str,
    actor: str,
    command_id: str,
    version: int,
    schema_version: int,
    effective_on: date,
    payload: bytes,
    posted_on: date,
    recorded_at_us: int,
) -> bytes:
    """Return the 32 bytes of the leaf of one stored event."""
    texts = (ledger_id, stream, type_name, actor, command_id)
    form = b"".join(
        (
            b"\x00",
            _sized(FORM),
            *(_sized(text.encode()) for text in texts),
            _versions(version, schema_version, day_number(effective_on)),
            _sized(payload),
            _stamp(day_number(posted_on), recorded_at_us),
        )
    )
    return hashlib.sha256(form).digest()


def leaf_of(ledger_id: str, row: Any) -> bytes:
    """Return the leaf hash of a row of `events`, made anew from all that stands in it."""
    return leaf_hash(
        ledger_id=ledger_id,
        stream=row.stream,
        type_name=row.type,
        actor=row.actor,
        command_id=row.command_id,
        version=row.version,
        schema_version=row.schema_version,
        effective_on=row.effective_on,
        payload=bytes(row.payload),
        posted_on=row.posted_on,
        recorded_at_us=row.recorded_at,
    )
