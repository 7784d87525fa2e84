"""What report commands share: their two times, their book, and one consistent view to read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger import output
from ledger.door import Door

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from projections.coordinates import Coordinates
    from projections.projection import Books

pass_door = click.make_pass_decorator(Door)
_Command = TypeVar("_Command", bound=Callable[..., Any])


class BookUnknownError(ValueError):
    """No book of that name was adopted."""


def at_options(command: _Command, day: str = "the local day of known-at") -> _Command:
    """Give a command the two times; `day` says which accounting day is the default."""
    command = click.option(
        "--known-at",
        metavar="T",
        help="As known at a moment; a bare day is its end. Default: the last recorded moment.",
    )(command)
    return click.option("--as-of", metavar="D", help=f"Up to an accounting day. Default: {day}.")(
        command
    )


def journal_at_options(command: _Command) -> _Command:
    """Give a command the two times; by default the journal has no last day."""
    return at_options(command, "none, the whole journal")


FUNCTIONAL_AMOUNTS = click.option(
    "--functional", is_flag=True, help="All amounts in the ledger's own currency."
)


def own_currency(door: Door, wanted: bool) -> str | None:
    """Return the ledger's own currency, if amounts are wanted in it."""
    return door.opened.identity.opened.functional_currency if wanted else None


BOOK = click.option("--book", default="generic", show_default=True, help="Which book.")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report reads from: one consistent view, its coordinates, the books."""

    connection: Connection
    at: Coordinates
    books: Books

    def require(self, book: str) -> str:
        """Return `book` if it was adopted. Raises BookUnknownError."""
        if book not in self.books.names():
            known = ", ".join(self.books.names())
            message = f"there is no book {book!r}: known are {known}"
            raise BookUnknownError(message)
        return book


@contextmanager
def reporting(
    door: Door, as_of: str | None = None, known_at: str | None = None
) -> Iterator[Report]:
    """Bring the projections up to date, then read them in one view."""
    from ledger.events import LEDGER_STREAM
    from ledger.store.log import read_stream
    from projections.coordinates import resolve
    from projections.projection import Books

    acquit = door.opened
    with output.progress_bar("Bringing reports up to date") as progress:
        acquit.engine.catch_up(progress)
    with acquit.database.reading() as connection:
        reached = acquit.engine.reached(connection)
        at = resolve(connection, acquit.identity, as_of, known_at, reached)
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        yield Report(connection, at, books)


EVER = "9999-12-31"
"""The journal has no last day unless it is given one."""


def stamp(door: Door, at: Coordinates, *, bounded: bool = True) -> str:
    """Say in a title where a report stands; `bounded`: it has a last accounting day."""
    simulated = ", simulated ledger" if door.opened.identity.simulated else ""
    known = at.known_at[:19].replace("T", " ")
    day = f"as of {at.as_of}, " if bounded else ""
    return f"{day}known at {known} UTC (position {at.position}{simulated})"
