"""From where a report takes its legs: every event in its own currency, or all in the ledger's.

In the ledger's own currency an event has its functional amounts; one that is in that currency
anyway, its own; and one that moved before its currency had a rate stays as it is, in a row apart,
so that nothing is left out.
"""

from __future__ import annotations

from sqlalchemy import FromClause, select, union_all

from projections.functional import functional, is_valued
from projections.journal import postings

_COLUMNS = tuple(column.name for column in postings.columns)


def legs(currency: str | None) -> FromClause:
    """Return legs with the columns of the journal's; `currency` is the ledger's own, if wanted."""
    if currency is None:
        return postings
    valued = select(*(functional.c[name] for name in _COLUMNS)).where(
        functional.c.amount_minor != 0
    )
    own = select(*(postings.c[name] for name in _COLUMNS)).where(~is_valued())
    return union_all(own, valued).subquery("legs")
