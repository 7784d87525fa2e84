"""What a query may read: the read models, copied for it, and the events of an archive, in place.

A read model is known by its name and its table's, without the version: `journal_postings`. Its
columns are those of the table, as stored. Only tables whose names stand in the SQL are copied, in
batches, from one view of the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
    select,
)

from ledger.archiving.layout import EXTRA, schema
from ledger.archiving.reader import Archive
from ledger.extras import needed
from ledger.progress import Progress
from projections.projection import LIVE, Projection

EVENTS = "events"
_ROWS_A_BATCH = 20_000
READ_OUT = {"fact": "decode(payload)::JSON", "recorded": "make_timestamp(recorded_at)"}
"""What the table `events` has beside its stored columns, and how DuckDB makes it of them."""


def read_models(projections: Iterable[Projection]) -> dict[str, Table]:
    """Return the tables of read models by the names that a query has for them."""
    return {
        _shown(projection, name): table
        for projection in projections
        for name, table in projection.tables.items()
    }


def _shown(projection: Projection, name: str) -> str:
    version = f"{projection.name}_{projection.version}_"
    return f"{projection.name}_{name.removeprefix(version).removesuffix(LIVE)}"


def named_in(sql: str, names: Iterable[str]) -> list[str]:
    """Return which names stand in a query, as words, whatever their case."""
    words = {word.lower() for word in re.findall(r"\w+", sql)}
    return [name for name in names if name.lower() in words]


def copy_tables(
    duck: Any, connection: Connection, tables: Mapping[str, Table], progress: Progress
) -> None:
    """Copy tables of the ledger, under the names given, into the database of a query."""
    counts = {
        name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in tables.items()
    }
    done, total = 0, sum(counts.values())
    for name, table in tables.items():
        shape = _schema(table)
        arrow = needed("pyarrow", EXTRA)
        duck.register("incoming", shape.empty_table())
        duck.execute(f'CREATE TABLE "{name}" AS FROM incoming')
        for batch in _batches(connection, table, shape):
            duck.register("incoming", arrow.Table.from_batches([batch]))
            duck.execute(f'INSERT INTO "{name}" FROM incoming')
            done += batch.num_rows
            progress(done, total)
        duck.unregister("incoming")


def _batches(connection: Connection, table: Table, shape: Any) -> Iterator[Any]:
    arrow = needed("pyarrow", EXTRA)
    rows = connection.execution_options(yield_per=_ROWS_A_BATCH).execute(select(table))
    for part in rows.partitions():
        columns = [
            arrow.array(values, field.type)
            for values, field in zip(zip(*part, strict=True), shape, strict=True)
        ]
        yield arrow.RecordBatch.from_arrays(columns, schema=shape)


def _schema(table: Table) -> Any:
    arrow = needed("pyarrow", EXTRA)
    return arrow.schema([arrow.field(column.name, _kind(column.type)) for column in table.columns])


def _kind(stored: object) -> Any:
    """Return the Arrow type of a column as the store's tables declare it."""
    arrow = needed("pyarrow", EXTRA)
    kinds = (
        (BigInteger, arrow.int64()),
        (SmallInteger, arrow.int16()),
        (Integer, arrow.int32()),
        (Date, arrow.date32()),
        (Boolean, arrow.bool_()),
        (LargeBinary, arrow.binary()),
        (Text, arrow.string()),
    )
    return next(kind for declared, kind in kinds if isinstance(stored, declared))


def archive_files(archive: Archive) -> list[str]:
    """Return the paths of an archive's files, in the order of segments and buckets."""
    return [
        str((archive.path / file.name).resolve())
        for segment in archive.manifest.segments
        for file in segment.files
    ]


def literal(text: str) -> str:
    """Write a text into SQL."""
    return "'" + text.replace("'", "''") + "'"


def described(tables: Mapping[str, Table], archive: Archive | None) -> list[dict[str, Any]]:
    """Return every table that a query may read, and its columns."""
    shown: dict[str, Sequence[str]] = {name: table.columns.keys() for name, table in tables.items()}
    if archive is not None:
        shown[EVENTS] = [*schema().names, *READ_OUT]
    return [{"table": name, "columns": " ".join(shown[name])} for name in sorted(shown)]
