"""The columns of a FEC, in the order of LPF A47 A-1 VII, and the name that the file must have.

Amounts stand in Debit and Credit, or in Montant with a Sens (D or C, +1 or -1).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
_IN_PLACE = {"Debit": "Montant", "Credit": "Sens"}
SIGNED_COLUMNS = tuple(_IN_PLACE.get(name, name) for name in COLUMNS)
"""The same with Montant and Sens."""

CASH_COLUMNS = ("DateRglt", "ModeRglt", "NatOp", "IdClient")
"""What cash accounting adds behind them (A47 A-1 VIII)."""

MAY_BE_EMPTY = frozenset(
    {"CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"}
)
"""What the statute leaves blank where it is not used."""

DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
SIREN_DIGITS = 9
_NAME = re.compile(r"(?P<siren>[0-9]+)FEC(?P<closing>[0-9]{8})")


@dataclass(frozen=True, slots=True)
class FecName:
    """What a file's name says: whose it is, and which fiscal year by its last day."""

    siren: str
    closed_on: date


def parse_name(name: str) -> FecName | None:
    """Read SirenFECAAAAMMJJ, whatever ending follows; None if the name is another.

    The number of digits is not looked at here: what is off by one is still whose file it is.
    """
    found = _NAME.fullmatch(PurePath(name).stem)
    closed_on = parse_day(found["closing"]) if found else None
    return FecName(found["siren"], closed_on) if found and closed_on else None


def parse_day(text: str) -> date | None:
    """Read AAAAMMJJ; None if that is no day of the calendar."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


_YEAR_FIRST = re.compile(r"([0-9]{4})[/.-]?([0-9]{2})[/.-]?([0-9]{2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"([0-9]{2})[/.-]?([0-9]{2})[/.-]?([0-9]{4})(?:[T ].*)?")


def tolerated_day(text: str) -> date | None:
    """Read a date in any of the forms that the tax office's tool reads; None if it is no day."""
    found = _YEAR_FIRST.fullmatch(text)
    day = parse_day("".join(found.groups())) if found else None
    if day is None and (found := _DAY_FIRST.fullmatch(text)):
        day = parse_day("".join(reversed(found.groups())))
    return day


def same_name(text: str) -> str:
    """Return a column's name so that case, accents and blanks around it make no difference."""
    letters = unicodedata.normalize("NFKD", text.strip())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


KNOWN = {same_name(name): name for name in (*COLUMNS, *SIGNED_COLUMNS, *CASH_COLUMNS)}
"""Every name that the statute gives a column, by how it is compared."""
