"""The only place where parts are wired together: settings -> store -> application."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ledger import logs
from ledger.application import LedgerApplication
from ledger.opening import LedgerIdentity
from ledger.store.database import Database, normalised
from ledger.store.migration import migrate
from ledger.store.recorder import StoreApplicationRecorder, StoreRecorder
from ledger.store.timeouts import timeouts_from
from ledger.subjects.keystore import KeyStore, keys_url
from ledger.subjects.sealing import Subjects
from ledger.subjects.wrapping import VARIABLE as WRAPPING_VARIABLE
from projections.agenda import AgendaPort
from projections.catalogue import PROJECTIONS
from projections.closing.figures import FiguresPort
from projections.engine import Engine


@dataclass(frozen=True, slots=True)
class Acquit:
    """A ledger with everything that works on it."""

    application: LedgerApplication
    database: Database
    engine: Engine

    @property
    def identity(self) -> LedgerIdentity:
        """What event zero says."""
        return self.application.identity

    def close(self) -> None:
        """Give back every connection."""
        self.application.subjects.close()
        self.application.close()


def open_ledger(url: str, actor: str = "cli") -> Acquit:
    """Open the ledger at a database URL.

    Raises LedgerAddressError for a URL that cannot be, LedgerNotReadyError where no ledger is.
    """
    logs.configure(os.environ.get("ACQUIT_LOG", "warning"))
    application = LedgerApplication(url, actor=actor)
    database = application.store.database
    engine = Engine(database, PROJECTIONS)
    application.subjects = Subjects(key_store(url, application.identity.opened.ledger_id))
    application.agenda = AgendaPort(database, engine)
    application.figures = FiguresPort(database, engine)
    return Acquit(application, database, engine)


def key_store(url: str, ledger_id: str) -> KeyStore | None:
    """Return the place of the keys of a ledger's subjects: ACQUIT_KEYS, or beside a ledger's file.

    None where a ledger in Postgres has none. Raises LedgerAddressError, KeyStoreError.
    """
    given = os.environ.get("ACQUIT_KEYS")
    place = keys_url(normalised(url), given)
    if place is None:
        return None
    source = os.environ.get(WRAPPING_VARIABLE)
    return KeyStore(place, ledger_id, source, timeouts_from(os.environ))


def make_store(url: str) -> StoreRecorder:
    """Bring the database at a URL up to this program's revision and return its recorder."""
    database = Database(url, timeouts_from(os.environ))
    migrate(database)
    return StoreApplicationRecorder(database)
