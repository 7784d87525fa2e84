"""The command `acquit query`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door
from projections.reporting import pass_door, reporting, stamp

if TYPE_CHECKING:
    from ledger.archiving.reader import Archive
    from projections.querying.query import Answer


@click.command()
@click.argument("sql", required=False)
@click.option(
    "--archive",
    "path",
    type=click.Path(path_type=Path),
    help="An archive, whose events are then the table events.",
)
@click.option("--tables", is_flag=True, help="Only list the tables and their columns.")
@output.FORMAT
@pass_door
def query(door: Door, sql: str | None, path: Path | None, form: str, *, tables: bool) -> None:
    """Run SQL over the read models and an archive, in DuckDB; - reads it from standard input.

    The read models are those of the ledger; with --archive they are there if --ledger or
    ACQUIT_LEDGER names one. Money is in minor units, beside its currency and exponent, as stored.
    Nothing can be changed: a query is one SELECT on copies. Needs acquit[archive].

    \b
    Examples:
      acquit query --tables
      acquit query "SELECT account, currency, exponent, sum(amount_minor) FROM journal_postings
                    WHERE book = 'generic' GROUP BY ALL ORDER BY ALL"
      acquit query --archive events-archive "SELECT type, count(*) FROM events GROUP BY ALL"
    """
    if not tables and sql is None:
        message = 'say what to ask: acquit query "SELECT ...", or --tables to see what there is'
        raise click.UsageError(message)
    from ledger.archiving.reader import Archive

    archive = None if path is None else Archive.at(path)
    has_models = archive is None or door.is_named
    if tables:
        _print_tables(door, archive, form, has_models=has_models)
        return
    text = sys.stdin.read() if sql == "-" else sql or ""
    _ask(door, text, archive, form, has_models=has_models)


def _print_tables(door: Door, archive: Archive | None, form: str, *, has_models: bool) -> None:
    from projections.querying.sources import described, read_models

    models = read_models(door.opened.engine.projections) if has_models else {}
    columns, rows = ["table", "columns"], described(models, archive)
    if form == "json":
        output.print_json([{**row, "columns": row["columns"].split()} for row in rows])
    elif form == "csv":
        output.print_csv(columns, rows)
    else:
        output.print_table("Tables", columns, [list(row.values()) for row in rows])


def _ask(door: Door, sql: str, archive: Archive | None, form: str, *, has_models: bool) -> None:
    from projections.querying import query as asking
    from projections.querying.sources import archive_files

    with ExitStack() as open_:
        duck = open_.enter_context(asking.temporary())
        asking.require_query(duck, sql)
        places = []
        if has_models:
            places.append(_copied(door, duck, sql))
        if archive is not None:
            asking.show_events(duck, archive)
            places.append(f"archive of {archive.manifest.size} events")
        files = [] if archive is None else archive_files(archive)
        _print(form, f"Query, {', '.join(places)}", asking.answer(duck, sql, files))


def _copied(door: Door, duck: Any, sql: str) -> str:
    """Copy the read models that a query names; return where they stand."""
    from projections.querying.sources import copy_tables, named_in, read_models

    with reporting(door) as report:
        models = read_models(door.opened.engine.projections)
        wanted = {name: models[name] for name in named_in(sql, models)}
        with output.progress_bar("Copying read models") as progress:
            copy_tables(duck, report.connection, wanted, progress)
        return stamp(door, report.at, bounded=False)


def _print(form: str, title: str, found: Answer) -> None:
    if form == "json":
        output.print_json_stream(found.records())
    elif form == "csv":
        output.print_csv(found.columns, _flat(found))
    else:
        rows = [[_text(value) for value in row] for row in found.rows]
        output.print_table(title, list(found.columns), rows)


def _flat(found: Answer) -> Iterator[dict[str, object]]:
    for record in found.records():
        yield {name: _text(value) for name, value in record.items()}


def _text(value: object) -> object:
    """Write lists, structures and truth as JSON does."""
    is_nested = isinstance(value, bool | dict | list)
    return json.dumps(value, ensure_ascii=False) if is_nested else value
