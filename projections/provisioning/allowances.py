"""What a book holds against losses: its allowance account, and the part of single claims in it.

A claim's allowance is what provisions of its plan booked less what they released. What is written
off against the account (in a matrix book) takes down the whole, not the part of a claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from projections.amounts import Sum
from projections.coordinates import Coordinates
from projections.journal import entries, postings

ROLE = "allowance"
_PROVISIONS = ("ProvisionBooked", "ProvisionReleased")


@dataclass(frozen=True, slots=True)
class Held:
    """The allowance of one claim, positive, and whose claim it is."""

    amount: Sum
    customer: str | None


@dataclass(frozen=True, slots=True)
class Allowances:
    """The allowances of a book: of its account by currency, of claims by currency and plan.

    `last` is the position of the last entry on the account that is known, 0 if there is none.
    """

    account: dict[str, Sum]
    claims: dict[tuple[str, str], Held]
    last: int

    def claims_in(self, currency: str) -> dict[str, Held]:
        """Return the allowances of claims in a currency, by plan."""
        return {plan: held for (code, plan), held in self.claims.items() if code == currency}

    @property
    def currencies(self) -> set[str]:
        """The currencies in which anything is held."""
        return {currency for currency, amount in self.sums if amount.minor}

    @property
    def sums(self) -> Iterator[tuple[str, Sum]]:
        """Every allowance with its currency."""
        yield from self.account.items()
        yield from ((code, held.amount) for (code, _), held in self.claims.items())


def allowances(connection: Connection, at: Coordinates, book: str) -> Allowances:
    """Return what a book holds at a coordinate."""
    known = (
        postings.c.book == book,
        postings.c.role == ROLE,
        postings.c.position <= at.position,
    )
    last = connection.execute(select(func.max(postings.c.position)).where(*known)).scalar_one()
    amount = -func.sum(postings.c.amount_minor)
    query = (
        select(postings.c.currency, postings.c.exponent, amount)
        .where(*known, postings.c.posted_on <= at.as_of)
        .group_by(postings.c.currency, postings.c.exponent)
    )
    account: dict[str, Sum] = {}
    for currency, exponent, minor in connection.execute(query):
        account[currency] = account.get(currency, Sum()).plus(int(minor), exponent)
    return Allowances(account, _claims(connection, at, book), last or 0)


def _claims(connection: Connection, at: Coordinates, book: str) -> dict[tuple[str, str], Held]:
    amount = -func.sum(postings.c.amount_minor)
    key = (postings.c.currency, postings.c.exponent, postings.c.plan, postings.c.customer)
    query = (
        select(*key, amount)
        .join(
            entries,
            and_(entries.c.position == postings.c.position, entries.c.book == postings.c.book),
        )
        .where(
            postings.c.book == book,
            postings.c.role == ROLE,
            postings.c.plan.is_not(None),
            entries.c.event.in_(_PROVISIONS),
            postings.c.position <= at.position,
            postings.c.posted_on <= at.as_of,
        )
        .group_by(*key)
        .having(amount != 0)
    )
    return {
        (currency, str(plan)): Held(Sum(int(minor), exponent), customer)
        for currency, exponent, plan, customer, minor in connection.execute(query)
    }
