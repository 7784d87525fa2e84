"""The instalments of a plan: a schedule under the conditions that were agreed with it.

The price less promotions, plus fees that are financed, is repaid as `ledger.terms.repaying` says;
a spread fee comes on top of the instalments in equal parts. Every refusal of terms that cannot be
is raised here, before anything is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise

from ledger.terms.interest import Interest
from ledger.terms.money import share
from ledger.terms.refusals import (
    DepositOffThePeriods,
    DueBeforeAgreement,
    FeeDoesNotSpread,
    InstalmentNotPositive,
    InstalmentsOutOfOrder,
    InterestStartsBeforeAgreement,
    NegativeAmortisation,
    PromotionAbovePrice,
    PromotionOfNoDeposit,
    ReductionAboveInstalment,
)
from ledger.terms.repaying import Financing, Repayment, capital_parts, level_parts, repayments
from ledger.terms.rounding import Rounding
from ledger.terms.schedule import (
    Custom,
    Day,
    Deposit,
    Instalment,
    Schedule,
    Shape,
    days_of,
    shape_of,
)
from ledger.terms.splitting import Cutting, Remainder, split_equally


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What was agreed with a schedule and changes its amounts; by default nothing.

    Promotions: `price_off_minor` is taken off the price, `deposit_waived` gives the deposit away,
    `first_off_minor` is taken off the first instalment behind a deposit. A financed fee is repaid
    with the price and bears interest; a spread fee does not.
    """

    rounding: Rounding = "half_up"
    remainder: Remainder = "last"
    interest: Interest | None = None
    spread_fee_minor: int = 0
    financed_fee_minor: int = 0
    price_off_minor: int = 0
    deposit_waived: bool = False
    first_off_minor: int = 0


PLAIN = Conditions()
"""No interest, fee or promotion; rounded half up, the last instalment absorbs the remainder."""


def instalments(
    schedule: Schedule, agreed_on: date, conditions: Conditions = PLAIN
) -> tuple[Instalment, ...]:
    """Return the dated instalments: they add up to price - promotions + interest + fees exactly.

    Raises NoInstalment, TooManyInstalments, DateOutOfRange, DepositNotBelowTotal,
    InstalmentsOutOfOrder, DueBeforeAgreement, InstalmentNotPositive, NegativeAmortisation and the
    rules of interest, promotions and splitting.
    """
    days = days_of(schedule, without_deposit=conditions.deposit_waived)
    _check_days(days, agreed_on, conditions.interest)
    capital = _repaid(schedule, days, conditions)
    fees = _fees(schedule, conditions, [row.capital_minor for row in capital])
    rows = tuple(
        Instalment(
            number=number,
            due_on=day.due_on,
            billed_on=day.billed_on,
            amount_minor=row.capital_minor + row.interest_minor + spread,
            interest_minor=row.interest_minor,
            fee_minor=financed + spread,
        )
        for number, (day, row, (financed, spread)) in enumerate(
            zip(days, capital, fees, strict=True), start=1
        )
    )
    return _checked(_reduced(rows, conditions, schedule))


def unrounded_level(schedule: Schedule, conditions: Conditions) -> Decimal | None:
    """Return the first level instalment (a deposit aside) before rounding, in minor units.

    None where there is no level interest.
    """
    interest = conditions.interest
    if interest is None or interest.method != "level":
        return None
    days = days_of(schedule, without_deposit=conditions.deposit_waived)
    return level_parts(_financing(schedule, days, interest, conditions))[0]


def _financing(
    schedule: Schedule, days: Sequence[Day], interest: Interest, conditions: Conditions
) -> Financing:
    shape = _shape(schedule, conditions)
    off_grid = days[0].counted_on > interest.starts_on
    if interest.day_count == "period" and shape.deposit_minor and off_grid:
        raise DepositOffThePeriods
    return Financing(
        financed_minor=_financed_minor(schedule, conditions),
        shape=shape,
        rates=interest.rates(days),
        interest=interest,
        cutting=_cutting(schedule, conditions),
    )


def _repaid(schedule: Schedule, days: Sequence[Day], conditions: Conditions) -> list[Repayment]:
    if conditions.interest is not None:
        return repayments(_financing(schedule, days, conditions.interest, conditions))
    shape, cutting = _shape(schedule, conditions), _cutting(schedule, conditions)
    parts = capital_parts(_financed_minor(schedule, conditions), shape, cutting)
    return [Repayment(part, 0) for part in parts]


def _cutting(schedule: Schedule, conditions: Conditions) -> Cutting:
    unit_minor = 1 if isinstance(schedule, Custom) else schedule.multiple_minor
    return Cutting(conditions.rounding, conditions.remainder, unit_minor)


def _shape(schedule: Schedule, conditions: Conditions) -> Shape:
    shape = shape_of(schedule)
    if not conditions.deposit_waived:
        return shape
    if not shape.deposit_minor:
        raise PromotionOfNoDeposit
    return replace(shape, deposit_minor=0)


def _financed_minor(schedule: Schedule, conditions: Conditions) -> int:
    if schedule.total_minor <= 0:
        raise InstalmentNotPositive(number=1)
    deposit_minor = schedule.deposit_minor if isinstance(schedule, Deposit) else 0
    if conditions.price_off_minor + deposit_minor >= schedule.total_minor:
        raise PromotionAbovePrice
    waived_minor = deposit_minor if conditions.deposit_waived else 0
    sold_minor = schedule.total_minor - conditions.price_off_minor - waived_minor
    return sold_minor + conditions.financed_fee_minor


def _fees(
    schedule: Schedule, conditions: Conditions, capital: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the financed and the spread fee in each instalment.

    A financed fee is repaid in proportion to the capital, cumulatively; a spread fee is cut into
    equal parts, none of it on the deposit.
    """
    whole = sum(capital)
    paid = [share(conditions.financed_fee_minor, part, whole) for part in accumulate(capital)]
    financed = [after - before for before, after in pairwise([0, *paid])]
    return list(zip(financed, _spread(schedule, conditions, len(capital)), strict=True))


def _spread(schedule: Schedule, conditions: Conditions, count: int) -> list[int]:
    with_deposit = isinstance(schedule, Deposit) and not conditions.deposit_waived
    cutting = Cutting(conditions.rounding, conditions.remainder)
    parts = split_equally(conditions.spread_fee_minor, count - with_deposit, cutting)
    if min(parts) < 0:
        raise FeeDoesNotSpread
    return [*[0] * with_deposit, *parts]


def balances(schedule: Schedule, conditions: Conditions, rows: Sequence[Instalment]) -> list[int]:
    """Return what is to be repaid: at the start, then after each instalment, at last nothing.

    It is what is left of the price less promotions and of the fees that are financed with it.
    """
    spread = _spread(schedule, conditions, len(rows))
    capital = [
        row.amount_minor - row.interest_minor - fee for row, fee in zip(rows, spread, strict=True)
    ]
    return [sum(capital) - paid for paid in accumulate([0, *capital])]


def _reduced(
    rows: tuple[Instalment, ...], conditions: Conditions, schedule: Schedule
) -> tuple[Instalment, ...]:
    """Take the promotion of the first instalment off it, off its principal alone."""
    off_minor = conditions.first_off_minor
    if not off_minor:
        return rows
    index = int(isinstance(schedule, Deposit) and not conditions.deposit_waived)
    first = rows[index]
    if off_minor > first.principal_minor or off_minor >= first.amount_minor:
        raise ReductionAboveInstalment(number=first.number)
    less = replace(first, amount_minor=first.amount_minor - off_minor)
    return (*rows[:index], less, *rows[index + 1 :])


def _check_days(days: Sequence[Day], agreed_on: date, interest: Interest | None) -> None:
    if interest is not None and interest.starts_on < agreed_on:
        raise InterestStartsBeforeAgreement(
            day=interest.starts_on.isoformat(), agreed_on=agreed_on.isoformat()
        )
    for number, day in enumerate(days, start=1):
        earliest = min(day.due_on, day.billed_on)
        if earliest < agreed_on:
            raise DueBeforeAgreement(
                number=number, day=earliest.isoformat(), agreed_on=agreed_on.isoformat()
            )
    for number, (before, day) in enumerate(pairwise(days), start=2):
        if day.due_on < before.due_on:
            raise InstalmentsOutOfOrder(number=number)


def _checked(rows: tuple[Instalment, ...]) -> tuple[Instalment, ...]:
    for row in rows:
        if row.amount_minor <= 0:
            raise InstalmentNotPositive(number=row.number)
        if row.principal_minor < 0:
            raise NegativeAmortisation(number=row.number)
    return rows
