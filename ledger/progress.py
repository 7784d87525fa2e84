"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Progress = Callable[[int, int], None]
"""Called now and then with how much is done and how much there is."""

_ITEMS_A_REPORT = 200
Item = TypeVar("Item")


def counted(items: Iterable[Item], report: Callable[[int], None]) -> Iterator[Item]:
    """Pass items on, and tell now and then how many went by."""
    for done, item in enumerate(items, 1):
        yield item
        if done % _ITEMS_A_REPORT == 0:
            report(done)
