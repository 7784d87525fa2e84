"""Loss rates from the ledger's own history: what became of charges that are past every age band.

The history is of the charges whose due day lies in a window that ended before the last edge of the
age bands, so that each has been through all of them. Of each charge:

- sold is what was billed, less credit notes and waivers, which are no losses;
- paid in a band is what payments cover at the coordinate, in the band of the age at which each
  payment was last applied to it (day of posting; up to the due day is "not due");
- never paid is the rest: written off, or still open beyond the last edge.

A band's rate is what was never paid over what reached the band (IFRS 9 B5.5.35: historical credit
loss experience by days past due; the product of the roll rates from that band on). For the last
band that is never paid over never paid and paid there; without late payers 100 %. A band that
nothing reached has the rate zero. Money recovered after a write-off does not lower a rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from ledger.policies.provision import Window
from ledger.policies.provision_refusals import HistoryNotDecided
from ledger.terms.dates import add_months
from ledger.terms.provision import loss_rates
from projections.aging import bucket, bucket_names, days_overdue, later_dues
from projections.amounts import Sum
from projections.coordinates import Coordinates
from projections.receivables import charges, dues, movements

_WRITTEN_OFF = "WrittenOff"


@dataclass(frozen=True, slots=True)
class LossHistory:
    """What became of what was sold in one currency; `paid` is by age band."""

    currency: str
    since: date
    until: date
    sold: Sum
    paid: tuple[Sum, ...]
    never_paid: Sum

    @property
    def rates(self) -> tuple[Fraction, ...]:
        """The loss rate of each age band."""
        finest = max(total.exponent for total in (self.sold, *self.paid, self.never_paid))
        sold_minor, never_minor, *paid_minor = (
            total.plus(0, finest).minor for total in (self.sold, self.never_paid, *self.paid)
        )
        return loss_rates(sold_minor, paid_minor, never_minor)[:-1]


def span(window: Window, last_edge: int, as_of: date, file: str) -> tuple[date, date]:
    """Return the first and the last due day of a window of history.

    A window of months ends on the last day from which everything is past `last_edge` by `as_of`.
    Raises HistoryNotDecided for a span of days that ends later.
    """
    latest = as_of - timedelta(days=last_edge + 1)
    if window.since is not None and window.until is not None:
        if window.until > latest:
            raise HistoryNotDecided(file=file, until=str(window.until), latest=str(latest))
        return window.since, window.until
    return add_months(latest, -(window.months or 0)) + timedelta(days=1), latest


def loss_histories(
    connection: Connection, at: Coordinates, since: date, until: date, edges: Sequence[int]
) -> dict[str, LossHistory]:
    """Return the history of the charges due from one day to another, by currency."""
    empty = (Sum(),) * len(bucket_names(edges))
    found: dict[str, LossHistory] = {}
    for use in _uses(connection, at, since, until):
        known = found.get(use.currency)
        before = known or LossHistory(use.currency, since, until, Sum(), empty, Sum())
        found[use.currency] = _with(before, use, edges)
    return found


@dataclass(frozen=True, slots=True)
class _Use:
    """What one payment (None: no payment) moved on one charge, and when it last paid it."""

    currency: str
    exponent: int
    due_on: date
    payment: str | None
    amount_minor: int
    written_off_minor: int
    last_on: date | None


def _with(history: LossHistory, use: _Use, edges: Sequence[int]) -> LossHistory:
    """Add what moved on a charge: what was sold, or what was paid, and what that leaves."""
    left_minor = use.amount_minor + use.written_off_minor
    left = history.never_paid.plus(left_minor, use.exponent)
    if use.payment is None:
        return replace(history, sold=history.sold.plus(left_minor, use.exponent), never_paid=left)
    age = days_overdue(use.due_on, use.last_on or use.due_on)
    band, paid = bucket_names(edges).index(bucket(age, edges)), list(history.paid)
    paid[band] = paid[band].plus(-use.amount_minor, use.exponent)
    return replace(history, paid=tuple(paid), never_paid=left)


def _uses(connection: Connection, at: Coordinates, since: date, until: date) -> Iterator[_Use]:
    later = later_dues(connection, at)
    for row in _moved(connection, at, since, until):
        due_on = later.get((row.plan, row.charge), row.due_on)
        if since <= due_on <= until:
            yield _Use(
                currency=row.currency,
                exponent=row.exponent,
                due_on=due_on,
                payment=row.payment,
                amount_minor=int(row.amount),
                written_off_minor=int(row.written_off),
                last_on=row.last_on,
            )


def _moved(connection: Connection, at: Coordinates, since: date, until: date) -> Iterator[Any]:
    """Yield what each payment moved on each charge that may be due within the window."""
    amount = movements.c.amount_minor
    key = (
        movements.c.currency,
        movements.c.exponent,
        movements.c.plan,
        movements.c.charge,
        movements.c.payment,
        charges.c.due_on,
    )
    lost = case((movements.c.event == _WRITTEN_OFF, -amount), else_=0)
    moved_due = exists().where(dues.c.plan == charges.c.plan, dues.c.charge == charges.c.charge)
    query = (
        select(
            *key,
            func.sum(amount).label("amount"),
            func.sum(lost).label("written_off"),
            func.max(case((amount < 0, movements.c.posted_on))).label("last_on"),
        )
        .join(
            charges,
            and_(charges.c.plan == movements.c.plan, charges.c.charge == movements.c.charge),
        )
        .where(
            movements.c.position <= at.position,
            movements.c.posted_on <= at.as_of,
            or_(charges.c.due_on.between(since, until), moved_due),
        )
        .group_by(*key)
    )
    yield from connection.execution_options(yield_per=2000).execute(query)
