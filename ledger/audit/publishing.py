"""Publishing a checkpoint: a file that is written once, into a folder outside our reach."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection

from ledger.audit.sealing import known_keys, newest_seal
from ledger.audit.stamping import stamps


class PublishError(ValueError):
    """A checkpoint cannot be published; the message says why and the way out."""


def publish_into(connection: Connection, folder: Path) -> Path:
    """Write the last seal's note, its time stamp and the public keys; return the note's path.

    A note that is there already stays; one of other content is a fault of somebody's. Raises
    PublishError.
    """
    sealed = newest_seal(connection)
    if sealed is None:
        message = "nothing is sealed yet: run acquit audit seal first"
        raise PublishError(message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"checkpoint-{sealed.checkpoint.size}.txt"
        _write_once(path, sealed.note.encode())
        for kept in stamps(connection):
            if kept.size == sealed.checkpoint.size:
                _write_once(path.with_suffix(".tsr"), kept.stamped.response)
        for key in known_keys(connection):
            _write_once(folder / f"key-{key.hash.hex()}.txt", f"{key.text}\n".encode())
    except OSError as error:
        message = f"{folder}: {error.strerror}"
        raise PublishError(message) from None
    return path


def _write_once(path: Path, content: bytes) -> None:
    """Make a file whole or not at all. Raises PublishError if something else is there."""
    if path.exists():
        if path.read_bytes() != content:
            message = f"{path} was published with other content: somebody's history differs"
            raise PublishError(message)
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
