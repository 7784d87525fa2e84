"""Tables of a policy file that know their place, so that every refusal can name file and key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from ledger.policies.provision_refusals import PolicyKeyMissing, PolicyKeyUnknown, PolicyKeyWrong

_WORDS: Mapping[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    list: "a list in brackets",
    dict: "a table",
}
_Value = TypeVar("_Value", str, int, list[Any], dict[str, Any])


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a policy; `name` is its path within `file`, empty at the top."""

    file: str
    content: Mapping[str, Any]
    name: str = ""

    def key(self, key: str) -> str:
        """Return the whole path of a key."""
        return f"{self.name}.{key}" if self.name else key

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self.content

    def only(self, *known: str) -> None:
        """Refuse a key that nobody reads. Raises PolicyKeyUnknown."""
        for key in self.content:
            if key not in known:
                listed = ", ".join(known)
                raise PolicyKeyUnknown(file=self.file, key=self.key(key), known=listed)

    def wrong(self, key: str, problem: str) -> PolicyKeyWrong:
        """Return the refusal of a key's value."""
        return PolicyKeyWrong(file=self.file, key=self.key(key), problem=problem)

    def missing(self, key: str, wanted: str) -> PolicyKeyMissing:
        """Return the refusal of a table without a key."""
        return PolicyKeyMissing(file=self.file, key=self.key(key), wanted=wanted)

    def get(self, key: str, kind: type[_Value]) -> _Value:
        """Return the value of a key. Raises PolicyKeyMissing, PolicyKeyWrong."""
        if key not in self.content:
            raise self.missing(key, _WORDS[kind])
        value = self.content[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(key, f"write {_WORDS[kind]}")
        return value

    def text(self, key: str) -> str:
        """Return a text that is not blank. Raises PolicyKeyMissing, PolicyKeyWrong."""
        value = self.get(key, str)
        if not value.strip():
            raise self.wrong(key, "write at least one character")
        return value

    def choice(self, key: str, *known: str) -> str:
        """Return one of a few words, by default the first. Raises PolicyKeyWrong."""
        value = self.get(key, str) if self.has(key) else known[0]
        if value not in known:
            raise self.wrong(key, f"{value[:40]!r} is not one of {', '.join(known)}")
        return value

    def day(self, key: str) -> date:
        """Return a day, of TOML or (as an event stores it) as text.

        Raises PolicyKeyMissing, PolicyKeyWrong.
        """
        wanted = "a day, as in 2026-01-15"
        if not self.has(key):
            raise self.missing(key, wanted)
        value = self.content[key]
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise self.wrong(key, f"write {wanted}") from None
        if not isinstance(day, date) or isinstance(day, datetime):
            raise self.wrong(key, f"write {wanted}")
        return day

    def table(self, key: str) -> Table:
        """Return a table inside this one. Raises PolicyKeyMissing, PolicyKeyWrong."""
        return Table(self.file, self.get(key, dict), self.key(key))

    def tables(self, key: str) -> list[Table]:
        """Return a list of tables, at least one. Raises PolicyKeyMissing, PolicyKeyWrong."""
        values = self.get(key, list)
        if not values or not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, f"write at least one table [[{self.key(key)}]]")
        return [
            Table(self.file, value, f"{self.key(key)}[{index}]")
            for index, value in enumerate(values)
        ]
