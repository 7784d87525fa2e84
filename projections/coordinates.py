"""Where a report stands in the two times: which accounting day, and as known at which moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.envelope import iso_moment
from ledger.fields import parse_moment, plain_day
from ledger.opening import LedgerIdentity
from ledger.store.log import head_position, position_at, recorded_us_at


class CoordinateError(ValueError):
    """A date or moment given to a report cannot be read."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """`as_of` bounds posted_on, `position` bounds the log at `known_at_us`; both inclusive."""

    as_of: date
    known_at_us: int
    position: int

    @property
    def known_at(self) -> str:
        """The moment as ISO text in UTC."""
        return iso_moment(self.known_at_us)


def resolve(
    connection: Connection,
    ledger: LedgerIdentity,
    as_of: str | None = None,
    known_at: str | None = None,
    reached: int | None = None,
) -> Coordinates:
    """Turn what a user gave into coordinates. Default: the last recorded moment and its local day.

    A bare day in `known_at` is the end of that day, and a moment without offset is local, in the
    ledger's time zone. `reached` is how far the read models are: what was recorded after that is
    not known yet. Raises CoordinateError.
    """
    last = head_position(connection) if reached is None else reached
    if known_at is None:
        position = last
        moment_us = recorded_us_at(connection, position)
    else:
        moment_us = _moment(ledger, known_at)
        position = min(last, position_at(connection, moment_us))
    day = ledger.local_day(moment_us) if as_of is None else parse_day(as_of)
    return Coordinates(day, moment_us, position)


def parse_day(text: str) -> date:
    """Read a calendar day. Raises CoordinateError."""
    try:
        return plain_day(text)
    except ValueError:
        message = f"{text!r} is not a day: write it as in 2026-01-15"
        raise CoordinateError(message) from None


def _moment(ledger: LedgerIdentity, text: str) -> int:
    try:
        if len(text) <= len("2026-01-15"):
            return ledger.day_end_us(plain_day(text))
        return parse_moment(text, ledger.zone)
    except (ValueError, OverflowError):
        message = f"{text!r} is not a moment: write it as in 2026-01-15 or 2026-01-15T10:00:00Z"
        raise CoordinateError(message) from None
