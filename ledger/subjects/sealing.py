"""Sealing what a command says about a person, and opening it again.

A sealed value is bound to the ledger, the stream, the command, the kind of key and the field, so
that it opens in its own event and field and nowhere else. It is base64 of nonce and ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.canonical import canonical_json
from ledger.envelope import RecordedEvent
from ledger.events import CustomerRegistered, KeyKind, customer_stream
from ledger.intentions import RegisterCustomer
from ledger.refusals import IdNamesPerson, KeysNotPlaced
from ledger.subjects.cipher import NotSealedSoError, seal, unseal
from ledger.subjects.keystore import NOBODY, Hits, KeyStore, KeyStoreError
from ledger.subjects.names import marks_in, marks_of, names_whole

_LEGAL_FIELD = "invoiced_as"


class Subjects:
    """The persons of a ledger. `store` is None where no place for keys is known."""

    def __init__(self, store: KeyStore | None) -> None:
        self.store = store

    def close(self) -> None:
        """Give back every connection."""
        if self.store is not None:
            self.store.close()

    def require_store(self) -> KeyStore:
        """Return the place of the keys. Raises KeyStoreError if none is known."""
        if self.store is None:
            message = "the keys of subjects have no place here: set ACQUIT_KEYS to it"
            raise KeyStoreError(message)
        return self.store

    def named_in(self, texts: Mapping[str, str]) -> dict[str, Hits]:
        """Return whom texts name, by field; fields that name nobody are left out."""
        if not texts or self.store is None or not self.store.exists:
            return {}
        hits = {field: self.store.search(*marks_in(text)) for field, text in texts.items()}
        return {field: found for field, found in hits.items() if found != NOBODY}

    def sealed(
        self, command: RegisterCustomer, line: Mapping[str, Any]
    ) -> tuple[RegisterCustomer, Mapping[str, Any] | None]:
        """Return the command with its data sealed, and its line with them hashed under a key.

        The line is what the request's hash is made of: hashed as given, it would let a guess at a
        name be tried for ever. Of one whose keys are gone there is no line: it cannot be compared.
        Raises KeysNotPlaced, IdNamesPerson; KeyStoreError, KeySourceError.
        """
        if self.store is None:
            raise KeysNotPlaced
        for given in (command.service, command.legal):
            if names_whole(command.customer, given.get("name", "")):
                raise IdNamesPerson
        found = self.store.make_keys(command.customer)
        if not {"service", "legal"} <= found.keys():
            return replace(command, service={}, legal={}, keys_are_gone=True), None
        _remember(self.store, command)
        masked = {**line, **_masked(found["service"], command.service)}
        if command.legal:
            masked[_LEGAL_FIELD] = _masked(found["service"], command.legal)
        kinds: tuple[tuple[KeyKind, Mapping[str, str]], ...] = (
            ("service", command.service),
            ("legal", command.legal),
        )
        sealed = {
            kind: {
                field: _seal(found[kind], _bound_of(self.store, command, kind, field), text)
                for field, text in given.items()
            }
            for kind, given in kinds
        }
        return replace(command, service=sealed["service"], legal=sealed["legal"]), masked

    def opened(self, event: RecordedEvent, kind: KeyKind) -> dict[str, str] | None:
        """Return what an event says about a person, by field; None where the key is gone.

        Raises KeyStoreError where a value was changed or moved, KeySourceError.
        """
        fact = event.fact
        if self.store is None or not isinstance(fact, CustomerRegistered):
            return None
        key = self.store.keys_of(fact.customer).get(kind)
        if key is None:
            return None
        sealed = fact.service if kind == "service" else fact.legal
        ledger_id = self.store.ledger_id
        return {
            field: _open(key, _bound(ledger_id, event.stream, event.command_id, kind, field), text)
            for field, text in sealed.items()
        }


def _remember(store: KeyStore, command: RegisterCustomer) -> None:
    for given in (command.service, command.legal):
        if given:
            store.remember(command.customer, *marks_of(given))


def _bound_of(store: KeyStore, command: RegisterCustomer, kind: KeyKind, field: str) -> bytes:
    stream = customer_stream(command.customer)
    return _bound(store.ledger_id, stream, command.id, kind, field)


def _bound(ledger_id: str, stream: str, command_id: str, kind: KeyKind, field: str) -> bytes:
    return canonical_json([ledger_id, stream, command_id, CustomerRegistered.TOPIC, kind, field])


def _masked(key: bytes, given: Mapping[str, str]) -> dict[str, str]:
    own = hmac.new(key, b"acquit request hash", hashlib.sha256).digest()
    return {
        field: hmac.new(own, text.encode(), hashlib.sha256).hexdigest()
        for field, text in given.items()
    }


def _seal(key: bytes, bound: bytes, text: str) -> str:
    return base64.b64encode(seal(key, bound, text.encode())).decode()


def _open(key: bytes, bound: bytes, text: str) -> str:
    try:
        return unseal(key, bound, base64.b64decode(text, validate=True)).decode()
    except (NotSealedSoError, ValueError, binascii.Error):
        message = "a sealed value was changed or belongs elsewhere: run acquit audit verify"
        raise KeyStoreError(message) from None
