"""What the stream `period` tells: closes and reopenings, which are in force, what is next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.draft import replayed
from ledger.envelope import Event, RecordedEvent, iso_moment
from ledger.events import PERIOD_STREAM, AccountTotals, AgingTotals, PeriodClosed
from ledger.period import Periods
from ledger.store.log import read_stream
from ledger.terms.dates import month_end
from ledger.terms.money import amount_text
from projections.aging import CREDIT, bucket_names
from projections.journal import entries

HISTORY_KEYS = (
    "position",
    "month",
    "event",
    "recorded_at",
    "actor",
    "in_force",
    "digest",
    "reason",
    "approver",
)


def periods_of(told: Iterable[RecordedEvent]) -> Periods:
    """Return the closed months as the events of the stream `period` leave them."""
    decided = (Event(one.stream, one.version, one.effective_on, one.fact) for one in told)
    stream = replayed(None, decided)
    return stream.state if stream and isinstance(stream.state, Periods) else Periods()


def in_force(told: Sequence[RecordedEvent]) -> list[PeriodClosed]:
    """Return the closes that no reopening has undone, in the order of their months."""
    closed = set(periods_of(told).closed)
    last = {one.fact.through: one.fact for one in told if isinstance(one.fact, PeriodClosed)}
    return [last[through] for through in sorted(last) if through in closed]


def history(told: Sequence[RecordedEvent]) -> list[dict[str, Any]]:
    """Return a row for each event of the stream `period`, keys HISTORY_KEYS."""
    standing = {id(fact) for fact in in_force(told)}
    return [
        {
            "position": one.position,
            "month": getattr(one.fact, "month", None),
            "event": one.type,
            "recorded_at": iso_moment(one.recorded_at_us),
            "actor": one.actor,
            "in_force": id(one.fact) in standing if isinstance(one.fact, PeriodClosed) else None,
            "digest": getattr(one.fact, "digest", None),
            "reason": getattr(one.fact, "reason", None),
            "approver": getattr(one.fact, "approver", None),
        }
        for one in told
    ]


def next_to_close(connection: Connection) -> date | None:
    """Return the last day of the month to close next: at first, that of the first entry."""
    wanted = periods_of(read_stream(connection, PERIOD_STREAM)).next_end
    if wanted is not None:
        return wanted
    first: date | None = connection.execute(select(func.min(entries.c.posted_on))).scalar_one()
    return None if first is None else month_end(first)


def closed_json(closed: PeriodClosed) -> dict[str, Any]:
    """Return what a month came to, for programs; amounts are decimal strings."""
    return {
        "month": closed.month,
        "since": None if closed.since is None else closed.since.isoformat(),
        "through": closed.through.isoformat(),
        "position": closed.position,
        "root": closed.root,
        "digest": closed.digest,
        "books": [
            {
                "book": book.book,
                "rules_digest": book.rules_digest,
                "digest": book.digest,
                "accounts": [_account_json(row) for row in book.accounts],
                "functional": [_account_json(row) for row in book.functional],
            }
            for book in closed.books
        ],
        "aging": [_aging_json(row, closed.edges) for row in closed.aging],
    }


def _account_json(row: AccountTotals) -> dict[str, str]:
    amounts = {
        "debit": row.debit_minor,
        "credit": row.credit_minor,
        "debit_ever": row.debit_ever_minor,
        "credit_ever": row.credit_ever_minor,
        "balance": row.debit_ever_minor - row.credit_ever_minor,
    }
    written = {name: amount_text(amount, row.exponent) for name, amount in amounts.items()}
    return {"account": row.account, "currency": row.currency, **written}


def _aging_json(row: AgingTotals, edges: Sequence[int]) -> dict[str, str]:
    amounts = dict(zip(bucket_names(edges), row.buckets_minor, strict=True))
    amounts |= {CREDIT: row.credit_minor, "total": sum(row.buckets_minor) + row.credit_minor}
    written = {name: amount_text(amount, row.exponent) for name, amount in amounts.items()}
    return {"currency": row.currency, **written}
