"""What paying late costs, by policy, and its undoing when money had come in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.terms.refusals import RecoveryFeeToConsumer, Refusal

if TYPE_CHECKING:
    from tests.domain.conftest import Life

BUSINESS = {"customer_kind": "business", "late": "fr_business"}


def agree(life: Life, on: str, *parts: tuple[str, str], **terms: Any) -> None:
    """Agree a plan of parts (due, amount)."""
    rows = [{"due": due, "amount": amount} for due, amount in parts]
    life.do("open_plan", on, schedule={"kind": "custom", "instalments": rows}, **terms)


def owed(life: Life) -> dict[str, int]:
    """Return what is left of each charge besides the price, in cents."""
    plan = life.streams["plan:P"].state
    return {
        charge.id: charge.gross_minor
        for charge in plan.charges.values()  # type: ignore[union-attr] # it is a plan
        if charge.is_fee and charge.gross_minor
    }


def test_a_business_owes_interest_by_month_and_forty_euros(life: Life) -> None:
    """Months add up to the interest of the whole delay; the lump sum comes once.

    1,200.00 due on 30 September 2024, paid 30 days late, at 4.25 + 10 percent: 14.05.
    """
    agree(life, "2024-08-01", ("2024-09-30", "1200.00"), **BUSINESS)
    life.do("day", "2024-10-30")
    life.do("receive_payment", "2024-10-30", payment="pay", amount="1200.00")
    life.do("day", "2024-12-31")
    life.do("day", "2024-12-31")
    assert owed(life) == {"P/1/recovery": 4000, "P/1/late/2024-10": 1405}


def test_interest_is_on_what_was_unpaid_each_day(life: Life) -> None:
    """A part payment lowers the base from its day on: 30 days of 1,200.00, 31 of 200.00."""
    agree(life, "2024-08-01", ("2024-09-30", "1200.00"), **BUSINESS)
    life.do("day", "2024-10-30")
    life.do("receive_payment", "2024-10-30", payment="pay", amount="1000.00")
    life.do("day", "2024-11-30")
    interest = sum(amount for name, amount in owed(life).items() if "/late/" in name)
    # (1200 * 30 + 200 * 31) * 14.25 % / 365 = 16.475...
    assert interest == 1648


def test_a_later_day_at_once_comes_to_the_same(life: Life) -> None:
    """Working through a day at once or day by day leads to the same charges."""
    agree(life, "2024-08-01", ("2024-09-30", "100.00"), ("2024-10-31", "100.00"), **BUSINESS)
    for day in ("2024-09-30", "2024-10-01", "2024-10-31", "2024-11-15", "2024-11-30"):
        life.do("day", day)
    by_day = owed(life)
    assert by_day
    other = type(life)()
    agree(other, "2024-08-01", ("2024-09-30", "100.00"), ("2024-10-31", "100.00"), **BUSINESS)
    other.do("day", "2024-11-30")
    assert owed(other) == by_day


def test_money_in_time_waives_what_it_makes_unjust(life: Life) -> None:
    """A payment recorded late but effective in time waives fee and interest, by new events."""
    agree(life, "2024-08-01", ("2024-09-30", "1200.00"), **BUSINESS)
    life.do("day", "2024-11-30")
    assert owed(life)
    events = life.do("receive_payment", "2024-09-30", payment="pay", amount="1200.00")
    waived = [event.fact for event in events if event.fact.TOPIC == "ChargeWaived"]
    assert {fact.reason for fact in waived} == {"paid in time"}  # type: ignore[attr-defined] # waivers
    assert owed(life) == {}
    assert life.balances() == {"clearing": "1200.00", "revenue": "-1200.00"}


def test_money_a_day_late_keeps_the_lump_sum(life: Life) -> None:
    """Interest is brought down to the days that were late; the lump sum stays."""
    agree(life, "2024-08-01", ("2024-09-30", "1200.00"), **BUSINESS)
    life.do("day", "2024-11-30")
    life.do("receive_payment", "2024-10-01", payment="pay", amount="1200.00")
    assert owed(life) == {"P/1/recovery": 4000, "P/1/late/2024-10": 47}


def test_a_fee_comes_once_after_its_grace(life: Life) -> None:
    """A policy of the plan: a percentage of the instalment's price after ten days, once."""
    policy = {"kind": "fee", "percent": "1.5", "grace_days": 10}
    agree(life, "2026-01-01", ("2026-01-31", "1000.00"), ("2026-02-28", "1000.00"), late=policy)
    life.do("day", "2026-02-10")
    assert owed(life) == {}
    life.do("day", "2026-02-11")
    life.do("day", "2026-02-12")
    assert owed(life) == {"P/1/late": 1500}


def test_a_consumer_owes_a_share_of_what_is_unpaid(life: Life) -> None:
    """Eight percent of the instalment due and unpaid, once, and nothing by the day."""
    agree(life, "2026-01-01", ("2026-01-31", "85.00"), late="fr_consumer", country="FR")
    life.do("day", "2026-06-30")
    assert owed(life) == {"P/1/late": 680}


@pytest.mark.parametrize("late", ["fr_business", {"kind": "fr_business", "annual_rate": "12"}])
def test_no_lump_sum_to_a_consumer(life: Life, late: Any) -> None:
    """A policy with the lump sum is refused for a consumer, and so is the fee by itself."""
    with pytest.raises(RecoveryFeeToConsumer):
        agree(life, "2026-01-01", ("2026-01-31", "85.00"), late=late)
    agree(life, "2026-01-01", ("2026-01-31", "85.00"))
    with pytest.raises(RecoveryFeeToConsumer):
        life.do("charge_fee", "2026-02-10", kind="recovery_fee", amount="40.00")


@pytest.mark.parametrize(
    ("late", "problem"),
    [
        ("weekly", "no late-payment policy 'weekly': known are fr_business, fr_consumer"),
        ({"kind": "fee"}, "give either amount or percent"),
        ({"kind": "fee", "amount": "5.00", "grace_days": -1}, "must be from 0 to 366"),
        ({"kind": "daily"}, "'daily' is not one of fee, fr_business, fr_consumer"),
    ],
)
def test_policies_that_cannot_be(life: Life, late: Any, problem: str) -> None:
    """A policy that cannot be is refused by its field."""
    with pytest.raises(Refusal, match=problem):
        agree(life, "2026-01-01", ("2026-01-31", "85.00"), late=late)


def test_a_contract_rate_is_raised_to_the_floor(life: Life) -> None:
    """A contract's 5 percent is raised to three times the legal rate: 14.76 in late 2024."""
    late = {"kind": "fr_business", "annual_rate": "5"}
    agree(life, "2024-08-01", ("2024-09-30", "1000.00"), customer_kind="business", late=late)
    life.do("day", "2024-10-31")
    assert owed(life)["P/1/late/2024-10"] == 1254  # 1000 * 14.76 % * 31 / 365


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_money_disputed_later_had_paid(life: Life, outcome: str) -> None:
    """A payment in time costs nothing for the time before it was disputed; won, nothing at all.

    Lost on 2 April, the dispute of 15 March leaves the days since then, and the lump sum is not
    owed: on the day after the due day the charge was paid.
    """
    agree(life, "2025-01-01", ("2025-01-10", "100.00"), **BUSINESS)
    life.do("day", "2025-01-10")
    life.do("receive_payment", "2025-01-10", payment="p", amount="100.00")
    life.do("day", "2025-03-10")
    life.do("open_dispute", "2025-03-15", payment="p", amount="100.00")
    life.do("day", "2025-03-31")
    life.do("close_dispute", "2025-04-02", payment="p", outcome=outcome)
    life.do("day", "2025-04-30")
    # 16 days of March and 30 of April at 13.15 percent: 0.576..., then 1.657... in all.
    wanted = {"P/1/late/2025-03": 58, "P/1/late/2025-04": 108} if outcome == "lost" else {}
    assert owed(life) == wanted
    life.check()
