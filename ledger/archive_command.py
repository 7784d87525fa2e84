"""The command `acquit archive`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door

if TYPE_CHECKING:
    from ledger.archiving.manifest import Manifest
    from ledger.archiving.verifying import Finding

pass_door = click.make_pass_decorator(Door)
MOST_FINDINGS = 100
_COLUMNS = ["file", "position", "kind", "text"]


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--verify", is_flag=True, help="Write nothing: read all files again and compare.")
@output.FORMAT
@pass_door
def archive(door: Door, path: Path, form: str, *, verify: bool) -> None:
    """Write the events into Parquet files in a folder; run again, only what is new.

    Each event is there as it is stored, and checked against its hash on the way. --verify makes
    every hash and root anew and, where --ledger or ACQUIT_LEDGER names a ledger, compares each
    event with it; exit status 1 if anything is wrong. Needs acquit[archive].

    \b
    Examples:
      acquit archive events-archive
      acquit archive events-archive --verify --ledger sqlite:///acquit.db
    """
    if verify:
        _verify(door, path, form)
        return
    from ledger.archiving.archive import archive as archive_into

    with output.progress_bar("Archiving") as progress:
        done = archive_into(door.opened.database, path, progress)
    summary = {"added": done.added, **_summary(done.manifest)}
    if form == "json":
        output.print_json(summary)
    elif form == "csv":
        output.print_csv(list(summary), [summary])
    else:
        click.echo(f"Archived {done.added} events into {path}: {done.manifest.size} in all")


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "ledger": manifest.ledger_id,
        "events": manifest.size,
        "segments": len(manifest.segments),
        "root": manifest.root.hex(),
    }


def _verify(door: Door, path: Path, form: str) -> None:
    from itertools import islice

    from ledger.archiving import verifying
    from ledger.archiving.reader import Archive

    read = Archive.at(path)
    with output.progress_bar("Verifying") as progress:
        if door.is_named:
            with door.opened.database.reading() as connection:
                found = list(islice(verifying.verify(read, connection, progress), MOST_FINDINGS))
        else:
            found = list(islice(verifying.verify(read, None, progress), MOST_FINDINGS))
    _print(form, read.manifest, found, compared=door.is_named)
    if found:
        raise click.exceptions.Exit(1)


def _print(form: str, manifest: Manifest, found: list[Finding], *, compared: bool) -> None:
    rows = [{name: getattr(finding, name) for name in _COLUMNS} for finding in found]
    if form == "json":
        output.print_json({**_summary(manifest), "compared": compared, "findings": rows})
    elif form == "csv":
        output.print_csv(_COLUMNS, rows)
    elif found:
        output.print_table("Archive", _COLUMNS, [list(row.values()) for row in rows])
    else:
        beside = "equal to the ledger's" if compared else "not compared with a ledger"
        click.echo(f"{manifest.size} events verified, segments: {len(manifest.segments)}, {beside}")
        click.echo(f"Root {manifest.root.hex()}")
