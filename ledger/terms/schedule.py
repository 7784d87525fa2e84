"""A schedule cuts a total into dated instalments.

Four kinds: equal, progressive (growing by an amount or a percentage), deposit then equal, custom.
Every instalment is rounded half up to the minor unit and the last one absorbs what rounding left,
as in the textbook tables (6,000 at 3.5 % over 4 years: 1,633.51 three times, then 1,633.50).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from ledger.terms.dates import Interval
from ledger.terms.money import round_half_up
from ledger.terms.refusals import (
    DepositNotBelowTotal,
    DueBeforeAgreement,
    InstalmentNotPositive,
    InstalmentsOutOfOrder,
    NoInstalment,
    TooManyInstalments,
)

MOST_INSTALMENTS = 1200
_PRECISION = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One dated part of a plan. `billed_on` is the day it becomes a charge.

    The amount is all that the customer pays: interest and a spread fee are in it.
    """

    number: int
    due_on: date
    billed_on: date
    amount_minor: int
    interest_minor: int = 0
    fee_minor: int = 0

    @property
    def principal_minor(self) -> int:
        """What is paid of the price itself."""
        return self.amount_minor - self.interest_minor - self.fee_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """`count` equal instalments, the first due on `first_due`."""

    total_minor: int
    count: int
    first_due: date
    every: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressive:
    """Instalments that grow by `growth_percent` of the one before, or by `growth_minor`."""

    total_minor: int
    count: int
    first_due: date
    every: Interval
    growth_percent: Decimal | None = None
    growth_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A deposit due on `deposit_due`, then `count` equal instalments from `first_due` on."""

    total_minor: int
    deposit_minor: int
    deposit_due: date
    count: int
    first_due: date
    every: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """Instalments given one by one: (due_on, billed_on, amount in minor units)."""

    parts: tuple[tuple[date, date, int], ...]


Schedule = Equal | Progressive | Deposit | Custom


def instalments(schedule: Schedule, agreed_on: date) -> tuple[Instalment, ...]:
    """Return the dated parts of `schedule`; their amounts add up to its total exactly.

    Raises NoInstalment, TooManyInstalments, DepositNotBelowTotal, InstalmentsOutOfOrder,
    DueBeforeAgreement, InstalmentNotPositive, DateOutOfRange.
    """
    match schedule:
        case Equal():
            parts = _dated(schedule, split_equally(schedule.total_minor, _counted(schedule.count)))
        case Progressive():
            parts = _dated(schedule, _growing(schedule))
        case Deposit():
            parts = _deposit_parts(schedule)
        case Custom():
            parts = list(schedule.parts)
    _counted(len(parts))
    numbered = tuple(
        Instalment(number=number, due_on=due_on, billed_on=billed_on, amount_minor=amount_minor)
        for number, (due_on, billed_on, amount_minor) in enumerate(parts, start=1)
    )
    _check(numbered, agreed_on)
    return numbered


def split_equally(total_minor: int, count: int) -> list[int]:
    """Cut `total_minor` into `count` parts rounded half up; the last absorbs the remainder."""
    part = round_half_up(Decimal(total_minor) / count)
    return [part] * (count - 1) + [total_minor - part * (count - 1)]


def _counted(count: int) -> int:
    if count < 1:
        raise NoInstalment
    if count > MOST_INSTALMENTS:
        raise TooManyInstalments(count=count, most=MOST_INSTALMENTS)
    return count


def _dated(
    schedule: Equal | Progressive | Deposit, amounts: list[int]
) -> list[tuple[date, date, int]]:
    dues = [schedule.every.after(schedule.first_due, index) for index in range(len(amounts))]
    return [(due, due, amount) for due, amount in zip(dues, amounts, strict=True)]


def _deposit_parts(schedule: Deposit) -> list[tuple[date, date, int]]:
    if not 0 < schedule.deposit_minor < schedule.total_minor:
        raise DepositNotBelowTotal
    rest = split_equally(schedule.total_minor - schedule.deposit_minor, _counted(schedule.count))
    deposit = (schedule.deposit_due, schedule.deposit_due, schedule.deposit_minor)
    return [deposit, *_dated(schedule, rest)]


def _growing(schedule: Progressive) -> list[int]:
    """Solve for the first instalment, grow it, round each, and let the last absorb the rest."""
    count = _counted(schedule.count)
    with localcontext() as context:
        context.prec = _PRECISION
        if schedule.growth_percent is not None:
            ratio = 1 + schedule.growth_percent / 100
            weights = [ratio**index for index in range(count)]
            first = schedule.total_minor / sum(weights, Decimal(0))
            exact = [first * weight for weight in weights]
        else:
            step = schedule.growth_minor or 0
            first = (Decimal(schedule.total_minor) - step * (count * (count - 1) // 2)) / count
            exact = [first + step * index for index in range(count)]
        rounded = [round_half_up(amount) for amount in exact[:-1]]
    return [*rounded, schedule.total_minor - sum(rounded)]


def _check(parts: tuple[Instalment, ...], agreed_on: date) -> None:
    previous = None
    for part in parts:
        earliest = min(part.due_on, part.billed_on)
        if earliest < agreed_on:
            raise DueBeforeAgreement(
                number=part.number, day=earliest.isoformat(), agreed_on=agreed_on.isoformat()
            )
        if previous is not None and part.due_on < previous:
            raise InstalmentsOutOfOrder(number=part.number)
        if part.amount_minor <= 0:
            raise InstalmentNotPositive(number=part.number)
        previous = part.due_on
