"""Rates, limits and orders of law and practice: dated rows with a source, in TOML beside this file.

Rules of arithmetic are in `ledger.terms`; what they are fed with is here, so that a new rate is a
row and not a change of code. Read once a process. See docs/policies.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

from ledger.terms.late_payment import BusinessLaw, ConsumerLaw, HalfYearRates
from ledger.terms.refusals import (
    AllocationPolicyUnknown,
    LatePolicyUnknown,
    LawNotInForce,
)

_FOLDER = "ledger/policies"
_LATE_PAYMENT = "fr_late_payment"
_ALLOCATION = "allocation"
_LATE = "late"
_ABOUT = ("title", "source")


def refinancing_rates() -> HalfYearRates:
    """Return the European Central Bank's rate at the start of each half-year."""
    return _half_years("ecb_refinancing", "percent")


def legal_interest_rates(creditor: Literal["individual", "professional"]) -> HalfYearRates:
    """Return the French legal interest rate of each half-year, by who the money is owed to."""
    return _half_years("fr_legal_interest", creditor)


def business_law(day: date) -> BusinessLaw:
    """Return what French law asks of a business that is late on `day`. Raises LawNotInForce."""
    row = _in_force(_LATE_PAYMENT, "business", day)
    return BusinessLaw(
        points=Decimal(row["points"]),
        floor_multiple=Decimal(row["floor_multiple"]),
        recovery_fee=Decimal(row["recovery_fee"]),
        recovery_fee_currency=row["recovery_fee_currency"],
    )


def consumer_law(day: date) -> ConsumerLaw:
    """Return the most that a consumer late on `day` may be asked for. Raises LawNotInForce."""
    row = _in_force(_LATE_PAYMENT, "consumer", day)
    return ConsumerLaw(
        accelerated_percent=Decimal(row["accelerated_percent"]),
        unpaid_percent=Decimal(row["unpaid_percent"]),
        postponed_percent=Decimal(row["postponed_percent"]),
    )


def allocation_policies() -> tuple[str, ...]:
    """Return the names of the packaged policies of allocation, the default first."""
    return tuple(content(_ALLOCATION))


def allocation_policy(name: str) -> Mapping[str, Any]:
    """Return a packaged policy of allocation as an event stores it; `read_waterfall` reads it.

    Raises AllocationPolicyUnknown.
    """
    return _named(_ALLOCATION, name, AllocationPolicyUnknown)


def late_policy(name: str) -> Mapping[str, Any]:
    """Return a packaged policy of what paying late costs, as an event stores it.

    Raises LatePolicyUnknown.
    """
    return _named(_LATE, name, LatePolicyUnknown)


@cache
def content(name: str) -> Mapping[str, Any]:
    """Return what one of the files says, as read from TOML."""
    path = resources.files(__name__) / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _named(
    file: str, name: str, unknown: type[AllocationPolicyUnknown | LatePolicyUnknown]
) -> Mapping[str, Any]:
    policies = content(file)
    if name not in policies:
        raise unknown(name=name[:40], known=", ".join(policies))
    return {key: value for key, value in policies[name].items() if key not in _ABOUT}


def _half_years(name: str, column: str) -> HalfYearRates:
    said = content(name)
    rates = {row["from"]: Decimal(row[column]) for row in said["rates"]}
    return HalfYearRates(said["name"], _file(name), rates)


def _in_force(name: str, kind: str, day: date) -> Mapping[str, Any]:
    """Return the last row that begins on or before `day`."""
    rows: Sequence[Mapping[str, Any]] = content(name)[kind]
    begun = [row for row in rows if row["from"] <= day]
    if not begun:
        raise LawNotInForce(law=f"{kind} law on late payment", day=str(day), file=_file(name))
    return max(begun, key=lambda row: row["from"])


def _file(name: str) -> str:
    return f"{_FOLDER}/{name}.toml"
