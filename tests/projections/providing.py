"""A ledger to sell on and to provide for, and the policies that tests provide by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.command_file import Line
from ledger.events import LEDGER_STREAM
from ledger.policies.provision import ProvisionPolicy, read_provision_policy
from ledger.store.log import read_stream
from projections.balances_report import balances
from projections.coordinates import Coordinates, resolve
from projections.journal_report import JournalFilter
from projections.projection import Books
from projections.provisioning.choosing import charts_for
from projections.provisioning.proposal import Proposal, propose
from projections.provisioning.recording import command_lines
from projections.provisioning.report import proposal_json

if TYPE_CHECKING:
    from bootstrap import Acquit

RECEIPT = {"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}
INVOICE = {**RECEIPT, "due": "invoice"}
YEAR_END = "2026-12-31"


def matrix(**changes: Any) -> dict[str, Any]:
    """Return a policy for all claims together: 1, 2, 5, 10 and 50 %."""
    percent = ["1", "2", "5", "10", "50"]
    rates = [{"from": date(2020, 1, 1), "percent": percent, "source": "test"}]
    return {"matrix": {"edges": [30, 60, 90], "rates": rates, **changes}}


def claims(**plans: str) -> dict[str, Any]:
    """Return a policy claim by claim: 25 % up to 90 days, then all, but for plans named."""
    rates = [{"from": date(2020, 1, 1), "percent": ["25", "25", "100"], "source": "test"}]
    return {"claims": {"edges": [90], "rates": rates, "plans": plans}}


@dataclass
class Ledger:
    """A ledger to sell on and to provide for."""

    acquit: Acquit
    count: int = 0

    def do(self, command: str, on: str, **fields: Any) -> None:
        """Carry out one command, under an id of its own."""
        self.count += 1
        given = {key: value for key, value in fields.items() if value is not None}
        line = {"command": command, "id": f"c{self.count}", "on": on, **given}
        result = self.acquit.application.execute(line)
        assert result.refusal is None, result.refusal

    def sell(self, plan: str, due: str, amount: str, **terms: Any) -> None:
        """Agree and bill a plan of one instalment, billed when it is due or on the day given."""
        billed = terms.pop("billed_on", due)
        rows = [{"due": due, "billed_on": billed, "amount": amount}]
        schedule = {"kind": "custom", "instalments": rows}
        whose = {"customer": f"C-{plan}", "currency": terms.pop("currency", "EUR")}
        self.do("open_plan", billed, plan=plan, schedule=schedule, **whose, **terms)
        self.do("charge_due", billed, plan=plan)

    def pay(self, plan: str, on: str, amount: str) -> None:
        """Receive a payment for a plan."""
        payment = f"pay-{self.count}"
        money = {"payment": payment, "amount": amount, "currency": "EUR"}
        self.do("receive_payment", on, plan=plan, **money)

    def at(self, as_of: str, known_at: str | None = None) -> Coordinates:
        """Return a coordinate, the reports up to date."""
        self.acquit.engine.catch_up()
        with self.acquit.database.reading() as connection:
            return resolve(connection, self.acquit.identity, as_of, known_at)

    def propose(
        self,
        policy: Mapping[str, Any] | ProvisionPolicy,
        *books: str,
        as_of: str = YEAR_END,
        known_at: str | None = None,
    ) -> Proposal:
        """Propose under a policy, in books named or in all that it speaks of."""
        if not isinstance(policy, ProvisionPolicy):
            about = {"title": "of the test", "source": "test"}
            policy = read_provision_policy("test.toml", {**about, **policy})
        at = self.at(as_of, known_at)
        with self.acquit.database.reading() as connection:
            adopted = Books.of(read_stream(connection, LEDGER_STREAM))
            charts = charts_for(adopted, at, policy, books)
            return propose(connection, charts, at, policy)

    def record(self, proposal: Proposal) -> list[str]:
        """Record a proposal; return what became of each movement."""
        lines = (Line(number, line) for number, line in enumerate(command_lines(proposal), 1))
        return [str(result.verdict) for result in self.acquit.application.record(lines)]

    def balances(self, book: str, as_of: str = YEAR_END) -> dict[str, str]:
        """Return the balances of accounts of losses by number, zeros left out."""
        at = self.at(as_of)
        with self.acquit.database.reading() as connection:
            books = Books.of(read_stream(connection, LEDGER_STREAM))
            rows = balances(connection, books, at, JournalFilter(book))
        roles = {"allowance", "credit_loss", "credit_loss_release", "bad_debt", "doubtful"}
        moved = (row for row in rows if row["role"] in roles)
        return {row["account"]: row["balance"] for row in moved if row["balance"].strip("-0.")}


def figures(proposal: Proposal, *names: str) -> list[tuple[Any, ...]]:
    """Return figures of each row."""
    return [tuple(row[name] for name in names) for row in proposal_json(proposal)["rows"]]


def moved(proposal: Proposal) -> tuple[str, str, str]:
    """Return what is required, held and moved in the only total."""
    (total,) = proposal_json(proposal)["totals"]
    return total["required"], total["held"], total["movement"]


def historical(edges: list[int], **window: Any) -> dict[str, Any]:
    """Return a matrix policy whose rates are derived."""
    return {"matrix": {"edges": edges, "rates": "history", "history": window}}
