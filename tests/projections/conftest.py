"""A small ledger with something of everything in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bootstrap import Acquit
from projections.checks import run
from tests.projections.providing import RECEIPT, Ledger

LIFE = """
{"command":"open_plan","id":"1","on":"2026-01-01","plan":"P","customer":"C","currency":"EUR","schedule":{"kind":"equal","total":"60.00","instalments":3,"first_due":"2026-01-31","every":"1 month"},"tax":[{"code":"FR20","rate":"20","category":"S","due":"receipt"}]}
{"command":"charge_due","id":"2","on":"2026-02-28"}
{"command":"receive_payment","id":"3","on":"2026-03-02","payment":"pay","plan":"P","amount":"50.00","currency":"EUR","fee":"1.00"}
{"command":"charge_due","id":"4","on":"2026-03-31"}
{"command":"write_off","id":"5","on":"2026-06-30","plan":"P","reason":"gone"}
{"command":"receive_payment","id":"6","on":"2026-07-01","payment":"lost","amount":"5.00","currency":"JPY"}
{"command":"set_rate","id":"7","on":"2026-07-01","currency":"USD","rate":"0.90"}
{"command":"set_rate","id":"8","on":"2026-07-10","currency":"USD","rate":"0.95"}
{"command":"open_plan","id":"9","on":"2026-07-01","plan":"D","customer":"C","currency":"USD","schedule":{"kind":"custom","instalments":[{"due":"2026-07-05","amount":"10.00"}]}}
{"command":"charge_due","id":"10","on":"2026-07-05","plan":"D"}
{"command":"receive_payment","id":"11","on":"2026-07-10","payment":"usd","plan":"D","amount":"10.00","currency":"USD"}
"""  # noqa: E501 - a command file


@pytest.fixture
def lived(acquit: Acquit) -> Acquit:
    """Give a ledger that has lived, its reports up to date."""
    for number, line in enumerate(LIFE.strip().splitlines(), 1):
        content = json.loads(line)
        if content["command"] == "receive_payment" and content["currency"] == "JPY":
            content["amount"] = "5"
        result = acquit.application.execute(content, number)
        assert result.refusal is None, result.refusal
    acquit.engine.catch_up()
    return acquit


@pytest.fixture
def ledger(acquit: Acquit) -> Iterator[Ledger]:
    """Give a ledger; whatever a test does in it, all checks hold afterwards."""
    yield Ledger(acquit)
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        assert {name: run(connection, name) for name in ("aging", "debits", "balances")} == {
            "aging": [],
            "debits": [],
            "balances": [],
        }


@pytest.fixture
def aged(ledger: Ledger) -> Ledger:
    """Give a ledger with 120.00 in each age band at the end of 2026, 20.00 of it tax."""
    days = {"now": "2027-01-31", "1": "2026-12-15", "31": "2026-11-15", "61": "2026-10-15"}
    for plan, due in {**days, "91": "2026-06-30"}.items():
        ledger.sell(plan, due, "120.00", billed_on="2026-01-01", tax=[RECEIPT])
    return ledger
