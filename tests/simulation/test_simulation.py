"""The simulated year: the same for the same seed, in order, and nothing in it is impossible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from ledger.simulation import commands
from ledger.simulation.offers import OFFERS
from ledger.simulation.sale import gateway_fee
from ledger.terms.money import decimal_of, positive_minor_units

NAMES = {
    "open_plan",
    "charge_due",
    "charge_fee",
    "waive",
    "receive_payment",
    "allocate",
    "refund",
    "reverse_payment",
    "credit",
    "write_off",
    "recover",
    "cancel_plan",
}
Commands = list[dict[str, Any]]


@pytest.fixture(scope="module", params=[1, 2, 3])
def year(request: pytest.FixtureRequest) -> Commands:
    return list(commands(200, request.param))


def _cents(command: dict[str, Any]) -> int:
    return positive_minor_units(decimal_of(command["amount"]), "EUR", 2)


def _named(year: Commands, *names: str) -> Commands:
    return [command for command in year if command["command"] in names]


def test_the_seed_decides_everything(year: Commands) -> None:
    assert list(commands(200, 1)) == list(commands(200, 1))
    assert list(commands(200, 4)) != year


def test_it_is_a_stream() -> None:
    """The first commands of a long run come without the rest, and are those of the whole."""
    stream = commands(60_000, 1)
    assert isinstance(stream, Iterator)
    first = list(islice(stream, 3000))
    assert first[:1000] == list(islice(commands(60_000, 1), 1000))
    assert max(command["recorded"] for command in first) < "2025-02"


def test_recording_time_never_goes_back_and_is_not_before_the_fact(year: Commands) -> None:
    recorded = [command["recorded"] for command in year]
    assert recorded == sorted(recorded)
    assert all(len(one) == len("2025-01-01T00:00:00Z") and one.endswith("Z") for one in recorded)
    assert all(command["on"] <= command["recorded"][:10] for command in year)
    late = sum(command["on"] < command["recorded"][:10] for command in year)
    assert 0 < late < len(year) // 10


def test_every_offer_and_every_misfortune_occurs(year: Commands) -> None:
    assert {command["command"] for command in year} == NAMES
    openings = _named(year, "open_plan")
    assert len(openings) == 200
    assert {command["offer"] for command in openings} == {offer.name for offer in OFFERS}
    kinds = {command["schedule"]["kind"] for command in openings}
    assert kinds == {"equal", "progressive", "deposit"}
    growths = {key for command in openings for key in command["schedule"] if "growth" in key}
    assert growths == {"growth_percent", "growth_amount"}
    assert {"FR", None} < {command.get("country") for command in openings}
    assert {"business", "consumer"} <= {command.get("customer_kind") for command in openings}
    payments = _named(year, "receive_payment")
    assert {command["gateway"] for command in payments} == {"stripe", "bank"}
    assert any("plan" not in command for command in payments)


def test_ids_are_unique(year: Commands) -> None:
    ids = Counter(command["id"] for command in year)
    assert max(ids.values()) == 1
    payments = Counter(one["payment"] for one in _named(year, "receive_payment", "recover"))
    assert max(payments.values()) == 1


def test_amounts_are_decimals_above_zero(year: Commands) -> None:
    for command in year:
        if "amount" in command:
            assert _cents(command) > 0
            assert len(command["amount"].partition(".")[2]) == 2
        if "fee" in command:
            assert command["gateway"] == "stripe"
            assert command["fee"] == gateway_fee(_cents(command))


def test_the_gateway_fee_is_rounded_half_up() -> None:
    """1.5 % of 21.00 is 0.315: with 0.25 that is 0.565, hence 0.57."""
    assert gateway_fee(2100) == "0.57"
    assert gateway_fee(2000) == "0.55"


def test_nothing_is_addressed_before_it_is_there(year: Commands) -> None:
    """Plans, payments and fees are named only after they were recorded, on that day or later."""
    since: dict[str, str] = {}
    for command in year:
        if command["command"] not in ("open_plan", "receive_payment", "recover"):
            for field in ("payment", "charge"):
                assert field not in command or since[command[field]] <= command["on"]
        if "plan" in command and command["command"] != "open_plan":
            assert since[command["plan"]] <= command["on"]
        if command["command"] == "open_plan":
            since[command["plan"]] = command["on"]
        elif command["command"] in ("receive_payment", "recover"):
            since[command["payment"]] = command["on"]
        elif command["command"] == "charge_fee":
            since[f"{command['plan']}/{command['id']}"] = command["on"]


def test_refunds_waivers_and_recoveries_stay_below_what_they_reduce(year: Commands) -> None:
    paid = {one["payment"]: _cents(one) for one in _named(year, "receive_payment")}
    fees = {f"{one['plan']}/{one['id']}": _cents(one) for one in _named(year, "charge_fee")}
    for command in year:
        if command["command"] == "refund":
            paid[command["payment"]] -= _cents(command)
            assert paid[command["payment"]] >= 0
        elif command["command"] == "reverse_payment":
            assert paid.pop(command["payment"]) > 0
        elif command["command"] == "waive":
            fees[command["charge"]] -= _cents(command)
            assert fees[command["charge"]] >= 0
    given_up = {one["plan"]: one["recorded"] for one in _named(year, "write_off")}
    for command in _named(year, "recover"):
        assert given_up[command["plan"]] < command["recorded"]


def test_what_falls_due_is_charged_that_morning(year: Commands) -> None:
    """One charge for all plans, before the day's payments, on each day on which one is due."""
    charged = {one["on"]: one["recorded"] for one in _named(year, "charge_due")}
    assert len(charged) == len(_named(year, "charge_due"))
    assert all("plan" not in one for one in _named(year, "charge_due"))
    ended = {one["plan"]: one["on"] for one in _named(year, "write_off", "cancel_plan")}
    for command in _named(year, "open_plan"):
        first = date.fromisoformat(
            command["schedule"].get("deposit_due") or command["schedule"]["first_due"]
        )
        assert first > date.fromisoformat(command["recorded"][:10])
        offer = next(one for one in OFFERS if one.name == command["offer"])
        for part in range(len(offer.amounts_minor)):
            day = offer.due(first, part).isoformat()
            if day < ended.get(command["plan"], "9999"):
                assert charged[day] == f"{day}T04:00:00Z"


def test_whoever_is_neither_lost_nor_gone_has_paid_everything(year: Commands) -> None:
    """Payments less refunds and bounces, with waivers and credits, are the total and the fees."""
    gone = {one["plan"] for one in _named(year, "write_off", "cancel_plan")}
    owed = {
        one["plan"]: int(Decimal(one["schedule"]["total"]) * 100)
        for one in _named(year, "open_plan")
    }
    money: dict[str, tuple[str, int]] = {}
    for command in year:
        match command["command"]:
            case "charge_fee":
                owed[command["plan"]] += _cents(command)
            case "waive" | "credit":
                owed[command["plan"]] -= _cents(command)
            case "receive_payment":
                money[command["payment"]] = (command.get("plan", ""), _cents(command))
            case "allocate":
                money[command["payment"]] = (command["plan"], money[command["payment"]][1])
            case "refund" | "reverse_payment":
                del money[command["payment"]]
    for plan, amount in money.values():
        owed[plan] -= amount
    assert {plan for plan, rest in owed.items() if rest and plan not in gone} == set()


def test_it_can_start_on_any_day() -> None:
    start = date(2023, 12, 31)
    year = list(commands(3, 1, start))
    assert year[0]["on"] == start.isoformat()
    last = start + timedelta(days=365)
    assert all(one["on"] < last.isoformat() for one in _named(year, "open_plan"))
    assert list(commands(0, 1)) == []
