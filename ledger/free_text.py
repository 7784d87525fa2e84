"""Texts of a command in which somebody may have written anything, and so name a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FREE_TEXT = frozenset(
    {"reason", "reference", "document", "offer", "approver", "source", "rate_source"}
)
"""Names of such fields, wherever they stand in a command."""

FREELY_NAMED = "dimensions"
"""The object whose fields are all free texts, whatever their names."""


def free_texts(line: Mapping[str, Any]) -> dict[str, str]:
    """Return the free texts of a command as it was given, by the place of their field."""
    return dict(_within("", line, is_free=False))


def _within(place: str, value: Any, *, is_free: bool) -> Iterator[tuple[str, str]]:
    match value:
        case str() if is_free:
            yield place, value
        case Mapping():
            for name, nested in value.items():
                free = name in FREE_TEXT or place.endswith(FREELY_NAMED)
                at = f"{place}.{name}" if place else name
                yield from _within(at, nested, is_free=free)
        case list():
            for index, nested in enumerate(value):
                yield from _within(f"{place}[{index}]", nested, is_free=is_free)
        case _:
            return
