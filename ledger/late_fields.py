"""The field `late` of open_plan: what paying late costs.

It is the name of a packaged policy, or a policy: {"kind":"fee","amount":"5.00","grace_days":10},
{"kind":"fee","percent":"1.5"}, {"kind":"fr_business","annual_rate":"12"}, {"kind":"fr_consumer"}.
What is recorded is always the policy itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.fields import Fields
from ledger.money_fields import MoneyFields, percentage
from ledger.policies import late_policy
from ledger.terms.money import plain
from ledger.terms.refusals import RecoveryFeeToConsumer, Refusal

KINDS = ("fee", "fr_business", "fr_consumer")
MOST_PERCENT = 1000
MOST_GRACE_DAYS = 366


def read_late(fields: Fields, customer_kind: str, money: MoneyFields) -> Mapping[str, Any] | None:
    """Return the policy; None if the field is absent: paying late costs nothing by itself.

    Raises FieldWrong, FieldMissing, FieldUnknown, RecoveryFeeToConsumer.
    """
    if not fields.has("late"):
        return None
    value = fields.values["late"]
    if isinstance(value, str):
        try:
            policy = late_policy(value)
        except Refusal as refusal:
            raise fields.wrong("late", str(refusal)) from None
    else:
        policy = _policy(fields.object("late"), money)
    if policy["kind"] == "fr_business" and customer_kind == "consumer":
        raise RecoveryFeeToConsumer
    return policy


def _policy(fields: Fields, money: MoneyFields) -> Mapping[str, Any]:
    kind = fields.choice("kind", *KINDS)
    policy: dict[str, Any] = {"kind": kind}
    if kind == "fee":
        if fields.has("amount") == fields.has("percent"):
            raise fields.wrong("amount", "give either amount or percent")
        if fields.has("amount"):
            policy["amount_minor"] = money.positive(fields, "amount")
        else:
            policy["percent"] = plain(percentage(fields, "percent", MOST_PERCENT))
        days = fields.count("grace_days") if fields.has("grace_days") else 0
        if not 0 <= days <= MOST_GRACE_DAYS:
            raise fields.wrong("grace_days", f"must be from 0 to {MOST_GRACE_DAYS}")
        policy["grace_days"] = days
    elif kind == "fr_business" and fields.has("annual_rate"):
        policy["annual_rate"] = plain(percentage(fields, "annual_rate", MOST_PERCENT))
    fields.done()
    return policy
