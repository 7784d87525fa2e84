"""A file that appears whole or not at all: it grows beside, and takes its name at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


def is_pipe(path: str) -> bool:
    """Tell whether something is there that is no ordinary file and must never be replaced."""
    target = Path(path).resolve()
    return target.exists() and not target.is_file()


@contextmanager
def whole_file(path: str, mode: str) -> Iterator[IO[Any]]:
    """Give a file to write that becomes the one at `path`, with the mode of the one before.

    `mode` is "w" (text in UTF-8) or "wb". A link stays a link. Where writing fails, the file that
    was there stays, and no other is left behind.
    """
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _named(part, path, mode) as file:
            yield file
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _named(part: Path, path: str, mode: str) -> IO[Any]:
    """Open the file that grows; what goes wrong is said of the path given."""
    try:
        return part.open(mode, encoding=None if "b" in mode else "utf-8")
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
