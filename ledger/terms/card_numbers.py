"""Finding card numbers in text, so that they are refused and never stored.

PCI DSS 4.0.1 (requirements 3.3 to 3.5) lets nobody keep a card number that need not. A card number
is 13 to 19 digits, however they are written and spaced, whose check digit fits (ISO/IEC 7812-1,
Luhn) and whose first digits an issuer of cards has. Both are asked for: a SIRET fits Luhn too. Bank
account numbers (IBAN, ISO 13616) are no card numbers, whatever digits they hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_FEWEST, _MOST = 13, 19
_GROUPED = 4
_GROUP = re.compile(r"\d+", re.ASCII)
_APART = re.compile(r"[^0-9A-Za-z*]{0,3}\Z", re.ASCII)
"""What may stand between two groups of a number; a star hides digits, so that it is none."""

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.ASCII)
_SIRET = re.compile(r"\bSIRE[TN]\b[^0-9]{0,5}(?:\d[ .]?){9,14}", re.ASCII | re.IGNORECASE)
_AMOUNT = re.compile(r"-?\d{1,13}\.\d{1,3}\Z", re.ASCII)

_ISSUERS: tuple[tuple[range, frozenset[int]], ...] = (
    (range(4, 5), frozenset({13, 16, 19})),  # Visa
    (range(51, 56), frozenset({16})),  # Mastercard
    (range(2221, 2721), frozenset({16})),  # Mastercard
    (range(34, 35), frozenset({15})),  # American Express
    (range(37, 38), frozenset({15})),  # American Express
    (range(300, 306), frozenset(range(14, 20))),  # Diners Club
    (range(3095, 3096), frozenset(range(14, 20))),  # Diners Club
    (range(36, 37), frozenset(range(14, 20))),  # Diners Club
    (range(38, 40), frozenset(range(14, 20))),  # Diners Club
    (range(6011, 6012), frozenset(range(16, 20))),  # Discover
    (range(644, 650), frozenset(range(16, 20))),  # Discover
    (range(65, 66), frozenset(range(16, 20))),  # Discover
    (range(3528, 3590), frozenset(range(16, 20))),  # JCB
    (range(62, 63), frozenset(range(16, 20))),  # UnionPay
    (range(81, 82), frozenset(range(16, 20))),  # UnionPay
    (range(2200, 2205), frozenset(range(16, 20))),  # Mir
    (range(5018, 5021), frozenset(range(13, 20))),  # Maestro, Dankort
    (range(5038, 5039), frozenset(range(13, 20))),  # Maestro
    (range(5893, 5894), frozenset(range(13, 20))),  # Maestro
    (range(6304, 6305), frozenset(range(13, 20))),  # Maestro
    (range(6759, 6764), frozenset(range(13, 20))),  # Maestro
    (range(9792, 9793), frozenset({16})),  # Troy
)
"""First digits and lengths by issuer, from the issuers' published ranges (ISO/IEC 7812)."""


def holds_card_number(text: str, *, is_key: bool = False) -> bool:
    """Tell whether a text has a card number in it.

    Keys are put together from numbers and days: in one, groups of digits count together only if
    they are as long as those on a card.
    """
    if text.isascii() and (len(text) < _FEWEST or _count(text) < _FEWEST or _AMOUNT.match(text)):
        return False
    plain = _SIRET.sub("x", _without_ibans(_plain(text)))
    found = (groups for groups in _candidates(plain) if not is_key or _as_on_a_card(groups))
    return any(_is_card_number("".join(groups)) for groups in found)


def _count(text: str) -> int:
    """Return how many digits an ASCII text has."""
    return len(text.encode().translate(None, _NO_DIGITS))


_NO_DIGITS = bytes(code for code in range(128) if not chr(code).isdigit())


def _plain(text: str) -> str:
    """Write all decimal digits as 0 to 9, and leave out what cannot be seen."""
    if text.isascii():
        return text
    written = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)
        if category == "Nd":
            written.append(str(unicodedata.decimal(character)))
        elif category not in {"Cf", "Mn", "Me"}:
            written.append(character)
    return "".join(written)


def _without_ibans(text: str) -> str:
    return _IBAN.sub(lambda match: _rest_of(match[0]), text.upper())


def _rest_of(text: str) -> str:
    """Return what is left of a text that begins like an IBAN, once the longest valid one is out."""
    for end in range(len(text), 14, -1):
        packed = re.sub(r"[ -]", "", text[:end])
        if _is_iban(packed) and text[end - 1] not in " -":
            return "x" + text[end:]
    return text


def _is_iban(packed: str) -> bool:
    """Tell whether the check digits fit: modulo 97, ISO/IEC 7064."""
    digits = "".join(str(int(character, 36)) for character in packed[4:] + packed[:4])
    return int(digits) % 97 == 1


def _candidates(text: str) -> Iterator[list[str]]:
    """Yield every sequence of neighbouring groups of digits that is as long as a card number."""
    found = list(_GROUP.finditer(text))
    for first in range(len(found)):
        groups: list[str] = []
        size, end = 0, found[first].start()
        for following in found[first:]:
            size += len(following[0])
            if not _APART.match(text[end : following.start()]) or size > _MOST:
                break
            groups.append(following[0])
            end = following.end()
            if size >= _FEWEST:
                yield list(groups)


def _as_on_a_card(groups: list[str]) -> bool:
    """Tell whether groups are printed so: all in one, by fours with a rest, or four, six, rest."""
    first, *others = map(len, groups)
    by_fours = all(size == _GROUPED for size in (first, *others[:-1]))
    return not others or by_fours or (first, others[0], len(others)) == (_GROUPED, 6, 2)


def _is_card_number(digits: str) -> bool:
    return _has_issuer(digits) and _fits_luhn(digits)


def _has_issuer(digits: str) -> bool:
    return any(
        len(digits) in lengths and int(digits[: len(str(firsts[0]))]) in firsts
        for firsts, lengths in _ISSUERS
    )


def _fits_luhn(digits: str) -> bool:
    """Add up the digits from the right, every other one doubled and its digits added."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * (1 + place % 2), 10))
    return total % 10 == 0
