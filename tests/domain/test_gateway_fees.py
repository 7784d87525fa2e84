"""A gateway's fee and the tax on it: exempt, charged inside the fee, or under reverse charge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.terms.refusals import Refusal

if TYPE_CHECKING:
    from tests.domain.conftest import Life

RECEIVED = {"plan": "", "payment": "pay", "amount": "20.00"}


@pytest.mark.parametrize(
    ("tax", "wanted"),
    [
        ({"treatment": "exempt"}, {"clearing": "18.80", "gateway_fees": "1.20"}),
        (None, {"clearing": "18.80", "gateway_fees": "1.20"}),
        (
            {"treatment": "charged", "amount": "0.20"},
            {"clearing": "18.80", "gateway_fees": "1.00", "tax_deductible": "0.20"},
        ),
        (
            {"treatment": "reverse_charge", "amount": "0.24"},
            {
                "clearing": "18.80",
                "gateway_fees": "1.20",
                "tax_deductible": "0.24",
                "tax_reverse_charge": "-0.24",
            },
        ),
    ],
)
def test_tax_on_the_fee(life: Life, tax: Any, wanted: dict[str, str]) -> None:
    """A charged tax is inside what the gateway kept; reverse charge is owed and deducted."""
    more = {} if tax is None else {"fee_tax": tax}
    life.do("receive_payment", "2026-02-01", **RECEIVED, fee="1.20", **more)
    assert life.balances() == {**wanted, "unapplied": "-20.00"}
    life.check()


@pytest.mark.parametrize(
    "fields",
    [
        {"fee_tax": {"treatment": "charged", "amount": "0.20"}},
        {"fee": "1.20", "fee_tax": {"treatment": "charged", "amount": "1.20"}},
        {"fee": "1.20", "fee_tax": {"treatment": "reverse_charge", "amount": "0"}},
        {"fee": "0.00", "fee_tax": {"treatment": "reverse_charge", "amount": "0.24"}},
        {"fee": "1.20", "fee_tax": {"treatment": "exempt", "amount": "0.24"}},
        {"fee": "1.20", "fee_tax": {"amount": "0.24"}},
        {"fee": "1.20", "fee_tax": {"treatment": "forgotten", "amount": "0.20"}},
    ],
)
def test_taxes_that_cannot_be(life: Life, fields: dict[str, Any]) -> None:
    """A tax without fee, not below it, of nothing, or of another treatment is refused."""
    with pytest.raises(Refusal):
        life.do("receive_payment", "2026-02-01", **{**RECEIVED, **fields})
