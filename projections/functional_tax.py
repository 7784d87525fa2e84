"""The tax of events in foreign currencies, in the ledger's own: a return is made in no other.

Each movement of tax (projections/tax.py) gets its share of what the event's entry moves on the tax
account, so that the return ties to it. A base is valued at the rate of the day; one that is taken
back at the rate at which its charge was billed, or its tax fell due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, SmallInteger, Table

from ledger.books.functional import CARRYING, functional_postings, of_the_day
from ledger.books.posting import JournalEntry
from ledger.envelope import RecordedEvent
from ledger.events import Functional
from ledger.store.schema import BYTEWISE
from ledger.terms.money import share
from projections.projection import metadata
from projections.tax import ROLES, Section, TaxMovement, movements_of

taxes = Table(
    "functional_1_taxes@live",
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
    """Yield the worth of each movement's tax: its share of what the account moves.

    Where the account moves for each charge what the movements of that charge say, each movement
    has its share of its own charge.
    """
    value = of_the_day(entry.exponent, functional)
    charges = [movement.charge for movement in moved]
    posted = {(leg.role, leg.charge): 0 for leg in entry.postings}
    for leg in entry.postings:
        posted[leg.role, leg.charge] += leg.amount_minor
    by_charge = all(
        sum(one.tax_minor for one in moved if (one.section, one.charge) == (section, charge))
        == _sign(section) * posted.get((ROLES[section], charge), 0)
        for section in ROLES
        for charge in {*charges, *(charge for role, charge in posted if role == ROLES[section])}
    )
    whole: Counter[tuple[Section, str | None]] = Counter()
    worth: Counter[tuple[Section, str | None]] = Counter()
    for movement in moved:
        whole[movement.section, movement.charge if by_charge else None] += movement.tax_minor
    for leg in functional_postings(entry, functional):
        for section in ROLES:
            if leg.role == ROLES[section]:
                key = (section, leg.charge if by_charge else None)
                worth[key] += _sign(section) * leg.amount_minor
    running: Counter[tuple[Section, str | None]] = Counter()
    for movement in moved:
        key = (movement.section, movement.charge if by_charge else None)
        if not whole[key]:
            yield value(movement.tax_minor)
            continue
        before = share(worth[key], running[key], whole[key])
        running[key] += movement.tax_minor
        yield share(worth[key], running[key], whole[key]) - before


def _base_worth(movement: TaxMovement, exponent: int, functional: Functional) -> int:
    """Return what a base is worth: a charge tells the rate more exactly than its tax."""
    if movement.base_minor < 0:
        own = {part.role: part for part in functional.parts if part.charge == movement.charge}
        charges = [own[role] for role in CARRYING & own.keys() if own[role].amount_minor < 0]
        taxes = [own[role] for role in own if role == "tax_payable" and own[role].amount_minor > 0]
        for part in (*charges, *taxes):
            return share(part.functional_minor, movement.base_minor, part.amount_minor)
    return of_the_day(exponent, functional)(movement.base_minor)


def _sign(section: Section) -> int:
    """Return 1 where a section's account grows in debit; owed and deductible are both positive."""
    return 1 if section == "deductible" else -1
