"""The agenda: which plan has what to be done when. It serves the day's work through a port.

An item is a charge to be billed, a day on which revenue is to be recognised, or a day from which an
instalment may be late. An item that is struck too late does no harm: the plan knows what was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Column, Date, Index, Select, Table, select

from ledger import events as facts
from ledger.envelope import RecordedEvent
from ledger.plan import Plan, charge_ids
from ledger.plan_changes import evolve
from ledger.recognition import closing_days
from ledger.store.database import Database
from ledger.store.schema import BYTEWISE
from ledger.store.schema import events as log
from ledger.terms.schedule import Instalment
from projections.engine import Engine
from projections.projection import Books, Changes, Projection, Row, metadata

items = Table(
    "agenda_2_items@live",
    metadata,
    Column("plan", BYTEWISE, primary_key=True),
    Column("item", BYTEWISE, primary_key=True),
    Column("falls_on", Date, nullable=False),
    Index("agenda_2_items_day", "falls_on"),
)
_KINDS = (
    facts.PlanAgreed,
    facts.PlanBilled,
    facts.InstalmentCharged,
    facts.FeeCharged,
    facts.InterestCharged,
    facts.RevenueRecognised,
    facts.PlanCancelled,
    facts.PlanRescheduled,
    facts.PlanAmended,
    facts.WrittenOff,
)


def fold(events: Sequence[RecordedEvent], _books: Books) -> Changes:
    """Enter what was agreed, strike what was billed, recognised or ended."""
    changes = Changes()
    struck = changes.gone.setdefault(items.name, [])
    for event in events:
        for row in entered(event):
            changes.add(items, row)
        fact = event.fact
        if isinstance(fact, facts.PlanFact):
            struck.extend({"plan": fact.plan, "item": item} for item in done(fact))
    return changes


def entered(event: RecordedEvent) -> Iterator[Row]:
    """Yield the items that an event enters."""
    fact = event.fact
    if isinstance(fact, facts.PlanAgreed):
        yield from _to_bill(fact.plan, fact.instalments)
        plan = evolve(None, event.effective_on, fact)
        for day in closing_days(plan, date.max) if isinstance(plan, Plan) else ():
            yield {"plan": fact.plan, "item": f"revenue {day}", "falls_on": day}
        yield from _late(fact)
    elif isinstance(fact, facts.PlanRescheduled | facts.PlanAmended):
        yield from _to_bill(fact.plan, fact.instalments)
        for part in fact.instalments:
            day = part.due_on + timedelta(days=1)
            yield {"plan": fact.plan, "item": f"late {part.number}", "falls_on": day}
    if isinstance(fact, facts.PlanAmended):
        yield from _earned_anew(event.position, event.effective_on, fact)


def _earned_anew(position: int, on: date, fact: facts.PlanAmended) -> Iterator[Row]:
    """Yield the days on which an amended plan earns; some may be on the agenda already."""
    plan = Plan(
        id=fact.plan,
        customer=fact.customer,
        currency=fact.currency,
        exponent=fact.exponent,
        opened_on=on,
        terms=fact.terms,
        instalments=fact.instalments,
    )
    for day in closing_days(plan, date.max):
        yield {"plan": fact.plan, "item": f"revenue {day} by {position}", "falls_on": day}


def _late(fact: facts.PlanAgreed) -> Iterator[Row]:
    """Yield for each instalment the first day on which it may be late, where that costs something.

    These items stay: whether an instalment was paid is not told by one event.
    """
    policy = fact.terms.late
    for part in fact.instalments if policy else ():
        grace = timedelta(days=(policy or {}).get("grace_days", 0) + 1)
        yield {"plan": fact.plan, "item": f"late {part.number}", "falls_on": part.due_on + grace}


def _to_bill(plan: str, instalments: Iterable[Instalment]) -> Iterator[Row]:
    for part in instalments:
        for charge in charge_ids(plan, part):
            yield {"plan": plan, "item": charge, "falls_on": part.billed_on}


def done(fact: facts.PlanFact) -> Iterator[str]:
    """Yield the items that an event strikes."""
    match fact:
        case facts.InstalmentCharged() | facts.FeeCharged() | facts.InterestCharged():
            yield fact.charge
        case facts.PlanBilled():
            yield from (part.charge for part in fact.parts)
        case facts.RevenueRecognised():
            yield f"revenue {fact.through}"
        case (
            facts.PlanCancelled()
            | facts.WrittenOff()
            | facts.PlanRescheduled()
            | facts.PlanAmended()
        ):
            for number in fact.ended:
                yield from (f"{fact.plan}/{number}{name}" for name in ("", "/interest", "/fee"))
        case _:
            return


def _events_of(row: Row) -> Select[tuple[int]]:
    """Return the positions of a plan's events."""
    of_plan = log.c.stream == facts.plan_stream(row["plan"])
    return select(log.c.position).where(of_plan).order_by(log.c.position)


AGENDA = Projection(
    "agenda",
    2,
    {items.name: items},
    fold,
    frozenset(kind.TOPIC for kind in _KINDS),
    events_of=_events_of,
)


class AgendaPort:
    """The agenda as decisions may see it: brought up to date, then read in pages."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine.only(AGENDA)

    def due_plans(self, through: date, after: str, limit: int) -> Sequence[str]:
        """Return up to `limit` plans, by id, after `after`, with something to do by a day."""
        if not after:
            self._engine.catch_up()
        query = (
            select(items.c.plan)
            .where(items.c.falls_on <= through, items.c.plan > after)
            .group_by(items.c.plan)
            .order_by(items.c.plan)
            .limit(limit)
        )
        with self._database.reading() as connection:  # The live slot and its rows, in one view.
            return list(connection.execute(query).scalars())
