"""What a program is doing when it is killed: commands of many kinds, on few plans, by seed."""

from __future__ import annotations

import random
from typing import Any

Command = dict[str, Any]

PLANS = ("A", "B", "C", "D")
CLIENTS = 4


def openings() -> list[Command]:
    """Open the plans that everything is about."""
    return [_opening(plan) for plan in PLANS]


def load(seed: int, count: int) -> list[Command]:
    """Return `count` commands; some are refused, some stand twice, some move two streams."""
    rng = random.Random(seed)  # noqa: S311 - to draw commands
    made = list[Command]()
    for number in range(count):
        again = made and rng.random() < 0.1
        made.append(dict(rng.choice(made)) if again else _one(rng, number))
    return made


def _one(rng: random.Random, number: int) -> Command:
    plan = rng.choice(PLANS)
    amount = f"{rng.randint(1, 40)}.{rng.randint(0, 99):02}"
    common = {"id": f"c{number}", "on": f"2026-02-{rng.randint(1, 27):02}"}
    payment = f"pay-{number}"
    paid = {"payment": payment, "amount": amount, "currency": "EUR"}
    match rng.randint(0, 9):
        case 0 | 1 | 2:
            fee = {"plan": plan, "kind": "late_fee", "amount": amount}
            return {"command": "charge_fee", **common, **fee}
        case 3 | 4 | 5:
            return {"command": "receive_payment", **common, **paid, "plan": plan}
        case 6:
            return {"command": "receive_payment", **common, **paid}
        case 7:
            earlier = f"pay-{rng.randint(0, number)}"
            back = {"payment": earlier, "reason": "returned", "on": "2026-02-28"}
            return {"command": "reverse_payment", **common, **back}
        case 8:
            return {"command": "charge_fee", **common, "plan": "none", "kind": "x", "amount": "1"}
        case _:
            return {**_opening(f"new-{number}"), "id": f"c{number}"}


def _opening(plan: str) -> Command:
    return {
        "command": "open_plan",
        "id": f"open-{plan}",
        "on": "2026-01-01",
        "plan": plan,
        "customer": "K",
        "currency": "EUR",
        "schedule": {
            "kind": "equal",
            "total": "120.00",
            "instalments": 3,
            "first_due": "2026-01-15",
            "every": "1 month",
        },
    }
