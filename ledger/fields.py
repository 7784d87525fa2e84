"""Reading the fields of one JSON object, strictly: every refusal names the field.

A reader is asked for each field it may have; `done` then refuses whatever is left over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ledger.envelope import FIRST_US, LAST_US, microseconds
from ledger.refusals import CurrencyUnknown, FieldMissing, FieldUnknown, FieldWrong
from ledger.terms.money import decimal_of
from ledger.terms.refusals import AmountNotANumber

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_LONGEST_TEXT = 200
_LONGEST_REASON = 1000
_UTC = ZoneInfo("UTC")
_Word = TypeVar("_Word", bound=str)


@dataclass
class Fields:
    """The fields of one object; `path` is put in front of names in refusals."""

    values: Mapping[str, Any]
    path: str = ""
    asked: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Tell whether a field is there and not null."""
        self.asked.append(name)
        return self.values.get(name) is not None

    def _value(self, name: str, kind: type, wanted: str) -> Any:
        if not self.has(name):
            raise FieldMissing(field=self.path + name)
        value = self.values[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(name, f"must be {wanted}")
        return value

    def wrong(self, name: str, problem: str) -> FieldWrong:
        """Return the refusal of a field's value."""
        return FieldWrong(field=self.path + name, problem=problem)

    def text(self, name: str, longest: int = _LONGEST_TEXT) -> str:
        """Read a text that is not blank, has no control characters and no blanks around it."""
        value: str = self._value(name, str, "text")
        if not value.strip():
            raise self.wrong(name, "must not be empty")
        if len(value) > longest:
            raise self.wrong(name, f"is longer than {longest} characters")
        if value != value.strip() or not value.isprintable():
            raise self.wrong(name, "has blanks around it or characters that cannot be printed")
        return value

    def reason(self) -> str:
        """Read the field `reason`."""
        return self.text("reason", _LONGEST_REASON)

    def optional_text(self, name: str) -> str | None:
        """Read a text, None if it is absent."""
        return self.text(name) if self.has(name) else None

    def choice(self, name: str, *choices: str, default: str | None = None) -> str:
        """Read one of a few words."""
        if default is not None and not self.has(name):
            return default
        value = self.text(name)
        if value not in choices:
            raise self.wrong(name, f"{value!r} is not one of {', '.join(choices)}")
        return value

    def one_of(self, name: str, choices: tuple[_Word, ...], *, default: _Word) -> _Word:
        """Read one of a few words that are a type of their own; `default` if it is absent."""
        word = self.choice(name, *choices, default=default)
        return next(choice for choice in choices if choice == word)

    def flag(self, name: str) -> bool:
        """Read true or false, false if it is absent."""
        return bool(self._value(name, bool, "true or false")) if self.has(name) else False

    def day(self, name: str) -> date:
        """Read a calendar day, as in 2026-01-15."""
        value: str = self._value(name, str, "a day as text, as in 2026-01-15")
        try:
            return plain_day(value)
        except ValueError:
            problem = f"{value[:40]!r} is not a day: write it as in 2026-01-15"
            raise self.wrong(name, problem) from None

    def optional_day(self, name: str) -> date | None:
        """Read a calendar day, None if it is absent."""
        return self.day(name) if self.has(name) else None

    def amount(self, name: str) -> Decimal:
        """Read a decimal string; its decimals are checked against a currency later."""
        value: str = self._value(name, str, 'a decimal string, as in "20.00"')
        try:
            return decimal_of(value)
        except AmountNotANumber as refusal:
            raise self.wrong(name, str(refusal)) from None

    def optional_amount(self, name: str) -> Decimal | None:
        """Read a decimal string, None if it is absent."""
        return self.amount(name) if self.has(name) else None

    def count(self, name: str) -> int:
        """Read a whole number."""
        return int(self._value(name, int, "a whole number"))

    def days(self, name: str) -> list[date]:
        """Read a list of calendar days."""
        values: list[object] = self._value(name, list, "a list of days")
        listed = Fields(dict(zip(map(str, range(len(values))), values, strict=True)))
        listed.path = f"{self.path}{name}."
        return [listed.day(key) for key in listed.values]

    def integers(self, name: str, most: int) -> list[int]:
        """Read a list of whole numbers, from one to `most` of them."""
        values: list[object] = self._value(name, list, "a list of whole numbers")
        if not 0 < len(values) <= most:
            raise self.wrong(name, f"must have from 1 to {most} numbers")
        found = [value for value in values if type(value) is int]
        if len(found) != len(values):
            raise self.wrong(name, "must be a list of whole numbers")
        return found

    def currency(self) -> tuple[str, int]:
        """Read the field `currency`; return its code and its number of decimals (ISO 4217)."""
        code = self.text("currency")
        return code, currency_exponent(code)

    def moment(self, name: str) -> int:
        """Read an ISO timestamp with its offset; return UTC microseconds since 1970."""
        value: str = self._value(name, str, "a timestamp as text")
        try:
            return parse_moment(value, _UTC)
        except ValueError:
            problem = f"{value[:40]!r} is not a timestamp: write it as in 2026-01-15T10:00:00Z"
            raise self.wrong(name, problem) from None

    def object(self, name: str) -> Fields:
        """Read a nested object."""
        return Fields(self._value(name, dict, "an object"), f"{self.path}{name}.")

    def objects(self, name: str) -> list[Fields]:
        """Read a list of nested objects, at least one."""
        values: list[object] = self._value(name, list, "a list of objects")
        if not values:
            raise self.wrong(name, "must not be empty")
        nested = []
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise self.wrong(name, "must be a list of objects")
            nested.append(Fields(value, f"{self.path}{name}[{index}]."))
        return nested

    def text_list(self, name: str) -> list[str]:
        """Read a list of texts, at least one, none twice."""
        values: list[object] = self._value(name, list, "a list of texts")
        texts = [value for value in values if isinstance(value, str) and value.strip()]
        if not texts or len(texts) != len(values) or len(set(texts)) != len(texts):
            raise self.wrong(name, "must be a list of different texts, at least one")
        return texts

    def texts(self, name: str) -> dict[str, str]:
        """Read an object of texts."""
        nested = self.object(name)
        return {key: nested.text(key) for key in sorted(nested.values)}

    def refuse_floats(self) -> None:
        """Refuse a number with decimals in any field, for those that are read only later."""
        for name, value in self.values.items():
            if isinstance(value, float):
                raise self.wrong(name, "must not be a number with decimals")
            for nested in value if isinstance(value, list) else [value]:
                if isinstance(nested, Mapping):
                    Fields(nested, f"{self.path}{name}.").refuse_floats()
                elif isinstance(nested, list | float):
                    Fields({name: nested}, self.path).refuse_floats()

    def done(self) -> None:
        """Refuse the first field that nobody asked for."""
        for name in self.values:
            if name not in self.asked:
                known = ", ".join(sorted(set(self.asked)))
                raise FieldUnknown(field=self.path + name, known=known)


def currency_exponent(code: str) -> int:
    """Return the decimals of an ISO 4217 currency (list of 2026-01-01). Raises CurrencyUnknown."""
    from iso4217 import Currency  # noqa: PLC0415 - a table that not every command needs

    try:
        exponent = Currency(code).exponent
    except ValueError:
        exponent = None
    if exponent is None or not code.isupper():
        raise CurrencyUnknown(currency=code[:10])
    return int(exponent)


def plain_day(text: str) -> date:
    """Read a day as in 2026-01-15 and in no other form of ISO 8601. Raises ValueError."""
    if not _DATE.match(text):
        message = "not a day"
        raise ValueError(message)
    return date.fromisoformat(text)


def parse_moment(text: str, zone: ZoneInfo) -> int:
    """Read an ISO timestamp; without an offset it is in `zone`. Raises ValueError.

    Returns UTC microseconds since 1970.
    """
    moment = datetime.fromisoformat(text)
    if len(text) <= len("2026-01-15"):
        message = "a day is not a moment"
        raise ValueError(message)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    moment_us = microseconds(moment)
    if not FIRST_US <= moment_us <= LAST_US:
        message = "outside the calendar of UTC"
        raise ValueError(message)
    return moment_us
