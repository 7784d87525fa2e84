"""A life with every kind of event, exported in each book: three foreign programs accept it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli import main
from ledger.books.accounts import packaged_books

TAX = [{"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}]
TWO_RATES = [
    {"code": "FR20", "rate": "20", "category": "S", "due": "invoice", "gross": "60.00"},
    {"code": "FR5", "rate": "5.5", "category": "S", "due": "receipt", "gross": "40.00"},
]


def plan(name: str, total: str, count: int, **terms: Any) -> dict[str, Any]:
    """Return an open_plan of equal months from 31 January 2026."""
    schedule = {
        "kind": "equal",
        "total": total,
        "instalments": count,
        "first_due": "2026-01-31",
        "every": "1 month",
    }
    whose = {"plan": name, "customer": f"C-{name}", "currency": "EUR"}
    return {"command": "open_plan", "on": "2026-01-01", **whose, "schedule": schedule, **terms}


def paid(plan: str, payment: str, on: str, amount: str, **more: Any) -> dict[str, Any]:
    """Return a receive_payment."""
    money = {"payment": payment, "amount": amount, "currency": "EUR", **more}
    return {"command": "receive_payment", "on": on, "plan": plan, **money}


def life() -> list[dict[str, Any]]:
    """Return commands that together make every event that posts, but for opening balances."""
    service = {"from": "2026-01-01", "to": "2026-12-31"}
    business: dict[str, Any] = {
        "customer_kind": "business",
        "late": {"kind": "fee", "amount": "5.00"},
    }
    because = {"reason": "because"}
    return [
        plan(
            "A", "240.00", 12, tax=TAX, billing="upfront", revenue="over_service", service=service
        ),
        plan("B", "100.00", 4, tax=TWO_RATES, series="INV", **business),
        plan("D", "1200.00", 12, interest={"annual_rate": "12"}, customer_kind="consumer"),
        plan("E", "60.00", 3, tax=TAX),
        paid("E", "early", "2026-01-10", "40.00", fee="1.00"),
        {"command": "day", "on": "2026-03-31"},
        paid("A", "a", "2026-04-01", "100.00"),
        {
            "command": "open_dispute",
            "on": "2026-04-05",
            "payment": "a",
            "amount": "60",
            "fee": "15",
        },
        {"command": "close_dispute", "on": "2026-05-05", "payment": "a", "outcome": "won"},
        {"command": "cancel_plan", "on": "2026-05-31", "plan": "A", **because},
        paid("B", "b", "2026-04-10", "50.00"),
        {"command": "reverse_payment", "on": "2026-04-12", "payment": "b", **because},
        {"command": "credit", "on": "2026-04-20", "plan": "B", "amount": "5", "kind": "goodwill"}
        | because,
        {"command": "mark_doubtful", "on": "2026-05-01", "plan": "B"},
        {"command": "provision", "on": "2026-05-02", "plan": "B", "book": "pcg", "amount": "20"},
        {"command": "provision", "on": "2026-05-02", "book": "generic", "amount": "9"}
        | {"currency": "EUR"},
        {"command": "write_off", "on": "2026-06-30", "plan": "B", **because},
        {"command": "recover", "on": "2026-07-15", "plan": "B", "payment": "late", "amount": "30"}
        | {"currency": "EUR"},
        {"command": "settle_plan", "on": "2026-06-15", "plan": "D"},
        paid("D", "usd", "2026-06-20", "500.00", currency="USD", rate="0.92", settles="450.00"),
        {"command": "refund", "on": "2026-06-25", "payment": "usd", "amount": "50", **because},
        {"command": "fail_refund", "on": "2026-06-26", "payment": "usd", "amount": "50", **because},
        {"command": "send_payout", "on": "2026-07-01", "payout": "po", "amount": "300"}
        | {"currency": "EUR"},
        {"command": "land_payout", "on": "2026-07-03", "payout": "po"},
        *dollars(),
    ]


def dollars() -> list[dict[str, Any]]:
    """Return a plan in a foreign currency that had no rate at first, and what differs later."""
    rate = {"command": "set_rate", "currency": "USD", "source": "ECB"}
    return [
        plan("F", "90.00", 3, tax=TAX, interest={"annual_rate": "12"}) | {"currency": "USD"},
        {"command": "charge_due", "on": "2026-01-31", "plan": "F"},
        {**rate, "on": "2026-02-01", "rate": "0.9137"},
        {**rate, "on": "2026-03-10", "rate": "0.8811"},
        paid("F", "f", "2026-03-15", "40.00", currency="USD", fee="0.50"),
        {"command": "charge_due", "on": "2026-03-31", "plan": "F"},
    ]


def with_ids(lines: list[dict[str, Any]]) -> str:
    """Write commands as a file, with amounts of two decimals and ids by place."""
    amounts = ("amount", "fee", "settles")
    return "\n".join(
        json.dumps(
            {
                "id": f"c{number}",
                **line,
                **{name: f"{Decimal(line[name]):.2f}" for name in amounts if name in line},
            }
        )
        for number, line in enumerate(lines)
    )


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Give a folder and the ledger in it that has lived the life."""
    folder = tmp_path_factory.mktemp("lives")
    (folder / "life.jsonl").write_text(with_ids(life()), encoding="utf-8")
    ledger = ["--ledger", f"sqlite:///{folder}/ledger.db"]
    assert main(["init", "--simulated", *ledger]) == 0
    assert main(["record", str(folder / "life.jsonl"), *ledger]) == 0
    for _ in ("what had no rate", "closing rates"):
        assert main(["revalue", "--as-of", "2026-07-03", "--book", *ledger]) == 0
    assert main(["check", *ledger]) == 0
    return folder, ledger


@pytest.mark.parametrize("options", [[], ["--functional"]], ids=["own", "functional"])
@pytest.mark.parametrize("book", packaged_books())
def test_three_programs_accept_every_event(
    books: tuple[Path, list[str]], book: str, options: list[str]
) -> None:
    """Beancount, hledger and Ledger accept the books of a life with every kind of event.

    Each event in its own currency, or all in the ledger's.
    """
    folder, ledger = books
    bean, journal = folder / f"{book}.beancount", folder / f"{book}.journal"
    assert main(["export", "beancount", str(bean), "--book", book, *options, *ledger]) == 0
    assert main(["export", "hledger", str(journal), "--book", book, *options, *ledger]) == 0
    commands = [[str(Path(sys.executable).parent / "bean-check"), str(bean)]]
    if shutil.which("hledger"):
        commands.append(["hledger", "-f", str(journal), "check", "--strict", "ordereddates"])
    if shutil.which("ledger"):
        commands.append(["ledger", "--pedantic", "-f", str(journal), "bal"])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
