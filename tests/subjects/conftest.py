"""Ledgers whose customers are persons, with their keys in a place apart, on either database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap import Acquit
from ledger.answers import Result
from ledger.subjects.keystore import KeyStore
from ledger.subjects.wrapping import make_key

NAME, EMAIL, PHONE = "Marie-Hélène Dupont", "mh.dupont@example.org", "+33 6 12 34 56 78"
WORDS = (b"Dupont", b"dupont", b"DUPONT", b"12 34 56", b"12345678", b"example.org")

Line = dict[str, Any]


def registered(customer: str = "C-1", number: str = "r1", **more: Any) -> Line:
    """Return the command that registers a person."""
    return {
        "command": "register_customer",
        "id": number,
        "on": "2026-01-01",
        "customer": customer,
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "invoiced_as": {"name": "Dupont EI", "address": "Rue de la Paix"},
    } | more


def sold(customer: str = "C-1", plan: str = "P-1") -> list[Line]:
    """Return a plan of a customer, billed and partly paid."""
    schedule = {"kind": "equal", "total": "240.00", "instalments": 12}
    return [
        {
            "command": "open_plan",
            "id": f"open {plan}",
            "on": "2026-01-15",
            "plan": plan,
            "customer": customer,
            "currency": "EUR",
            "schedule": {**schedule, "first_due": "2026-01-15", "every": "1 month"},
        },
        {"command": "charge_due", "id": f"due {plan}", "on": "2026-01-15", "plan": plan},
        {
            "command": "receive_payment",
            "id": f"pay {plan}",
            "on": "2026-01-15",
            "payment": f"pay-{plan}",
            "plan": plan,
            "amount": "20.00",
            "currency": "EUR",
            "reference": "txn_1",
        },
    ]


def refunded(reason: str, number: str = "f1", plan: str = "P-1") -> Line:
    """Return a refund with a reason."""
    return {
        "command": "refund",
        "id": number,
        "on": "2026-01-16",
        "payment": f"pay-{plan}",
        "amount": "5.00",
        "reason": reason,
    }


def done(acquit: Acquit, *lines: Line) -> list[Result]:
    """Carry out commands, one by one."""
    return [acquit.application.execute(line) for line in lines]


@pytest.fixture
def keys_place(
    monkeypatch: pytest.MonkeyPatch, empty_url: Callable[[], str], tmp_path: Path
) -> str:
    """Give a place for keys: a file, or a Postgres database; the wrapping key is in a file."""
    place = empty_url()
    make_key(tmp_path / "wrapping.key")
    monkeypatch.setenv("ACQUIT_KEYS", place)
    monkeypatch.setenv("ACQUIT_WRAPPING_KEY", str(tmp_path / "wrapping.key"))
    return place


def key_store(acquit: Acquit) -> KeyStore:
    """Return the keys of a ledger's subjects."""
    store = acquit.application.subjects.store
    assert store is not None
    return store
