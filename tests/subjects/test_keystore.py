"""Keys of subjects: wrapped, bound to their subject, wrapped anew, and destroyed for good."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.key_source import KeySourceError
from ledger.subjects import wrapping
from ledger.subjects.keystore import KeyStore, KeyStoreError
from ledger.subjects.wrapping import default_file, make_key, wrapping_key

NewStore = Callable[..., KeyStore]


@pytest.fixture
def new_store(keys_place: str, tmp_path: Path) -> Iterator[NewStore]:
    """Give a function that opens the same store again."""
    opened = []

    def make(ledger_id: str = "L", source: str | None = "") -> KeyStore:
        given = str(tmp_path / "wrapping.key") if source == "" else source
        opened.append(KeyStore(keys_place, ledger_id, given))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def test_nothing_is_made_before_it_is_wanted(new_store: NewStore) -> None:
    """Looking at a store that is not there finds nobody, and makes nothing."""
    store = new_store()
    assert not store.exists
    assert (store.keys_of("C-1"), store.count(), store.destroyed_kinds()) == ({}, 0, {})
    assert store.destroy("C-1", ["service"], 0) == 0
    assert not store.exists


def test_the_same_keys_again(new_store: NewStore) -> None:
    """Two keys a subject, made once, the same for whoever opens the store."""
    made = new_store().make_keys("C-1")
    assert set(made) == {"service", "legal"}
    assert made["service"] != made["legal"]
    assert new_store().make_keys("C-1") == made == new_store().keys_of("C-1")
    assert new_store("M").make_keys("C-1") != made


def test_threads_make_one_key(new_store: NewStore) -> None:
    """Those who register a customer at once get the same keys."""
    new_store().make_keys("first")
    found = list[object]()
    stores = [new_store() for _ in range(4)]
    threads = [
        threading.Thread(target=lambda store=store: found.append(store.make_keys("C-1")))
        for store in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == len(threads)
    assert all(each == found[0] for each in found)


def test_destroyed_for_good(new_store: NewStore) -> None:
    """A destroyed key is gone, is not made anew, and is remembered as destroyed."""
    store = new_store()
    legal = store.make_keys("C-1")["legal"]
    assert store.destroy("C-1", ["service"], 7) == 1
    assert store.destroy("C-1", ["service"], 8) == 0
    assert store.keys_of("C-1") == {"legal": legal}
    assert store.make_keys("C-1") == {}
    assert store.destroyed_kinds() == {"C-1": {"service"}}


def test_no_copy_is_left_in_the_file(tmp_path: Path) -> None:
    """The bytes of a destroyed key are in no file of the store any more."""
    make_key(tmp_path / "wrapping.key")
    store = KeyStore(f"sqlite:///{tmp_path}/k.keys", "L", str(tmp_path / "wrapping.key"))
    store.make_keys("C-1")
    with store.database.reading() as connection:
        wrapped = bytes(
            connection.execute(
                text("SELECT wrapped FROM subject_keys WHERE kind = 'service'")
            ).scalar_one()
        )

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("k.keys*"))

    assert wrapped in files()
    store.destroy("C-1", ["service"], 0)
    assert wrapped not in files()
    store.close()


def test_marks_go_with_the_legal_key(new_store: NewStore) -> None:
    """The name is kept from coming back in free text until the last key is destroyed."""
    store = new_store()
    store.make_keys("C-1")
    store.remember("C-1", {"dupont marie"}, {"dupont", "marie"})
    assert store.search({"dupont marie"}, ()).sure
    assert store.search((), {"dupont"}).subjects == {"C-1"}
    assert not store.search({"dupont"}, {"dupont marie"}).subjects
    store.destroy("C-1", ["service"], 0)
    assert store.search({"dupont marie"}, ()).sure
    store.destroy("C-1", ["legal"], 0)
    assert not store.search({"dupont marie"}, {"dupont"}).subjects


def test_wrapped_anew(new_store: NewStore, tmp_path: Path) -> None:
    """Under another wrapping key the same keys open; under the old one none does."""
    made = new_store().make_keys("C-1")
    make_key(tmp_path / "next.key")
    assert new_store().rewrap(str(tmp_path / "next.key")) == 2
    assert new_store(source=str(tmp_path / "next.key")).keys_of("C-1") == made
    with pytest.raises(KeyStoreError, match="another one than that which wraps"):
        new_store().keys_of("C-1")


def test_since_when_a_key_wraps(new_store: NewStore, tmp_path: Path) -> None:
    """Kept when a key begins to wrap; the same key again changes nothing; lost, it is unknown."""
    store = new_store()
    store.clock_us = lambda: 5
    store.make_keys("C-1")
    assert store.wrapped_since_us() == 5
    store.clock_us = lambda: 9
    store.rewrap(str(tmp_path / "wrapping.key"))
    assert store.wrapped_since_us() == 5
    make_key(tmp_path / "next.key")
    store.rewrap(str(tmp_path / "next.key"))
    assert store.wrapped_since_us() == 9
    with store.database.writing() as connection:
        connection.exec_driver_sql(
            "DELETE FROM subject_keys_about WHERE name = 'wrapping_since_us'"
        )
    assert store.wrapped_since_us() is None


def test_wrapping_anew_is_all_or_nothing(
    new_store: NewStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short in the middle, everything is as it was."""
    made = new_store().make_keys("C-1")
    make_key(tmp_path / "next.key")

    def cut_short(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ledger.subjects.keystore._about", cut_short)
        with pytest.raises(KeyboardInterrupt):
            new_store().rewrap(str(tmp_path / "next.key"))
    assert new_store().keys_of("C-1") == made


def test_a_key_of_another_subject_does_not_fit(new_store: NewStore) -> None:
    """A wrapped key is bound to its subject: moved to another one it does not open."""
    store = new_store()
    store.make_keys("C-1")
    store.make_keys("C-2")
    with store.database.writing() as connection:
        connection.execute(
            text(
                "UPDATE subject_keys SET wrapped = (SELECT k.wrapped FROM subject_keys k WHERE "
                "k.subject = 'C-2' AND k.kind = subject_keys.kind) WHERE subject = 'C-1'"
            )
        )
    with pytest.raises(KeyStoreError, match="was changed, or belongs to another"):
        store.keys_of("C-1")


def test_rewrapping_nothing(new_store: NewStore, tmp_path: Path) -> None:
    """Where there are no keys yet, the way out is said."""
    with pytest.raises(KeyStoreError, match="no keys of subjects yet"):
        new_store().rewrap(str(tmp_path / "wrapping.key"))


def test_a_wrapping_key_is_made_beside_a_file_once(tmp_path: Path) -> None:
    """With nothing said a key is made, for its owner alone; lost, it is not made anew."""
    url = f"sqlite:///{tmp_path}/k.keys"
    store = KeyStore(url, "L", None)
    made = store.make_keys("C-1")
    file = default_file(store.database.url)
    assert file.stat().st_mode & 0o777 == 0o600
    assert KeyStore(url, "L", None).keys_of("C-1") == made
    file.rename(tmp_path / "elsewhere")
    with pytest.raises(KeySourceError, match="the key that wraps the keys of subjects is not here"):
        KeyStore(url, "L", None).make_keys("C-2")
    assert KeyStore(url, "L", str(tmp_path / "elsewhere")).keys_of("C-1") == made


def test_sources_of_the_wrapping_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file, by itself, or from the keyring; an error never repeats what it read."""
    import keyring

    url = KeyStore(f"sqlite:///{tmp_path}/k.keys", "L", None).database.url
    make_key(tmp_path / "w.key")
    written = (tmp_path / "w.key").read_text().strip()
    kept = {(wrapping.SERVICE, "acquit"): written}
    monkeypatch.setattr(keyring, "get_password", lambda service, name: kept.get((service, name)))
    for source in (f"file:{tmp_path}/w.key", str(tmp_path / "w.key"), written, "keyring:acquit"):
        assert wrapping_key(source, url, may_make=False).key == base64.b64decode(written)
    (tmp_path / "bad.key").write_text("secret words")
    for source, said in (
        (str(tmp_path / "bad.key"), "does not hold a key"),
        (str(tmp_path / "none"), "cannot be read: No such file"),
        ("keyring:other", "no entry 'other'"),
    ):
        with pytest.raises(KeySourceError, match=said) as caught:
            wrapping_key(source, url, may_make=False)
        assert "secret" not in str(caught.value)
    with pytest.raises(KeySourceError, match="cannot be made: File exists"):
        make_key(tmp_path / "w.key")
