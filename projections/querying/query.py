"""Running one query in DuckDB, over copies and files that it can only read.

The database is a temporary one; nothing that a query says reaches the ledger. It can open no file
but those of the archive, installs no extension, and is a single SELECT. What comes back is plain:
integers as they are (money in minor units), everything that is no number, text or truth as text.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.archiving.layout import EXTRA, schema
from ledger.archiving.manifest import ArchiveError
from ledger.archiving.reader import Archive
from ledger.extras import needed
from projections.querying.sources import EVENTS, READ_OUT, archive_files, literal

_ROWS_A_FETCH = 1000
_UNKNOWN = re.compile(r"Table with name (\S+) does not exist")
_ALONE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class QueryError(ValueError):
    """A query cannot be run; the message says what the database says of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The names of the columns, none twice, and the rows as they come."""

    columns: Sequence[str]
    rows: Iterator[Sequence[object]]

    def records(self) -> Iterator[dict[str, object]]:
        """Yield the rows by the names of their columns."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


@contextmanager
def temporary() -> Iterator[Any]:
    """Give a database that is gone afterwards. Raises ExtraMissingError."""
    needed("pyarrow", EXTRA)
    duckdb = needed("duckdb", EXTRA)
    with (
        tempfile.TemporaryDirectory(prefix="acquit-query-") as folder,
        duckdb.connect(str(Path(folder) / "query.duckdb"), config=_ALONE) as duck,
    ):
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute("SET python_enable_replacements = false")
        yield duck


def require_query(duck: Any, sql: str) -> None:
    """Refuse what is not one SELECT. Raises QueryError."""
    duckdb = needed("duckdb", EXTRA)
    try:
        statements = duck.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_sentence(error)) from None
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        message = "a query is one SELECT: what it reads cannot be changed from here"
        raise QueryError(message)


def show_events(duck: Any, archive: Archive) -> None:
    """Make the table `events` over the files of an archive. Raises ArchiveError."""
    duckdb = needed("duckdb", EXTRA)
    duck.register("nothing", schema().empty_table())
    files = ", ".join(map(literal, archive_files(archive)))
    source = f"read_parquet([{files}], hive_partitioning = false)" if files else "nothing"
    made = ", ".join(f"{how} AS {name}" for name, how in READ_OUT.items())
    try:
        duck.execute(f"CREATE VIEW {EVENTS} AS SELECT *, {made} FROM {source}")  # noqa: S608 - names are written as literals
    except duckdb.Error as error:
        message = (
            f"the archive at {archive.path} cannot be read: {_sentence(error)}. "
            f"Run acquit archive {archive.path} --verify"
        )
        raise ArchiveError(message) from None


def answer(duck: Any, sql: str, files: Sequence[str]) -> Answer:
    """Run a query that may read `files` and nothing else outside. Raises QueryError."""
    duckdb = needed("duckdb", EXTRA)
    if files:
        duck.execute(f"SET allowed_paths = [{', '.join(map(literal, files))}]")
    duck.execute("SET enable_external_access = false")
    duck.execute("SET lock_configuration = true")
    try:
        duck.execute(sql)
    except duckdb.Error as error:
        raise QueryError(_sentence(error)) from None
    return Answer(_distinct([column[0] for column in duck.description]), _fetched(duck))


def _fetched(duck: Any) -> Iterator[Sequence[object]]:
    duckdb = needed("duckdb", EXTRA)
    try:
        while rows := duck.fetchmany(_ROWS_A_FETCH):
            for row in rows:
                yield [plain(value) for value in row]
    except duckdb.Error as error:
        raise QueryError(_sentence(error)) from None


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names of columns with those that come again numbered."""
    found: list[str] = []
    for name in names:
        shown, number = name, 2
        while shown in found:
            shown, number = f"{name}_{number}", number + 1
        found.append(shown)
    return found


def plain(value: object) -> object:
    """Return a value as JSON has it: what it has not is text, bytes in hexadecimal digits."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(name): plain(found) for name, found in value.items()}
    if isinstance(value, list | tuple):
        return [plain(found) for found in value]
    iso = getattr(value, "isoformat", None)
    return iso() if iso else str(value)


def _sentence(error: Exception) -> str:
    """Return what the database says, without the picture of the place."""
    unknown = _UNKNOWN.search(str(error))
    if unknown:
        return (
            f"there is no table {unknown[1]}: acquit query --tables lists what there is, "
            "events is there with --archive"
        )
    said = str(error).partition("\nLINE ")[0].split("\n")
    return " ".join(line.strip() for line in said if line.strip())
