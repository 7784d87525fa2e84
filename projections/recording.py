"""What commands share that propose entries and, asked to, record them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ledger.door import Door

if TYPE_CHECKING:
    from ledger.answers import Result


def require_sense(known_at: str | None, recorded: str | None, *, booked: bool) -> None:
    """Refuse options that do not go together. Raises UsageError."""
    if booked and known_at is not None:
        message = "--book records what is known now: leave out --known-at"
        raise click.UsageError(message)
    if recorded is not None and not booked:
        message = "--recorded goes with --book: nothing is recorded without it"
        raise click.UsageError(message)


def carry_out(door: Door, commands: Iterable[Mapping[str, Any]]) -> list[Result]:
    """Carry out the commands; what is refused is said on standard error, too."""
    from ledger.command_file import Line

    lines = (Line(number, command) for number, command in enumerate(commands, 1))
    results = list(door.application.record(lines))
    for result in results:
        if result.refusal is not None:
            click.echo(f"{result.command_id}: {result.refusal}", err=True)
    return results


def tally(results: Sequence[Result]) -> dict[str, Any]:
    """Return how many commands were accepted, repeated and refused, for programs."""
    return {
        "accepted": sum(result.verdict == "accepted" for result in results),
        "repeated": sum(result.verdict == "repeated" for result in results),
        "events": sum(result.events for result in results),
        "refused": [
            {"id": result.command_id, "error": refusal.code, "message": str(refusal)}
            for result in results
            if (refusal := result.refusal) is not None
        ],
    }


def say_recorded(what: str, tallied: Mapping[str, Any], form: str) -> None:
    """Say how many were recorded; beside CSV, on standard error."""
    said = (
        f"{tallied['accepted']} {what} recorded, {tallied['repeated']} recorded before, "
        f"{len(tallied['refused'])} refused"
    )
    click.echo(said, err=form == "csv")
