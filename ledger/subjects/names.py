"""Finding a known person in free text, by words: of any case, accents and order.

A person leaves marks: pairs of words of the name, the e-mail address, the end of the phone number.
Free text that holds one names that person. A single word of a name is a sign too weak (`Price`) but
in a text about that very customer. Pure; the marks are kept as keyed hashes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import combinations

_WORD = re.compile(r"[^\W\d_]{3,}")
_PHONE = re.compile(r"\+?\d(?:[ .()/-]{0,2}\d){7,}")
_EMAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[^\W\d_]{2,}")
_PHONE_DIGITS = 8
_WINDOW = 4
_MOST_NAME_WORDS = 12
_NO_NAMES = frozenset(
    {
        *("and", "chez", "der", "des", "del", "den", "die", "dit", "les", "pour", "the", "und"),
        *("van", "von", "dame", "frau", "herr", "madame", "miss", "monsieur", "mrs", "sieur"),
        *("company", "compagnie", "eurl", "gmbh", "inc", "llc", "ltd", "plc", "sarl", "sas"),
        *("sasu", "societe"),
    }
)
"""Words that stand in names and name nobody: particles, titles, legal forms."""


def plain(text: str) -> str:
    """Return a text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the words that may be part of a name, in order."""
    return [word for word in _WORD.findall(plain(text)) if word not in _NO_NAMES]


def holds_email(text: str) -> bool:
    """Tell whether there is an e-mail address in a text."""
    return "@" in text and _EMAIL.search(text) is not None


def marks_of(personal: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return what tells a person for sure, and the single words of the name, of data by field."""
    name = words(personal.get("name", ""))[:_MOST_NAME_WORDS]
    sure = {_pair(first, second) for first, second in combinations(name, 2)}
    if "email" in personal:
        sure.add(_email(personal["email"]))
    if "phone" in personal:
        sure |= set(_phones(personal["phone"]))
    return sure, set(name)


def marks_in(text: str) -> tuple[set[str], set[str]]:
    """Return the marks that a text holds, of both kinds."""
    found = words(text)
    sure = {
        _pair(first, second)
        for place, first in enumerate(found)
        for second in found[place + 1 : place + _WINDOW]
    }
    sure |= {_email(address) for address in _EMAIL.findall(text)}
    return sure | set(_phones(text)), set(found)


def names_whole(text: str, name: str) -> bool:
    """Tell whether a text, as an id may be, holds all words of a name of at least two."""
    wanted = set(words(name))
    return len(wanted) > 1 and wanted <= set(words(text))


def _pair(first: str, second: str) -> str:
    return " ".join(sorted((first, second)))


def _email(address: str) -> str:
    return plain(address)


def _phones(text: str) -> Iterator[str]:
    for found in _PHONE.findall(text):
        yield "".join(digit for digit in found if digit.isdigit())[-_PHONE_DIGITS:]
