"""The file itself: compressed or plain, with or without BOM, lines counted as an editor does."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ledger.imports import ImportMap, load_map, read
from ledger.imports.refusals import ColumnMissing, ColumnTwice, FileUnreadable

MAP = """
kind = "open_item"
cut_off = 2018-06-30
due_day = "last"
[columns]
id = "loan"
amount = "balance"
issued = "issued"
term_months = "term"
[dates]
format = "%Y-%m"
[currency]
code = "USD"
decimals = 2
"""
TEXT = "loan,balance,issued,term\n1,5.00,2018-01,12\n"


@pytest.fixture
def import_map(tmp_path: Path) -> ImportMap:
    path = tmp_path / "map.toml"
    path.write_text(MAP, encoding="utf-8")
    return load_map(path)


def test_compression_and_bom_make_no_difference(tmp_path: Path, import_map: ImportMap) -> None:
    plain, marked, packed = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv.gz"))
    plain.write_text(TEXT, encoding="utf-8")
    marked.write_text(TEXT.replace("\n", "\r\n"), encoding="utf-8-sig")
    packed.write_bytes(gzip.compress(TEXT.encode("utf-8-sig")))
    expected = read(import_map, plain)
    assert expected.rows == 1
    assert read(import_map, marked) == expected
    assert read(import_map, packed) == expected


def test_lines_are_counted_over_blank_ones_and_breaks_in_quotes(
    tmp_path: Path, import_map: ImportMap
) -> None:
    path = tmp_path / "a.csv"
    header, row = TEXT.splitlines()
    path.write_text(f'{header}\n\n"1\n2",5.00,2018-01,12\n\n{row}\n{row}\n', encoding="utf-8")
    imported = read(import_map, path)
    assert imported.rows == 3
    assert [sourced.lines for sourced in imported.commands] == [(3,), (6,)]
    assert [finding.line for finding in imported.findings] == [7]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "its first line is not a header"),
        (b"\n" + TEXT.encode(), "its first line is not a header"),
        (TEXT.encode() + b'2,"5.00,2018-01,12\n', "line 3: unexpected end of data"),
        (TEXT.encode() + b'2,"5"x,2018-01,12\n', "line 3: "),
        (TEXT.encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_csv_is_refused(
    tmp_path: Path, import_map: ImportMap, content: bytes, problem: str
) -> None:
    """A quote that never ends would swallow rows: none is taken."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable, match=problem):
        read(import_map, path)


def test_a_broken_or_absent_file_is_refused(tmp_path: Path, import_map: ImportMap) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode() * 100)[:-20])
    with pytest.raises(FileUnreadable):
        read(import_map, path)
    path.write_bytes(b"no gzip at all")
    with pytest.raises(FileUnreadable):
        read(import_map, path)
    with pytest.raises(FileUnreadable, match="No such file"):
        read(import_map, tmp_path / "absent.csv")


def test_the_header_has_the_columns_of_the_map_once(tmp_path: Path, import_map: ImportMap) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT.replace("term", "months"), encoding="utf-8")
    with pytest.raises(ColumnMissing, match=r"no column 'term'.*'columns.term_months'"):
        read(import_map, path)
    path.write_text(TEXT.replace("\n", ",loan\n", 1), encoding="utf-8")
    with pytest.raises(ColumnTwice, match="'loan' more than once"):
        read(import_map, path)
