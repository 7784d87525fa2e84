"""The tax of events in foreign currencies, in the ledger's own: a return is made in no other.

Each movement of tax (projections/tax.py) gets its share of what the event's entry moves on the tax
account, so that the return ties to it. A base is valued at the rate of the day; one that is taken
back at the rate at which its charge was billed, or its tax fell due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, SmallInteger, Table

from ledger.books.functional import CARRYING, functional_postings, of_the_day
from ledger.books.posting import JournalEntry, Posting
from ledger.envelope import RecordedEvent
from ledger.events import Functional
from ledger.store.schema import BYTEWISE
from ledger.terms.money import share
from projections.projection import metadata
from projections.tax import ROLES, Section, TaxMovement, movements_of

taxes = Table(
    "functional_1_taxes",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("currency", BYTEWISE, nullable=False),
    Column("exponent", SmallInteger, nullable=False),
    Column("base_minor", BigInteger, nullable=False),
    Column("tax_minor", BigInteger, nullable=False),
)


def tax_rows(
    event: RecordedEvent, entry: JournalEntry, functional: Functional
) -> Iterator[dict[str, Any]]:
    """Yield a row for each tax movement of an event, numbered as there."""
    moved = list(movements_of(event.fact))
    worth = _shared(moved, entry, functional)
    for line, (movement, tax_minor) in enumerate(zip(moved, worth, strict=True), 1):
        yield {
            "position": event.position,
            "line": line,
            "currency": functional.currency,
            "exponent": functional.exponent,
            "base_minor": _base_worth(movement, entry.exponent, functional),
            "tax_minor": tax_minor,
        }


def _shared(moved: list[TaxMovement], entry: JournalEntry, functional: Functional) -> Iterator[int]:
    """Yield the worth of each movement's tax: its share of what the account moves."""
    value = of_the_day(entry.exponent, functional)
    whole = dict.fromkeys(ROLES, 0)
    for movement in moved:
        whole[movement.section] += movement.tax_minor
    legs = functional_postings(entry, functional)
    posted = {section: _posted(section, legs) for section in ROLES}
    running = dict.fromkeys(ROLES, 0)
    for movement in moved:
        section = movement.section
        if not whole[section]:
            yield value(movement.tax_minor)
            continue
        before = share(posted[section], running[section], whole[section])
        running[section] += movement.tax_minor
        yield share(posted[section], running[section], whole[section]) - before


def _base_worth(movement: TaxMovement, exponent: int, functional: Functional) -> int:
    """Return what a base is worth: a charge tells the rate more exactly than its tax."""
    if movement.base_minor < 0:
        own = {part.role: part for part in functional.parts if part.charge == movement.charge}
        charges = [own[role] for role in CARRYING & own.keys() if own[role].amount_minor < 0]
        taxes = [own[role] for role in own if role == "tax_payable" and own[role].amount_minor > 0]
        for part in (*charges, *taxes):
            return share(part.functional_minor, movement.base_minor, part.amount_minor)
    return of_the_day(exponent, functional)(movement.base_minor)


def _posted(section: Section, legs: Iterable[Posting]) -> int:
    """Return what legs move on a section's account, owed and deductible positive."""
    sign = 1 if section == "deductible" else -1
    return sign * sum(leg.amount_minor for leg in legs if leg.role == ROLES[section])
