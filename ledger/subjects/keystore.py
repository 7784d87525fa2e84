"""Where the keys of subjects are: a database or file of their own, in no backup of the events.

Every key is wrapped under the wrapping key and bound to its ledger, subject and kind. Beside the
keys: the marks of persons as keyed hashes, so that free text can be searched for them, and which
keys were destroyed, so that none is ever made anew. A destroyed key leaves no copy in the file.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from ledger.canonical import canonical_json
from ledger.events import KEY_KINDS, KeyKind
from ledger.key_source import KEY_BYTES
from ledger.store.database import Database, among, many, normalised
from ledger.store.recorder import system_clock_us
from ledger.store.timeouts import DEFAULT, Timeouts
from ledger.subjects.cipher import NotSealedSoError, seal, unseal
from ledger.subjects.wrapping import WrappingKey, wrapping_key

_metadata = MetaData()
_FORMAT = "acquit-subject-keys-1"
_SINCE = "wrapping_since_us"

about = Table(
    "subject_keys_about",
    _metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
keys = Table(
    "subject_keys",
    _metadata,
    Column("ledger_id", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
marks = Table(
    "subject_marks",
    _metadata,
    Column("ledger_id", String, primary_key=True),
    Column("mark", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Index("subject_marks_subject", "ledger_id", "subject"),
)
destroyed = Table(
    "subject_keys_destroyed",
    _metadata,
    Column("ledger_id", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("destroyed_at_us", BigInteger, nullable=False),
)


class KeyStoreError(ValueError):
    """The keys of subjects cannot be used; the message says why and the way out."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Whom a text names: somebody for sure, or by a single word, one of some subjects."""

    sure: bool
    subjects: frozenset[str]


NOBODY = Hits(sure=False, subjects=frozenset())


def keys_url(ledger: URL, given: str | None) -> str | None:
    """Return where the keys of a ledger are: as given (a URL or a file), or beside its file.

    None for a ledger in Postgres for which nothing is given. Raises KeyStoreError where that is
    the ledger itself, LedgerAddressError for a URL that cannot be.
    """
    if not given and ledger.get_backend_name() != "sqlite":
        return None
    given = given or str(Path(ledger.database or "").with_suffix(".keys"))
    place = normalised(given if "://" in given else f"sqlite:///{given}")
    if _where(place) == _where(ledger):
        message = "ACQUIT_KEYS names the ledger itself: keys are kept apart from the events"
        raise KeyStoreError(message)
    return place.render_as_string(hide_password=False)


def _where(url: URL) -> object:
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").resolve()
    return url.host, url.port, url.database, url.query.get("host")


class KeyStore:
    """The keys of the subjects of one ledger.

    `source` says where the wrapping key is. Nothing is made before the first key is asked for.
    """

    def __init__(
        self,
        url: str,
        ledger_id: str,
        source: str | None,
        timeouts: Timeouts = DEFAULT,
        clock_us: Callable[[], int] = system_clock_us,
    ) -> None:
        self.database = Database(url, timeouts)
        self.ledger_id = ledger_id
        self.source = source
        self.clock_us = clock_us
        self._wrapping: WrappingKey | None = None
        self._known = False
        if not self.database.is_postgres:
            event.listen(self.database.engine, "connect", _erase_what_is_deleted)

    @property
    def exists(self) -> bool:
        """Whether any key was ever made here."""
        if not self._known:
            file = self.database.url.database or ""
            if not self.database.is_postgres and not Path(file).exists():
                return False
            self._known = inspect(self.database.engine).has_table(about.name)
        return self._known

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()

    # Keys -----------------------------------------------------------------------------------

    def keys_of(self, subject: str) -> dict[KeyKind, bytes]:
        """Return the keys of a subject that are there. Raises KeyStoreError, KeySourceError."""
        if not self.exists:
            return {}
        with self.database.reading() as connection:
            return self._keys(connection, subject)

    def kinds_of(self, subject: str) -> set[str]:
        """Return which keys of a subject are there."""
        if not self.exists:
            return set()
        query = select(keys.c.kind).where(*_matching(keys, self._of(subject)))
        with self.database.reading() as connection:
            return set(connection.execute(query).scalars())

    def make_keys(self, subject: str) -> dict[KeyKind, bytes]:
        """Return both keys of a subject, made if they are not there; none for one destroyed.

        Raises KeyStoreError, KeySourceError.
        """
        self._prepare()
        with self.database.writing() as connection:
            if self._destroyed(connection, subject):
                return {}
            there = self._keys(connection, subject)
            for kind in KEY_KINDS:
                if kind in there:
                    continue
                key = secrets.token_bytes(KEY_BYTES)
                row = {**self._of(subject), "kind": kind}
                wrapped = _wrap(self._key(connection), _bound(self.ledger_id, subject, kind), key)
                if _inserted(connection, keys, {**row, "wrapped": wrapped}):
                    there[kind] = key
                else:  # Another process was first.
                    there = self._keys(connection, subject)
            return there

    def destroy(self, subject: str, kinds: Iterable[KeyKind], now_us: int) -> int:
        """Destroy keys for good; return how many. Doing it again does nothing more.

        The marks of the person go with the legal key: until then they keep the name from coming
        back in free text.
        """
        if not self.exists:
            return 0
        count = 0
        with self.database.writing() as connection:
            for kind in kinds:
                which = {**self._of(subject), "kind": kind}
                gone = delete(keys).where(*_matching(keys, which))
                count += connection.execute(gone).rowcount
                _inserted(connection, destroyed, {**which, "destroyed_at_us": now_us})
                if kind == "legal":
                    connection.execute(delete(marks).where(*_matching(marks, self._of(subject))))
        self._erase()
        return count

    def destroyed_kinds(self) -> dict[str, set[str]]:
        """Return which kinds of keys were destroyed, by subject."""
        found: dict[str, set[str]] = {}
        if self.exists:
            with self.database.reading() as connection:
                query = select(destroyed).where(destroyed.c.ledger_id == self.ledger_id)
                for row in connection.execute(query):
                    found.setdefault(row.subject, set()).add(row.kind)
        return found

    def count(self) -> int:
        """Return how many subjects have keys."""
        if not self.exists:
            return 0
        query = select(keys.c.subject).where(keys.c.ledger_id == self.ledger_id).distinct()
        with self.database.reading() as connection:
            return len(connection.execute(query).all())

    # Marks ----------------------------------------------------------------------------------

    def remember(self, subject: str, sure: Iterable[str], words: Iterable[str]) -> None:
        """Remember the marks of a person."""
        with self.database.writing() as connection:
            index_key = self._index_key(connection)
            given = [(mark, "sure") for mark in sure] + [(word, "word") for word in words]
            for mark, kind in sorted(given):
                row = {**self._of(subject), "mark": _digest(index_key, mark), "kind": kind}
                _inserted(connection, marks, row)

    def search(self, sure: Iterable[str], words: Iterable[str]) -> Hits:
        """Return whom marks belong to. Raises KeyStoreError, KeySourceError."""
        if not self.exists:
            return NOBODY
        with self.database.reading() as connection:
            index_key = self._index_key(connection)
            is_postgres = self.database.is_postgres
            statement = (
                "SELECT subject, kind, mark FROM subject_marks WHERE "  # noqa: S608 - our own names
                f"{among('mark', is_postgres)}"
                f" AND ledger_id = {'%s' if is_postgres else '?'}"
            )
            by_kind = {"sure": _digests(index_key, sure), "word": _digests(index_key, words)}
            asked = sorted(by_kind["sure"] | by_kind["word"])
            parameters = (*many(asked, is_postgres), self.ledger_id)
            found = [
                row
                for row in connection.exec_driver_sql(statement, parameters)
                if row.mark in by_kind[row.kind]
            ]
        return Hits(
            sure=any(row.kind == "sure" for row in found),
            subjects=frozenset(row.subject for row in found),
        )

    # Wrapping -------------------------------------------------------------------------------

    def rewrap(self, source: str) -> int:
        """Wrap everything under another key, all or nothing; return how many keys.

        Raises KeyStoreError, KeySourceError.
        """
        if not self.exists:
            message = "there are no keys of subjects yet: set ACQUIT_WRAPPING_KEY and begin"
            raise KeyStoreError(message)
        newer = wrapping_key(source, self.database.url, may_make=False)
        with self.database.writing() as connection:
            index_key = self._index_key(connection)
            rows = connection.execute(select(keys)).all()
            for row in rows:
                bound = _bound(row.ledger_id, row.subject, row.kind)
                key = _unwrapped(self._key(connection), bound, bytes(row.wrapped))
                which = {"ledger_id": row.ledger_id, "subject": row.subject, "kind": row.kind}
                wrapped = _wrap(newer, bound, key)
                connection.execute(
                    update(keys).where(*_matching(keys, which)).values(wrapped=wrapped)
                )
            told = _about(newer, index_key)
            if newer.name != self._key(connection).name:
                told |= {_SINCE: self._now()}
            connection.execute(delete(about).where(about.c.name.in_(told)))
            connection.execute(insert(about), [{"name": n, "value": v} for n, v in told.items()])
        self._wrapping = newer
        self._erase()
        return len(rows)

    def try_wrapping(self) -> None:
        """Find the wrapping key and try it. Raises KeyStoreError, KeySourceError."""
        with self.database.reading() as connection:
            self._index_key(connection)

    def wrapped_since_us(self) -> int | None:
        """Return when the wrapping key began to wrap, None where that was not kept."""
        query = select(about.c.value).where(about.c.name == _SINCE)
        with self.database.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else int(bytes(found))

    def _now(self) -> bytes:
        return str(self.clock_us()).encode()

    def _prepare(self) -> None:
        if self.exists:
            return
        _metadata.create_all(self.database.engine)
        made = wrapping_key(self.source, self.database.url, may_make=True)
        with self.database.writing() as connection:
            told = _about(made, secrets.token_bytes(KEY_BYTES)) | {_SINCE: self._now()}
            for name, value in told.items():
                _inserted(connection, about, {"name": name, "value": value})

    def _key(self, connection: Connection) -> WrappingKey:
        """Return the wrapping key, if it is the one that wraps what is here."""
        if self._wrapping is None:
            query = select(about.c.value).where(about.c.name == "wrapping")
            named = connection.execute(query).scalar_one_or_none()
            found = wrapping_key(self.source, self.database.url, may_make=False)
            if named is None or bytes(named).decode() != found.name:
                message = (
                    "the wrapping key is another one than that which wraps these keys: "
                    "set ACQUIT_WRAPPING_KEY to the right one"
                )
                raise KeyStoreError(message)
            self._wrapping = found
        return self._wrapping

    def _keys(self, connection: Connection, subject: str) -> dict[KeyKind, bytes]:
        query = select(keys).where(*_matching(keys, self._of(subject)))
        found: dict[KeyKind, bytes] = {}
        for row in connection.execute(query):
            bound = _bound(self.ledger_id, subject, row.kind)
            found[row.kind] = _unwrapped(self._key(connection), bound, bytes(row.wrapped))
        return found

    def _destroyed(self, connection: Connection, subject: str) -> bool:
        which = _matching(destroyed, self._of(subject))
        return connection.execute(select(destroyed.c.kind).where(*which)).first() is not None

    def _index_key(self, connection: Connection) -> bytes:
        query = select(about.c.value).where(about.c.name == "index")
        wrapped = bytes(connection.execute(query).scalar_one())
        return _unwrapped(self._key(connection), _FORMAT.encode(), wrapped)

    def _of(self, subject: str) -> dict[str, Any]:
        return {"ledger_id": self.ledger_id, "subject": subject}

    def _erase(self) -> None:
        """Leave no copy of deleted rows in the files of the store."""
        if self.database.is_postgres:
            engine = self.database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                for table in (keys, marks):
                    connection.exec_driver_sql(f"VACUUM {table.name}")
            return
        raw: Any = self.database.engine.raw_connection()
        try:
            raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _erase_what_is_deleted(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA secure_delete = ON")


def _about(wrapping: WrappingKey, index_key: bytes) -> dict[str, bytes]:
    return {
        "format": _FORMAT.encode(),
        "wrapping": wrapping.name.encode(),
        "index": _wrap(wrapping, _FORMAT.encode(), index_key),
    }


def _inserted(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; tell whether it was not there already."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(**row))
    except IntegrityError:
        return False
    return True


def _matching(table: Table, which: Mapping[str, Any]) -> Sequence[Any]:
    return [table.c[name] == value for name, value in which.items()]


def _bound(ledger_id: str, subject: str, kind: str) -> bytes:
    return canonical_json([ledger_id, subject, kind])


def _wrap(wrapping: WrappingKey, bound: bytes, key: bytes) -> bytes:
    return seal(wrapping.key, bound, key)


def _unwrapped(wrapping: WrappingKey, bound: bytes, wrapped: bytes) -> bytes:
    try:
        return unseal(wrapping.key, bound, wrapped)
    except NotSealedSoError:
        message = "a key of a subject was changed, or belongs to another one: restore the key store"
        raise KeyStoreError(message) from None


def _digest(index_key: bytes, mark: str) -> str:
    return hmac.new(index_key, mark.encode(), hashlib.sha256).hexdigest()[:32]


def _digests(index_key: bytes, found: Iterable[str]) -> set[str]:
    return {_digest(index_key, mark) for mark in found}
