"""Money out and money back: what both methods take, and how their rate is found."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TypeVar

from ledger.terms.apr.solver import PRECISION, Curve, positive_root

At = TypeVar("At", bound=Hashable)


def rate_of(
    advances: Iterable[tuple[At, Decimal]],
    payments: Iterable[tuple[At, Decimal]],
    worth: Callable[[Mapping[At, Decimal]], Curve],
) -> Decimal | None:
    """Return the rate at which payments are worth the advances; `worth` makes the curve of both.

    Zero where they add up to the advances; None where they add up to less, where nothing is
    advanced, or where no rate makes both sides equal.
    """
    drawn, flows = Decimal(0), dict[At, Decimal]()
    for at, amount in advances:
        drawn += amount
        flows[at] = flows.get(at, Decimal(0)) - amount
    for at, amount in payments:
        flows[at] = flows.get(at, Decimal(0)) + amount
    cost = sum(flows.values(), Decimal(0))
    if drawn <= 0 or cost < 0:
        return None
    return positive_root(worth(flows)) if cost else Decimal(0)


@dataclass(frozen=True, slots=True)
class Credit:
    """An advance, the deposit paid by its day, and what is paid on later days, in minor units."""

    advanced_on: date
    deposit: Decimal
    payments: tuple[tuple[date, Decimal], ...]

    @property
    def days(self) -> list[date]:
        """The days of payment, in order, each once."""
        return [day for day, _ in self.payments]

    @property
    def amounts(self) -> list[Decimal]:
        """What is paid on each of these days."""
        return [amount for _, amount in self.payments]


def credit_of(advanced_on: date, payments: Iterable[tuple[date, int]]) -> Credit:
    """Return the payments of an advance by day, those of one day added up.

    What is paid by the day of the advance, as a deposit is, was never financed.
    """
    by_day: dict[date, int] = {}
    for day, amount_minor in payments:
        by_day[day] = by_day.get(day, 0) + amount_minor
    deposit = Decimal(sum(amount for day, amount in by_day.items() if day <= advanced_on))
    later = [day for day in sorted(by_day) if day > advanced_on and by_day[day]]
    return Credit(advanced_on, deposit, tuple((day, Decimal(by_day[day])) for day in later))


def rounded_percent(percent: Decimal, decimals: int = 2) -> Decimal:
    """Round a rate: a following figure of 5 or more raises the last one kept.

    Source: remark (d), directive 2008/48/EC Annex I part I; SWD(2012)128 section 4.1.2.
    """
    with localcontext() as context:
        context.prec = PRECISION
        return percent.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
