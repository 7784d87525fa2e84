"""Checks: what must hold of a ledger, each with a name, each able to fail.

A check returns findings in words; none means that it holds. Every check looks at the whole history,
so that what it says is true at any day, as known at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, case, except_, func, select
from sqlalchemy.sql.expression import CompoundSelect

from ledger.books.measures import MEASURES
from ledger.events import EVENT_TYPES
from ledger.store.leaf import leaf_of
from ledger.store.log import head_position
from ledger.store.schema import events, ledger_head
from projections.amounts import Sum
from projections.balances import turnovers
from projections.closing.reproducing import check_periods
from projections.functional import functional
from projections.functional_check import check_functional
from projections.journal import entries, postings
from projections.receivables import movements
from projections.tax import ROLES
from projections.tax import movements as tax_movements

MOST_FINDINGS = 20
OWED = ("receivable", "doubtful", "disputed", "unapplied", "customer_credit")

Check = Callable[[Connection, int], Iterator[str]]


def run(connection: Connection, name: str, reached: int | None = None) -> list[str]:
    """Return the findings of one check, at most MOST_FINDINGS. Raises KeyError.

    `reached` is how far the read models are; what was recorded after that is not in them yet.
    """
    position = head_position(connection) if reached is None else reached
    return list(islice(CHECKS[name](connection, position), MOST_FINDINGS))


def _debits(connection: Connection, _reached: int) -> Iterator[str]:
    """In every entry of every book, by currency, debits equal credits."""
    total = func.sum(postings.c.amount_minor)
    query = (
        select(postings.c.position, postings.c.book, postings.c.currency, total)
        .group_by(postings.c.position, postings.c.book, postings.c.currency, postings.c.exponent)
        .having(total != 0)
        .order_by(postings.c.position)
    )
    for position, book, currency, difference in connection.execute(query):
        yield (
            f"position {position}, book {book}: debits and credits differ by "
            f"{difference} minor units of {currency}"
        )


def _aging(connection: Connection, _reached: int) -> Iterator[str]:
    """What is open by item equals the receivable and credit accounts, event by event."""
    for (book,) in connection.execute(select(postings.c.book).distinct().order_by("book")):
        posted, moved = _posted(book), _moved()
        for sign, query in (("posted", except_(posted, moved)), ("open", except_(moved, posted))):
            for position, state, _, plan, charge, currency, amount in connection.execute(query):
                yield (
                    f"position {position}, book {book}: {amount} minor units of {currency} on "
                    f"{state} of {charge or plan or 'nobody'} are only {sign}"
                )


def _posted(book: str) -> Select[Any]:
    key = (
        postings.c.position,
        postings.c.role,
        postings.c.posted_on,
        postings.c.plan,
        postings.c.charge,
        postings.c.currency,
    )
    amount = func.sum(postings.c.amount_minor)
    owed = postings.c.role.in_(OWED)
    return (
        select(*key, amount).where(postings.c.book == book, owed).group_by(*key).having(amount != 0)
    )


def _moved() -> Select[Any]:
    key = (
        movements.c.position,
        movements.c.state,
        movements.c.posted_on,
        movements.c.plan,
        movements.c.charge,
        movements.c.currency,
    )
    amount = func.sum(movements.c.amount_minor)
    return select(*key, amount).group_by(*key).having(amount != 0)


def _positions(connection: Connection, _reached: int) -> Iterator[str]:
    """Positions run from 1 without gaps, in the order of time; so do the versions of a stream."""
    head, last, moment = head_position(connection), 0, 0
    versions: dict[str, int] = {}
    columns = (events.c.position, events.c.stream, events.c.version, events.c.recorded_at)
    rows = connection.execution_options(yield_per=5000).execute(
        select(*columns).order_by(events.c.position)
    )
    for position, stream, version, recorded_at in rows:
        if position != last + 1:
            yield f"position {position} follows {last}"
        if recorded_at < moment:
            yield f"position {position} was recorded before the one in front of it"
        if version != versions.get(stream, 0) + 1:
            yield f"position {position}: version {version} of {stream} is out of order"
        last, moment, versions[stream] = position, recorded_at, version
    if last != head:
        yield f"the log ends at position {last}, its head says {head}"


def _journal(connection: Connection, reached: int) -> Iterator[str]:
    """Every journal entry names its event, and every event that posts has its entry."""
    named = select(entries.c.position, entries.c.event, entries.c.stream)
    there = select(events.c.position, events.c.type, events.c.stream)
    for position, event, stream in connection.execute(except_(named, there)):
        yield f"the entry at position {position} names {event} of {stream}, which is not there"
    silent = {kind.TOPIC for kind in EVENT_TYPES.values() if kind not in MEASURES}
    silent |= _MAY_POST_NOTHING
    posting = there.where(events.c.type.not_in(silent), events.c.position <= reached)
    for position, event, stream in connection.execute(except_(posting, named)):
        yield f"position {position}: {event} of {stream} has no journal entry"
    legless: CompoundSelect[tuple[int]] = except_(
        select(entries.c.position), select(postings.c.position), select(functional.c.position)
    )
    for (position,) in connection.execute(legless):
        yield f"the entry at position {position} has no postings"


_MAY_POST_NOTHING = {
    "AdvanceTaxReversed",
    "CurrencyOpened",
    "DisputeOpened",
    "DisputeWon",
    "WrittenOff",
}
"""A write-off of a plan with nothing outstanding only ends it; a dispute of money that plans have
used is posted by what happens in the plans; a cent that leaves an advance may have no tax in it, a
few yen taken over may be worth no cent.
"""


def _balances(connection: Connection, _reached: int) -> Iterator[str]:
    """The daily turnovers equal the sum of the postings, by book, account and currency."""
    posted = _by_account(
        connection,
        select(
            postings.c.book,
            postings.c.account,
            postings.c.currency,
            postings.c.exponent,
            postings.c.posted_on,
            func.sum(postings.c.amount_minor),
        ).group_by(
            postings.c.book,
            postings.c.account,
            postings.c.currency,
            postings.c.exponent,
            postings.c.posted_on,
        ),
    )
    turned = _by_account(
        connection,
        select(
            turnovers.c.book,
            turnovers.c.account,
            turnovers.c.currency,
            turnovers.c.exponent,
            turnovers.c.posted_on,
            turnovers.c.debit_minor - turnovers.c.credit_minor,
        ),
    )
    for key in sorted(posted.keys() | turned.keys()):
        difference = posted.get(key, Sum()).minus(turned.get(key, Sum()))
        if difference.minor:
            yield f"{' '.join(key)}: postings and turnovers differ by {difference.text}"


def _by_account(connection: Connection, query: Select[Any]) -> dict[tuple[str, str, str, str], Sum]:
    sums: dict[tuple[str, str, str, str], Sum] = {}
    for book, account, currency, exponent, day, amount in connection.execute(query):
        key = (book, account, currency, str(day))
        sums[key] = sums.get(key, Sum()).plus(int(amount), exponent)
    return sums


def _settled(connection: Connection, _reached: int) -> Iterator[str]:
    """A plan that owes nothing has no tax pending left."""
    owed = func.sum(case((postings.c.role.in_(OWED[:3]), postings.c.amount_minor), else_=0))
    pending = func.sum(case((postings.c.role == "tax_pending", postings.c.amount_minor), else_=0))
    query = (
        select(postings.c.book, postings.c.plan, pending)
        .where(postings.c.plan.is_not(None))
        .group_by(postings.c.book, postings.c.plan)
        .having((owed == 0) & (pending != 0))
        .order_by(postings.c.plan)
    )
    for book, plan, amount in connection.execute(query):
        yield f"plan {plan}, book {book}: settled, but {amount} minor units of tax are pending"


def _tax(connection: Connection, _reached: int) -> Iterator[str]:
    """The tax by rate equals the postings on the tax accounts of every book, event by event."""
    for (book,) in connection.execute(select(postings.c.book).distinct().order_by("book")):
        posted, moved = _tax_posted(book), _tax_moved()
        for sign, query in (("posted", except_(posted, moved)), ("moved", except_(moved, posted))):
            for position, role, _, currency, amount in connection.execute(query):
                yield (
                    f"position {position}, book {book}: {amount} minor units of {currency} on "
                    f"{role} are only {sign}"
                )


def _tax_posted(book: str) -> Select[Any]:
    key = (postings.c.position, postings.c.role, postings.c.posted_on, postings.c.currency)
    amount = func.sum(postings.c.amount_minor)
    taxes = postings.c.role.in_(ROLES.values())
    return (
        select(*key, amount)
        .where(postings.c.book == book, taxes)
        .group_by(*key)
        .having(amount != 0)
    )


def _tax_moved() -> Select[Any]:
    """Select the movements as postings: what is owed is a credit, what may be deducted a debit."""
    moved = tax_movements.c
    role = case(dict(ROLES), value=moved.section)
    sign = case((moved.section == "deductible", 1), else_=-1)
    amount = func.sum(sign * moved.tax_minor)
    key = (moved.position, moved.section, moved.posted_on, moved.currency)
    return (
        select(moved.position, role, moved.posted_on, moved.currency, amount)
        .group_by(*key)
        .having(amount != 0)
    )


def _hashes(connection: Connection, _reached: int) -> Iterator[str]:
    """The leaf hash of every event is that of its envelope and payload."""
    ledger_id: str = connection.execute(select(ledger_head.c.ledger_id)).scalar_one()
    rows = connection.execution_options(yield_per=2000).execute(
        select(events).order_by(events.c.position)
    )
    for row in rows:
        if leaf_of(ledger_id, row) != bytes(row.leaf):
            yield f"position {row.position}: the event is not what its leaf hash says"


CHECKS: dict[str, Check] = {
    "aging": _aging,
    "balances": _balances,
    "debits": _debits,
    "functional": check_functional,
    "hashes": _hashes,
    "journal": _journal,
    "periods": check_periods,
    "positions": _positions,
    "settled": _settled,
    "tax": _tax,
}
