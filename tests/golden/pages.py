"""Golden pages: what is asked on top, behind a line of dashes what comes of it, all in plain text.

A person reviews each page once; a test compares it from then on. To bring all pages of a folder up
to date its own module is run, and the difference reviewed as the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

LINE = "\n" + "-" * 60 + "\n\n"

Answer = Callable[[str], Iterable[str]]
"""Gives the lines that come of what is asked."""


def pages(folder: Path) -> list[Path]:
    """Return the golden pages of a folder by name."""
    return sorted(folder.glob("*.txt"))


def asked(text: str) -> str:
    """Return what a page asks, without its answer."""
    return text.partition(LINE)[0].rstrip("\n") + "\n"


def completed(text: str, answer: Answer) -> str:
    """Return a page's text with the answer that is given now."""
    head = asked(text)
    lines = [line.rstrip() for line in answer(head)]
    return head + LINE + "\n".join(lines).rstrip("\n") + "\n"


def rewrite(folder: Path, answer: Answer) -> None:
    """Write every answer anew."""
    for path in pages(folder):
        path.write_text(completed(path.read_text(encoding="utf-8"), answer), encoding="utf-8")
