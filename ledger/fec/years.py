"""Fiscal years: from the day of the year on which they begin to the day before the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A fiscal year, both days within it."""

    first: date
    last: date


def fiscal_year(day: date, start: str) -> FiscalYear:
    """Return the fiscal year that a day lies in; `start` is MM-DD, as the ledger has it.

    At the ends of the calendar a year is cut short.
    """
    month, of_month = (int(part) for part in start.split("-"))
    first = day.replace(month=month, day=of_month)
    if first <= day:
        return FiscalYear(first, _last(first))
    if day.year == date.min.year:
        return FiscalYear(date.min, first - _DAY)
    return FiscalYear(first.replace(year=day.year - 1), first - _DAY)


def year_before(year: FiscalYear, start: str) -> FiscalYear | None:
    """Return the fiscal year before, None at the beginning of the calendar."""
    return None if year.first == date.min else fiscal_year(year.first - _DAY, start)


def _last(first: date) -> date:
    return date.max if first.year == date.max.year else first.replace(year=first.year + 1) - _DAY
