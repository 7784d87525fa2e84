"""What an agreement records of its terms: as stated, with every default that was applied."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger.events import FeeTerm, InterestTerm, PlanAgreed, Promotion, TaxTerm

if TYPE_CHECKING:
    from tests.domain.conftest import Life

SCHEDULE = {
    "kind": "equal",
    "total": "1200.00",
    "instalments": 6,
    "first_due": "2026-02-15",
    "every": "1 month",
}


def agreed(life: Life, **fields: Any) -> PlanAgreed:
    """Return the event of a plan on these terms."""
    event, *_ = life.do("open_plan", "2026-01-15", **{"schedule": SCHEDULE, **fields})
    assert isinstance(event.fact, PlanAgreed)
    return event.fact


def test_defaults_of_interest_are_written_out(life: Life) -> None:
    """A rate and a method are enough; day count, rounding, start and last amount are recorded."""
    terms = agreed(life, interest={"annual_rate": "12", "method": "level"}).terms
    assert terms.interest == InterestTerm(
        annual_rate="12",
        method="level",
        day_count="30/360",
        rounding="half_up",
        starts_on=date(2026, 1, 15),
        final="amount",
    )


@pytest.mark.parametrize(
    ("every", "rate", "nominal"),
    [("1 month", "3.5", "42"), ("2 weeks", "1", "26"), ("10 days", "1", "36.5")],
)
def test_rate_per_period_is_recorded_by_year_too(
    life: Life, every: str, rate: str, nominal: str
) -> None:
    """A rate of a period is kept as given, beside the nominal rate of a year."""
    fields = {"schedule": {**SCHEDULE, "every": every}, "interest": {"rate_per_period": rate}}
    interest = agreed(life, **fields).terms.interest
    assert interest is not None
    assert (interest.annual_rate, interest.rate_per_period) == (nominal, rate)
    assert interest.day_count == "period"


def test_day_count_of_weeks(life: Life) -> None:
    """Where instalments are not months apart, days are counted as they are, over 365."""
    fields = {"schedule": {**SCHEDULE, "every": "1 week"}, "interest": {"annual_rate": "12"}}
    interest = agreed(life, **fields).terms.interest
    assert interest is not None
    assert interest.day_count == "actual/365"


def test_annual_rates_can_be_computed_again(life: Life) -> None:
    """Both annual rates are recorded with the advance and the payments that they come from."""
    fact = agreed(life, interest={"annual_rate": "12"}, fees=[{"kind": "file", "amount": "20.00"}])
    eu, us = fact.terms.annual_rates
    assert (eu.method, us.method) == ("eu", "us")
    assert eu.inputs == us.inputs
    assert (eu.inputs["advanced_on"], eu.inputs["advanced"]) == ("2026-01-15", "1180.00")
    payments = [["2026-02-15", "207.06"], ["2026-07-15", "207.05"]]
    assert [eu.inputs["payments"][0], eu.inputs["payments"][-1]] == payments


def test_no_cost_no_rate(life: Life) -> None:
    """A plan that costs nothing more than its price records no annual rate."""
    assert agreed(life).terms.annual_rates == ()


def test_fees_and_promotions_are_recorded_with_their_worth(life: Life) -> None:
    """What was stated stands beside what it is worth; instalments are of what is left."""
    fact = agreed(
        life,
        fees=[{"kind": "file", "percent": "1.5", "when": "spread"}],
        promotions=[{"kind": "percent_off", "percent": "10"}],
    )
    assert fact.terms.fees == (FeeTerm(kind="file", amount_minor=1800, when="spread"),)
    assert fact.terms.promotions == (
        Promotion(kind="percent_off", amount_minor=12000, stated={"percent": "10"}),
    )
    assert {(row.principal_minor, row.fee_minor) for row in fact.instalments} == {(18000, 300)}


def test_several_taxes_say_what_they_tax(life: Life) -> None:
    """Two rates each tax their part of the total after promotions."""
    tax = [
        {"code": "A", "rate": "20", "category": "S", "due": "receipt", "gross": "1000.00"},
        {"code": "B", "rate": "5.5", "category": "S", "due": "receipt", "gross": "150.00"},
    ]
    off = [{"kind": "first_reduced", "amount": "50.00"}]
    terms = agreed(life, tax=tax, promotions=off).terms
    assert [term.gross_minor for term in terms.tax] == [100000, 15000]


def test_a_single_tax_taxes_all(life: Life) -> None:
    """One rate needs no part, and keeps none even where it is stated."""
    tax = {"code": "A", "rate": "20", "category": "S", "due": "receipt"}
    expected = (TaxTerm(code="A", rate="20", category="S", due="receipt", gross_minor=None),)
    assert agreed(life, tax=[tax]).terms.tax == expected
    assert agreed(life, plan="Q", tax=[{**tax, "gross": "1200.00"}]).terms.tax == expected


def test_supply_and_the_rest(life: Life) -> None:
    """Terms that others act on are kept as they are."""
    terms = agreed(
        life,
        billing="upfront",
        revenue="over_service",
        service={"from": "2026-01-15", "to": "2027-01-14"},
        supply_on="2026-01-20",
        financed_by="payin4",
        late="fr_business",
        customer_kind="business",
    ).terms
    assert (terms.billing, terms.revenue) == ("upfront", "over_service")
    assert (terms.service_from, terms.service_to) == (date(2026, 1, 15), date(2027, 1, 14))
    assert (terms.supply_on, terms.financed_by) == (date(2026, 1, 20), "payin4")
    assert (terms.late, terms.allocation) == ({"kind": "fr_business"}, None)
