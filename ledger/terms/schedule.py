"""A schedule says on which days a total is paid, and in what proportions.

Five kinds: equal, weighted, progressive (growing by an amount or a percentage), deposit then equal,
custom. What the instalments are, once rounding, interest, fees and promotions have had their say,
is in `ledger.terms.instalments`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.terms.business_days import AS_THEY_FALL, BusinessDays
from ledger.terms.dates import Interval
from ledger.terms.refusals import DepositNotBelowTotal, NoInstalment, TooManyInstalments

MOST_INSTALMENTS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One dated part of a plan. `billed_on` is the day it becomes a charge.

    The amount is all that the customer pays: interest and fees in it are part of it.
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
class Regular:
    """What schedules have that are dated by an interval: `count` parts from `first_due` on.

    Parts are multiples of `multiple_minor`, but for the one that absorbs the remainder.
    """

    total_minor: int
    count: int
    first_due: date
    every: Interval
    month_end: bool = False
    business_days: BusinessDays = AS_THEY_FALL
    multiple_minor: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal(Regular):
    """`count` equal instalments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted(Regular):
    """Instalments in the proportions of `weights`, whole numbers above zero, one for each."""

    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressive(Regular):
    """Instalments that grow by `growth_percent` of the one before, or by `growth_minor`."""

    growth_percent: Decimal | None = None
    growth_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(Regular):
    """A deposit due on `deposit_due`, then `count` equal instalments."""

    deposit_minor: int
    deposit_due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """Instalments given one by one: (due_on, billed_on, amount in minor units)."""

    parts: tuple[tuple[date, date, int], ...]

    @property
    def total_minor(self) -> int:
        """The sum of the parts."""
        return sum(amount for _, _, amount in self.parts)


Schedule = Equal | Weighted | Progressive | Deposit | Custom


@dataclass(frozen=True, slots=True)
class Day:
    """The days of one instalment; `step` is the interval since the one before, where it has one.

    `counted_on` is the due day before any shift to a business day: interest runs to it.
    """

    due_on: date
    billed_on: date
    counted_on: date
    step: Interval | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The proportions of a schedule: part i is x * slopes[i] + offsets[i], for one common x.

    A deposit stands before these parts and is what it is.
    """

    slopes: tuple[int, ...]
    offsets: tuple[int, ...]
    deposit_minor: int = 0

    @property
    def equal(self) -> bool:
        """Whether all parts but a deposit are the same."""
        return len(set(self.slopes)) == 1 and not any(self.offsets)

    def numerators(self, total_minor: int) -> list[int]:
        """Return integers in the proportions of the parts whose sum is `total_minor`."""
        slope = sum(self.slopes)
        free = total_minor - sum(self.offsets)
        pairs = zip(self.slopes, self.offsets, strict=True)
        return [free * part + offset * slope for part, offset in pairs]


def days_of(schedule: Schedule, *, without_deposit: bool = False) -> list[Day]:
    """Return the days of the instalments. Raises NoInstalment, TooManyInstalments, DateOutOfRange.

    Every due date is counted from the first, unshifted one.
    """
    if isinstance(schedule, Custom):
        _counted(len(schedule.parts))
        return [Day(due_on, billed_on, due_on) for due_on, billed_on, _ in schedule.parts]
    days = list(_regular_days(schedule))
    if isinstance(schedule, Deposit) and not without_deposit:
        deposit_due = schedule.deposit_due
        return [Day(deposit_due, deposit_due, deposit_due), *days]
    return days


def _regular_days(schedule: Regular) -> Iterator[Day]:
    for index in range(_counted(schedule.count)):
        counted_on = schedule.every.after(schedule.first_due, index, month_end=schedule.month_end)
        due_on = schedule.business_days.shifted(counted_on)
        yield Day(due_on, due_on, counted_on, schedule.every if index else None)


def _counted(count: int) -> int:
    if count < 1:
        raise NoInstalment
    if count > MOST_INSTALMENTS:
        raise TooManyInstalments(count=count, most=MOST_INSTALMENTS)
    return count


def shape_of(schedule: Schedule) -> Shape:
    """Return the proportions of a schedule. Raises DepositNotBelowTotal, NoInstalment."""
    match schedule:
        case Weighted(weights=weights):
            return _level_shape(weights)
        case Progressive():
            return _growing(schedule)
        case Deposit():
            if not 0 < schedule.deposit_minor < schedule.total_minor:
                raise DepositNotBelowTotal
            ones = (1,) * _counted(schedule.count)
            return Shape(ones, (0,) * len(ones), schedule.deposit_minor)
        case Custom(parts=parts):
            return _level_shape(tuple(amount for _, _, amount in parts))
        case _:
            return _level_shape((1,) * _counted(schedule.count))


def _level_shape(slopes: tuple[int, ...]) -> Shape:
    return Shape(slopes, (0,) * len(slopes))


def _growing(schedule: Progressive) -> Shape:
    """Grow by a ratio p/q as p^i q^(n-1-i), whole numbers in the same proportions; or by steps."""
    count = _counted(schedule.count)
    if schedule.growth_percent is None:
        step = schedule.growth_minor or 0
        return Shape((1,) * count, tuple(step * index for index in range(count)))
    grown, whole = (1 + Fraction(schedule.growth_percent) / 100).as_integer_ratio()
    return _level_shape(
        tuple(grown**index * whole ** (count - 1 - index) for index in range(count))
    )
