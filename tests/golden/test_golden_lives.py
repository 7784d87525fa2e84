"""Every golden life leads to what was reviewed, and together they show what events mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.books.measures import MEASURES
from tests.golden.lived import FOLDER, command_lines, lived
from tests.golden.pages import completed, pages

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in pages(FOLDER)}
NOT_SHOWN: set[str] = set()
"""Events that post and to which no command of a life leads yet."""


@pytest.mark.parametrize("path", pages(FOLDER), ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    """The life leads to the events, entries and balances that were reviewed."""
    text = path.read_text(encoding="utf-8")
    assert completed(text, lived) == text


def test_there_are_enough() -> None:
    """There are at least twenty, and no two do the same."""
    assert len(TEXTS) >= 20
    assert len({tuple(command_lines(text)) for text in TEXTS.values()}) == len(TEXTS)


def test_every_event_that_posts_is_shown() -> None:
    """Each event that moves money occurs in some life, with its legs in both books."""
    shown = {word for text in TEXTS.values() for word in text.split()}
    assert {kind.TOPIC for kind in MEASURES} - shown <= NOT_SHOWN
