"""Provisions on all claims together: proposed from the aging, recorded once, released."""

from __future__ import annotations

from datetime import date

from ledger.policies.provision import provision_policy
from projections.aging import aging
from projections.provisioning.recording import command_lines
from projections.provisioning.report import proposal_json
from tests.projections.providing import YEAR_END, Ledger, figures, matrix, moved


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
