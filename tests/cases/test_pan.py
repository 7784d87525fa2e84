"""Family `pan`: a text that holds a card number is refused as any text of a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ledger.refusals import CardNumberGiven

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FAMILY = "pan"


def test_case(published: Published, case: Mapping[str, Any]) -> None:
    """The verdict is the published one, for a reason and for a reference; nothing is stored."""
    text, verdict = case["input"]["text"], case["expected"]["verdict"]
    asked: Mapping[str, Any] = {"payment": "pay", "amount": "1.00"}
    refused = [
        published.refusal("refund", "2026-01-01", **asked, reason=text),
        published.refusal("receive_payment", "2026-01-01", **asked, currency="EUR", reference=text),
    ]
    given = [isinstance(refusal, CardNumberGiven) for refusal in refused]
    assert given == [verdict.startswith("reject")] * 2
    assert all(text not in str(refusal) for refusal in refused if given[0])
