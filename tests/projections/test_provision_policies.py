"""Provisions: rates from history, policies that cannot be applied, the policy in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from ledger.adopting import adopt_policy, policy_from
from ledger.policies.provision import provision_policy
from ledger.policies.provision_refusals import (
    HistoryEmpty,
    HistoryNotDecided,
    PolicySilent,
    RatesNotInForce,
)
from ledger.store.schema import ledger_head
from ledger.terms.refusals import Refusal
from projections.proposed import DayClosedError, require_open
from projections.provisioning.choosing import policy_for
from projections.provisioning.report import proposal_json
from tests.projections.providing import Ledger, claims, historical, matrix, moved


@pytest.fixture
def past(ledger: Ledger) -> Ledger:
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


def test_rates_from_history(past: Ledger) -> None:
    """Of 970.00 sold 50.00 were lost: a share of what reached each band.

    A credit is no loss; a payment that bounced paid nothing; what was paid after the last edge
    lowers the rate of the last band.
    """
    proposal = past.propose(historical([30, 60], months=12), "generic")
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


def test_what_is_still_open_beyond_the_last_edge_is_never_paid(past: Ledger) -> None:
    """Before the late payment and the write-off were known, they counted as never paid."""
    policy = historical([30, 60], **{"from": date(2026, 1, 1), "to": date(2026, 1, 31)})
    past.sell("more", "2026-03-15", "100.00")
    proposal = past.propose(policy, "generic", as_of="2026-04-05")
    (history,) = proposal_json(proposal)["history"]
    assert history["never_paid"] == "170.00"
    assert history["rates_percent"]["over_60"] == "100"


def test_a_due_day_that_was_moved_counts(past: Ledger) -> None:
    """A charge whose due day was put off belongs where it fell due in the end."""
    past.sell("moved", "2026-01-31", "40.00")
    past.do("pause_plan", "2026-01-31", plan="moved", by="1 year", **{"from": "2026-01-01"})
    (history,) = proposal_json(past.propose(historical([30, 60], months=12)))["history"]
    assert history["sold"] == "970.00"


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
