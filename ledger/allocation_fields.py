"""The field `allocation` of open_plan: how a plan's payments are applied.

It is the name of a packaged policy, a policy, or an object that gives kinds of payment ("ordinary",
"prepayment", ...) each its own. What is recorded is always the policy itself, by kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.fields import Fields
from ledger.policies import allocation_policy
from ledger.terms.refusals import Refusal
from ledger.terms.waterfall import read_waterfall
from ledger.waterfalls import ORDINARY, PAYMENT_KINDS


def read_allocation(fields: Fields) -> Mapping[str, Any] | None:
    """Return the policies by kind of payment; None (oldest due first) if the field is absent.

    Raises FieldWrong, naming what is wrong in the policy.
    """
    if not fields.has("allocation"):
        return None
    value = fields.values["allocation"]
    if isinstance(value, dict) and "by" not in value:
        if ORDINARY not in value or not set(value) <= set(PAYMENT_KINDS):
            known = ", ".join(PAYMENT_KINDS)
            raise fields.wrong(
                "allocation", f"must give {ORDINARY!r} and perhaps others of {known}"
            )
        return {kind: _policy(fields, policy) for kind, policy in value.items()}
    return {ORDINARY: _policy(fields, value)}


def _policy(fields: Fields, value: Any) -> Mapping[str, Any]:
    """Return a policy as it is recorded, known to be one."""
    if not isinstance(value, str | dict):
        raise fields.wrong("allocation", "must be the name of a policy, or a policy")
    try:
        policy = allocation_policy(value) if isinstance(value, str) else value
        read_waterfall(policy)
    except Refusal as refusal:
        raise fields.wrong("allocation", str(refusal)) from None
    return policy
