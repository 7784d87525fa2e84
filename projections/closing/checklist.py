"""What is looked at before a month is closed, and what its accounts of passage consist of.

All checks must hold, and the day's work must be done through the month's end: whether it is, is
found by deciding it on drafts that are thrown away. What lies on clearing, in transit or unapplied
may well be there; it is listed by the events that it comes from, which add up to the balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import Connection, and_, func, select

from ledger.deciding import attempted
from ledger.draft import Draft, Stream
from ledger.events import plan_stream
from ledger.hot_streams import HotStreams
from ledger.intentions import Day
from ledger.ports import Agenda
from ledger.store.database import Database
from ledger.terms.money import amount_text
from projections.checks import CHECKS, MOST_FINDINGS, run
from projections.journal import entries, postings

PASSAGE = ("clearing", "in_transit", "unapplied")
DAYS_WORK = "day"
_PLANS_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the checklist, and what was found against it; nothing: it holds."""

    name: str
    findings: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check_points(connection: Connection, reached: int) -> list[Point]:
    """Return all checks as points; `reached` is how far the read models are."""
    return [Point(name, tuple(run(connection, name, reached))) for name in CHECKS]


def days_work(database: Database, agenda: Agenda, through: date) -> Point:
    """Return whether the day's work is done through a day."""
    found = islice(_undone(database, agenda, through), MOST_FINDINGS)
    return Point(DAYS_WORK, tuple(found))


def _undone(database: Database, agenda: Agenda, through: date) -> Iterator[str]:
    """Say of each plan on which the day's work would do something, or cannot be done."""
    command = Day(id=DAYS_WORK, on=through, plan=None)
    hot = HotStreams()
    after, is_last = "", False
    while not is_last:
        plans = agenda.due_plans(through, after, _PLANS_A_PAGE)
        is_last = len(plans) < _PLANS_A_PAGE
        hot.recent(database, [plan_stream(plan) for plan in plans])
        for plan in plans:
            draft = Draft(lambda name: _recent(hot, database, name))
            failures = list(attempted(command, plan, draft))
            if failures:
                yield f"plan {plan}: {failures[0].reason}"
            elif draft.events():
                first = draft.events()[0]
                yield (
                    f"plan {plan}: {first.fact.TOPIC} of {first.effective_on} is not recorded: "
                    f"run acquit day --through {through}"
                )
        after = plans[-1] if plans else after


def _recent(hot: HotStreams, database: Database, name: str) -> Stream:
    return hot.recent(database, [name])[name]


def passage(connection: Connection, book: str, through: date) -> list[dict[str, object]]:
    """Return what lies on accounts of passage on a day, by the kind of event that it comes from.

    Keys: account, role, currency, event, events (how many), amount. Accounts that are empty are
    left out; the amounts of an account and currency add up to its balance.
    """
    key = (postings.c.account, postings.c.role, postings.c.currency, postings.c.exponent)
    amount, count = func.sum(postings.c.amount_minor), func.count(postings.c.position.distinct())
    same = and_(entries.c.position == postings.c.position, entries.c.book == postings.c.book)
    inside = (
        postings.c.book == book,
        postings.c.role.in_(PASSAGE),
        postings.c.posted_on <= through,
    )
    query = (
        select(*key, entries.c.event, count, amount)
        .join_from(postings, entries, same)
        .where(*inside)
        .group_by(*key, entries.c.event)
        .order_by(*key, entries.c.event)
    )
    rows = connection.execute(query).all()
    left: dict[tuple[str, str], int] = {}
    for account, _, currency, exponent, _, _, moved in rows:
        at = account, currency
        left[at] = left.get(at, 0) + int(moved) * 10 ** (_FINEST - exponent)
    return [
        {
            "account": account,
            "role": role,
            "currency": currency,
            "event": event,
            "events": events,
            "amount": amount_text(int(moved), exponent),
        }
        for account, role, currency, exponent, event, events, moved in rows
        if left[account, currency]
    ]


_FINEST = 4
"""The most decimals of any currency in ISO 4217: sums under different exponents are compared."""
