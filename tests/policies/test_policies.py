"""The files of rates and limits: every row dated and sourced, half-years without gaps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger import policies
from ledger.policies.provision import RateTable, provision_policies, provision_policy
from ledger.terms.late_payment import HalfYearRates, half_year_start
from ledger.terms.refusals import HalfYearRateUnknown, LawNotInForce
from ledger.terms.waterfall import read_waterfall

HALF_YEARS = [
    policies.refinancing_rates(),
    policies.legal_interest_rates("individual"),
    policies.legal_interest_rates("professional"),
]


@pytest.mark.parametrize("rates", HALF_YEARS, ids=lambda rates: rates.name)
def test_half_years_follow_each_other(rates: HalfYearRates) -> None:
    """Rows begin with a half-year, in order and without a gap."""
    starts = list(rates.by_start)
    assert all(start == half_year_start(start) for start in starts)
    months = [start.year * 12 + start.month for start in starts]
    assert months == list(range(months[0], months[-1] + 1, 6))


@pytest.mark.parametrize("name", ["ecb_refinancing", "fr_legal_interest", "fr_late_payment"])
def test_every_row_has_a_day_and_a_source(name: str) -> None:
    """A rate without a source is nobody's rate."""
    tables = [rows for rows in policies.content(name).values() if isinstance(rows, list)]
    assert tables
    for rows in tables:
        assert all(isinstance(row["from"], date) and row["source"] for row in rows)
        assert sorted(row["from"] for row in rows) == [row["from"] for row in rows]


def test_known_rates() -> None:
    """Rates as their sources print them, on the first and the last day of a half-year."""
    assert policies.refinancing_rates().on(date(2013, 1, 1)) == Decimal("0.75")
    assert policies.refinancing_rates().on(date(2024, 12, 31)) == Decimal("4.25")
    assert policies.legal_interest_rates("professional").on(date(2015, 6, 30)) == Decimal("0.93")
    assert policies.legal_interest_rates("individual").on(date(2020, 1, 1)) == Decimal("3.15")


def test_an_unknown_half_year_names_the_file() -> None:
    """What nobody has entered yet is refused, never guessed."""
    with pytest.raises(HalfYearRateUnknown, match=r"2099-01-01.*ecb_refinancing\.toml"):
        policies.refinancing_rates().on(date(2099, 3, 1))


def test_law_before_its_first_row() -> None:
    """No law is applied to days before the first that is known."""
    with pytest.raises(LawNotInForce, match=r"2012-12-31.*fr_late_payment\.toml"):
        policies.business_law(date(2012, 12, 31))
    with pytest.raises(LawNotInForce, match="consumer"):
        policies.consumer_law(date(2016, 6, 30))
    assert policies.business_law(date(2013, 1, 1)).points == 10


@pytest.mark.parametrize("name", policies.allocation_policies())
def test_policies_of_allocation_can_be_read(name: str) -> None:
    """Each has a title and a source, and no two are the same."""
    about = policies.content("allocation")[name]
    assert about["title"]
    assert about["source"]
    others = [other for other in policies.allocation_policies() if other != name]
    written = read_waterfall(policies.allocation_policy(name))
    assert all(read_waterfall(policies.allocation_policy(other)) != written for other in others)


@pytest.mark.parametrize("name", provision_policies())
def test_policies_of_provision_can_be_read(name: str) -> None:
    """Each has a title and a source; rates grow with age, and their rows are in order of days."""
    about = policies.content("provision")[name]
    assert about["title"]
    assert about["source"]
    policy = provision_policy(name)
    tables = [part.rates for part in (policy.matrix, policy.claims) if part is not None]
    for table in tables:
        if isinstance(table, RateTable):
            assert [row.since for row in table.rows] == sorted(row.since for row in table.rows)
            assert all(list(row.rates) == sorted(row.rates) for row in table.rows)


def test_the_row_in_force_counts() -> None:
    """On the day from which it applies, and until the next one; never before the first."""
    policy = provision_policy("standard").matrix
    assert policy is not None
    assert isinstance(policy.rates, RateTable)
    assert [str(100 * rate) for rate in policy.rates.on(date(2018, 1, 1))][:2] == ["3/10", "8/5"]
