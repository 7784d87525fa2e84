"""A run of bytes read as choices, so that inputs keep their structure while they are mutated."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

ODD: Sequence[Any] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, 1e308),
    *(float("nan"), float("inf"), "", " ", "0", "-0", "-0.00", "1e400", "NaN", "sNaN", "Infinity"),
    *(
        "9" * 41,
        "0." + "0" * 30 + "1",
        "\u0661",
        "\0",
        "\ud800",
        "\u202e",
        "{0.code}",
        "{x}",
        "x" * 2000,
    ),
    *(
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "2026-W01-1",
        "20260101",
        "9999-12-31T23:59:59-23:59",
    ),
    *(
        "0001-01-01T00:00:00+23:59",
        "4111 1111 1111 1111",
        "1 month",
        "999999999 years",
        "EUR",
        "XXX",
    ),
    *([], {}, [[]], [{}], {"": ""}, ["a", "a"], [1] * 500, list(map(str, range(2000)))),
)
"""Values that are seldom what a field holds."""


class Choices:
    """Reads bytes from the front; past their end every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def number(self, below: int) -> int:
        """Choose a number from 0 on."""
        size = 1 if below <= 256 else 3
        piece = self.data[self.place : self.place + size]
        self.place += size
        return int.from_bytes(piece) % below

    def one(self, values: Sequence[T]) -> T:
        """Choose one of several values."""
        return values[self.number(len(values))]

    def rest(self) -> bytes:
        """Return the bytes that are left, and choose nothing more from them."""
        rest, self.place = self.data[self.place :], len(self.data)
        return rest

    @property
    def more(self) -> bool:
        """Tell whether there are bytes left."""
        return self.place < len(self.data)


def mutated(value: Any, others: Sequence[Any], choices: Choices) -> Any:
    """Return a JSON value with some of its parts put another way, left out or put in."""
    root = [copy.deepcopy(value)]
    for _ in range(8):
        if not choices.more:
            break
        holder, key = choices.one(list(_places(root)))
        _CHANGES[choices.number(len(_CHANGES))](holder, key, others, choices)
        if not root:
            return None
    return root[0]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a value: what holds it, and its name or index there."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, nested in pairs:
        yield value, key
        if isinstance(nested, dict | list) and len(nested) < 200:
            yield from _places(nested)


def _odd(holder: Any, key: Any, _others: Sequence[Any], choices: Choices) -> None:
    holder[key] = copy.deepcopy(choices.one(ODD))


def _drop(holder: Any, key: Any, _others: Sequence[Any], _choices: Choices) -> None:
    del holder[key]


def _graft(holder: Any, key: Any, others: Sequence[Any], choices: Choices) -> None:
    """Put there what stands somewhere in another value."""
    source, name = choices.one(list(_places([choices.one(others)])))
    holder[key] = copy.deepcopy(source[name])


def _add(holder: Any, key: Any, others: Sequence[Any], choices: Choices) -> None:
    """Put a field of another value beside it."""
    other = choices.one(others)
    if isinstance(holder, dict) and isinstance(other, dict) and other:
        name = choices.one(sorted(other))
        holder[name] = copy.deepcopy(other[name])
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))


def _text(holder: Any, key: Any, _others: Sequence[Any], choices: Choices) -> None:
    """Change a character of a text, or a number by a little."""
    value = holder[key]
    if isinstance(value, str):
        place = choices.number(len(value) + 1)
        letter = (
            chr(choices.number(0x110000)) if choices.number(4) == 0 else chr(choices.number(128))
        )
        holder[key] = value[:place] + letter + value[place + choices.number(2) :]
    elif isinstance(value, int):
        holder[key] = value + choices.number(512) - 256


def _deep(holder: Any, key: Any, _others: Sequence[Any], choices: Choices) -> None:
    for _ in range(choices.number(40)):
        holder[key] = [holder[key]]


_CHANGES: Sequence[Callable[[Any, Any, Sequence[Any], Choices], None]] = (
    *(_odd, _drop, _graft, _add, _text, _deep),
)


def scarred(raw: bytes, choices: Choices) -> bytes:
    """Return bytes with a few of them changed, taken out, doubled or put in."""
    found = bytearray(raw)
    while choices.more:
        start = choices.number(len(found) + 1)
        end = start + choices.number(9)
        match choices.number(4):
            case 0:
                found[start:end] = bytes([choices.number(256)])
            case 1:
                del found[start:end]
            case 2:
                found[start:start] = found[start : start + choices.number(300)]
            case _:
                found[start:start] = choices.one(
                    (b"[" * 2000, b'{"a":' * 2000, b"9" * 5000, b"\\ud800")
                )
        if len(found) > 100_000:
            break
    return bytes(found)


def as_json(value: Any, choices: Choices) -> bytes:
    """Write a value as JSON, as text of UTF-8 or with escapes; numbers of any length."""
    return json.dumps(value, ensure_ascii=choices.number(2) == 0).encode(errors="surrogatepass")
