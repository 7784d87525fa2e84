"""Provisions: proposed from the ledger, recorded once, released when the claim is paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from ledger.adopting import adopt_policy, policy_from
from ledger.command_file import Line
from ledger.events import LEDGER_STREAM
from ledger.policies.provision import ProvisionPolicy, provision_policy, read_provision_policy
from ledger.policies.provision_refusals import (
    HistoryEmpty,
    HistoryNotDecided,
    PolicySilent,
    RatesNotInForce,
)
from ledger.store.log import read_stream
from ledger.store.schema import ledger_head
from ledger.terms.refusals import Refusal
from projections.aging import aging, open_items
from projections.balances_report import balances
from projections.checks import run
from projections.coordinates import Coordinates, resolve
from projections.journal import postings
from projections.journal_report import JournalFilter
from projections.projection import Books
from projections.provisioning.choosing import charts_for, policy_for
from projections.provisioning.open_tax import tax_inside
from projections.provisioning.proposal import Proposal, propose
from projections.provisioning.recording import DayClosedError, command_lines, require_open
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


@pytest.fixture
def ledger(acquit: Acquit) -> Iterator[Ledger]:
    """Give a ledger; whatever a test does in it, all checks hold afterwards."""
    yield Ledger(acquit)
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        assert {name: run(connection, name) for name in ("aging", "debits", "balances")} == {
            "aging": [],
            "debits": [],
            "balances": [],
        }


def figures(proposal: Proposal, *names: str) -> list[tuple[Any, ...]]:
    """Return figures of each row."""
    return [tuple(row[name] for name in names) for row in proposal_json(proposal)["rows"]]


def moved(proposal: Proposal) -> tuple[str, str, str]:
    """Return what is required, held and moved in the only total."""
    (total,) = proposal_json(proposal)["totals"]
    return total["required"], total["held"], total["movement"]


@pytest.fixture
def aged(ledger: Ledger) -> Ledger:
    """Give a ledger with 120.00 in each age band at the end of 2026, 20.00 of it tax."""
    days = {"now": "2027-01-31", "1": "2026-12-15", "31": "2026-11-15", "61": "2026-10-15"}
    for plan, due in {**days, "91": "2026-06-30"}.items():
        ledger.sell(plan, due, "120.00", billed_on="2026-01-01", tax=[RECEIPT])
    return ledger


# All claims together ----------------------------------------------------------------------------


def test_a_matrix_is_the_aging_times_rates(aged: Ledger) -> None:
    """Every band of the aging with its rate; the movement is what is required less what is held."""
    proposal = aged.propose(matrix(), "generic")
    names = ("bucket", "gross", "tax", "base", "rate_percent", "required", "held")
    assert figures(proposal, *names) == [
        ("not_due", "120.00", None, "120.00", "1", "1.20", None),
        ("1-30", "120.00", None, "120.00", "2", "2.40", None),
        ("31-60", "120.00", None, "120.00", "5", "6.00", None),
        ("61-90", "120.00", None, "120.00", "10", "12.00", None),
        ("over_90", "120.00", None, "120.00", "50", "60.00", None),
    ]
    assert moved(proposal) == ("81.60", "0.00", "81.60")


def test_the_gross_is_the_aging(aged: Ledger) -> None:
    """Disputed and doubtful amounts are in it; money that waits and customer credit are not."""
    aged.do("mark_doubtful", "2026-12-20", plan="91")
    aged.pay("61", "2026-12-21", "120.00")
    contested = {"payment": f"pay-{aged.count - 1}", "amount": "70.00"}
    aged.do("open_dispute", "2026-12-22", **contested)
    aged.pay("1", "2026-12-23", "500.00")
    gross = {
        row[0]: row[1] for row in figures(aged.propose(matrix(), "generic"), "bucket", "gross")
    }
    at = aged.at(YEAR_END)
    with aged.acquit.database.reading() as connection:
        (totals,) = aging(connection, at)["totals"]
    assert gross == {band: totals[band] for band in gross}
    assert (gross["1-30"], gross["61-90"], gross["over_90"]) == ("0.00", "70.00", "120.00")


def test_a_net_base_leaves_tax_out(aged: Ledger) -> None:
    """The rates apply to what is open without the tax inside, part by part of what is paid."""
    aged.pay("91", "2026-12-01", "60.00")
    proposal = aged.propose(matrix(base="net"), "generic")
    rows = figures(proposal, "bucket", "gross", "tax", "base", "required")
    assert rows[0] == ("not_due", "120.00", "20.00", "100.00", "1.00")
    assert rows[-1] == ("over_90", "60.00", "10.00", "50.00", "25.00")
    assert moved(proposal)[0] == "43.00"


def test_rounding_and_unit_are_policy(ledger: Ledger) -> None:
    """Three bands of 0.50 at 1 % are 0.03 by rows (each half a cent up), 0.02 in total."""
    for plan, due in (("a", "2026-12-31"), ("b", "2026-12-15"), ("c", "2026-11-15")):
        ledger.sell(plan, due, "0.50")
    rates = [{"from": date(2020, 1, 1), "percent": "1", "source": "test"}]
    assert moved(ledger.propose(matrix(rates=rates), "generic"))[0] == "0.03"
    assert moved(ledger.propose(matrix(rates=rates, rounding="total"), "generic"))[0] == "0.02"
    ledger.sell("d", "2026-12-31", "149.50")
    assert moved(ledger.propose(matrix(rates=rates, unit=1), "generic"))[0] == "2.00"
    assert moved(ledger.propose(matrix(rates=rates, unit=10), "generic"))[0] == "0.00"


def test_recorded_it_is_held_and_recorded_again_nothing_moves(aged: Ledger) -> None:
    """The account then holds what is required; the same proposal, or a new one, moves nothing."""
    proposal = aged.propose(matrix(), "generic")
    assert aged.record(proposal) == ["accepted"]
    assert aged.balances("generic") == {"1290": "-81.60", "6100": "81.60"}
    assert aged.balances("pcg") == {}
    assert aged.record(proposal) == ["repeated"]
    again = aged.propose(matrix(), "generic")
    assert moved(again) == ("81.60", "81.60", "0.00")
    assert aged.record(again) == []


def test_a_movement_is_dated_and_says_why(aged: Ledger) -> None:
    """It takes effect on the day of the proposal and names the policy with its digest."""
    proposal = aged.propose(matrix(), "generic", as_of="2026-11-30")
    (line,) = command_lines(proposal)
    digest = proposal.policy.digest[:16]
    assert (line["on"], line["book"], line["currency"]) == ("2026-11-30", "generic", "EUR")
    assert line["reason"] == f"expected loss on 2026-11-30, policy test.toml ({digest})"
    assert aged.record(proposal) == ["accepted"]
    assert aged.balances("generic", "2026-11-29") == {}
    assert "1290" in aged.balances("generic", "2026-11-30")


def test_another_proposal_of_the_same_state_is_refused(aged: Ledger) -> None:
    """Made before the first was recorded, it does not know what that one moved."""
    first = aged.propose(matrix(), "generic")
    second = aged.propose(matrix(), "generic", as_of="2026-11-30")
    assert aged.record(first) == ["accepted"]
    assert aged.record(second) == ["refused"]
    assert aged.balances("generic")["1290"] == "-81.60"


def test_what_if_records_nothing(aged: Ledger) -> None:
    """Other policies are other figures; the log does not grow."""
    before = aged.at(YEAR_END).position
    assert moved(aged.propose(matrix(), "generic"))[0] == "81.60"
    assert moved(aged.propose(provision_policy("standard"), "generic"))[0] == "27.24"
    assert aged.at(YEAR_END).position == before


def test_what_is_paid_is_released(aged: Ledger) -> None:
    """Once all is paid nothing is required, and the movement is a release of all that is held."""
    aged.record(aged.propose(matrix(), "generic"))
    for plan in ("now", "1", "31", "61", "91"):
        aged.pay(plan, YEAR_END, "120.00")
    proposal = aged.propose(matrix(), "generic")
    assert moved(proposal) == ("0.00", "81.60", "-81.60")
    assert aged.record(proposal) == ["accepted"]
    assert aged.balances("generic") == {}


def test_a_write_off_uses_the_allowance_up(aged: Ledger) -> None:
    """The account may stand in debit until the next provision, which makes up for the loss."""
    aged.do("write_off", "2026-12-30", plan="91", reason="gone")
    assert aged.balances("generic")["1290"] == "100.00"
    proposal = aged.propose(matrix(), "generic")
    assert moved(proposal) == ("21.60", "-100.00", "121.60")
    aged.record(proposal)
    assert aged.balances("generic") == {"1290": "-21.60", "6100": "121.60"}


def test_an_allowance_of_its_own_stays_out_of_the_bands(aged: Ledger) -> None:
    """The claim is a line of its own with what is held for it; totals are those of the account."""
    own = {"book": "generic", "plan": "91", "amount": "80.00"}
    aged.do("provision", "2026-12-01", **own)
    proposal = aged.propose(matrix(), "generic")
    *bands, apart = figures(proposal, "bucket", "gross", "required", "held", "movement")
    assert apart == ("own_allowance", "120.00", "80.00", "80.00", "0.00")
    assert bands[-1] == ("over_90", "0.00", "0.00", None, None)
    assert moved(proposal) == ("101.60", "80.00", "21.60")
    aged.record(proposal)
    assert moved(aged.propose(matrix(), "generic"))[2] == "0.00"


def test_each_currency_is_provided_for_by_itself(aged: Ledger) -> None:
    """Amounts of two currencies are never added, and a yen has no cents."""
    aged.sell("yen", "2026-12-01", "1000", currency="JPY")
    totals = proposal_json(aged.propose(matrix(), "generic"))["totals"]
    assert [(row["currency"], row["required"]) for row in totals] == [
        ("EUR", "81.60"),
        ("JPY", "20"),
    ]
    assert aged.record(aged.propose(matrix(), "generic")) == ["accepted", "accepted"]


def test_at_both_times(aged: Ledger) -> None:
    """As known before a payment was recorded the proposal is what it was; ages are as of a day."""
    aged.pay("91", "2026-12-10", "120.00")
    assert moved(aged.propose(matrix(), "generic"))[0] == "21.60"
    assert moved(aged.propose(matrix(), "generic", known_at="2026-12-09"))[0] == "81.60"
    assert moved(aged.propose(matrix(), "generic", as_of="2026-12-09"))[0] == "70.80"


# Claim by claim ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tax", [RECEIPT, INVOICE], ids=["on receipt", "on invoice"])
def test_claims_are_provided_for_without_tax(ledger: Ledger, tax: dict[str, str]) -> None:
    """A doubtful plan of 120.00, 60.00 of it paid, has a base of 50.00, however tax falls due."""
    ledger.sell("P", "2026-11-30", "120.00", tax=[tax])
    ledger.sell("well", "2026-11-30", "120.00", tax=[tax])
    ledger.do("mark_doubtful", "2026-12-01", plan="P")
    ledger.pay("P", "2026-12-02", "60.00")
    proposal = ledger.propose(claims())
    names = ("plan", "customer", "bucket", "days_overdue", "gross", "tax", "base", "rate_percent")
    assert figures(proposal, *names) == [("P", "C-P", "1-90", 31, "60.00", "10.00", "50.00", "25")]
    assert moved(proposal) == ("12.50", "0.00", "12.50")


def test_claims_move_one_by_one(ledger: Ledger) -> None:
    """Each claim gets its own command, up and down: 68174 to 491, and 491 to 78174."""
    for plan, due in (("old", "2026-06-30"), ("new", "2026-11-30")):
        ledger.sell(plan, due, "120.00", tax=[RECEIPT])
        ledger.do("mark_doubtful", "2026-12-01", plan=plan)
    assert ledger.record(ledger.propose(claims())) == ["accepted", "accepted"]
    assert ledger.balances("pcg") == {"4161": "240.00", "491": "-125.00", "68174": "125.00"}
    assert ledger.record(ledger.propose(claims())) == []
    better = ledger.propose(claims(old="60", new="40"))
    assert figures(better, "plan", "required", "held", "movement") == [
        ("new", "40.00", "25.00", "15.00"),
        ("old", "60.00", "100.00", "-40.00"),
    ]
    assert ledger.record(better) == ["accepted", "accepted"]
    assert ledger.balances("pcg") == {
        "4161": "240.00",
        "491": "-100.00",
        "68174": "140.00",
        "78174": "-40.00",
    }


def test_what_is_no_longer_doubtful_needs_nothing(ledger: Ledger) -> None:
    """What is still held for such a plan is released, in part by itself, the rest as proposed."""
    ledger.sell("P", "2026-11-30", "120.00")
    ledger.do("provision", "2026-12-01", book="pcg", plan="P", amount="40.00")
    proposal = ledger.propose(claims())
    assert figures(proposal, "plan", "bucket", "gross", "required", "held", "movement") == [
        ("P", None, "0.00", "0.00", "40.00", "-40.00")
    ]
    assert ledger.record(proposal) == ["accepted"]
    assert ledger.propose(claims()).lines == ()


def test_by_default_every_book_is_provided_for_in_its_own_way(aged: Ledger) -> None:
    """The packaged policy speaks of both ways; the history's only of matrices."""
    aged.do("mark_doubtful", "2026-12-01", plan="91")
    standard = aged.propose(provision_policy("standard"))
    assert {(total.book, total.impairment) for total in standard.totals} == {
        ("generic", "matrix"),
        ("pcg", "claims"),
    }
    assert figures(standard, "plan", "bucket", "rate_percent", "required")[-1] == (
        ("91", "181-365", "75", "75.00")
    )
    assert len(aged.propose(matrix()).totals) == 1


# The tax inside ---------------------------------------------------------------------------------


@pytest.mark.parametrize("billing", ["due", "upfront"])
def test_the_tax_inside_is_the_tax_pending(ledger: Ledger, billing: str) -> None:
    """Whatever moves a plan, the tax inside what is open is what the accounts still hold back."""
    dues = ("2026-01-31", "2026-02-28", "2026-03-31")
    rows = [{"due": due, "amount": "33.37"} for due in dues]
    terms = {"schedule": {"kind": "custom", "instalments": rows}, "tax": [RECEIPT]}
    whose = {"customer": "C", "currency": "EUR", "billing": billing, "document": "INV-1"}
    ledger.do("open_plan", "2026-01-01", plan="P", **whose, **terms)
    ledger.do("charge_due", "2026-03-31", plan="P")
    steps: list[tuple[str, dict[str, str]]] = [
        ("receive_payment", {"payment": "a", "amount": "40.01", "currency": "EUR"}),
        ("credit", {"amount": "7.13", "kind": "discount", "reason": "kind"}),
        ("open_dispute", {"payment": "a", "amount": "20.02"}),
        ("mark_doubtful", {}),
        ("receive_payment", {"payment": "b", "amount": "11.11", "currency": "EUR"}),
        ("write_off", {"amount": "3.03", "reason": "small"}),
    ]
    for command, fields in steps:
        plan = {} if command == "open_dispute" else {"plan": "P"}
        ledger.do(command, "2026-04-15", **plan, **fields)
        at = ledger.at(YEAR_END)
        with ledger.acquit.database.reading() as connection:
            items = [item for item in open_items(connection, at) if item.due_on is not None]
            inside = tax_inside(connection, at, items)
            pending = select(-func.sum(postings.c.amount_minor)).where(
                postings.c.book == "pcg", postings.c.role == "tax_pending"
            )
            assert sum(inside.values()) == connection.execute(pending).scalar_one(), command


# History ----------------------------------------------------------------------------------------


def historical(edges: list[int], **window: Any) -> dict[str, Any]:
    """Return a matrix policy whose rates are derived."""
    return {"matrix": {"edges": edges, "rates": "history", "history": window}}


@pytest.fixture
def lived(ledger: Ledger) -> Ledger:
    """Give a ledger in which 1,000.00 fell due in January 2026: 500.00 of it paid in time.

    300.00 were paid 10 days late, 120.00 were paid 70 days late, 30.00 credited, 50.00 written
    off; a payment of 50.00 bounced.
    """
    paid = {"a": ("500.00", "2026-01-31"), "b": ("300.00", "2026-02-10")}
    paid["c"] = ("120.00", "2026-04-11")
    for plan, (amount, on) in paid.items():
        ledger.sell(plan, "2026-01-31", amount)
        ledger.pay(plan, on, amount)
    ledger.sell("d", "2026-01-31", "80.00")
    ledger.do("credit", "2026-02-01", plan="d", amount="30.00", kind="discount", reason="kind")
    ledger.pay("d", "2026-02-02", "50.00")
    bounced = {"payment": f"pay-{ledger.count - 1}", "reason": "bounced"}
    ledger.do("reverse_payment", "2026-02-05", **bounced)
    ledger.do("write_off", "2026-06-30", plan="d", reason="gone")
    ledger.sell("open", "2026-12-20", "100.00")
    return ledger


def test_rates_from_history(lived: Ledger) -> None:
    """Of 970.00 sold 50.00 were lost: a share of what reached each band.

    A credit is no loss; a payment that bounced paid nothing; what was paid after the last edge
    lowers the rate of the last band.
    """
    proposal = lived.propose(historical([30, 60], months=12), "generic")
    (history,) = proposal_json(proposal)["history"]
    assert (history["from"], history["to"]) == ("2025-11-01", "2026-10-31")
    assert (history["sold"], history["never_paid"]) == ("970.00", "50.00")
    assert list(history["paid"].values()) == ["500.00", "300.00", "0.00", "120.00"]
    assert [Decimal(rate) for rate in history["rates_percent"].values()] == [
        Decimal("5.154639"),
        Decimal("10.638298"),
        Decimal("29.411765"),
        Decimal("29.411765"),
    ]
    assert moved(proposal)[0] == "10.64"


def test_what_is_still_open_beyond_the_last_edge_is_never_paid(lived: Ledger) -> None:
    """Before the late payment and the write-off were known, they counted as never paid."""
    policy = historical([30, 60], **{"from": date(2026, 1, 1), "to": date(2026, 1, 31)})
    lived.sell("more", "2026-03-15", "100.00")
    proposal = lived.propose(policy, "generic", as_of="2026-04-05")
    (history,) = proposal_json(proposal)["history"]
    assert history["never_paid"] == "170.00"
    assert history["rates_percent"]["over_60"] == "100"


def test_a_due_day_that_was_moved_counts(lived: Ledger) -> None:
    """A charge whose due day was put off belongs where it fell due in the end."""
    lived.sell("moved", "2026-01-31", "40.00")
    lived.do("pause_plan", "2026-01-31", plan="moved", by="1 year", **{"from": "2026-01-01"})
    (history,) = proposal_json(lived.propose(historical([30, 60], months=12)))["history"]
    assert history["sold"] == "970.00"


# Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "book", "kind", "said"),
    [
        (claims(), "generic", PolicySilent, "says nothing of book 'generic' (all claims together)"),
        (matrix(), "pcg", PolicySilent, "test.toml: the policy says nothing of book 'pcg'"),
        (historical([30], months=1), "generic", HistoryEmpty, "no charge in EUR fell due from"),
        (
            historical([30], **{"from": date(2026, 1, 1), "to": date(2026, 12, 1)}),
            "generic",
            HistoryNotDecided,
            "let the window of history end on 2026-11-30 or before",
        ),
        (
            matrix(rates=[{"from": date(2030, 1, 1), "percent": "1", "source": "test"}]),
            "generic",
            RatesNotInForce,
            "test.toml: no row of 'matrix.rates' is in force on 2026-12-31",
        ),
    ],
)
def test_what_a_policy_cannot_say(
    ledger: Ledger, policy: dict[str, Any], book: str, kind: type[Refusal], said: str
) -> None:
    """It is refused with the name of the policy, the place, and the way out."""
    ledger.sell("P", "2026-12-20", "10.00")
    with pytest.raises(kind) as refused:
        ledger.propose(policy, book)
    assert said in str(refused.value)


def test_a_closed_day_is_not_provided_for(ledger: Ledger) -> None:
    """Its entry would be posted later, and every new run would move the allowance again."""
    with ledger.acquit.database.writing() as connection:
        connection.execute(update(ledger_head).values(open_from=date(2027, 1, 1)))
    with (
        ledger.acquit.database.reading() as connection,
        pytest.raises(DayClosedError, match="propose as of 2027-01-01 or later"),
    ):
        require_open(connection, date(2026, 12, 31))


def test_the_adopted_policy_is_the_default(ledger: Ledger) -> None:
    """From its day on; before that it is the packaged one, and a policy named comes first."""
    content = policy_from("provision", "history")
    adopt_policy(ledger.acquit.application, "provision", content, date(2026, 7, 1), None)
    named = provision_policy("history")
    for as_of, name in (("2026-06-30", "standard"), ("2026-07-01", "adopted from 2026-07-01 on")):
        at = ledger.at(as_of)
        with ledger.acquit.database.reading() as connection:
            assert policy_for(connection, at, None).name == name
            assert policy_for(connection, at, "history") == named
    at = ledger.at("2026-07-01")
    with ledger.acquit.database.reading() as connection:
        assert policy_for(connection, at, None).digest == named.digest
