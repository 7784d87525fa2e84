"""Command files: JSON Lines, read in bounded memory, every bad line answered with its number.

The file is read in pieces; a line longer than a megabyte is passed over without being held, bad
UTF-8 and bad JSON are refused line by line, and a last line that was cut off is named as such.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from ledger.refusals import LineCutOff, LineNotJson, LineNotUtf8, LineTooLong
from ledger.terms.refusals import Refusal

MOST_BYTES = 1_000_000
MOST_LEVELS = 50
"""Objects and lists within each other; far more than any command has."""
_BOM = b"\xef\xbb\xbf"
_KINDS = {list: "a list", str: "text", int: "a number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, and its object or the refusal of its form."""

    number: int
    content: Mapping[str, Any] | None
    refusal: Refusal | None = None


def lines(file: BinaryIO) -> Iterator[Line]:
    """Yield the lines of a command file that are not blank, in order."""
    number = 0
    while raw := file.readline(MOST_BYTES + 1):
        number += 1
        if len(raw) > MOST_BYTES and not raw.endswith(b"\n"):
            _skip_rest(file)
            yield Line(number, None, LineTooLong(most_bytes=MOST_BYTES))
            continue
        text = raw.removeprefix(_BOM) if number == 1 else raw
        if text.strip():
            yield _line(number, text)


def _skip_rest(file: BinaryIO) -> None:
    while (piece := file.readline(MOST_BYTES)) and not piece.endswith(b"\n"):
        pass


def _line(number: int, raw: bytes) -> Line:
    try:
        return Line(number, parse(raw, ended=raw.endswith(b"\n")))
    except Refusal as refusal:
        return Line(number, None, refusal)


def parse(raw: bytes, *, ended: bool = True) -> dict[str, Any]:
    """Return the JSON object of one line; `ended` tells whether it has its line end.

    Raises LineNotUtf8, LineNotJson, or LineCutOff for a line without end that breaks off.
    """
    try:
        text = raw.decode()
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
        if not isinstance(value, dict):
            raise LineNotJson(problem=f"it is {_KINDS.get(type(value), 'null')}")
        if text.count("[") + text.count("{") > MOST_LEVELS:
            _refuse_depth(value)
        if "\\u" in text:
            _refuse_surrogates(value)
    except UnicodeDecodeError as error:
        if not ended and error.reason == "unexpected end of data":
            raise LineCutOff from None
        raise LineNotUtf8(byte=error.start + 1) from None
    except json.JSONDecodeError as error:
        if not ended and not error.doc.rstrip().endswith("}"):
            raise LineCutOff from None
        raise LineNotJson(problem=f"{error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise LineNotJson(problem="too deeply nested") from None
    except ValueError as error:  # Integers of more digits than Python reads.
        raise LineNotJson(problem=str(error).split(";")[0]) from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LineNotJson(problem=f"field {twice[:40]!r} occurs twice")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise LineNotJson(problem=f"{name} is not JSON")


def _refuse_depth(value: dict[str, Any]) -> None:
    """Refuse nesting that those who read the value further could not hold."""
    level: list[Any] = [value]
    for _ in range(MOST_LEVELS):
        nested = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for within in nested for each in within if isinstance(each, dict | list)]
        if not level:
            return
    raise LineNotJson(problem="too deeply nested")


def _refuse_surrogates(value: dict[str, Any]) -> None:
    """Refuse text that no UTF-8 can hold: half of a surrogate pair, written as an escape."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise LineNotJson(problem="half of a surrogate pair stands alone") from None
