"""Writing many rows at once.

On SQLite the rows go to the driver as they are, since turning each into parameters of a statement
costs more than storing it; on Postgres the driver sends them in pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Date, Table, insert


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each with a value for every column of the table that it has."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), rows)
        return
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
