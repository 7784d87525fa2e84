"""A quote: what a plan would be, and what it would cost, before anybody agrees to it.

Takes the same object as the command open_plan and refuses what that would refuse; stores nothing
and needs no ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.agreeing import FREE, Credit, agreed_plan, credit_of, signature_fees_minor
from ledger.commands import read_command
from ledger.events import Terms
from ledger.intentions import OpenPlan
from ledger.refusals import OnlyPlansAreQuoted
from ledger.terms.instalments import balances, unrounded_level
from ledger.terms.money import amount_text
from ledger.terms.schedule import Instalment

COLUMNS = ("nr", "due", "principal", "interest", "fee", "amount", "balance")
_UNNAMED = {"command": "open_plan", "id": "quote", "plan": "quote", "customer": "quote"}
_MORE_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One payment; `number` is None for what is paid at signature and belongs to no instalment."""

    number: int | None
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    balance_minor: int

    @property
    def amount_minor(self) -> int:
        """All that is paid on the day for it."""
        return self.principal_minor + self.interest_minor + self.fee_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A plan that nobody has agreed: payments, cost, and annual rates in percent.

    `level` is the first level instalment before rounding, None without level interest.
    """

    currency: str
    exponent: int
    on: date
    price_minor: int
    terms: Terms
    rows: tuple[Row, ...]
    credit: Credit
    level: str | None
    eu_apr: Decimal | None
    us_apr: Decimal | None

    @property
    def principal_minor(self) -> int:
        """The price less promotions."""
        return sum(row.principal_minor for row in self.rows)

    @property
    def interest_minor(self) -> int:
        """All interest."""
        return sum(row.interest_minor for row in self.rows)

    @property
    def fees_minor(self) -> int:
        """All fees."""
        return sum(row.fee_minor for row in self.rows)

    @property
    def total_minor(self) -> int:
        """All that is paid."""
        return sum(row.amount_minor for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Return the quote for programs: amounts are decimal strings, null where unknown."""
        return {
            "currency": self.currency,
            "on": self.on.isoformat(),
            "price": self._text(self.price_minor),
            "promotions": [
                {"kind": one.kind, **one.stated, "worth": self._text(one.amount_minor)}
                for one in self.terms.promotions
            ],
            "fees": [
                {"kind": fee.kind, "when": fee.when, "amount": self._text(fee.amount_minor)}
                for fee in self.terms.fees
            ],
            "rows": self.as_rows(),
            "level": self.level,
            "principal": self._text(self.principal_minor),
            "interest": self._text(self.interest_minor),
            "fees_total": self._text(self.fees_minor),
            "cost_of_credit": self._text(self.credit.cost_minor),
            "total_cost": self._text(self.total_minor),
            "eu_apr": None if self.eu_apr is None else str(self.eu_apr),
            "us_apr": None if self.us_apr is None else str(self.us_apr),
        }

    def as_rows(self) -> list[dict[str, Any]]:
        """Return the payments, a key for each of COLUMNS."""
        return [
            {
                "nr": row.number,
                "due": row.due_on.isoformat(),
                "principal": self._text(row.principal_minor),
                "interest": self._text(row.interest_minor),
                "fee": self._text(row.fee_minor),
                "amount": self._text(row.amount_minor),
                "balance": self._text(row.balance_minor),
            }
            for row in self.rows
        ]

    def summary(self) -> list[tuple[str, str]]:
        """Return what the plan costs, as lines for people: what, and how much."""
        lines = [("list price", self._text(self.price_minor))]
        for one in self.terms.promotions:
            stated = "".join(f" {name} {value}" for name, value in one.stated.items())
            lines.append((f"promotion {one.kind}{stated}", self._text(-one.amount_minor)))
        lines += [
            (f"fee {fee.kind} ({fee.when})", self._text(fee.amount_minor))
            for fee in self.terms.fees
        ]
        return [
            *lines,
            ("interest", self._text(self.interest_minor)),
            ("total cost", self._text(self.total_minor)),
            ("cost of credit", self._text(self.credit.cost_minor)),
            ("APR (EU, effective) %", "none" if self.eu_apr is None else str(self.eu_apr)),
            ("APR (US, nominal) %", "none" if self.us_apr is None else str(self.us_apr)),
        ]

    def _text(self, amount_minor: int) -> str:
        return amount_text(amount_minor, self.exponent)


def quote(line: Mapping[str, Any]) -> Quote:
    """Return the quote of an open_plan object, in which command, id, plan and customer may lack.

    Raises OnlyPlansAreQuoted and whatever open_plan is refused with.
    """
    named = line.get("command", "open_plan")
    command = read_command({**_UNNAMED, **line}) if named == "open_plan" else None
    if not isinstance(command, OpenPlan):
        raise OnlyPlansAreQuoted(command=str(named)[:40])
    plan = agreed_plan(command)
    credit = credit_of(command, plan.instalments)
    percents = {rate.method: Decimal(rate.percent) for rate in plan.terms.annual_rates}
    free = None if credit.cost_minor else FREE
    return Quote(
        currency=plan.currency,
        exponent=plan.exponent,
        on=command.on,
        price_minor=command.schedule.total_minor,
        terms=plan.terms,
        rows=_rows(command, plan.instalments),
        credit=credit,
        level=_level(command),
        eu_apr=percents.get("eu", free),
        us_apr=percents.get("us", free),
    )


def _rows(command: OpenPlan, parts: Sequence[Instalment]) -> tuple[Row, ...]:
    """Return a row for each instalment, behind one for the fees at signature if there are any."""
    start_minor, *left = balances(command.schedule, command.conditions, parts)
    rows = tuple(
        Row(
            part.number,
            part.due_on,
            part.principal_minor,
            part.interest_minor,
            part.fee_minor,
            balance_minor,
        )
        for part, balance_minor in zip(parts, left, strict=True)
    )
    fees_minor = signature_fees_minor(command.terms)
    if not fees_minor:
        return rows
    return (Row(None, command.on, 0, 0, fees_minor, start_minor), *rows)


def _level(command: OpenPlan) -> str | None:
    level = unrounded_level(command.schedule, command.conditions)
    if level is None:
        return None
    return f"{level.scaleb(-command.exponent):.{command.exponent + _MORE_DECIMALS}f}"
