"""What gateways tell may come in any order: the balances at the end are the same."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.domain.conftest import Life

Told = tuple[str, str, dict[str, Any]]
PAID: Told = ("receive_payment", "2026-01-20", {"payment": "pay", "amount": "24.00", "fee": "0.66"})
CHARGED: Told = ("charge_due", "2026-01-31", {})
REFUNDED: Told = ("refund", "2026-02-03", {"payment": "pay", "amount": "6.00", "await": True})
CREDITED: Told = ("credit", "2026-02-01", {"amount": "6.00"})
OPENED: Told = (
    "open_dispute",
    "2026-02-10",
    {"payment": "pay", "amount": "18.00", "fee": "15.00", "await": True},
)
LOST: Told = ("close_dispute", "2026-03-01", {"payment": "pay", "outcome": "lost", "await": True})
WON: Told = ("close_dispute", "2026-03-01", {"payment": "pay", "outcome": "won", "await": True})
BOUNCED: Told = ("reverse_payment", "2026-02-10", {"payment": "pay", "await": True})
SENT: Told = ("send_payout", "2026-01-25", {"payout": "po", "amount": "23.34"})
LANDED: Told = ("land_payout", "2026-01-27", {"payout": "po"})


def played(life: Life, told: tuple[Told, ...]) -> dict[str, str]:
    """Return the balances after a plan of 24.00, taxed on receipt, and what is told of it."""
    tax = [{"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}]
    rows = [{"due": "2026-01-31", "amount": "24.00"}]
    life.do("open_plan", "2026-01-01", schedule={"kind": "custom", "instalments": rows}, tax=tax)
    for command, on, fields in told:
        life.do(command, on, **fields)
    life.check()
    return life.balances()


@pytest.mark.parametrize(
    "told",
    [
        (PAID, CHARGED, REFUNDED, SENT),
        (PAID, CHARGED, OPENED, LOST, SENT),
        (PAID, CHARGED, OPENED, WON),
        (PAID, CHARGED, BOUNCED, SENT),
        (PAID, CHARGED, REFUNDED, OPENED, LOST),
    ],
    ids=["refund", "lost", "won", "bounce", "refund and dispute"],
)
def test_any_order_ends_the_same(life: Life, told: tuple[Told, ...]) -> None:
    """Refund, dispute and payout before the payment, the payment before or after the charge."""
    wanted = played(life, told)
    for order in itertools.permutations(told):
        names = [command for command, _, _ in order]
        in_order = [name for name in names if name in {"open_dispute", "close_dispute"}]
        if in_order == sorted(in_order, reverse=True):  # The gateway closes what it has opened.
            assert played(type(life)(), order) == wanted, names


def test_a_payout_lands_before_its_payment_is_known(life: Life) -> None:
    """A payout knows nothing of payments: the clearing account is zero once all are told."""
    wanted = played(life, (PAID, CHARGED, SENT, LANDED))
    assert wanted["bank"] == "23.34"
    assert "clearing" not in wanted
    assert played(type(life)(), (SENT, LANDED, CHARGED, PAID)) == wanted


def test_a_payout_that_comes_back(life: Life) -> None:
    """A payout fails on its way or after it landed: the money is with the gateway again."""
    life.do("send_payout", "2026-01-25", payout="a", amount="10.00")
    life.do("fail_payout", "2026-01-26", payout="a")
    life.do("send_payout", "2026-01-25", payout="b", amount="20.00")
    life.do("land_payout", "2026-01-26", payout="b")
    assert life.balances() == {"bank": "20.00", "clearing": "-20.00"}
    life.do("fail_payout", "2026-01-27", payout="b")
    assert life.balances() == {}


def test_what_cannot_be_carried_out_is_kept(life: Life) -> None:
    """A refund above the payment that it waited for is written down as refused; nothing is lost."""
    life.do("refund", "2026-02-03", payment="pay", amount="30.00", **{"await": True})
    events = life.do("receive_payment", "2026-01-20", plan="", payment="pay", amount="24.00")
    refused = [event.fact for event in events if event.fact.TOPIC == "AwaitedRefused"]
    assert len(refused) == 1
    assert "above the 24.00" in refused[0].reason  # type: ignore[attr-defined] # an AwaitedRefused
    assert life.balances() == {"clearing": "24.00", "unapplied": "-24.00"}


def test_a_transfer_moves_what_a_plan_has(life: Life) -> None:
    """Money that paid one plan pays another; the first is owed again, its tax waits again."""
    tax = [{"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}]
    for plan in ("P", "Q"):
        rows = [{"due": "2026-01-31", "amount": "24.00"}]
        schedule = {"kind": "custom", "instalments": rows}
        life.do("open_plan", "2026-01-01", plan=plan, schedule=schedule, tax=tax)
        life.do("charge_due", "2026-01-31", plan=plan)
    life.do("receive_payment", "2026-02-01", payment="pay", amount="24.00")
    life.do("transfer", "2026-02-05", payment="pay", amount="18.00", plan="Q", **{"from": "P"})
    owed = {name: life.streams[f"plan:{name}"].state.owed_minor for name in ("P", "Q")}  # type: ignore[union-attr] # plans
    assert owed == {"P": 1800, "Q": 600}
    assert life.balances()["tax_payable"] == "-4.00"
    life.check()


def test_a_refund_that_failed(life: Life) -> None:
    """A refund that did not reach the customer lies where it lay, and can be paid back again."""
    life.do("receive_payment", "2026-02-01", plan="", payment="pay", amount="24.00")
    life.do("refund", "2026-02-03", payment="pay", amount="10.00")
    life.do("fail_refund", "2026-02-05", payment="pay", amount="10.00")
    assert life.balances() == {"clearing": "24.00", "unapplied": "-24.00"}
    life.do("refund", "2026-02-06", payment="pay", amount="24.00")
    assert life.balances() == {}
    life.check()
