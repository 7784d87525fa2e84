"""Where a FEC goes, and whose and which year it is: from PATH's name, from options, or both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ledger.fec.columns import SIREN_DIGITS, parse_name
from ledger.fec.years import FiscalYear, fiscal_year
from projections.coordinates import parse_day


class FecTargetError(ValueError):
    """A SIREN or a year end cannot be, or contradicts the name of the file."""


@dataclass(frozen=True, slots=True)
class FecTarget:
    """What a user said. `siren` and `year_end` are None where neither name nor option says them."""

    path: str
    siren: str | None
    year_end: date | None

    def file(self, year: FiscalYear) -> str:
        """Return the path to write to: in a folder, the name that the law wants."""
        if self.path == "-" or not Path(self.path).is_dir():
            return self.path
        if self.siren is None:
            message = f"{self.path} is a folder: say whose file it is, with --siren"
            raise FecTargetError(message)
        return str(Path(self.path) / lawful_name(self.siren, year))

    def misnamed(self, year: FiscalYear) -> bool:
        """Tell whether the file has another name than the law wants."""
        if self.path == "-":
            return False
        parsed = parse_name(Path(self.file(year)).name)
        return parsed is None or parsed.closed_on != year.last


def lawful_name(siren: str, year: FiscalYear) -> str:
    """Return SirenFECAAAAMMJJ.txt."""
    return f"{siren}FEC{year.last:%Y%m%d}.txt"


def fec_target(path: str, siren: str | None, year_end: str | None) -> FecTarget:
    """Put PATH and options together. Raises FecTargetError, CoordinateError."""
    named = None if Path(path).is_dir() else parse_name(Path(path).name)
    whose = siren or (named.siren if named else None)
    ends = parse_day(year_end) if year_end else (named.closed_on if named else None)
    if whose is not None and not (
        len(whose) == SIREN_DIGITS and whose.isascii() and whose.isdigit()
    ):
        message = f"{whose!r} is no SIREN: it has {SIREN_DIGITS} digits"
        raise FecTargetError(message)
    if named and (whose, ends) != (named.siren, named.closed_on):
        message = f"the name of {path} says {named.siren} and {named.closed_on}: name the file so"
        raise FecTargetError(message)
    return FecTarget(path, whose, ends)


def chosen_year(wanted: FecTarget, as_of: date, start: str) -> FiscalYear:
    """Return the year that was chosen, or the present one. Raises FecTargetError."""
    year = fiscal_year(wanted.year_end or as_of, start)
    if wanted.year_end not in (None, year.last):
        message = (
            f"{wanted.year_end} is no last day of a fiscal year of this ledger: {year.last} is "
            f"(years begin on {start})"
        )
        raise FecTargetError(message)
    return year
