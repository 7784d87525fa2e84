"""The commands `acquit backup` and `acquit restore`."""

from __future__ import annotations

from pathlib import Path

import click

from ledger import output
from ledger.door import Door

pass_door = click.make_pass_decorator(Door)
_PATH = click.argument("path", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@_PATH
@pass_door
def backup(door: Door, path: Path) -> None:
    """Write the whole ledger into one file, while others go on writing.

    Every event is checked against its hash as it is read. The file restores into SQLite and
    Postgres alike; reports are not in it, they are made again.

    \b
    Example:
      acquit backup ledger-2026-03-31.backup
    """
    from ledger.backing_up import back_up

    with output.progress_bar("Backing up") as progress:
        count = back_up(door.opened.database, path, progress)
    click.echo(f"Backed up {count} events into {path}")


@click.command()
@_PATH
@pass_door
def restore(door: Door, path: Path) -> None:
    """Fill a new database from a backup; it is verified before anything is kept.

    The database is named by --ledger and holds no ledger yet. Restored, it has the same root as
    what was backed up; stopped in the middle, it is empty, and the same command does it.

    \b
    Example:
      acquit restore ledger-2026-03-31.backup --ledger sqlite:///restored.db
    """
    from ledger.backing_up import restore as restore_into

    store = door.make_store(door.url)
    try:
        with output.progress_bar("Restoring") as progress:
            count = restore_into(store.database, path, progress)
    finally:
        store.database.close()
    place = store.database.shown
    click.echo(f"Restored {count} events into {place}")
    shredded = _shred_again(door)
    if shredded:
        click.echo(f"Shredded again, as was asked before: {shredded} customers")


def _shred_again(door: Door) -> int:
    """Destroy what a restored ledger or its keys still have of who was forgotten."""
    from ledger.shredding import finish, today

    return len(finish(door.application, today(door.application)))
