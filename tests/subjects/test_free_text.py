"""Free text is searched wherever it stands in a command."""

from __future__ import annotations

import pytest

from bootstrap import Acquit
from ledger.free_text import free_texts
from tests.subjects.conftest import Line, done, refunded, registered, sold


def test_texts_are_found_by_their_place() -> None:
    """In objects and lists too; keys and amounts are none."""
    line = {
        "command": "receive_payment",
        "plan": "P",
        "reference": "a",
        "rate_source": "b",
        "items": [{"charge": "P/1", "document": "c"}, {"document": "d"}],
        "schedule": {"fees": [{"reason": "e", "amount": "1.00"}]},
        "dimensions": {"project": "f"},
    }
    assert free_texts(line) == {
        "reference": "a",
        "rate_source": "b",
        "items[0].document": "c",
        "items[1].document": "d",
        "schedule.fees[0].reason": "e",
        "dimensions.project": "f",
    }


@pytest.mark.usefixtures("keys_place")
def test_the_source_of_a_rate_names_nobody(acquit: Acquit) -> None:
    """Who told a rate is not to be written down by name either."""
    rate: Line = {"command": "set_rate", "id": "s", "on": "2026-01-02", "currency": "USD"}
    rate |= {"rate": "0.9", "source": "told by Marie Dupont"}
    _, *_, named = done(acquit, registered(), *sold(), rate)
    assert named.refusal is not None
    assert named.refusal.code == "person_named"
    converted = refunded("agreed") | {"rate_source": "Dupont Marie"}
    (refused,) = done(acquit, converted)
    assert refused.refusal is not None
    assert "rate_source" in str(refused.refusal)
