"""The day's work over all plans: once, whatever happens, and one plan's failure stops no other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bootstrap import Acquit

THROUGH = date(2026, 12, 31)


def open_plan(acquit: Acquit, plan: str, **terms: Any) -> None:
    """Agree a plan of 240.00 in twelve months."""
    schedule = {
        "kind": "equal",
        "total": "240.00",
        "instalments": 12,
        "first_due": "2026-01-31",
        "every": "1 month",
    }
    line = {
        "command": "open_plan",
        "id": f"open-{plan}",
        "on": "2026-01-01",
        "plan": plan,
        "customer": "C",
        "currency": "EUR",
        "schedule": schedule,
        **terms,
    }
    assert acquit.application.execute(line).refusal is None


def test_a_day_is_done_once(acquit: Acquit) -> None:
    """Twelve charges and twelve months of revenue come once, however often the day is worked."""
    service = {"from": "2026-01-01", "to": "2026-12-31"}
    open_plan(acquit, "A", revenue="over_service", service=service)
    open_plan(acquit, "B")
    first = acquit.application.day(THROUGH)
    assert (first.events, first.failures) == (12 + 12 + 12, ())
    assert acquit.application.day(THROUGH).events == 0
    line = {"command": "day", "id": "d", "on": "2026-12-31"}
    assert acquit.application.execute(line).events == 0


def test_day_by_day_comes_to_the_same(acquit: Acquit) -> None:
    """Working month by month, and then the whole year, leaves nothing more to do."""
    service = {"from": "2026-01-01", "to": "2026-12-31"}
    open_plan(acquit, "A", billing="upfront", revenue="over_service", service=service)
    done = [acquit.application.day(date(2026, month, 28)).events for month in range(1, 13)]
    assert sum(done) + acquit.application.day(THROUGH).events == 12


def test_one_plan_stops_no_other(acquit: Acquit) -> None:
    """A plan whose late interest has no rate is named; it is billed, and so are the others."""
    open_plan(acquit, "A", customer_kind="business", late="fr_business")
    open_plan(acquit, "B")
    result = acquit.application.day(date(2099, 1, 31))
    assert [failure.plan for failure in result.failures] == ["A"]
    assert "ecb_refinancing.toml" in result.failures[0].reason
    assert result.events == 24
