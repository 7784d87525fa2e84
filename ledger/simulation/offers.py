"""What is on sale: five offers, of all the kinds of schedules that have a total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.terms.dates import Interval, add_months
from ledger.terms.instalments import instalments
from ledger.terms.money import amount_text
from ledger.terms.schedule import Deposit, Equal, Progressive, Schedule

CURRENCY = "EUR"
EXPONENT = 2
_MONTHLY = "1 month"
_ANY_DAY = date(2025, 1, 1)


@dataclass(frozen=True, slots=True)
class Offer:
    """A product with its schedule: `fields` are those of open_plan's `schedule`, without dates.

    `weight` says how often it is sold; `amounts_minor` are its instalments, a deposit first.
    """

    name: str
    weight: int
    fields: Mapping[str, Any]
    terms: Schedule
    amounts_minor: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        parts = instalments(self.terms, _ANY_DAY)
        object.__setattr__(self, "amounts_minor", tuple(part.amount_minor for part in parts))

    def due(self, first_due: date, part: int) -> date:
        """Return the due day of a part, counted from 0; a part comes a month after the other."""
        return add_months(first_due, part)

    def schedule(self, first_due: date) -> dict[str, Any]:
        """Return the `schedule` of open_plan for a plan whose first part is due on `first_due`."""
        schedule = {**self.fields, "first_due": first_due.isoformat(), "every": _MONTHLY}
        if "deposit" in schedule:
            schedule["deposit_due"] = first_due.isoformat()
            schedule["first_due"] = self.due(first_due, 1).isoformat()
        return schedule


def _fields(kind: str, total_minor: int, count: int, **more: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "total": amount_text(total_minor, EXPONENT),
        "instalments": count,
        **more,
    }


def _equal(name: str, weight: int, total_minor: int, count: int) -> Offer:
    terms = Equal(
        total_minor=total_minor, count=count, first_due=_ANY_DAY, every=Interval.parse(_MONTHLY)
    )
    return Offer(name, weight, _fields("equal", total_minor, count), terms)


def _by_percent(name: str, weight: int, total_minor: int, count: int, percent: str) -> Offer:
    terms = Progressive(
        total_minor=total_minor,
        count=count,
        first_due=_ANY_DAY,
        every=Interval.parse(_MONTHLY),
        growth_percent=Decimal(percent),
    )
    fields = _fields("progressive", total_minor, count, growth_percent=percent)
    return Offer(name, weight, fields, terms)


def _by_amount(name: str, weight: int, total_minor: int, count: int, growth_minor: int) -> Offer:
    terms = Progressive(
        total_minor=total_minor,
        count=count,
        first_due=_ANY_DAY,
        every=Interval.parse(_MONTHLY),
        growth_minor=growth_minor,
    )
    growth = amount_text(growth_minor, EXPONENT)
    fields = _fields("progressive", total_minor, count, growth_amount=growth)
    return Offer(name, weight, fields, terms)


def _with_deposit(
    name: str, weight: int, total_minor: int, deposit_minor: int, count: int
) -> Offer:
    terms = Deposit(
        total_minor=total_minor,
        deposit_minor=deposit_minor,
        deposit_due=_ANY_DAY,
        count=count,
        first_due=_ANY_DAY,
        every=Interval.parse(_MONTHLY),
    )
    deposit = amount_text(deposit_minor, EXPONENT)
    return Offer(name, weight, _fields("deposit", total_minor, count, deposit=deposit), terms)


OFFERS = (
    _equal("Essentiel", 20, 120_00, 6),
    _equal("Premium", 40, 240_00, 12),
    _by_percent("Croissance", 20, 720_00, 24, "2.5"),
    _by_amount("Palier", 10, 540_00, 18, 1_00),
    _with_deposit("Acompte", 10, 400_00, 100_00, 12),
)
