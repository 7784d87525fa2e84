"""Family `iso4217`: the number of decimals of each currency."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.fields import currency_exponent
from ledger.refusals import CurrencyUnknown

FAMILY = "iso4217"


def test_minor_units(case: dict[str, Any]) -> None:
    """A currency has the decimals of the list; one without minor units is refused."""
    code, units = case["input"]["currency"], case["expected"]["minor_units"]
    if units is None:
        with pytest.raises(CurrencyUnknown, match=code):
            currency_exponent(code)
    else:
        assert currency_exponent(code) == units
