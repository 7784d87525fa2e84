"""How long personal data are kept: years from the last movement, or from its fiscal year's end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.policies import content


def kept_until(kind: str, last_moved_on: date, fiscal_year_start: str) -> date:
    """Return the last day on which data of a kind are kept.

    `kind` is service or legal, `fiscal_year_start` is MM-DD. Rules: `retention.toml`.
    """
    rows: Sequence[Mapping[str, Any]] = content("retention")[kind]
    begun = [row for row in rows if row["from"] <= last_moved_on] or rows[:1]
    row = max(begun, key=lambda each: each["from"])
    if row["after"] == "fiscal_year":
        return _years_on(fiscal_year_end(last_moved_on, fiscal_year_start), row["years"])
    return _years_on(last_moved_on, row["years"])


def fiscal_year_end(day: date, start: str) -> date:
    """Return the last day of the fiscal year that a day is in; `start` is MM-DD."""
    year = day.year if f"{day:%m-%d}" < start else day.year + 1
    if year > date.max.year:
        return date.max
    month, first = int(start[:2]), int(start[3:])
    return date(year, month, 1) + timedelta(days=first - 2)


def _years_on(day: date, years: int) -> date:
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
