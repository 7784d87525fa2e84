"""Interest: a rate, and what each instalment's time costs under a day count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.terms.day_counts import DayCount, year_part
from ledger.terms.rounding import Rounding
from ledger.terms.schedule import Day

Method = Literal["level", "constant_principal", "flat"]
METHODS: tuple[Method, ...] = ("level", "constant_principal", "flat")
Final = Literal["amount", "interest", "not_above"]
FINALS: tuple[Final, ...] = ("amount", "interest", "not_above")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A rate and how it is applied.

    `annual_rate` is the share of an amount that a year costs, `period_rate` what one period of the
    schedule costs under the day count "period". `final` says what gives way in the last level
    instalment: its amount; its interest, so that the amount is kept; or its amount, with the level
    as low as it can be while the last is not above it.
    """

    annual_rate: Fraction
    period_rate: Fraction
    method: Method
    day_count: DayCount
    starts_on: date
    rounding: Rounding
    final: Final = "amount"

    def rates(self, days: Sequence[Day]) -> list[Fraction]:
        """Return what the time of each instalment costs, from the one before or the start on."""
        before = [Day(self.starts_on, self.starts_on, self.starts_on), *days]
        return [self._rate(*pair) for pair in zip(before, days, strict=False)]

    def _rate(self, before: Day, day: Day) -> Fraction:
        if day.counted_on <= self.starts_on:
            return Fraction(0)
        if self.day_count == "period":
            return self.period_rate
        whole = before.counted_on >= self.starts_on
        if self.day_count == "30/360" and whole and day.step and day.step.commercial_days:
            return self.annual_rate / day.step.per_year
        start = max(before.counted_on, self.starts_on)
        return self.annual_rate * year_part(start, day.counted_on, self.day_count)
