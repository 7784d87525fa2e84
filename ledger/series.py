"""A series of documents: how many were issued, so that the next number leaves no gap. State."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.events import Fact, InvoiceIssued


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The documents issued so far; the last one's day, before which none is dated."""

    name: str
    count: int
    last_on: date


def evolve(series: Series | None, _effective_on: date, fact: Fact) -> Series | None:
    """Return the series after an event; facts that are no documents change nothing."""
    if not isinstance(fact, InvoiceIssued):
        return series
    last_on = max(fact.issued_on, series.last_on) if series else fact.issued_on
    return Series(name=fact.series, count=fact.number, last_on=last_on)
