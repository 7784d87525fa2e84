"""The journal as Parquet: a row a posting, for programs that read columns.

Amounts are integers of minor units beside their currency and exponent, debit and credit apart, one
of them zero; days are days, and the recording moment is in UTC with microseconds. What the file is
of, a journal of which ledger and book as known when, stands in its metadata under `acquit`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, Any

from ledger.extras import needed
from projections.rows import EntryRow

EXTRA = "archive"
METADATA = b"acquit"
_ROWS_A_GROUP = 50_000

Row = tuple[Any, ...]


def _schema() -> Any:
    """Return the Arrow schema; what may be unknown may be null."""
    arrow = needed("pyarrow", EXTRA)
    kinds = {
        "position": arrow.int64(),
        "line": arrow.int32(),
        "book": arrow.string(),
        "posted_on": arrow.date32(),
        "effective_on": arrow.date32(),
        "recorded_at": arrow.timestamp("us", "UTC"),
        "event": arrow.string(),
        "stream": arrow.string(),
        "journal": arrow.string(),
        "document": arrow.string(),
        "narration": arrow.string(),
        "account": arrow.string(),
        "role": arrow.string(),
        "currency": arrow.string(),
        "exponent": arrow.int16(),
        "debit_minor": arrow.int64(),
        "credit_minor": arrow.int64(),
        "customer": arrow.string(),
        "plan": arrow.string(),
        "charge": arrow.string(),
    }
    unknown = {"document", "customer", "plan", "charge"}
    fields = [arrow.field(name, kind, nullable=name in unknown) for name, kind in kinds.items()]
    return arrow.schema(fields)


def rows(entries: Iterable[EntryRow]) -> Iterator[Row]:
    """Yield a row for each posting, in the order of the schema."""
    for entry in entries:
        for line, posting in enumerate(entry.postings, 1):
            yield (
                entry.position,
                line,
                entry.book,
                entry.posted_on,
                entry.effective_on,
                entry.recorded_at_us,
                entry.event,
                entry.stream,
                entry.journal,
                entry.document,
                entry.narration,
                posting.account,
                posting.role,
                posting.currency,
                posting.exponent,
                max(posting.amount_minor, 0),
                max(-posting.amount_minor, 0),
                posting.customer,
                posting.plan,
                posting.charge,
            )


def write(file: IO[bytes], entries: Iterable[EntryRow], about: Mapping[str, object]) -> int:
    """Write a journal into an open file; return the number of rows. Raises ExtraMissingError."""
    arrow, parquet = needed("pyarrow", EXTRA), needed("pyarrow.parquet", EXTRA)
    told = json.dumps(about, ensure_ascii=False).encode()
    schema = _schema().with_metadata({METADATA: told})
    count, left = 0, rows(entries)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(left, _ROWS_A_GROUP)):
            columns = [
                arrow.array(values, field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
            count += len(group)
    return count
