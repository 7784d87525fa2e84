"""Which offer a plan was sold under, as its agreement said at a coordinate.

No read model holds it: it is asked of few plans, those with something open, and the agreement and
its amendments are short streams that the log finds at once.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from ledger.events import PlanAgreed, PlanAmended, plan_stream
from ledger.store.log import recorded_event
from ledger.store.schema import events
from projections.coordinates import Coordinates

_PLANS_A_QUERY = 500


def offers_of(
    connection: Connection, at: Coordinates, plans: Collection[str]
) -> dict[str, str | None]:
    """Return the offer of each plan; None, or left out, where the agreement names none.

    What an amendment says counts from its accounting day on.
    """
    streams = [plan_stream(plan) for plan in sorted(plans)]
    known = or_(events.c.type == PlanAgreed.TOPIC, events.c.posted_on <= at.as_of)
    found: dict[str, str | None] = {}
    for start in range(0, len(streams), _PLANS_A_QUERY):
        query = (
            select(events)
            .where(
                events.c.stream.in_(streams[start : start + _PLANS_A_QUERY]),
                events.c.type.in_([PlanAgreed.TOPIC, PlanAmended.TOPIC]),
                events.c.position <= at.position,
                known,
            )
            .order_by(events.c.stream, events.c.version)
        )
        for row in connection.execute(query):
            fact = recorded_event(row).fact
            if isinstance(fact, PlanAgreed | PlanAmended):
                found[fact.plan] = fact.terms.offer
    return found
