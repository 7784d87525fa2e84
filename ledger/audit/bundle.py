"""What an auditor gets: a folder with the whole history, its proofs, and a program to check it.

ledger.json      whose history it is
events.jsonl     every event, a line each, as it is hashed
checkpoints/     the signed roots, by size, and their time stamps (.tsr) where there are any
proofs.json      how each checkpoint continues the one before
keys.txt         the public keys, as verifier keys
verifier.py      checks all of it, without this program
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, select

from ledger.audit.sealing import (
    MissingEventsError,
    Seal,
    known_keys,
    origin_of,
    seals,
    stored_subtree,
)
from ledger.audit.stamping import stamps
from ledger.audit.tree import consistency_proof
from ledger.opening import LedgerIdentity
from ledger.progress import Progress
from ledger.store.schema import events

_ROWS_A_READ = 2000


class BundleError(ValueError):
    """A bundle cannot be written; the message says why and the way out."""


def write_bundle(
    connection: Connection, identity: LedgerIdentity, folder: Path, progress: Progress
) -> Seal:
    """Write a bundle up to the last seal into a folder that is not there yet; return the seal.

    It appears whole or not at all. Raises BundleError.
    """
    sealed = seals(connection)
    if not sealed:
        message = "nothing is sealed yet: run acquit audit seal first"
        raise BundleError(message)
    if folder.exists():
        message = f"{folder} is there already: name a new folder"
        raise BundleError(message)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        (part / "checkpoints").mkdir(parents=True)
        _write_events(connection, part / "events.jsonl", sealed[-1].checkpoint.size, progress)
        _write_notes(connection, identity, part, sealed)
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        message = f"{folder} cannot be written: {error.strerror}"
        raise BundleError(message) from None
    return sealed[-1]


def _write_events(connection: Connection, path: Path, size: int, progress: Progress) -> None:
    query = select(events).where(events.c.position <= size).order_by(events.c.position)
    rows = connection.execution_options(yield_per=_ROWS_A_READ).execute(query)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for done, row in enumerate(rows, 1):
            _write_event(file, row)
            if done % _ROWS_A_READ == 0:
                progress(done, size)


def _write_event(file: TextIO, row: Any) -> None:
    value = {
        "position": row.position,
        "stream": row.stream,
        "version": row.version,
        "type": row.type,
        "schema_version": row.schema_version,
        "effective_on": row.effective_on.isoformat(),
        "posted_on": row.posted_on.isoformat(),
        "recorded_at": row.recorded_at,
        "actor": row.actor,
        "command_id": row.command_id,
        "payload": bytes(row.payload).decode(errors="backslashreplace"),
        "leaf": bytes(row.leaf).hex(),
    }
    file.write(json.dumps(value, ensure_ascii=False) + "\n")


def _write_notes(
    connection: Connection, identity: LedgerIdentity, part: Path, sealed: list[Seal]
) -> None:
    sizes = [found.checkpoint.size for found in sealed]
    proofs = [
        proof for before, size in pairwise(sizes) for proof in _proof(connection, before, size)
    ]
    digits = len(str(sizes[-1]))
    for found in sealed:
        name = f"{found.checkpoint.size:0{digits}d}.txt"
        _write(part / "checkpoints" / name, found.note)
    for kept in stamps(connection):
        path = part / "checkpoints" / f"{kept.size:0{digits}d}.tsr"
        path.write_bytes(kept.stamped.response)
    ledger = {"ledger_id": identity.opened.ledger_id, "origin": origin_of(identity)}
    ledger["entity"] = identity.opened.entity
    keys = "".join(f"{key.text}\n" for key in known_keys(connection))
    _write(part / "ledger.json", json.dumps(ledger, indent=2, ensure_ascii=False) + "\n")
    _write(part / "proofs.json", json.dumps(proofs, indent=1) + "\n")
    _write(part / "keys.txt", keys)
    program = resources.files("ledger.audit") / "verifier.py"
    _write(part / "verifier.py", program.read_text(encoding="utf-8"))


def _proof(connection: Connection, before: int, size: int) -> Iterator[dict[str, Any]]:
    """Yield the proof of one growth; none where events are missing, as the verifier will find."""
    with suppress(MissingEventsError):
        hashes = consistency_proof(stored_subtree(connection), before, size) if before else []
        yield {"from": before, "to": size, "hashes": [found.hex() for found in hashes]}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
