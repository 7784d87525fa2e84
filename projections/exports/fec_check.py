"""A strict reading of a FEC: every rule of LPF A47 A-1 that a program can look at.

It never stops at the first finding. The file as a whole (name, encoding, separator, header) is
looked at here; its cells in `fec_cells`, its entries in `fec_entries`.
"""

from __future__ import annotations

from itertools import pairwise

from ledger.fec.columns import CASH_COLUMNS, COLUMNS, KNOWN, SIGNED_COLUMNS, parse_name, same_name
from ledger.fec.columns import SIREN_DIGITS as DIGITS
from ledger.fec.reading import LAWFUL_SEPARATORS, FecLine, FecText, read_text
from projections.exports.fec_cells import check_cells
from projections.exports.fec_entries import Entries
from projections.exports.fec_findings import Finding, Found, conforms

__all__ = ["Finding", "check_fec", "conforms"]

_SEPARATOR_NAMES = {"\t": "a tab", "|": "|", ";": "a semicolon", ",": "a comma"}
_HEADER_LINE = 1


def check_fec(name: str, data: bytes) -> list[Finding]:
    """Return all that is found in the file of that name, by line; empty where it is faultless.

    It conforms where `conforms` says so: remarks alone do not stand against it.
    """
    found = Found()
    fec = read_text(data)
    _check_name(name, found)
    _check_encoding(fec, found)
    if fec.is_empty:
        found.error("empty", None, None, "the file holds no entries")
    if fec.names or not fec.is_empty:
        _check_separator(fec, found)
        _check_header(fec, found)
        _check_lines(name, fec, found)
    return found.in_order()


def _check_name(name: str, found: Found) -> None:
    parsed = parse_name(name)
    if parsed is None:
        text = f"{name!r} is no name of a FEC: it is SirenFECAAAAMMJJ, the last day of the year"
        found.error("name", None, None, text, tolerated=True)
    elif len(parsed.siren) != DIGITS:
        text = f"a SIREN has {DIGITS} digits; the name begins with {len(parsed.siren)}"
        found.error("name", None, None, text, tolerated=True)


def _check_encoding(fec: FecText, found: Found) -> None:
    if fec.encoding == "UTF-16":
        found.error("encoding", None, None, "it is UTF-16: save it as ISO 8859-15 or UTF-8")
    elif fec.marked:
        text = "a mark of byte order stands in front, which is no character of the file"
        found.remark("encoding", _HEADER_LINE, None, text)
    if fec.encoding == "ISO 8859-15":
        for line in fec.lines:
            if any("\x80" <= letter <= "\x9f" for cell in line.cells for letter in cell):
                text = "bytes that ISO 8859-15 has no letter for: of another encoding, most likely"
                found.once("encoding", line.number, None, text, "remark")


def _check_separator(fec: FecText, found: Found) -> None:
    if fec.separator not in LAWFUL_SEPARATORS:
        text = f"columns are parted by {_SEPARATOR_NAMES[fec.separator]}: a tab or | only (VI 1)"
        found.error("separator", _HEADER_LINE, None, text)


def _check_header(fec: FecText, found: Found) -> None:
    if not fec.names:
        text = "the first line names no columns: the header is missing"
        found.error("header", _HEADER_LINE, None, text)
        return
    for column in SIGNED_COLUMNS if fec.signed else COLUMNS:
        if column not in fec.at:
            found.error("header", _HEADER_LINE, column, f"there is no column {column}")
    _check_names(fec, found)
    _check_order(fec, found)


def _check_names(fec: FecText, found: Found) -> None:
    """Look at each name as it is written."""
    for place, name in enumerate(fec.names):
        known = KNOWN.get(same_name(name))
        if not name and place == len(fec.names) - 1:
            text = "the header ends with a separator: a column without name, to be empty"
            found.remark("separator", _HEADER_LINE, None, text)
        elif not name:
            text = f"column {place + 1} has no name"
            found.error("header", _HEADER_LINE, None, text)
        elif known is None:
            text = f"{name!r} is no column of the statute: describe it beside the file"
            found.remark("header", _HEADER_LINE, name, text)
        elif fec.at[known] != place:
            found.error("header", _HEADER_LINE, known, f"the column {known} is there twice")
        elif name != known:
            text = f"{name!r} is spelt {known} in the statute"
            found.remark("header", _HEADER_LINE, known, text)


def _check_order(fec: FecText, found: Found) -> None:
    """Look whether the columns stand as the statute lists them, and in front of any others."""
    wanted = [*(SIGNED_COLUMNS if fec.signed else COLUMNS), *CASH_COLUMNS]
    places = [(fec.at[name], name) for name in wanted if name in fec.at]
    for (before, first), (after, second) in pairwise(places):
        if after < before:
            text = f"{second} stands before {first}: the columns have an order"
            found.error("header", _HEADER_LINE, second, text, tolerated=True)
    own = {place for place, _ in places}
    last = max(own, default=0)
    for place, name in enumerate(fec.names[:last]):
        if place not in own and name and KNOWN.get(same_name(name)) is None:
            text = f"{name!r} stands among the columns of the statute: others come behind them"
            found.error("header", _HEADER_LINE, name, text, tolerated=True)


def _check_lines(name: str, fec: FecText, found: Found) -> None:
    parsed = parse_name(name)
    entries = Entries(fec, parsed.closed_on if parsed else None, found)
    for line in fec.lines:
        if _is_whole(fec, line, found):
            check_cells(fec, line, found)
            entries.add(line)
        else:
            entries.add_broken(line)
    entries.finish()


def _is_whole(fec: FecText, line: FecLine, found: Found) -> bool:
    """Tell whether a line has the cells that it must have; list it if not."""
    count = len(line.cells)
    if count == 1 and not line.cells[0].strip():
        found.error("line", line.number, None, "the line is empty")
        return False
    if count != fec.columns:
        text = f"the line has {count} fields; the header has {fec.columns}"
        found.error("line", line.number, None, text)
    return count == fec.columns
