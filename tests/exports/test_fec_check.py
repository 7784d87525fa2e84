"""`check_fec` on files made here: each rule broken by itself is found, where it is broken."""

from __future__ import annotations

import pytest

from ledger.fec.columns import COLUMNS, SIGNED_COLUMNS
from projections.exports.fec_check import Finding, check_fec, conforms

NAME = "123456789FEC20261231.txt"
HEADER = list(COLUMNS)
SALE = [
    *("VE", "Ventes", "1", "20260115", "411000", "Clients", "C-1", "C-1", "F-1", "20260115"),
    *("Vente", "120,00", "0,00", "A", "20260201", "20260115", "", ""),
]
REVENUE = [
    *("VE", "Ventes", "1", "20260115", "706000", "Prestations", "", "", "F-1", "20260115"),
    *("Vente", "0,00", "120,00", "", "", "20260115", "", ""),
]
CASH = [
    *("BQ", "Banque", "2", "20260201", "512000", "Banque", "", "", "P-1", "20260201"),
    *("Virement", "120,00", "0,00", "", "", "20260201", "130,00", "USD"),
]
PAID = [
    *("BQ", "Banque", "2", "20260201", "411000", "Clients", "C-1", "C-1", "P-1", "20260201"),
    *("Virement", "0,00", "120,00", "A", "20260201", "20260201", "-130,00", "USD"),
]
ROWS = [HEADER, SALE, REVENUE, CASH, PAID]


def written(rows: list[list[str]], separator: str = "\t", end: str = "\r\n") -> bytes:
    """Write rows as a file."""
    return "".join(separator.join(row) + end for row in rows).encode()


def changed(line: int, column: str, value: str) -> bytes:
    """Return the faultless file with one cell changed; the header is line 1."""
    rows = [list(row) for row in ROWS]
    rows[line - 1][COLUMNS.index(column)] = value
    return written(rows)


def kinds(found: list[Finding]) -> set[tuple[str, int | None, str | None, str]]:
    """Return what findings are about."""
    return {(one.rule, one.line, one.field, one.grade) for one in found}


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_faultless_file_has_no_findings(separator: str, end: str) -> None:
    """A tab or |, and any end of line that the statute knows; the last line may have none."""
    data = written(ROWS, separator, end)
    assert check_fec(NAME, data) == []
    assert check_fec(NAME.removesuffix(".txt"), data.removesuffix(end.encode())) == []


@pytest.mark.parametrize(
    ("line", "column", "value", "rule", "grade"),
    [
        (2, "Debit", "120.00", "amount", "error"),
        (2, "Debit", "1 120,00", "amount", "error"),
        (2, "Debit", "1.120,00", "amount", "error"),
        (2, "Debit", "1,2E2", "amount", "error"),
        (2, "Debit", "-120,00-", "amount", "error"),
        (2, "Debit", "much", "amount", "error"),
        (4, "Montantdevise", "130.00", "amount", "error"),
        (3, "PieceDate", "15/01/2026", "date", "error"),
        (3, "PieceDate", "2026-01-15", "date", "error"),
        (3, "ValidDate", "20260230", "date", "error"),
        (3, "PieceDate", "soon", "date", "error"),
        (3, "DateLet", "00000000", "date", "remark"),
        (2, "JournalCode", "", "empty", "error"),
        (2, "EcritureNum", "", "empty", "error"),
        (2, "PieceRef", "", "empty", "error"),
        (2, "ValidDate", "", "empty", "error"),
        (2, "Credit", "", "empty", "remark"),
        (2, "CompteNum", "CLI411", "account", "error"),
        (2, "CompteNum", "41", "account", "error"),
        (5, "ValidDate", "20260114", "order", "error"),
        (2, "EcritureLet", "", "letter", "remark"),
        (2, "DateLet", "", "letter", "remark"),
        (4, "Idevise", "", "currency", "remark"),
        (4, "Idevise", "dollar", "currency", "remark"),
        (4, "Montantdevise", "", "currency", "remark"),
        (3, "CompteLib", "Prestations   ", "padding", "remark"),
    ],
)
def test_a_cell_that_is_wrong_is_found_in_its_line(
    line: int, column: str, value: str, rule: str, grade: str
) -> None:
    """The finding names line and column; a wrong cell of one line leaves the others alone."""
    found = check_fec(NAME, changed(line, column, value))
    own = [one for one in found if one.rule == rule and one.grade == grade]
    assert [one.line for one in own] == [line]
    told = {"letter": {"EcritureLet", "DateLet"}, "currency": {"Idevise", "Montantdevise"}}
    assert own[0].field in told.get(rule, {column})


@pytest.mark.parametrize(
    ("line", "column", "value", "kind"),
    [
        (3, "Credit", "119,99", ("balance", 2, "Debit", "error")),
        (3, "EcritureDate", "20260116", ("number", 2, "EcritureDate", "error")),
        (3, "JournalCode", "BQ", ("number", 2, "JournalCode", "error")),
        (3, "PieceRef", "F-2", ("number", 2, "PieceRef", "remark")),
        (5, "EcritureNum", "9", ("sequence", 5, "EcritureNum", "error")),
        (5, "EcritureNum", "1", ("number", 2, "JournalCode", "error")),
        (5, "EcritureDate", "20270101", ("year", 5, "EcritureDate", "error")),
    ],
)
def test_an_entry_that_is_wrong_is_found_at_its_first_line(
    line: int, column: str, value: str, kind: tuple[str, int, str, str]
) -> None:
    """An entry balances, has one date and one journal, and its number follows the one before."""
    assert kind in kinds(check_fec(NAME, changed(line, column, value)))


def test_numbers_of_several_sequences_are_followed_each_by_itself() -> None:
    """What stands before a number's last digits tells sequences apart."""
    rows = [list(row) for row in ROWS]
    for row, number in zip(rows[1:], ["VE-7", "VE-7", "BQ-31", "BQ-31"], strict=True):
        row[2] = number
    assert check_fec(NAME, written(rows)) == []


def test_signed_amounts_balance() -> None:
    """A sign stands first or last; the entry balances with it."""
    rows = [list(row) for row in ROWS]
    rows[1][11:13] = ["0,00", "-120,00"]
    assert check_fec(NAME, written(rows)) == []
    rows[1][11:13] = ["0000,00", "0120,00-"]
    assert check_fec(NAME, written(rows)) == []


@pytest.mark.parametrize("senses", [("D", "C"), ("+1", "-1")])
def test_amount_and_sense_take_the_place_of_debit_and_credit(senses: tuple[str, str]) -> None:
    """The statute's other form, balanced by its sense; a sense that is none is found."""
    rows = [list(SIGNED_COLUMNS)]
    for row in ROWS[1:]:
        debit = row[11] != "0,00"
        rows.append([*row[:11], "120,00", senses[0] if debit else senses[1], *row[13:]])
    assert check_fec(NAME, written(rows)) == []
    rows[2][12] = "X"
    assert ("sense", 3, "Sens", "error") in kinds(check_fec(NAME, written(rows)))
    rows[2][12] = senses[0]
    assert ("balance", 2, "Debit", "error") in kinds(check_fec(NAME, written(rows)))


def test_encodings() -> None:
    """UTF-8 and ISO 8859-15 pass, a mark of byte order is remarked on, UTF-16 is refused."""
    text = changed(2, "JournalLib", "Ventes à terme, 5 €").decode()
    assert check_fec(NAME, text.encode()) == []
    assert check_fec(NAME, text.encode("iso8859-15")) == []
    marked = check_fec(NAME, text.encode("utf-8-sig"))
    assert kinds(marked) == {("encoding", 1, None, "remark")}
    assert not conforms(check_fec(NAME, text.encode("utf-16")))
    other = check_fec(NAME, text.replace("€", "…").encode("cp1252"))
    assert kinds(other) == {("encoding", 2, None, "remark")}


@pytest.mark.parametrize(
    "name",
    [
        "books.txt",
        "0123456789FEC20261231.txt",
        "12345678FEC20261231.txt",
        "123456789FEC20261331.txt",
        "123456789fec20261231.txt",
        "123456789FEC2026.txt",
    ],
)
def test_a_name_that_is_wrong_is_found(name: str) -> None:
    assert kinds(check_fec(name, written(ROWS))) == {("name", None, None, "error")}


def test_headers() -> None:
    """A column missing, twice, out of order, spelt otherwise, unknown; no header at all."""
    swapped = [[row[1], row[0], *row[2:]] for row in ROWS]
    assert ("header", 1, "JournalLib", "error") in kinds(check_fec(NAME, written(swapped)))
    short = [row[:-1] for row in ROWS]
    assert ("header", 1, "Idevise", "error") in kinds(check_fec(NAME, written(short)))
    twice = [[*HEADER[:-1], "Debit"], *ROWS[1:]]
    assert ("header", 1, "Debit", "error") in kinds(check_fec(NAME, written(twice)))
    spelt = [["JOURNALCODE", *HEADER[1:]], *ROWS[1:]]
    assert kinds(check_fec(NAME, written(spelt))) == {("header", 1, "JournalCode", "remark")}
    more = [[*row, "x"] for row in ROWS]
    assert kinds(check_fec(NAME, written(more))) == {("header", 1, "x", "remark")}
    none = check_fec(NAME, written(ROWS[1:]))
    assert kinds(none) == {("header", 1, None, "error")}
    assert not conforms(check_fec(NAME, b""))
    assert not conforms(check_fec(NAME, written([HEADER])))


def test_a_separator_too_many() -> None:
    """In the header too it is remarked on; in a line alone the line has a field too many."""
    every = [[*row, ""] for row in ROWS]
    assert kinds(check_fec(NAME, written(every))) == {("separator", 1, None, "remark")}
    one = [*ROWS[:2], [*REVENUE, ""], *ROWS[3:]]
    assert kinds(check_fec(NAME, written(one))) == {("line", 3, None, "error")}
    blank = written(ROWS) + b"\r\n"
    assert kinds(check_fec(NAME, blank)) == {("line", 6, None, "error")}


def test_both_sides_or_none_are_remarked_on() -> None:
    """As the tax office's tool does."""
    rows = [list(row) for row in ROWS]
    rows[1][11:13] = ["130,00", "10,00"]
    assert kinds(check_fec(NAME, written(rows))) == {("sides", 2, "Credit", "remark")}
    rows[1:3] = [[*row[:11], "0,00", "0,00", *row[13:]] for row in rows[1:3]]
    assert {one.rule for one in check_fec(NAME, written(rows))} == {"sides"}
