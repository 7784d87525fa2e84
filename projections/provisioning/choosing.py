"""Which policy and which books a proposal is made with: those named, else those in force."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ledger.books.accounts import Chart
from ledger.events import LEDGER_STREAM, PolicyAdopted
from ledger.policies.provision import (
    DEFAULT,
    KIND,
    ProvisionPolicy,
    provision_policy,
    read_provision_policy,
)
from ledger.store.log import read_stream
from projections.coordinates import Coordinates
from projections.projection import Books
from projections.provisioning.proposal import silent


def policy_for(connection: Connection, at: Coordinates, name: str | None) -> ProvisionPolicy:
    """Return the policy named; else the one adopted for the day; else the packaged default.

    Raises the refusals of `provision_policy`.
    """
    if name is not None:
        return provision_policy(name)
    adopted = [
        (event.effective_on, event.position, event.fact)
        for event in read_stream(connection, LEDGER_STREAM)
        if isinstance(event.fact, PolicyAdopted)
        and event.fact.kind == KIND
        and event.position <= at.position
        and event.effective_on <= at.as_of
    ]
    if not adopted:
        return provision_policy(DEFAULT)
    since, _, fact = max(adopted, key=lambda found: found[:2])
    return read_provision_policy(f"adopted from {since} on", fact.content)


def charts_for(
    books: Books, at: Coordinates, policy: ProvisionPolicy, wanted: Sequence[str]
) -> list[Chart]:
    """Return the charts in force of the books wanted, once each; of all books if none is named.

    A book that is named must be one of which the policy speaks. Raises PolicySilent.
    """
    charts = books.charts(at.as_of, at.position)
    if not wanted:
        return charts
    chosen = [chart for chart in charts if chart.book in wanted]
    unspoken = [chart for chart in chosen if not policy.speaks_of(chart.impairment)]
    if unspoken:
        raise silent(policy, unspoken)
    return chosen
