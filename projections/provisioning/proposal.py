"""A proposal: what each book should hold against losses at a coordinate, and what moves it there.

Nothing here records anything; what is proposed under one policy or another are just figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from ledger.books.accounts import Chart
from ledger.policies.provision import MatrixPolicy, ProvisionPolicy, RateTable
from ledger.policies.provision_refusals import HistoryEmpty, PolicySilent
from projections.aging import OpenItem, open_items
from projections.coordinates import Coordinates
from projections.provisioning.allowances import Allowances, allowances
from projections.provisioning.claims import DOUBTFUL, assess_claims
from projections.provisioning.exposure import Exposed, exponent_of, exposed
from projections.provisioning.history import LossHistory, loss_histories, span
from projections.provisioning.lines import Assessed, Line, Place, Total
from projections.provisioning.matrix import assess_matrix
from projections.provisioning.open_tax import tax_inside


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed at a coordinate under a policy.

    `histories` are what rates were derived from, by currency; `last` is the position of the last
    entry on the allowance account of each book that the proposal knows.
    """

    at: Coordinates
    policy: ProvisionPolicy
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    histories: tuple[LossHistory, ...]
    last: Mapping[str, int]


def propose(
    connection: Connection,
    charts: Sequence[Chart],
    at: Coordinates,
    policy: ProvisionPolicy,
) -> Proposal:
    """Return what a policy asks for, in the books of `charts` whose way to expect losses it knows.

    Raises PolicySilent if it knows none of them, RatesNotInForce, HistoryEmpty, HistoryNotDecided.
    """
    spoken = [chart for chart in charts if policy.speaks_of(chart.impairment)]
    if not spoken:
        raise silent(policy, charts)
    proposing = _Proposing(connection, at, policy)
    held = {chart.book: allowances(connection, at, chart.book) for chart in spoken}
    assessed = [found for chart in spoken for found in proposing.assess(chart, held[chart.book])]
    return Proposal(
        at=at,
        policy=policy,
        lines=tuple(line for found in assessed for line in found.lines),
        totals=tuple(found.total for found in assessed),
        histories=tuple(proposing.histories[code] for code in sorted(proposing.histories)),
        last={book: found.last for book, found in held.items()},
    )


def silent(policy: ProvisionPolicy, charts: Iterable[Chart]) -> PolicySilent:
    """Return the refusal of a policy that says nothing of some books."""
    ways = {"matrix": "all claims together", "claims": "claim by claim"}
    listed = [f"book {chart.book!r} ({ways[chart.impairment]})" for chart in charts]
    return PolicySilent(file=policy.name, books=", ".join(listed) or "any book")


class _Proposing:
    """What the books of a proposal share: what is open, and histories; read once."""

    def __init__(self, connection: Connection, at: Coordinates, policy: ProvisionPolicy) -> None:
        self._connection = connection
        self._at = at
        self._policy = policy
        self._items = [item for item in open_items(connection, at) if item.due_on is not None]
        self.histories: dict[str, LossHistory] = {}

    def assess(self, chart: Chart, held: Allowances) -> Iterator[Assessed]:
        """Yield a book's lines and total, by currency; none where nothing is open nor held."""
        for currency in sorted({*(item.currency for item in self._items), *held.currencies}):
            items = [item for item in self._items if item.currency == currency]
            sums = (total for code, total in held.sums if code == currency)
            place = Place(chart.book, currency, exponent_of(items, *sums))
            assess = self._matrix if chart.impairment == "matrix" else self._claims
            found = assess(place, items, held)
            if found is not None:
                yield found

    def _matrix(self, place: Place, items: Sequence[OpenItem], held: Allowances) -> Assessed | None:
        policy = self._policy.matrix
        if policy is None:
            return None
        rates = self._rates(place.currency, policy) if items else None
        open_charges = self._exposed(place, items, taxed=policy.base == "net")
        return assess_matrix(place, policy, rates, open_charges, held)

    def _claims(self, place: Place, items: Sequence[OpenItem], held: Allowances) -> Assessed | None:
        policy = self._policy.claims
        if policy is None:
            return None
        plans = {item.plan for item in items if item.state == DOUBTFUL}
        whole = [item for item in items if item.plan in plans]
        open_charges = self._exposed(place, whole, taxed=True)
        return assess_claims(place, policy, self._at.as_of, open_charges, held)

    def _exposed(self, place: Place, items: Sequence[OpenItem], *, taxed: bool) -> list[Exposed]:
        taxes = tax_inside(self._connection, self._at, items) if taxed else {}
        return exposed(items, self._at.as_of, place.exponent, taxes)

    def _rates(self, currency: str, policy: MatrixPolicy) -> tuple[Fraction, ...]:
        """Return the rates of the bands in a currency.

        Raises RatesNotInForce, HistoryEmpty, HistoryNotDecided.
        """
        if isinstance(policy.rates, RateTable):
            return policy.rates.on(self._at.as_of)
        since, until = span(policy.rates, policy.edges[-1], self._at.as_of, self._policy.name)
        if not self.histories:
            found = loss_histories(self._connection, self._at, since, until, policy.edges)
            self.histories.update(found)
        history = self.histories.get(currency)
        if history is None or not history.sold.minor:
            raise HistoryEmpty(currency=currency, since=str(since), until=str(until))
        return history.rates
