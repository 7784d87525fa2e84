"""The agenda: which plan has what to be billed when. It serves the day's work through a port."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Column, Date, Index, Integer, Table, select

from ledger import events as facts
from ledger.envelope import RecordedEvent
from ledger.store.database import Database
from ledger.store.schema import BYTEWISE
from projections.engine import Engine
from projections.projection import Books, Changes, Projection, metadata

billings = Table(
    "agenda_1_billings",
    metadata,
    Column("plan", BYTEWISE, primary_key=True),
    Column("instalment", Integer, primary_key=True, autoincrement=False),
    Column("billed_on", Date, nullable=False),
    Index("agenda_1_billings_day", "billed_on"),
)


def fold(events: Sequence[RecordedEvent], _books: Books) -> Changes:
    """Enter what was agreed, strike what was billed or ended."""
    changes = Changes()
    struck = changes.gone.setdefault(billings.name, [])
    for event in events:
        fact = event.fact
        if isinstance(fact, facts.PlanAgreed):
            for part in fact.instalments:
                row = {"plan": fact.plan, "instalment": part.number, "billed_on": part.billed_on}
                changes.add(billings, row)
        elif isinstance(fact, facts.InstalmentCharged):
            struck.append({"plan": fact.plan, "instalment": fact.instalment})
        elif isinstance(fact, facts.PlanCancelled | facts.WrittenOff):
            struck.extend({"plan": fact.plan, "instalment": number} for number in fact.ended)
    return changes


AGENDA = Projection(
    "agenda",
    1,
    {billings.name: billings},
    fold,
    frozenset(
        kind.TOPIC
        for kind in (
            facts.PlanAgreed,
            facts.InstalmentCharged,
            facts.PlanCancelled,
            facts.WrittenOff,
        )
    ),
)


class AgendaPort:
    """The agenda as decisions may see it: brought up to date, then read in pages."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine.only(AGENDA)

    def due_plans(self, through: date, after: str, limit: int) -> Sequence[str]:
        """Return up to `limit` plans, by id, after `after`, with something to bill by a day."""
        if not after:
            self._engine.catch_up()
        query = (
            select(billings.c.plan)
            .where(billings.c.billed_on <= through, billings.c.plan > after)
            .group_by(billings.c.plan)
            .order_by(billings.c.plan)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())
