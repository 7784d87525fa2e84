"""What an error of the database means, in a sentence: what struck, what is stored, the way out.

The databases name the kind: Postgres by SQLSTATE, SQLite by the name of its code. What a driver
says is shown as far as its first line, which holds no password.
"""

from __future__ import annotations

import sqlite3

from ledger.store.timeouts import CONNECT, IDLE, LOCK, STATEMENT

_STAYS = "what was stored stays; run the same command again"
_LOCK = (
    "the database is busy: another program held a lock for longer than this one waits "
    f"({_STAYS}, or wait longer with {LOCK})"
)
_BY_STATE = {
    "55P03": _LOCK,
    "57014": (
        "the database stopped a statement, which took too long or was cancelled "
        f"({_STAYS}, or give it longer with {STATEMENT})"
    ),
}
_SILENT = f"a server ends a transaction in which nothing is asked for longer than {IDLE}"
_CERTIFICATES = "see sslmode, sslrootcert, sslcert and sslkey in the ledger's URL"
_FULL = "make room on the disk"
_UNWRITABLE = "its folder must be there and must be writable, for reading too"
_WAY_OUT_BY_CODE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR_WRITE": _FULL,
    "SQLITE_CANTOPEN": _UNWRITABLE,
    "SQLITE_READONLY": _UNWRITABLE,
    "SQLITE_READONLY_DIRECTORY": _UNWRITABLE,
    "SQLITE_READONLY_DBMOVED": _UNWRITABLE,
    "53100": _FULL,
    "25006": "this server takes no writes: give the address of the primary",
}
"""What to do first, by the name of SQLite's code or by SQLSTATE."""
_SQLITE_BUSY = frozenset({"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"})


def sentence(error: Exception) -> str:
    """Return what to tell a user of an error of SQLAlchemy or of a driver."""
    cause = getattr(error, "orig", None) or error
    known = _BY_STATE.get(getattr(cause, "pgcode", None) or "")
    if known is not None:
        return known
    if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorname", "") in _SQLITE_BUSY:
        return _LOCK
    lines = str(cause).strip().splitlines()
    why = lines[0] if lines else type(cause).__name__
    if "certificate" in why:
        return f"the database cannot be trusted, or does not trust us: {why} ({_CERTIFICATES})"
    if getattr(error, "connection_invalidated", False):
        return f"the connection to the database was lost: {why} ({_STAYS}; {_SILENT})"
    if why.endswith("timeout expired"):
        return f"no answer: {why} ({_STAYS}, or wait longer with {CONNECT})"
    code = getattr(cause, "pgcode", None) or getattr(cause, "sqlite_errorname", "")
    first = f"{_WAY_OUT_BY_CODE[code]}; " if code in _WAY_OUT_BY_CODE else ""
    return f"the database refused: {why} ({first}{_STAYS})"
