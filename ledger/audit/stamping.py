"""Time stamps over checkpoints: asked for after sealing, kept beside the seals, checked like them.

A seal says what the history was; a stamp, by an authority that is not ours, that it was so at a
moment: who seals a forged history later cannot give it an earlier stamp. What is stamped are the
bytes of the note. A newer checkpoint continues the older ones, so only the newest is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from sqlalchemy import Connection, insert, select

from ledger.audit.authority import Stamped, StampError, ask, check, client_package
from ledger.audit.sealing import newest_seal, seals
from ledger.audit.verifying import Finding
from ledger.store.database import Database
from ledger.store.schema import audit_stamps


@dataclass(frozen=True, slots=True)
class Kept:
    """A stamp that is kept, and how many events its checkpoint covers."""

    size: int
    stamped: Stamped


def stamp_newest(database: Database) -> Kept:
    """Return the stamp of the newest checkpoint, asked for if none is kept. Raises StampError."""
    with database.reading() as connection:
        sealed = newest_seal(connection)
        known = {found.size: found for found in stamps(connection)}
    if sealed is None:
        message = "nothing is sealed yet: run acquit audit seal first"
        raise StampError(message)
    size = sealed.checkpoint.size
    if size in known:
        return known[size]
    stamped = ask(sealed.note.encode())
    with database.writing() as connection:
        for found in stamps(connection):  # Another program may have been faster.
            if found.size == size:
                return found
        row = {"size": size, "response": stamped.response, "stamped_at": stamped.stamped_at_us}
        connection.execute(insert(audit_stamps), row)
    return Kept(size, stamped)


def stamps(connection: Connection) -> list[Kept]:
    """Return all stamps, that of the smallest tree first."""
    rows = connection.execute(select(audit_stamps).order_by(audit_stamps.c.size))
    return [Kept(row.size, Stamped(bytes(row.response), row.stamped_at)) for row in rows]


def verify_stamps(connection: Connection, roots: Sequence[x509.Certificate]) -> Iterator[Finding]:
    """Yield the kept stamps that do not hold under the roots that are trusted.

    Raises StampError where the package that checks them is not here.
    """
    notes = {found.checkpoint.size: found.note for found in seals(connection)}
    found = stamps(connection)
    if found:
        client_package()
    for kept in found:
        if kept.size not in notes:
            text = f"the time stamp of {kept.size} events belongs to no checkpoint"
            yield Finding(kept.size, "stamp", text)
            continue
        try:
            stamped = check(kept.stamped.response, notes[kept.size].encode(), list(roots))
        except StampError as error:
            text = f"the time stamp of the checkpoint of {kept.size} events: {error}"
            yield Finding(kept.size, "stamp", text)
            continue
        if stamped != kept.stamped:
            text = f"the time stamp of {kept.size} events states another moment than is kept"
            yield Finding(kept.size, "stamp", text)
