"""A card number in a command file is refused and seen nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.command_line.lines import story

if TYPE_CHECKING:
    from tests.command_line.conftest import Line, Shell

NUMBER = "4111 1111 1111 1111"
REFUND: Line = {
    "command": "refund",
    "id": "card",
    "on": "2026-06-01",
    "payment": "pay-1",
    "amount": "1.00",
    "reason": "because",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": f"card {NUMBER}"}, "reason"),
        ({"id": NUMBER}, "id"),
        ({"amount": NUMBER}, "amount"),
        ({"dimensions": {"shop": NUMBER}}, "dimensions.shop"),
        ({"charges": ["x", NUMBER]}, "charges[1]"),
        ({"command": NUMBER}, "command"),
        ({NUMBER: "x"}, "command"),
    ],
)
def test_it_is_refused_and_not_repeated(shown: Shell, change: Line, field: str) -> None:
    """Wherever it stands, the answer names the field alone, and nothing is stored."""
    before = shown.stored()
    for form in ("table", "json"):
        said = shown.record([{**REFUND, **change}], "--format", form)
        assert said.status == 1
        assert f"field '{field}' holds a card number" in said.out + said.err
        assert "1111 1111" not in said.out + said.err
    assert shown.stored() == before


def test_the_story_holds_none(shown: Shell) -> None:
    """Commands as they are usual are taken."""
    assert len(shown.stored()[1]) == len({line["id"] for line in story()})
