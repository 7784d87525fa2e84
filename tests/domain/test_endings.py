"""Ending a plan whose billing is not its earning: what was delivered is owed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.refusals import NothingToReschedule

if TYPE_CHECKING:
    from tests.domain.conftest import Life

SERVICE = {"from": "2025-01-01", "to": "2025-12-31"}
ENDS = pytest.mark.parametrize("command", ["cancel_plan", "write_off"])


def agree(life: Life, total: str, count: int, first_due: str, **terms: Any) -> None:
    """Agree equal months whose revenue is earned over 2025."""
    schedule = {
        "kind": "equal",
        "total": total,
        "instalments": count,
        "first_due": first_due,
        "every": "1 month",
    }
    given = {"schedule": schedule, "revenue": "over_service", "service": SERVICE, **terms}
    life.do("open_plan", "2025-01-01", **given)


def test_a_cancelled_plan_earns_nothing_more(life: Life) -> None:
    """31 days were delivered and not billed: they are billed and earned, and that is all."""
    agree(life, "365.00", 1, "2025-06-01")
    life.do("cancel_plan", "2025-01-31")
    life.do("receive_payment", "2025-02-01", payment="p", amount="31.00")
    life.do("day", "2026-01-01")
    assert life.balances() == {"clearing": "31.00", "revenue": "-31.00"}


def test_a_write_off_after_a_cancellation_gives_up_what_is_owed(life: Life) -> None:
    """The service ended once; what is left of it is a loss, and not credited again."""
    agree(life, "365.00", 1, "2025-01-01", billing="upfront")
    life.do("cancel_plan", "2025-01-31")
    life.do("write_off", "2025-02-28")
    assert life.balances() == {"allowance": "31.00", "revenue": "-31.00"}


@ENDS
def test_a_plan_that_ended_is_not_amended(life: Life, command: str) -> None:
    """After the end nothing is agreed anew."""
    agree(life, "365.00", 1, "2025-01-01", billing="upfront")
    life.do(command, "2025-01-31")
    schedule = {"kind": "custom", "instalments": [{"due": "2025-03-01", "amount": "100.00"}]}
    with pytest.raises(NothingToReschedule):
        life.do("amend_plan", "2025-02-01", schedule=schedule)


@pytest.mark.parametrize(
    ("command", "kind", "account"),
    [
        ("credit", {"kind": "goodwill"}, "discounts"),
        ("write_off", {}, "allowance"),
    ],
)
def test_what_was_forgiven_is_not_billed_again(
    life: Life, command: str, kind: dict[str, str], account: str
) -> None:
    """100.00 of January were forgiven; of 31 days 1.92 are not billed, and only they are."""
    agree(life, "1200.00", 12, "2025-01-01")
    life.do("day", "2025-01-31")
    life.do(command, "2025-01-31", amount="100.00", **kind)
    life.do("cancel_plan", "2025-01-31")
    assert life.balances() == {account: "100.00", "receivable": "1.92", "revenue": "-101.92"}


def test_a_cancellation_told_late_takes_back_what_was_earned(life: Life) -> None:
    """Revenue of February is taken back by a cancellation as of 31 January."""
    agree(life, "365.00", 5, "2025-06-01")
    life.do("day", "2025-02-28")
    life.do("cancel_plan", "2025-01-31")
    life.do("receive_payment", "2025-03-01", payment="p", amount="31.00")
    life.do("day", "2026-01-31")
    assert life.balances() == {"clearing": "31.00", "revenue": "-31.00"}


def test_nothing_stays_deferred_behind_a_credit(life: Life) -> None:
    """A credit of everything, then another price: at the end of service all is earned."""
    tax = [{"code": "V", "rate": "20", "category": "S", "due": "receipt"}]
    agree(life, "8.80", 1, "2025-01-15", billing="upfront", tax=tax)
    life.do("credit", "2025-01-10", amount="8.80", kind="annulled")
    rows = [{"due": "2025-03-06", "amount": "7.78"}, {"due": "2025-03-20", "amount": "7.78"}]
    life.do("amend_plan", "2025-03-06", schedule={"kind": "custom", "instalments": rows})
    life.do("day", "2026-06-28")
    assert "deferred_revenue" not in life.balances()
    assert "contract_asset" not in life.balances()
    life.check()
