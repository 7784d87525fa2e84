"""The digest of a set of rows: the sum modulo 2^256 of the SHA-256 of each row in canonical JSON.

It does not depend on the order of the rows nor on the database that held them, and the digests of
two sets add up to that of both together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from ledger.canonical import canonical_json

MODULUS = 1 << 256


def digest_of(rows: Iterable[Sequence[object]]) -> int:
    """Return the digest of rows, each a sequence of JSON values without floats; 0 for none."""
    hashes = (hashlib.sha256(canonical_json(list(row))).digest() for row in rows)
    return sum(int.from_bytes(found) for found in hashes) % MODULUS


def together(digests: Iterable[int]) -> int:
    """Return the digest of several sets of rows as one set."""
    return sum(digests) % MODULUS


def hex_of(digest: int) -> str:
    """Write a digest as 64 hexadecimal digits."""
    return f"{digest:064x}"
