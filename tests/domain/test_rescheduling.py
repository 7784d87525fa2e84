"""An agreement changes in mid-plan: other instalments, a pause, an early end, an upgrade."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger.draft import Stream
from ledger.plan import Plan
from ledger.settlement_quote import quote_settlement
from ledger.terms.refusals import Refusal

if TYPE_CHECKING:
    from tests.domain.conftest import Life

MONTHLY = {"kind": "equal", "first_due": "2026-01-31", "every": "1 month"}
TAX = [{"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}]


def plan_of(life: Life) -> Plan:
    """Return the plan as it stands."""
    plan = life.streams["plan:P"].state
    assert isinstance(plan, Plan)
    return plan


def agree(life: Life, total: str, count: int, **terms: Any) -> None:
    """Agree a plan of equal months from 31 January 2026, on 1 January."""
    schedule = {**MONTHLY, "total": total, "instalments": count}
    life.do("open_plan", "2026-01-01", schedule=schedule, **terms)


def to_bill(life: Life) -> list[tuple[str, int, int]]:
    """Return what is still to be billed: due day, amount and interest in cents."""
    return [
        (str(part.due_on), part.amount_minor, part.interest_minor)
        for part in plan_of(life).unbilled
    ]


def test_reschedule_spreads_what_is_left(life: Life) -> None:
    """Two of four instalments are billed; the other 100.00 go over four other months."""
    agree(life, "200.00", 4, tax=TAX)
    life.do("charge_due", "2026-02-28")
    schedule = {**MONTHLY, "total": "100.00", "instalments": 4, "first_due": "2026-04-30"}
    life.do("reschedule", "2026-03-01", schedule=schedule)
    days = ["2026-04-30", "2026-05-30", "2026-06-30", "2026-07-30"]
    assert to_bill(life) == [(day, 2500, 0) for day in days]
    life.do("charge_due", "2026-12-31")
    assert sum(charge.amount_minor for charge in plan_of(life).charges.values()) == 20000
    # Tax is that of each instalment: 2 x 8.33 and 4 x 4.17.
    assert life.balances() == {
        "receivable": "200.00",
        "revenue": "-166.66",
        "tax_pending": "-33.34",
    }
    life.check()


def test_reschedule_charges_the_agreed_interest_anew(life: Life) -> None:
    """What is left bears the plan's own rate from the day on; the old interest is not charged."""
    agree(life, "1200.00", 12, interest={"annual_rate": "12", "method": "level"})
    life.do("charge_due", "2026-06-30")
    left = sum(part.principal_minor for part in plan_of(life).unbilled)
    schedule = {
        **MONTHLY,
        "total": f"{left // 100}.{left % 100:02d}",
        "instalments": 3,
        "first_due": "2026-07-30",
    }
    life.do("reschedule", "2026-06-30", schedule=schedule)
    interests = [interest for _, _, interest in to_bill(life)]
    assert interests == sorted(interests, reverse=True)
    assert interests[0] == (left + 50) // 100  # One percent for the month.
    life.check()


def test_a_pause_moves_what_is_to_come(life: Life) -> None:
    """Instalments from a day on fall due two months later; what was due before stays."""
    agree(life, "120.00", 4)
    life.do("charge_due", "2026-01-31")
    life.do("pause_plan", "2026-02-10", by="2 months")
    assert [day for day, _, _ in to_bill(life)] == ["2026-04-28", "2026-05-31", "2026-06-30"]
    assert plan_of(life).charges["P/1"].due_on == date(2026, 1, 31)


def test_a_pause_moves_open_charges_too(life: Life) -> None:
    """A plan billed up front is paused by other due days of its open charges."""
    agree(life, "120.00", 4, billing="upfront")
    life.do("pause_plan", "2026-02-10", by="1 month", reason="asked")
    dues = [str(charge.due_on) for charge in plan_of(life).charges.values()]
    assert dues == ["2026-01-31", "2026-03-28", "2026-04-30", "2026-05-30"]


def test_early_settlement_saves_the_interest_to_come(life: Life) -> None:
    """All of the price is owed at once; interest stops at the day, half a month here."""
    agree(life, "1200.00", 12, interest={"annual_rate": "12", "method": "level"})
    life.do("charge_due", "2026-02-28")
    parts = {part.number: part for part in plan_of(life).instalments}
    life.do("settle_plan", "2026-03-15")
    plan = plan_of(life)
    assert plan.unbilled == ()
    assert plan.charges["P/3/interest"].amount_minor == round(parts[3].interest_minor * 15 / 31)
    assert "P/4/interest" not in plan.charges
    price = sum(charge.amount_minor for charge in plan.charges.values() if not charge.is_fee)
    assert price == 120000
    owed = plan.owed_minor
    life.do("receive_payment", "2026-03-15", payment="p", amount=f"{owed // 100}.{owed % 100:02d}")
    assert plan_of(life).settled
    life.check()


def test_the_quoted_figure_is_what_settling_costs(life: Life) -> None:
    """The figure quoted for a day is what is owed after settling on it; nothing is kept of it."""
    agree(life, "1200.00", 12, interest={"annual_rate": "12", "method": "level"})
    life.do("charge_due", "2026-02-28")
    life.do("receive_payment", "2026-02-28", payment="p", amount="300.00")
    before = plan_of(life)
    on = date(2026, 3, 15)
    quote = quote_settlement("P", on, lambda name: life.streams.get(name, Stream()))
    assert plan_of(life) == before
    assert quote.waiting_minor > 0
    whole = sum(part.interest_minor for part in before.unbilled)
    assert quote.saved_minor + quote.interest_minor == whole
    life.do("settle_plan", "2026-03-15")
    assert plan_of(life).owed_minor == quote.figure_minor
    assert quote.as_json()["figure"] == f"{quote.figure_minor / 100:.2f}"


def test_an_upgrade_in_mid_plan(life: Life) -> None:
    """The rest of the plan costs more from now on; what was billed stays as it was."""
    agree(life, "120.00", 12, tax=TAX)
    life.do("charge_due", "2026-03-31")
    schedule = {**MONTHLY, "total": "180.00", "instalments": 9, "first_due": "2026-04-30"}
    life.do("amend_plan", "2026-04-01", schedule=schedule, reason="upgrade", offer="web-pro")
    life.do("charge_due", "2026-12-31")
    plan = plan_of(life)
    assert sum(charge.amount_minor for charge in plan.charges.values()) == 3000 + 18000
    assert plan.terms is not None
    assert plan.terms.offer == "web-pro"
    life.check()


def test_an_add_on_to_a_plan_billed_up_front(life: Life) -> None:
    """The add-on gets a document of its own, and its revenue is deferred like the rest."""
    service = {"from": "2026-01-01", "to": "2026-12-31"}
    agree(life, "120.00", 12, billing="upfront", revenue="over_service", service=service)
    schedule = {**MONTHLY, "total": "60.00", "instalments": 6, "first_due": "2026-07-31"}
    life.do("amend_plan", "2026-07-01", schedule=schedule, reason="add-on")
    assert plan_of(life).owed_minor == 18000
    life.do("day", "2026-12-31")
    assert life.balances() == {"receivable": "180.00", "revenue": "-180.00"}
    life.check()


@pytest.mark.parametrize(
    "fields",
    [
        {"schedule": {**MONTHLY, "total": "120.00", "instalments": 2, "when": "soon"}},
        {"schedule": {**MONTHLY, "total": "120.000", "instalments": 2}},
        {"schedule": {**MONTHLY, "total": "120.00", "instalments": 0}},
        {"schedule": {**MONTHLY, "total": "120.00", "instalments": 2}, "colour": "red"},
    ],
)
def test_schedules_that_cannot_be(life: Life, fields: dict[str, Any]) -> None:
    """A schedule read late, in the plan's currency, is refused as one of open_plan is."""
    agree(life, "120.00", 12)
    for command in ("reschedule", "amend_plan"):
        with pytest.raises(Refusal):
            life.do(command, "2026-01-10", **fields)


def test_due_days_as_they_were_known(acquit: Any) -> None:
    """The aging shows a charge's due day as it was known: the first one before the pause."""
    from projections.aging import aging
    from projections.coordinates import resolve

    schedule = {**MONTHLY, "total": "120.00", "instalments": 4}
    lines: list[dict[str, Any]] = [
        {
            "command": "open_plan",
            "id": "o",
            "on": "2026-01-01",
            "plan": "P",
            "customer": "C",
            "currency": "EUR",
            "schedule": schedule,
            "billing": "upfront",
        },
        {"command": "pause_plan", "id": "p", "on": "2026-02-10", "plan": "P", "by": "1 month"},
    ]
    for line in lines:
        assert acquit.application.execute(line).refusal is None
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:

        def dues(known_at: str) -> list[str]:
            at = resolve(connection, acquit.identity, "2026-03-15", known_at)
            return [row["due_on"] for row in aging(connection, at)["rows"]]

        assert dues("2026-02-09")[:2] == ["2026-01-31", "2026-02-28"]
        assert dues("2026-02-10")[:2] == ["2026-01-31", "2026-03-28"]


def test_what_was_billed_whole_is_recognised_once(life: Life) -> None:
    """Credited as undelivered and amended, a plan billed up front earns what it deferred, no more.

    Halves of cents once made a contract asset of what nobody would bill, day after day.
    """
    schedule = {"kind": "equal", "instalments": 3, "first_due": "2025-01-10", "every": "1 month"}
    rows = [{"kind": "file", "amount": "0.01", "when": "signature"}]
    life.do(
        "open_plan",
        "2025-01-10",
        billing="upfront",
        schedule={**schedule, "total": "5.00"},
        interest={"annual_rate": "12.5", "method": "level"},
        fees=rows,
    )
    life.do("credit", "2025-01-10", amount="5.00", kind="undelivered")
    life.do(
        "amend_plan",
        "2025-01-10",
        plan="P",
        schedule={**schedule, "total": "5.00", "instalments": 4, "every": "2 weeks"},
        tax=[{"code": "V", "category": "S", "due": "receipt", "rate": "20"}],
        reason="because",
    )
    life.do("day", "2026-06-28", plan="P")
    assert "deferred_revenue" not in life.balances()
    assert "contract_asset" not in life.balances()
    assert life.do("day", "2026-06-28", plan="P") == []
