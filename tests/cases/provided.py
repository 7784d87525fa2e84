"""Provisions of published cases: plans in age bands, a policy of a case's rates, a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.events import LEDGER_STREAM
from ledger.policies.provision import read_provision_policy
from ledger.store.log import read_stream
from projections.coordinates import resolve
from projections.projection import Books
from projections.provisioning.choosing import charts_for
from projections.provisioning.proposal import Proposal, propose
from projections.provisioning.recording import command_lines
from projections.provisioning.report import proposal_json

if TYPE_CHECKING:
    from tests.cases.conftest import Published

BAND_DAYS = 30
FIRST_DAY = "2000-01-01"


def edges_for(bands: int) -> tuple[int, ...]:
    """Return edges that make as many age bands as asked, three at least."""
    return tuple(BAND_DAYS * number for number in range(1, max(bands, 3) - 1))


def ages_in(edges: Sequence[int]) -> list[int]:
    """Return an age in days within each band: today, each upper edge, one beyond the last."""
    return [0, *edges, edges[-1] + 1]


def days_before(day: str, days: int) -> str:
    """Return the day a number of days earlier."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def sell(published: Published, plan: str, due: str, amount: str, **terms: Any) -> None:
    """Agree a plan of one instalment and bill it on its due day."""
    schedule = {"kind": "custom", "instalments": [{"due": due, "amount": amount}]}
    whose = {"customer": plan, "currency": "EUR"}
    published.do("open_plan", due, plan=plan, schedule=schedule, **whose, **terms)
    published.do("charge_due", due, plan=plan)


def collect(published: Published, plan: str, on: str, amount: str) -> None:
    """Receive a payment for a plan; nothing where the amount is zero."""
    if Decimal(amount):
        money = {"payment": f"pay-{published.count}", "amount": amount, "currency": "EUR"}
        published.do("receive_payment", on, plan=plan, **money)


def sell_aged(
    published: Published, as_of: str, amounts: Iterable[str], edges: Sequence[int]
) -> None:
    """Sell to a customer in each age band; none where the amount is zero."""
    for band, (amount, age) in enumerate(zip(amounts, ages_in(edges), strict=False)):
        if Decimal(amount):
            sell(published, f"band-{band}", days_before(as_of, age), amount)


def rates_of(percents: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of rates that are always in force."""
    return [{"from": FIRST_DAY, "percent": list(percents), "source": "the case"}]


def proposed(published: Published, as_of: str, book: str, policy: Mapping[str, Any]) -> Proposal:
    """Propose in a book under a policy, given its tables."""
    published.acquit.engine.catch_up()
    whole = {"title": "of a case", "source": "the case", **policy}
    with published.acquit.database.reading() as connection:
        at = resolve(connection, published.acquit.identity, as_of)
        read = read_provision_policy("case", whole)
        books = Books.of(read_stream(connection, LEDGER_STREAM))
        return propose(connection, charts_for(books, at, read, [book]), at, read)


def proposal(
    published: Published, as_of: str, book: str, policy: Mapping[str, Any]
) -> dict[str, Any]:
    """Propose as `proposed` does; return the report."""
    return proposal_json(proposed(published, as_of, book, policy))


def record(published: Published, made: Proposal) -> None:
    """Record a proposal."""
    published.record(*command_lines(made))
