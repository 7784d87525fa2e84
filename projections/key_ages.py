"""How old keys are, from what is stored of them: a key that served for long wants a successor.

The limits are those of NIST SP 800-57 part 1 (revision 5, 5.3.6): a private signing key serves one
to three years, a key that wraps others at most two. Rotation is in docs/audit.md and
docs/personal-data.md.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from ledger.audit.note import NoteError
from ledger.audit.sealing import known_keys, newest_seal
from ledger.store.schema import audit_keys, audit_seals
from projections.findings import Finding

SIGNING_DAYS = 3 * 365
WRAPPING_DAYS = 2 * 365
_DAY_US = 24 * 60 * 60 * 1_000_000


def signing_key_age(connection: Connection, now_us: int) -> Finding:
    """Tell since when the key of the last seal has signed."""
    last = newest_seal(connection)
    if last is None:
        return Finding("signing key", "well", "age unknown: it has sealed nothing yet")
    since_us = None
    try:
        signers = [key.text for key in known_keys(connection) if last.signature.signed_by(key)]
    except NoteError:
        signers = []
    for signer in signers:
        first = (
            select(audit_seals.c.sealed_at)
            .join(audit_keys, audit_keys.c.since_size == audit_seals.c.size)
            .where(audit_keys.c.key == signer)
        )
        since_us = connection.execute(first).scalar_one_or_none()
    if since_us is None:
        said = "age unknown: the seal with which it began is not here, see acquit audit verify"
        return Finding("signing key", "look", said)
    way_out = "make another with acquit audit key and seal with it"
    return _aged("signing key", "first sealed", now_us - since_us, SIGNING_DAYS, way_out)


def wrapping_key_age(since_us: int | None, now_us: int) -> Finding:
    """Tell since when the wrapping key has wrapped what is in a store of keys."""
    name, way_out = "age of wrapping key", "acquit subject rewrap puts another in its place"
    if since_us is None:
        return Finding(name, "look", f"unknown, as it was not kept then: {way_out}")
    return _aged(name, "began to wrap", now_us - since_us, WRAPPING_DAYS, way_out)


def _aged(name: str, what: str, age_us: int, most_days: int, way_out: str) -> Finding:
    days = max(age_us, 0) // _DAY_US
    said = f"{what} {days} days ago"
    if days > most_days:
        return Finding(name, "look", f"{said}, more than {most_days}: {way_out}")
    return Finding(name, "well", said)
