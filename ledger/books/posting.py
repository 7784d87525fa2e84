"""Postings and journal entries: legs that can only be made right, entries that can only balance."""

from __future__ import annotations

from dataclasses import dataclass


class UnbalancedEntryError(ValueError):
    """Debits and credits of an entry differ: a fault of a posting rule, never of the user."""


@dataclass(frozen=True, slots=True)
class Of:
    """Whose leg it is: customer, plan and charge, each None where it has none."""

    customer: str | None = None
    plan: str | None = None
    charge: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg, debit positive. Made by `debit` and `credit` only."""

    role: str
    amount_minor: int
    customer: str | None
    plan: str | None
    charge: str | None

    @classmethod
    def debit(cls, role: str, amount_minor: int, of: Of) -> Posting:
        """Put an amount on the left side."""
        return cls(role, amount_minor, of.customer, of.plan, of.charge)

    @classmethod
    def credit(cls, role: str, amount_minor: int, of: Of) -> Posting:
        """Put an amount on the right side."""
        return cls(role, -amount_minor, of.customer, of.plan, of.charge)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """The balanced legs of one event in one book. Raises UnbalancedEntryError when made wrong.

    `functional`: it changes functional amounts alone, and nothing in the currency of any event.
    """

    book: str
    journal: str
    document: str | None
    narration: str
    currency: str
    exponent: int
    postings: tuple[Posting, ...]
    functional: bool = False

    def __post_init__(self) -> None:
        """Refuse an entry whose legs do not add up to zero."""
        if sum(posting.amount_minor for posting in self.postings):
            message = f"{self.narration}: debits and credits differ"
            raise UnbalancedEntryError(message)
