"""Expected loss: rounding as a policy, rates from history, allowances that become those needed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.provision import Claim, impairment, irrecoverable, loss_rates, matrix_allowance
from ledger.terms.refusals import HistoryDoesNotAddUp

AMOUNTS = st.integers(0, 10**9)
RATES = st.fractions(0, 1, max_denominator=1000)
CLAIMS = st.builds(
    Claim,
    gross_minor=AMOUNTS,
    collected_minor=AMOUNTS,
    tax_percent=st.decimals(0, 30, places=1),
    allowance_minor=AMOUNTS,
)

CECL_EXAMPLE_5 = [
    (598_469_800, Fraction(3, 1000)),
    (827_200, Fraction(8, 100)),
    (288_200, Fraction(26, 100)),
    (84_200, Fraction(58, 100)),
    (110_000, Fraction(82, 100)),
]


def test_cecl_example_5() -> None:
    """ASC 326-20-55-40 prints 20,755: rows rounded to dollars first; else it would be 20,756."""
    by_rows = matrix_allowance(CECL_EXAMPLE_5, "rows", unit_minor=100)
    assert [row // 100 for row in by_rows.rows_minor] == [17_954, 662, 749, 488, 902]
    assert by_rows.total_minor == 20_755_00
    assert matrix_allowance(CECL_EXAMPLE_5, "total", unit_minor=100).total_minor == 20_756_00
    assert matrix_allowance(CECL_EXAMPLE_5).total_minor == 20_755_53


@given(st.lists(st.tuples(AMOUNTS, RATES)))
def test_rounding_moves_half_a_unit_a_row_at_most(rows: list[tuple[int, Fraction]]) -> None:
    """By rows the total is their sum; in both ways it is near the exact one."""
    exact = sum((gross * rate for gross, rate in rows), Fraction(0))
    by_rows = matrix_allowance(rows)
    assert by_rows.total_minor == sum(by_rows.rows_minor)
    assert abs(by_rows.total_minor - exact) <= Fraction(len(rows), 2)
    assert abs(matrix_allowance(rows, "total").total_minor - exact) <= Fraction(1, 2)


@given(st.lists(AMOUNTS, min_size=1, max_size=6), AMOUNTS)
def test_loss_rates_grow_with_age(paid: list[int], never_paid: int) -> None:
    """The older the band the higher its rate; applied to what reached it, each gives the loss."""
    sold = sum(paid) + never_paid
    rates = loss_rates(sold, paid, never_paid)
    assert len(rates) == len(paid) + 1
    assert sorted(rates) == list(rates)
    assert all(0 <= rate <= 1 for rate in rates)
    assert sold * rates[0] == never_paid


def test_a_history_adds_up() -> None:
    """Sales neither paid nor unpaid are refused."""
    with pytest.raises(HistoryDoesNotAddUp, match="100 minor units are not the 90 paid and the 9"):
        loss_rates(100, [50, 40], 9)


@given(CLAIMS, RATES)
def test_the_allowance_becomes_what_is_needed(claim: Claim, rate: Fraction) -> None:
    """The old allowance with the provision or the release is the new one; only one moves."""
    found = impairment(claim, rate)
    moved = found.provision_minor - found.release_minor
    assert claim.allowance_minor + moved == found.needed_minor
    assert 0 in (found.provision_minor, found.release_minor)
    assert 0 <= found.needed_minor <= found.base_minor


@given(CLAIMS)
def test_a_claim_given_up_is_loss_and_tax(claim: Claim) -> None:
    """Loss and tax are all that was still owed; nothing is left of the allowance."""
    lost = irrecoverable(claim)
    assert lost.loss_minor + lost.tax_minor == claim.open_minor
    assert lost.release_minor == claim.allowance_minor


def test_the_base_is_without_tax() -> None:
    """2,990.00 with 19.6 % tax, 598.00 of it collected: 2,000.00 at risk."""
    claim = Claim(
        gross_minor=2990_00, collected_minor=598_00, tax_percent=Decimal("19.6"), allowance_minor=0
    )
    assert claim.base_minor == 2000_00
