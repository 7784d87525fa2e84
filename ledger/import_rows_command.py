"""`acquit import`: the rows of a CSV file, read through a map, recorded or listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ledger import output
from ledger.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledger.importing import Carried
    from ledger.imports import Finding, Imported


@click.command()
@click.option(
    "--map",
    "map_path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the columns mean (TOML; see examples/imports).",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--findings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to list the rows that were not taken. Default: FILE's name + .findings.csv, here.",
)
@click.option(
    "--commands",
    "commands_file",
    type=click.File("w", encoding="utf-8", lazy=True),
    help="Write the command file here (- for standard output) and record nothing.",
)
@output.FORMAT
@click.pass_obj
def rows(
    door: Door,
    map_path: Path,
    file: Path,
    findings: Path | None,
    commands_file: TextIO | None,
    form: str,
) -> None:
    """Record the rows of a CSV file (also .gz), read through a map.

    A row that cannot be taken is listed with its line and the reason; nothing is guessed. The sum
    taken and the sum not taken add up to the sum in the file. Running it again changes nothing.
    Exit status 1 if any row was not taken.

    This is `acquit import rows`, and rows may be left out. A French file of entries needs no map:
    acquit import fec --help.

    \b
    Examples:
      acquit import --map examples/imports/ibm.toml invoices.csv
      acquit import rows --map map.toml invoices.csv --commands - | acquit record -
    """
    from ledger.imports import load_map, read

    listing = findings or Path(f"{file.name}.findings.csv")
    written = [listing, *([Path(commands_file.name)] if commands_file else [])]
    if any(
        path.exists() and path.samefile(read_) for path in written for read_ in (file, map_path)
    ):
        message = "the findings or commands would overwrite the file or its map: name another file"
        raise click.UsageError(message)
    imported = read(load_map(map_path), file)
    if commands_file is not None:
        for sourced in imported.commands:
            commands_file.write(json.dumps(sourced.command, ensure_ascii=False) + "\n")
        write_findings(listing, imported.findings)
        click.echo(f"{len(imported.findings)} rows not taken: see {listing}", err=True)
    else:
        _carry(door, imported, listing, form)
        return
    if imported.findings:
        raise click.exceptions.Exit(1)


def _carry(door: Door, imported: Imported, listing: Path, form: str) -> None:
    from ledger.importing import carry

    with output.progress_bar("Importing") as progress:
        carried = carry(door.application, imported, progress)
    write_findings(listing, carried.findings)
    summary = summary_of(carried, listing)
    if form == "json":
        output.print_json(summary)
    elif form == "csv":
        output.print_csv(list(summary), [summary])
    else:
        print_summary(summary)
    require_taken(carried)


def summary_of(carried: Carried, listing: Path) -> dict[str, Any]:
    """Return what became of a file, for programs."""
    return {
        "rows": carried.rows,
        "commands_accepted": carried.accepted,
        "commands_repeated": carried.repeated,
        "rows_not_taken": len({finding.line for finding in carried.findings}),
        "sum_in_file": str(carried.total),
        "sum_taken": str(carried.taken),
        "sum_not_taken": str(carried.refused),
        "findings": str(listing),
    }


def print_summary(summary: Mapping[str, Any]) -> None:
    """Print what became of a file, for people."""
    rows = [(name.replace("_", " "), value) for name, value in summary.items()]
    output.print_table("Import", ["what", "amount"], rows)


def require_taken(carried: Carried) -> None:
    """Raise ClickException where sums do not tie, Exit where anything was not taken."""
    if not carried.ties:
        message = "the sums taken and not taken do not add up to the sum in the file"
        raise click.ClickException(message)
    if carried.findings:
        raise click.exceptions.Exit(1)


def write_findings(path: Path, findings: Iterable[Finding]) -> None:
    """List what was not taken."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["line", "amount", "reason"])
        writer.writerows((found.line, found.amount, found.reason) for found in findings)
