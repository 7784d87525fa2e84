"""Two pairs of coordinates, what is in the set of one and not of the other, and the reason why.

A report at a pair of coordinates is a sum over what was posted by its day and recorded by its
position. So two reports differ by what is in one set alone; the reason says which bound kept it
out of the other, and is the same whichever way the two are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, or_

from ledger.envelope import iso_moment
from ledger.opening import LedgerIdentity
from ledger.store.log import recorded_us_at
from projections.coordinates import CoordinateError, Coordinates, resolve

POSTED_BETWEEN = "in the time between"
RECORDED_BETWEEN = "recorded and posted in the time between"
RECORDED_LATER = "recorded later, effective before"


@dataclass(frozen=True, slots=True)
class Between:
    """The coordinates `before` (--from) and `after` (--to); either may be the earlier one."""

    before: Coordinates
    after: Coordinates

    @property
    def meeting(self) -> Coordinates:
        """The coordinate whose set is what both have in common."""
        first = min(self.before, self.after, key=lambda at: at.position)
        return Coordinates(
            min(self.before.as_of, self.after.as_of), first.known_at_us, first.position
        )

    @property
    def is_backwards(self) -> bool:
        """Whether the comparison goes from the later coordinate to the earlier one."""
        return _order(self.after) < _order(self.before)

    @property
    def swapped(self) -> Between:
        """The same two, compared the other way."""
        return Between(self.after, self.before)


def _order(at: Coordinates) -> tuple[date, int]:
    return at.as_of, at.position


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that a line comes from."""

    event: str
    position: int
    posted_on: date
    effective_on: date
    recorded_at_us: int
    stream: str
    narration: str | None

    def reason(self, other: Coordinates) -> str:
        """Say why it is not in the set of the other coordinate."""
        if self.position <= other.position:
            return POSTED_BETWEEN
        return RECORDED_LATER if self.effective_on <= other.as_of else RECORDED_BETWEEN


def origin_values(origin: Origin | None) -> dict[str, Any]:
    """Return the event as it is shown, nothing where time alone did it."""
    if origin is None:
        return dict.fromkeys(ORIGIN)
    return {
        "event": origin.event,
        "position": origin.position,
        "posted_on": origin.posted_on.isoformat(),
        "effective_on": origin.effective_on.isoformat(),
        "recorded_at": iso_moment(origin.recorded_at_us),
        "stream": origin.stream,
        "narration": origin.narration,
    }


ORIGIN = (
    "event",
    "position",
    "posted_on",
    "effective_on",
    "recorded_at",
    "stream",
    "narration",
)


def at_values(at: Coordinates) -> dict[str, Any]:
    """Return a coordinate as it is shown."""
    return {"as_of": at.as_of.isoformat(), "known_at": at.known_at, "position": at.position}


def within(table: FromClause, at: Coordinates) -> ColumnElement[bool]:
    """Tell whether a row of a projection is in the set of a coordinate."""
    return and_(table.c.position <= at.position, table.c.posted_on <= at.as_of)


def only_within(table: FromClause, at: Coordinates, other: Coordinates) -> ColumnElement[bool]:
    """Tell whether a row is in the set of one coordinate and not in that of another."""
    beyond = or_(table.c.position > other.position, table.c.posted_on > other.as_of)
    return and_(within(table, at), beyond)


def parse_at(
    connection: Connection, ledger: LedgerIdentity, text: str, reached: int
) -> Coordinates:
    """Read "AS_OF,KNOWN_AT"; either half may be empty, KNOWN_AT may be a position, "@123".

    Raises CoordinateError.
    """
    as_of, _, known_at = (part.strip() for part in text.partition(","))
    if not known_at.startswith("@"):
        return resolve(connection, ledger, as_of or None, known_at or None, reached)
    digits = known_at[1:]
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits[:19]) <= reached:
        message = (
            f"{known_at!r} is not a position of this log: write it as in @12, from @1 to @{reached}"
        )
        raise CoordinateError(message)
    position = int(digits)
    moment_us = recorded_us_at(connection, position)
    at = resolve(connection, ledger, as_of or None, None, position)
    return Coordinates(at.as_of, moment_us, position)
