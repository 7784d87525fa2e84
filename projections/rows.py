"""The shapes in which reports come out of the read models, before anybody formats them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One leg of a journal entry; debit positive, in minor units."""

    account: str
    role: str
    currency: str
    exponent: int
    amount_minor: int
    customer: str | None
    plan: str | None
    charge: str | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One journal entry with its legs; `recorded_at_us` is UTC microseconds since 1970."""

    position: int
    book: str
    posted_on: date
    effective_on: date
    recorded_at_us: int
    event: str
    stream: str
    journal: str
    document: str | None
    narration: str
    postings: tuple[PostingRow, ...]
