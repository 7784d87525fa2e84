"""Command lines: a short story, and lines that are wrong, each with the reason that is said."""

from __future__ import annotations

import json
from typing import Any

Line = dict[str, Any]

STORY = """
{"command":"open_plan","id":"o1","on":"2026-01-01","plan":"P-1","customer":"C-1","currency":"EUR",
 "schedule":{"kind":"equal","total":"120.00","instalments":3,"first_due":"2026-01-15",
 "every":"1 month"},"tax":[{"code":"FR20","rate":"20","category":"S","due":"receipt"}],
 "document":"INV-1"}
{"command":"open_balance","id":"o2","on":"2026-01-01","plan":"P-é","customer":"C-2",
 "currency":"JPY","items":[{"document":"OLD-1","due":"2025-10-01","amount":"500"}]}
{"command":"charge_due","id":"d1","on":"2026-02-15"}
{"command":"charge_fee","id":"f1","on":"2026-02-20","plan":"P-1","kind":"late_fee",
 "amount":"5.00","due":"2026-03-01"}
{"command":"receive_payment","id":"p1","on":"2026-02-21","payment":"pay-1","plan":"P-1",
 "amount":"50.00","currency":"EUR","gateway":"stripe","fee":"0.88"}
{"command":"receive_payment","id":"p2","on":"2026-02-22","payment":"pay-2","amount":"7.00",
 "currency":"EUR"}
"""


def story() -> list[Line]:
    """Return the commands of the story."""
    lines = STORY.replace("\n ", " ").strip().splitlines()
    return [json.loads(line) for line in lines]


PAYMENT: dict[str, Any] = {
    "command": "receive_payment",
    "id": "bad",
    "on": "2026-02-01",
    "payment": "pay-bad",
    "amount": "1.00",
    "currency": "EUR",
}
SCHEDULE: dict[str, Any] = {
    "kind": "equal",
    "total": "10.00",
    "instalments": 2,
    "first_due": "2026-01-15",
    "every": "1 month",
}
PLAN: dict[str, Any] = {
    "command": "open_plan",
    "id": "bad",
    "on": "2026-01-01",
    "plan": "P-2",
    "customer": "C-1",
    "currency": "EUR",
    "schedule": SCHEDULE,
}
TAX = {"code": "T", "rate": "20", "category": "S", "due": "receipt"}
PRELUDE: list[Line] = [
    PLAN | {"id": "open", "plan": "P-1"},
    {"command": "charge_due", "id": "due", "on": "2026-01-15"},
    PAYMENT | {"id": "paid", "payment": "pay-1", "plan": "P-1", "on": "2026-01-15"},
    PAYMENT | {"id": "yen", "payment": "pay-yen", "currency": "JPY", "amount": "9"},
]


def payment(**changes: object) -> Line:
    return PAYMENT | changes


def _without(line: Line, name: str) -> Line:
    return {key: value for key, value in line.items() if key != name}


def _plan(**changes: object) -> Line:
    return PLAN | changes


def _schedule(**changes: object) -> Line:
    return PLAN | {"schedule": SCHEDULE | changes}


def _act(command: str, **fields: object) -> Line:
    return {"command": command, "id": "bad", "on": "2026-02-01", **fields}


def _custom(*parts: tuple[str, str]) -> Line:
    instalments = [{"due": due, "amount": amount} for due, amount in parts]
    return _plan(schedule={"kind": "custom", "instalments": instalments})


FORMS: dict[str, tuple[bytes | Line, str]] = {
    "a float that is read later": (
        _act("amend_plan", plan="P-1", schedule={"kind": 0.5}),
        "field 'schedule.kind': must not be a number with decimals",
    ),
    "lists in lists that are read later": (
        b'{"command":"amend_plan","id":"bad","on":"2026-02-01","plan":"P-1","schedule":{"kind":'
        + b"[" * 600
        + b"]" * 600
        + b"}}",
        "too deeply nested",
    ),
    "a float in a list that is read later": (
        _act("reschedule", plan="P-1", schedule={"kind": "weighted", "weights": [[1.5]]}),
        "field 'schedule.weights': must not be a number with decimals",
    ),
    "unknown command": (payment(command="teleport"), "unknown command 'teleport': known are"),
    "command a number": (payment(command=5), "field 'command': must be text"),
    "command missing": (_without(PAYMENT, "command"), "field 'command' is missing"),
    "nothing at all": (b"{}", "field 'command' is missing"),
    "id missing": (_without(PAYMENT, "id"), "field 'id' is missing"),
    "id a number": (payment(id=7), "field 'id': must be text"),
    "id empty": (payment(id=""), "field 'id': must not be empty"),
    "id blank": (payment(id="   "), "field 'id': must not be empty"),
    "id with blanks around": (payment(id=" a"), "field 'id': has blanks around it"),
    "id too long": (payment(id="x" * 201), "field 'id': is longer than 200 characters"),
    "id with a line end": (payment(id="a\nb"), "characters that cannot be printed"),
    "id with a null": (payment(id="a\0b"), "characters that cannot be printed"),
    "id with an escape": (payment(id="a\x1b[2Jb"), "characters that cannot be printed"),
    "id turning the text": (payment(id="a\u202eb"), "characters that cannot be printed"),
    "unknown field": (payment(colour="red"), "field 'colour' does not belong here: known are"),
    "unknown field, null": (payment(colour=None), "field 'colour' does not belong here"),
    "on missing": (_without(PAYMENT, "on"), "field 'on' is missing"),
    "on not in the calendar": (payment(on="2026-02-30"), "'2026-02-30' is not a day"),
    "on in short form": (payment(on="2026-1-5"), "'2026-1-5' is not a day"),
    "on without hyphens": (payment(on="20260105"), "'20260105' is not a day"),
    "on a week": (payment(on="2026-W01-1"), "'2026-W01-1' is not a day"),
    "on a moment": (payment(on="2026-01-05T00:00:00Z"), "is not a day"),
    "on a number": (payment(on=20260105), "field 'on': must be a day as text"),
    "on year zero": (payment(on="0000-01-01"), "'0000-01-01' is not a day"),
    "on in other digits": (payment(on="\uff12\uff10\uff12\uff16-01-05"), "is not a day"),
    "amount missing": (_without(PAYMENT, "amount"), "field 'amount' is missing"),
    "amount null": (payment(amount=None), "field 'amount' is missing"),
    "amount a number": (payment(amount=1), "field 'amount': must be a decimal string"),
    "amount a float": (payment(amount=1.5), "field 'amount': must be a decimal string"),
    "amount a truth": (payment(amount=True), "field 'amount': must be a decimal string"),
    "amount a list": (payment(amount=["1.00"]), "field 'amount': must be a decimal string"),
    "amount an object": (payment(amount={}), "field 'amount': must be a decimal string"),
    "amount 1e5": (payment(amount="1e5"), "'1e5' is not an amount"),
    "amount 1e5, a number": (
        json.dumps(PAYMENT).replace('"1.00"', "1e5").encode(),
        "must be a dec",
    ),
    "amount past floats": (
        json.dumps(PAYMENT).replace('"1.00"', "1e999").encode(),
        "must be a dec",
    ),
    "amount NaN": (payment(amount="NaN"), "'NaN' is not an amount"),
    "amount NaN, a literal": (
        json.dumps(payment(amount=float("nan"))).encode(),
        "NaN is not JSON",
    ),
    "amount infinite": (
        json.dumps(payment(amount=-float("inf"))).encode(),
        "-Infinity is not JSON",
    ),
    "amount with a plus": (payment(amount="+1.00"), "is not an amount"),
    "amount with a comma": (payment(amount="1,50"), "is not an amount"),
    "amount grouped": (payment(amount="1_000"), "is not an amount"),
    "amount with blanks": (payment(amount=" 1.00"), "is not an amount"),
    "amount in other digits": (payment(amount="\uff11"), "is not an amount"),
    "amount empty": (payment(amount=""), "is not an amount"),
    "amount endless": (payment(amount="1" * 5000), "is not an amount"),
    "amount negative": (payment(amount="-1.00"), "-1.00 must be above zero"),
    "amount zero": (payment(amount="0.00"), "0.00 must be above zero"),
    "amount minus zero": (payment(amount="-0"), "must be above zero"),
    "amount too large": (payment(amount="10000000000000.00"), "is too large"),
    "cents of a cent": (payment(amount="1.001"), "1.001 has more decimals than EUR has (2)"),
    "parts of a yen": (payment(amount="1.5", currency="JPY"), "more decimals than JPY has (0)"),
    "parts of a fils": (
        payment(amount="0.0001", currency="BHD"),
        "more decimals than BHD has (3)",
    ),
    "fee negative": (payment(fee="-0.10"), "field 'fee': must not be below zero"),
    "fee in parts of a cent": (payment(fee="0.001"), "more decimals than EUR has (2)"),
    "currency unknown": (payment(currency="EURO"), "'EURO' is not an ISO 4217 currency"),
    "currency in small letters": (payment(currency="eur"), "'eur' is not an ISO 4217 currency"),
    "currency without minor units": (payment(currency="XAU"), "'XAU' is not an ISO 4217 currency"),
    "currency for testing": (payment(currency="XXX"), "'XXX' is not an ISO 4217 currency"),
    "currency a number": (payment(currency=978), "field 'currency': must be text"),
    "recorded a day": (payment(recorded="2026-01-05"), "field 'recorded':"),
    "recorded a number": (payment(recorded=5), "field 'recorded': must be a timestamp as text"),
    "a list": (b"[1, 2]", "not a JSON object: it is a list"),
    "a text": (b'"charge_due"', "not a JSON object: it is text"),
    "null": (b"null", "not a JSON object: it is null"),
    "no JSON": (b"charge everything", "not a JSON object: Expecting value at character 1"),
    "two objects": (b"{} {}", "not a JSON object: Extra data at character 4"),
    "single quotes": (b"{'command': 'charge_due'}", "not a JSON object"),
    "a field twice": (b'{"id":"a","id":"b"}', "field 'id' occurs twice"),
    "a field twice, inside": (b'{"schedule":{"kind":"a","kind":"b"}}', "field 'kind' occurs twice"),
    "a line of ten megabytes": (
        b'{"id":"' + b"x" * 10_000_000 + b'"}',
        "longer than 1000000 bytes",
    ),
    "ten megabytes of blanks": (b" " * 10_000_000, "longer than 1000000 bytes"),
    "not UTF-8": (b'{"id":"caf\xe9"}', "byte 11 of the line is not valid UTF-8"),
    "UTF-16": ('{"id":"a"}'.encode("utf-16"), "is not valid UTF-8"),
    "a null byte": (b'{"id":"a\0"}', "not a JSON object"),
    "a byte-order mark in the middle": (b"\xef\xbb\xbf{}", "not a JSON object"),
    "half a surrogate pair": (b'{"id":"\\ud800"}', "half of a surrogate pair stands alone"),
    "half a pair in a name": (b'{"\\udc00":1}', "half of a surrogate pair stands alone"),
    "deep lists": (b'{"id":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "too deeply nested"),
    "deep objects": (b'{"id":' * 100_000 + b"1" + b"}" * 100_000, "too deeply nested"),
    "a number of 5,000 digits": (b'{"id":' + b"9" * 5000 + b"}", "not a JSON object: Exceeds"),
    "a number of 4,000 digits": (payment(amount=10**4000), "must be a decimal string"),
}

RULES: dict[str, tuple[bytes | Line, str]] = {
    "billing some day": (_plan(billing="later"), "'later' is not one of due, upfront"),
    "revenue over no service": (_plan(revenue="over_service"), "needs the field 'service'"),
    "interest of no rate": (_plan(interest={}), "give either annual_rate or rate_per_period"),
    "two taxes of no part": (_plan(tax=[TAX, TAX]), "field 'tax[0].gross' is missing"),
    "tax above 100": (_plan(tax=[TAX | {"rate": "100.1"}]), "field 'tax[0].rate': 100.1 is not"),
    "tax due some day": (_plan(tax=[TAX | {"due": "later"}]), "'later' is not one of receipt"),
    "schedule missing": (_without(PLAN, "schedule"), "field 'schedule' is missing"),
    "schedule a list": (_plan(schedule=[]), "field 'schedule': must be an object"),
    "schedule of no kind": (_schedule(kind="odd"), "field 'schedule.kind': 'odd' is not one of"),
    "no instalment": (_schedule(instalments=0), "needs at least one instalment"),
    "minus one instalment": (_schedule(instalments=-1), "needs at least one instalment"),
    "1,201 instalments": (_schedule(instalments=1201), "1201 instalments are more than 1200"),
    "10^4000 instalments": (_schedule(instalments=10**4000), "instalments are more than 1200"),
    "instalments true": (_schedule(instalments=True), "must be a whole number"),
    "instalments 2.0": (_schedule(instalments=2.0), "must be a whole number"),
    "instalments a text": (_schedule(instalments="2"), "must be a whole number"),
    "interval of none": (_schedule(every="0 months"), "'0 months' is not an interval"),
    "interval of no count": (_schedule(every="month"), "'month' is not an interval"),
    "past the calendar": (_schedule(every="999 years", instalments=12), "runs past the year 9999"),
    "instalments of nothing": (_schedule(total="0.01"), "instalment 2 would not be above zero"),
    "due before agreed": (_schedule(first_due="2025-12-31"), "before the agreement of 2026-01-01"),
    "out of order": (
        _custom(("2026-03-01", "1"), ("2026-02-01", "1")),
        "instalment 2 is due before",
    ),
    "no parts": (_custom(), "field 'schedule.instalments': must not be empty"),
    "plan opened twice": (_plan(plan="P-1"), "plan 'P-1' is open already, on the same terms"),
    "plan opened otherwise": (_plan(plan="P-1", offer="x"), "is open already, on other terms"),
    "plan unknown": (payment(plan="P-9"), "there is no plan 'P-9'"),
    "another currency": (
        payment(plan="P-1", currency="USD"),
        "the amount is in USD, the plan in EUR",
    ),
    "allocated across currencies": (
        _act("allocate", payment="pay-yen", plan="P-1"),
        "the amount is in JPY, the plan in EUR",
    ),
    "payment received twice": (payment(payment="pay-1"), "payment 'pay-1' was received already"),
    "payment unknown": (_act("allocate", payment="x", plan="P-1"), "there is no payment 'x'"),
    "nothing left to allocate": (
        _act("allocate", payment="pay-1", plan="P-1"),
        "payment 'pay-1' has no money left to allocate",
    ),
    "refund above the payment": (
        _act("refund", payment="pay-1", amount="1.01", reason="r"),
        "a refund of 1.01 is above the 1.00 that are left of payment 'pay-1'",
    ),
    "refund without reason": (_act("refund", payment="pay-1", amount="1"), "'reason' is missing"),
    "refund too early": (
        _act("refund", payment="pay-1", amount="1.00", reason="r") | {"on": "2026-01-14"},
        "dated 2026-01-14, before the payment of 2026-01-15",
    ),
    "credit above the charges": (
        _act("credit", plan="P-1", amount="5.01", kind="discount", reason="r"),
        "a credit of 5.01 is above the 5.00 charged",
    ),
    "waiver of an instalment": (
        _act("waive", plan="P-1", charge="P-1/1", amount="1.00", reason="r"),
        "charge 'P-1/1' is not a fee",
    ),
    "waiver of nothing": (
        _act("waive", plan="P-1", charge="P-1/9", amount="1.00", reason="r"),
        "plan 'P-1' has no charge 'P-1/9'",
    ),
    "write-off above what is owed": (
        _act("write_off", plan="P-1", amount="4.01", reason="r"),
        "a write-off of 4.01 is above the 4.00 outstanding",
    ),
    "recovery of nothing": (payment(command="recover", plan="P-1"), "above the 0.00 written off"),
    "fee of no kind": (
        _act("charge_fee", plan="P-1", kind="gift", amount="1.00"),
        "field 'kind': 'gift' is not one of late_fee",
    ),
    "same id, other content": (payment(id="paid"), "id 'paid' was accepted before with other"),
}
CASES = FORMS | RULES
