"""Every golden schedule is what is quoted now, and together they show all that terms can say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.terms.business_days import SHIFTS
from ledger.terms.day_counts import DAY_COUNTS
from ledger.terms.interest import FINALS, METHODS
from ledger.terms.rounding import ROUNDINGS
from ledger.terms.splitting import REMAINDERS
from tests.golden.pages import completed, pages
from tests.golden.quoted import FOLDER, quoted, request_of

FILES = pages(FOLDER)
REQUESTS: list[dict[str, Any]] = [request_of(path.read_text(encoding="utf-8")) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    """The answer is the one that was reviewed."""
    text = path.read_text(encoding="utf-8")
    assert completed(text, quoted) == text


def said(*path: str, default: str = "") -> set[str]:
    """Return all values of a field of the requests, nested as `path` says."""
    found = set()
    for request in REQUESTS:
        value: Any = request
        for name in path:
            value = value.get(name, {}) if isinstance(value, dict) else {}
        found.add(str(value or default))
    return found


def test_there_are_enough() -> None:
    """There are at least sixty, and no two ask the same."""
    assert len(FILES) >= 60
    assert len({str(request) for request in REQUESTS}) == len(REQUESTS)


def test_every_word_of_the_terms_is_shown() -> None:
    """Each kind, policy, method, day count and currency size occurs in some golden schedule."""
    assert said("schedule", "kind") == {"equal", "weighted", "progressive", "deposit", "custom"}
    assert said("rounding", default="half_up") == set(ROUNDINGS)
    assert said("remainder", default="last") == set(REMAINDERS)
    assert said("schedule", "business_days", default="none") == set(SHIFTS)
    assert said("interest", "method", default="level") == set(METHODS)
    assert said("interest", "day_count", default="30/360") == set(DAY_COUNTS)
    assert said("interest", "final", default="amount") == set(FINALS)
    assert said("currency") >= {"EUR", "JPY", "BHD", "CLF"}
    every = said("schedule", "every", default="1 month")
    units = {interval.split()[-1].removesuffix("s") for interval in every}
    assert units >= {"day", "week", "month", "quarter", "year", "semi-monthly"}
    kinds = {one["kind"] for request in REQUESTS for one in request.get("promotions", [])}
    assert kinds == {"percent_off", "deposit_waived", "first_reduced"}
    when = {fee["when"] for request in REQUESTS for fee in request.get("fees", [])}
    assert when == {"signature", "spread", "financed"}
