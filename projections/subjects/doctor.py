"""How the keys of subjects are; and a shredding that was cut short is finished here."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.application import LedgerApplication
from ledger.key_source import KeySourceError
from ledger.shredding import finish, today
from ledger.subjects.keystore import KeyStore, KeyStoreError
from ledger.subjects.wrapping import default_file
from projections.findings import Finding
from projections.key_ages import wrapping_key_age


def examine_keys(ledger: LedgerApplication) -> Iterator[Finding]:
    """Yield findings on where the keys are, what wraps them, and what was left to destroy."""
    store = ledger.subjects.store
    if store is None:
        yield Finding("keys", "well", "no place for personal data: see ACQUIT_KEYS")
    else:
        yield from _keys(store, ledger.store.clock_us())
    try:
        finished = finish(ledger, today(ledger))
    except KeyStoreError as error:
        yield Finding("shredding", "ill", str(error))
        return
    if finished:
        yield Finding("shredding", "look", f"finished what was cut short: {', '.join(finished)}")


def _keys(store: KeyStore, now_us: int) -> Iterator[Finding]:
    place = store.database.shown
    if not store.exists:
        yield Finding("keys", "well", f"none yet; they would be at {place}")
        return
    try:
        store.try_wrapping()
    except (KeyStoreError, KeySourceError) as error:
        yield Finding("keys", "ill", str(error))
        return
    yield Finding("keys", "well", f"of {store.count()} subjects, at {place}")
    if store.source is None:
        where = default_file(store.database.url)
        said = f"in {where}, where a thief of keys would look: see acquit subject key"
        yield Finding("wrapping key", "look", said)
    else:
        yield Finding("wrapping key", "well", "as ACQUIT_WRAPPING_KEY says")
    yield wrapping_key_age(store.wrapped_since_us(), now_us)
