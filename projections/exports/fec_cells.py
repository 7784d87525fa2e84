"""The cells of a line of a FEC, one by one: what must not be empty, amounts, dates, accounts."""

from __future__ import annotations

import re

from ledger.fec.amounts import parse_amount, parse_sense
from ledger.fec.columns import (
    COLUMNS,
    DATES,
    MAY_BE_EMPTY,
    SIGNED_COLUMNS,
    parse_day,
    tolerated_day,
)
from ledger.fec.reading import BLANK, FecLine, FecText
from projections.exports.fec_findings import Found

_NEEDED_BY_THE_TOOL = frozenset({"EcritureNum", "EcritureDate", "CompteNum", "Montant", "Sens"})
_MAIN_AMOUNTS = ("Debit", "Credit")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_ACCOUNT = re.compile(r"[0-9]{3}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BLANK_DATE = re.compile(r"[0/.-]+")


def check_cells(fec: FecText, line: FecLine, found: Found) -> None:
    """List what is wrong in a line that has all its cells."""
    _check_padding(fec, line, found)
    _check_present(fec, line, found)
    for column in DATES:
        _check_date(column, fec.cell(line, column), line.number, found)
    for column in ("Debit", "Credit", "Montant", "Montantdevise"):
        _check_amount(column, fec.cell(line, column), line.number, found)
    if fec.signed:
        _check_sense(fec.cell(line, "Sens"), line.number, found)
    else:
        _check_sides(fec, line, found)
    account = fec.cell(line, "CompteNum")
    if account and not _ACCOUNT.match(account):
        text = f"{account!r}: an account begins with three digits of the plan comptable"
        found.error("account", line.number, "CompteNum", text, tolerated=True)
    _check_pairs(fec, line, found)


def _check_padding(fec: FecText, line: FecLine, found: Found) -> None:
    for column, place in fec.at.items():
        if line.cells[place] != line.cells[place].strip(BLANK):
            text = "filled up with blanks, as zones of fixed length are: read without them"
            found.once("padding", line.number, column, text, "remark")
    last = len(line.cells) - 1
    if last == len(fec.names) - 1 and not fec.names[last] and line.cells[last].strip():
        text = "there is something in the column without name"
        found.error("separator", line.number, None, text, tolerated=True)


def _check_present(fec: FecText, line: FecLine, found: Found) -> None:
    for column in SIGNED_COLUMNS if fec.signed else COLUMNS:
        if column in MAY_BE_EMPTY or column in _MAIN_AMOUNTS or column not in fec.at:
            continue
        if not fec.cell(line, column):
            tolerated = column not in _NEEDED_BY_THE_TOOL
            text = f"{column} is empty"
            found.error("empty", line.number, column, text, tolerated=tolerated)


def _check_date(column: str, text: str, line: int, found: Found) -> None:
    if not text:
        return
    day = parse_day(text)
    if day is not None:
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            found.remark("date", line, column, f"{text} is far from any fiscal year")
    elif column in MAY_BE_EMPTY and _BLANK_DATE.fullmatch(text):
        found.once("date", line, column, f"{text!r} stands for no date: leave it empty", "remark")
    elif len(text) == len("AAAAMMJJ") and text.isdigit():
        found.error("date", line, column, f"{text} is no day of the calendar")
    else:
        tolerated = tolerated_day(text) is not None
        text = f"{text!r} is not a date as AAAAMMJJ (XII 4)"
        found.error("date", line, column, text, tolerated=tolerated)


def _check_amount(column: str, text: str, line: int, found: Found) -> None:
    if text and parse_amount(text) is None:
        found.error("amount", line, column, f"{text!r}: {_fault(text)} (XII 2)")


def _fault(text: str) -> str:
    """Say what is wrong with an amount."""
    if re.search(r"[0-9][\s'\u2019]+[0-9]", text) or re.search(r"\..*,|,.*\.|,.*,", text):
        return "an amount has no mark for thousands"
    if "." in text:
        return "a decimal comma is expected"
    if re.search(r"[0-9][eE]", text):
        return "an amount is written out, without an exponent"
    return "not an amount, as 1200,00 is"


def _check_sense(text: str, line: int, found: Found) -> None:
    if not text:
        return
    if parse_sense(text) is None:
        found.error("sense", line, "Sens", f"{text!r} is neither D nor C, +1 nor -1")
    elif text != text.upper():
        found.once("sense", line, "Sens", f"{text!r} in small letters", "remark")


def _check_sides(fec: FecText, line: FecLine, found: Found) -> None:
    if not fec.at.keys() >= set(_MAIN_AMOUNTS):
        return
    written = {column: fec.cell(line, column) for column in _MAIN_AMOUNTS}
    empty = [column for column, text in written.items() if not text]
    if len(empty) == len(_MAIN_AMOUNTS):
        found.error("empty", line.number, "Debit", "neither Debit nor Credit has an amount")
        return
    for column in empty:
        found.once("empty", line.number, column, f"{column} is empty: write 0,00", "remark")
    amounts = fec.debit_and_credit(line)
    if amounts is None:
        return
    if all(amounts):
        text = "amounts on both sides: the tax office's tool lists it"
        found.remark("sides", line.number, "Credit", text)
    elif not any(amounts):
        text = "no amount on either side: the tax office's tool lists it"
        found.remark("sides", line.number, "Debit", text)


def _check_pairs(fec: FecText, line: FecLine, found: Found) -> None:
    """Look at columns of which one says nothing without the other."""
    letter, letter_day = fec.cell(line, "EcritureLet"), fec.cell(line, "DateLet")
    if letter and not letter_day:
        found.once("letter", line.number, "DateLet", "lettered, but without a date", "remark")
    elif letter_day and not letter and not _BLANK_DATE.fullmatch(letter_day):
        found.once("letter", line.number, "EcritureLet", "a date of lettering, no letter", "remark")
    foreign, currency = fec.cell(line, "Montantdevise"), fec.cell(line, "Idevise")
    amount = parse_amount(foreign)
    if amount and not currency:
        text = "an amount in a currency that is not named"
        found.once("currency", line.number, "Idevise", text, "remark")
    elif currency and not foreign:
        text = "a currency without an amount"
        found.once("currency", line.number, "Montantdevise", text, "remark")
    if currency and not _CURRENCY.fullmatch(currency):
        text = f"{currency!r} is no code of a currency, as USD is"
        found.once("currency", line.number, "Idevise", text, "remark")
