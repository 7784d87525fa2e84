"""The command `acquit doctor`: how the ledger is."""

from __future__ import annotations

import click

from ledger import output
from ledger.door import Door
from projections.reporting import pass_door

_COLUMNS = ["name", "state", "text"]


@click.command()
@output.FORMAT
@pass_door
def doctor(door: Door, form: str) -> None:
    """Look at the database, clocks, seals, projections, keys and disk.

    A shredding that a crash or a restore cut short is finished; nothing else is changed.

    Each is well, worth a look, or ill. Exit status 1 if anything is ill.

    \b
    Examples:
      acquit doctor
      acquit doctor --format json
    """
    from projections.doctor import examine
    from projections.subjects.doctor import examine_keys

    opened = door.opened
    opened.engine.prepare()
    simulated = opened.identity.simulated
    now_us = opened.application.store.clock_us()
    found = [
        *examine(opened.engine, simulated=simulated, now_us=now_us),
        *examine_keys(opened.application),
    ]
    rows = [{"name": each.name, "state": each.state, "text": each.text} for each in found]
    if form == "json":
        output.print_json(rows)
    elif form == "csv":
        output.print_csv(_COLUMNS, rows)
    else:
        output.print_table("How the ledger is", _COLUMNS, [list(row.values()) for row in rows])
    if any(each.state == "ill" for each in found):
        raise click.exceptions.Exit(1)
