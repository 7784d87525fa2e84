"""Days, months and moments given on the command line, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo


def day_given(text: str) -> date:
    """Return the day that `text` writes. Raises click.BadParameter."""
    from ledger.fields import plain_day

    try:
        return plain_day(text)
    except ValueError:
        message = f"{text!r} is not a day: write it as in 2026-01-15"
        raise click.BadParameter(message) from None


def month_given(text: str) -> date:
    """Return the last day of the month that `text` writes, as in 2026-01. Raises BadParameter."""
    from ledger.fields import plain_day
    from ledger.terms.dates import month_end

    try:
        return month_end(plain_day(f"{text}-01"))
    except ValueError:
        message = f"{text!r} is not a month: write it as in 2026-01"
        raise click.BadParameter(message) from None


def moment_given(text: str | None, zone: ZoneInfo) -> int | None:
    """Return the moment that `text` writes, in microseconds UTC. Raises click.BadParameter."""
    from ledger.fields import parse_moment

    if text is None:
        return None
    try:
        return parse_moment(text, zone)
    except ValueError:
        message = f"{text!r} is not a timestamp, as 2026-01-15T10:00:00Z is"
        raise click.BadParameter(message) from None
