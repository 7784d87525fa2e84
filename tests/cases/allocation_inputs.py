"""What a case of the family `allocation` asks, and how its tables are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.terms.dates import Interval
from ledger.terms.money import minor_units, round_half_up
from ledger.terms.splitting import split_equally
from ledger.terms.waterfall import Kind

COLUMNS: Mapping[Kind, str] = {
    "principal": "principal",
    "interest": "interest",
    "fee": "fees",
    "penalty": "penalties",
}
MONEY_IN = ("Repayment", "Down Payment")
POLICIES = {
    "NEXT_INSTALLMENT": "due_then_next",
    "LAST_INSTALLMENT": "due_then_last",
    "REAMORTIZATION": "due_then_reamortise",
    "penalties, fees, interest, principal; then": "penalty_first_principal_in_advance",
    "penalties, interest, principal, fees; then": "penalty_interest_principal_fee",
}


def minor(amount: str) -> int:
    """Read an amount of a currency of two decimals."""
    return minor_units(Decimal(amount), "EUR", 2)


def policy_name(strategy: str) -> str:
    """Return the name of the packaged policy that a case describes in words."""
    found = [name for words, name in POLICIES.items() if words in strategy]
    assert len(found) == 1, f"no one policy is {strategy!r}"
    return found[0]


@dataclass(frozen=True, slots=True)
class Loan:
    """What a case agrees: equal instalments, after what is paid down at the start.

    `parts` are due days with principal; `interest_minor` comes on top of each.
    """

    start: date
    every: Interval
    annual_rate_percent: Decimal
    down_minor: int
    parts: tuple[tuple[date, int], ...]
    interest_minor: int


def loan_of(given: Mapping[str, Any]) -> Loan:
    """Read what a case agrees; interest is flat, on the whole principal."""
    assert given.get("interest", "flat") == "flat"
    start, total_minor = date.fromisoformat(given["start"]), minor(given["principal"])
    every, rate = Interval.parse(given["every"]), Decimal(given.get("annual_rate_percent", "0"))
    down_minor = _paid_down(given.get("down_payment"), total_minor)
    parts = split_equally(total_minor - down_minor, given["n"])
    months = every.months or Decimal(every.days * 12) / 365
    return Loan(
        start=start,
        every=every,
        annual_rate_percent=rate,
        down_minor=down_minor,
        parts=tuple((every.after(start, number), part) for number, part in enumerate(parts, 1)),
        interest_minor=round_half_up(total_minor * rate * months / 1200),
    )


def _paid_down(words: str | None, total_minor: int) -> int:
    """Read a down payment, as in "25% at start"."""
    if words is None:
        return 0
    percent, _, when = words.partition("%")
    assert when.strip() == "at start", f"unknown down payment {words!r}"
    return round_half_up(total_minor * Decimal(percent) / 100)


def money_in(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the payments among a case's transactions.

    A disbursement is no payment, and an accrual is a charge of its own here, made when it is owed.
    """
    assert {row["type"] for row in rows} <= {*MONEY_IN, "Disbursement", "Accrual"}
    return [row for row in rows if row["type"] in MONEY_IN]


def assert_rows(found: list[dict[str, Any]], stated: list[dict[str, Any]]) -> None:
    """Rows agree in every figure that both have."""
    assert len(found) == len(stated)
    for ours, theirs in zip(found, stated, strict=True):
        differing = {
            name: (ours[name], theirs[name])
            for name in sorted(set(ours) & set(theirs))
            if number(ours[name]) != number(theirs[name])
        }
        assert not differing, f"ours and the stated ones: {differing}"


def number(value: Any) -> Any:
    """Read an amount as a number, leave a day, a count or nothing as it is."""
    is_amount = isinstance(value, str) and value.count("-") < 2
    return Decimal(value) if is_amount else value
