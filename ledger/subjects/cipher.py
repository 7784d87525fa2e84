"""The one cipher: AES-256-GCM (NIST SP 800-38D) with a fresh nonce of 96 bits in front.

What a sealed text is bound to (the additional data) stands nowhere in it: it opens only for who
names the same.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class NotSealedSoError(ValueError):
    """The bytes were changed, or sealed under another key or for another place."""


def seal(key: bytes, bound: bytes, plain: bytes) -> bytes:
    """Return nonce and ciphertext."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, bound: bytes, sealed: bytes) -> bytes:
    """Return what was sealed. Raises NotSealedSoError."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise NotSealedSoError from None
