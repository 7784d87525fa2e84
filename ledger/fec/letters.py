"""Letters of matched lines: A to Z, then AA, as bookkeepers write them."""

from __future__ import annotations

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(number: int) -> str:
    """Return the letters of a number from 1 on: 1 is A, 26 is Z, 27 is AA."""
    written = ""
    while number:
        number, place = divmod(number - 1, len(_ALPHABET))
        written = _ALPHABET[place] + written
    return written
