"""Reading a map: TOML, checked key by key against the shape of its kind.

A key that nobody would read is refused, since it is most likely a misspelt one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from ledger.imports.kinds import KINDS
from ledger.imports.refusals import MapKeyMissing, MapKeyUnknown, MapKeyWrong, MapUnreadable
from ledger.imports.shapes import Column, ImportMap, NumberForm, Shape

_TABLES = frozenset({"columns", "dates", "numbers", "currency"})
_COMMON = frozenset({"kind", "prefix", "delimiter", "recorded"}) | _TABLES
_MOST_DECIMALS = 6
_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    date: "a date such as 2025-12-31",
    dict: "a table",
}
_Value = TypeVar("_Value")


def load_map(path: Path) -> ImportMap:
    """Read and check a map.

    Raises MapUnreadable, MapKeyMissing, MapKeyUnknown, MapKeyWrong; each names the file and key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise MapUnreadable(file=str(path), problem=str(problem)) from problem
    top = _Table(str(path), content)
    kind = top.choice("kind", KINDS)
    shape = KINDS[kind].shape
    top.only(_COMMON | shape.settings)
    columns = _columns(top.table("columns"), shape)
    currency, decimals = _currency(top.table("currency"), columns)
    return ImportMap(
        file=str(path),
        kind=kind,
        shape=shape,
        prefix=top.get("prefix", str, ""),
        delimiter=_mark(top, "delimiter", ","),
        columns=columns,
        date_formats=_date_formats(top, shape, columns),
        numbers=_numbers(top.table("numbers", optional=True)),
        currency=currency,
        decimals=decimals,
        stamps_recorded=top.choice("recorded", ("", "on"), "") == "on",
        **{key: _setting(top, key) for key in shape.settings},
    )


class _Table:
    """A table of the map that knows its place, so that every refusal can name file and key."""

    def __init__(self, file: str, content: Mapping[str, Any], name: str = "") -> None:
        self.file = file
        self.content = content
        self._name = name

    def key(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def only(self, known: Collection[str]) -> None:
        for key in self.content:
            if key not in known:
                listed = ", ".join(sorted(known))
                raise MapKeyUnknown(file=self.file, key=self.key(key), known=listed)

    def wrong(self, key: str, problem: str) -> MapKeyWrong:
        return MapKeyWrong(file=self.file, key=self.key(key), problem=problem)

    def get(self, key: str, kind: type[_Value], default: _Value | None = None) -> _Value:
        value = self.content.get(key, default)
        if value is None:
            raise MapKeyMissing(file=self.file, key=self.key(key))
        if not isinstance(value, kind) or isinstance(value, (bool, datetime)):
            raise self.wrong(key, f"write {_WORDS[kind]}")
        return value

    def table(self, key: str, *, optional: bool = False) -> _Table:
        empty: dict[str, Any] | None = {} if optional else None
        return _Table(self.file, self.get(key, dict, empty), self.key(key))

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        value = self.get(key, str, default)
        if value not in known:
            listed = ", ".join(repr(one) for one in known if one)
            raise self.wrong(key, f"{value!r} is not one of {listed}")
        return value


def _columns(table: _Table, shape: Shape) -> dict[str, Column]:
    table.only(shape.required | shape.optional)
    for field in sorted(shape.required):
        if field not in table.content:
            raise MapKeyMissing(file=table.file, key=table.key(field))
    return {field: _column(table, field) for field in table.content}


def _column(table: _Table, field: str) -> Column:
    given = table.content[field]
    if isinstance(given, str) and given:
        return Column(given)
    if not isinstance(given, dict):
        raise table.wrong(field, "write a column's name, or {column = ..., drop_suffix = ...}")
    inner = table.table(field)
    inner.only({"column", "drop_suffix"})
    return Column(inner.get("column", str), inner.get("drop_suffix", str, ""))


def _date_formats(top: _Table, shape: Shape, columns: Mapping[str, Column]) -> dict[str, str]:
    """Return the format of each date column: its own, else the one for all."""
    fields = shape.dates & columns.keys()
    table = top.table("dates", optional=not fields)
    table.only(shape.dates | {"format"})
    formats = {}
    for field in sorted(fields):
        key = field if field in table.content else "format"
        formats[field] = table.get(key, str)
        if "%" not in formats[field]:
            raise table.wrong(key, "write a format such as %Y-%m-%d")
    return formats


def _numbers(table: _Table) -> NumberForm:
    table.only({"decimal", "thousands"})
    decimal = _mark(table, "decimal", ".")
    thousands = _mark(table, "thousands", "") if "thousands" in table.content else ""
    if thousands == decimal:
        raise MapKeyWrong(
            file=table.file, key=table.key("thousands"), problem="it is the decimal mark as well"
        )
    return NumberForm(decimal, thousands)


def _mark(table: _Table, key: str, default: str) -> str:
    mark = table.get(key, str, default)
    if len(mark) != 1 or mark.isalnum() or mark in '-"\r\n':
        raise table.wrong(key, "write one character, no letter, digit, quote or minus")
    return mark


def _currency(table: _Table, columns: Mapping[str, Column]) -> tuple[str | None, dict[str, int]]:
    """Return the constant currency, None if a column gives it, and the decimals by currency."""
    if "currency" not in columns:
        table.only({"code", "decimals"})
        code = table.get("code", str)
        return code, {code: _decimals(table, "decimals")}
    table.only({"decimals"})
    by_code = table.table("decimals")
    return None, {code: _decimals(by_code, code) for code in by_code.content}


def _decimals(table: _Table, key: str) -> int:
    count = table.get(key, int)
    if not 0 <= count <= _MOST_DECIMALS:
        raise table.wrong(key, "write the currency's number of decimals, as 2 for EUR")
    return count


def _setting(top: _Table, key: str) -> Any:
    match key:
        case "epoch" | "cut_off":
            return top.get(key, date)
        case "due_days":
            return _due_days(top, key)
        case "due_day":
            return top.choice(key, ("first", "last"))
        case _:
            return _not_empty(top, key)


def _due_days(top: _Table, key: str) -> int:
    days = top.get(key, int)
    if days < 0:
        raise top.wrong(key, "write the days from the invoice to its due date, 0 or more")
    return days


def _not_empty(top: _Table, key: str) -> str:
    text = top.get(key, str)
    if not text:
        raise top.wrong(key, "write at least one character")
    return text
