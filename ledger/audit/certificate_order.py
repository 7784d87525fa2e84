"""The certificates in a time stamp, put into the order that its reader insists on.

An authority may send its certificates in any order (RFC 5652 does not ask for DER there, and no
signature covers them); the reader takes them only sorted, as DER has it. Nothing else is touched.
"""

from __future__ import annotations

_SEQUENCE, _TAGGED = 0x30, 0xA0
_LONG = 0x80

Element = tuple[int, int, int, int]
"""Of an element within bytes: its tag, and where it begins, its content begins, and it ends."""


def in_order(answer: bytes) -> bytes:
    """Return a `TimeStampResp` with its certificates sorted; what is none, as it is."""
    try:
        (response,) = _elements(answer, 0, len(answer))
        token = _children(answer, response)[1]
        signed = _children(answer, _children(answer, token)[1])[0]
        parts = [part for part in _children(answer, signed) if part[0] == _TAGGED]
        if {response[0], token[0], signed[0]} != {_SEQUENCE} or len(parts) != 1:
            return answer
        _, _, start, end = parts[0]
        found = sorted(answer[one[1] : one[3]] for one in _elements(answer, start, end))
    except (IndexError, ValueError):
        return answer
    return answer[:start] + b"".join(found) + answer[end:]


def _children(data: bytes, parent: Element) -> list[Element]:
    return _elements(data, parent[2], parent[3])


def _elements(data: bytes, at: int, end: int) -> list[Element]:
    """Return the elements that stand side by side. Raises IndexError, ValueError."""
    found = []
    while at < end:
        size, content = data[at + 1], at + 2
        if size >= _LONG:
            content += size - _LONG
            size = int.from_bytes(data[at + 2 : content], "big")
        if content + size > end:
            message = "an element is longer than what holds it"
            raise ValueError(message)
        found.append((data[at], at, content, content + size))
        at = content + size
    return found
