"""Writing many rows at once, by what each database takes fastest.

On SQLite the rows go to the driver as they are, since turning each into parameters of a statement
costs more than storing it. On Postgres they go in by COPY, as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Table, insert

_NOTHING = "\x02"
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x02": "\\2"})
_FEW = 10


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each with a value for every column of the table that it has."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        _insert(connection, table, rows)
    elif len(rows) < _FEW or any(isinstance(each.type, LargeBinary) for each in table.columns):
        connection.execute(insert(table), rows)
    else:
        _copy(connection, table, rows)


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    days = {column.name for column in table.columns if isinstance(column.type, Date)}
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
    values = [
        tuple(
            row[name].isoformat() if name in days and row[name] is not None else row[name]
            for name in names
        )
        for row in rows
    ]
    connection.exec_driver_sql(statement, values)


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f"COPY \"{table.name}\" ({columns}) FROM STDIN (NULL '{_NOTHING}')"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.copy_expert(statement, StringIO("".join(_lines(names, rows))))


def _lines(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Write rows in COPY's text format; what has a mark of the format in it is escaped."""
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*names)
    tabs = len(names) - 1
    for row in rows:
        texts = [_NOTHING if value is None else str(value) for value in values(row)]
        line = "\t".join(texts)
        if line.count("\t") != tabs or "\\" in line or "\n" in line or "\r" in line:
            line = "\t".join(
                _NOTHING if value is None else str(value).translate(_ESCAPES)
                for value in values(row)
            )
        yield line + "\n"
