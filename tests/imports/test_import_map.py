"""A bad map is refused before a row is read, naming the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.imports import load_map
from ledger.imports.refusals import MapKeyMissing, MapKeyUnknown, MapKeyWrong, MapUnreadable
from ledger.imports.shapes import Column, NumberForm
from ledger.terms.refusals import Refusal

GOOD = """
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


def _refusal(tmp_path: Path, text: str) -> Refusal:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        load_map(path)
    assert str(path) in str(caught.value)
    return caught.value


def test_a_good_map_is_read(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(GOOD, encoding="utf-8")
    import_map = load_map(path)
    assert (import_map.kind, import_map.prefix, import_map.delimiter) == ("open_item", "", ",")
    assert import_map.columns["id"] == Column("loan")
    assert import_map.date_formats == {"issued": "%Y-%m"}
    assert import_map.decimals == {"USD": 2}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('kind = "open_item"', "kind"),
        ("cut_off = 2018-06-30", "cut_off"),
        ('due_day = "last"', "due_day"),
        ('amount = "balance"', "columns.amount"),
        ('format = "%Y-%m"', "dates.format"),
        ('code = "USD"', "currency.code"),
        ("decimals = 2", "currency.decimals"),
    ],
)
def test_a_missing_key_is_named(tmp_path: Path, line: str, key: str) -> None:
    refusal = _refusal(tmp_path, GOOD.replace(line, ""))
    assert isinstance(refusal, MapKeyMissing)
    assert refusal.key == key


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("cut_off =", "epoch = 2018-06-30\ncut_off =", "epoch"),
        ('id = "loan"', 'id = "loan"\nsettled = "x"', "columns.settled"),
        ('id = "loan"', 'id = { column = "loan", suffix = "x" }', "columns.id.suffix"),
        ("format =", 'due = "%d"\nformat =', "dates.due"),
        ("[currency]", "[numbers]\nmark = ','\n[currency]", "numbers.mark"),
        ("decimals = 2", "decimals = 2\nrate = 1", "currency.rate"),
    ],
)
def test_a_key_that_nobody_reads_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    refusal = _refusal(tmp_path, GOOD.replace(old, new))
    assert isinstance(refusal, MapKeyUnknown)
    assert refusal.key == key


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"open_item"', '"open_items"', "kind"),
        ("2018-06-30", '"2018-06-30"', "cut_off"),
        ("2018-06-30", "2018-06-30T00:00:00", "cut_off"),
        ('"last"', '"middle"', "due_day"),
        ("cut_off", "prefix = 7\ncut_off", "prefix"),
        ("cut_off", 'delimiter = "ab"\ncut_off', "delimiter"),
        ("cut_off", 'recorded = "now"\ncut_off', "recorded"),
        ('"loan"', "7", "columns.id"),
        ('"loan"', '""', "columns.id"),
        ('"%Y-%m"', '"YYYY-MM"', "dates.format"),
        ("decimals = 2", "decimals = 9", "currency.decimals"),
        ("decimals = 2", "decimals = true", "currency.decimals"),
        ("[currency]", '[numbers]\nthousands = "."\n[currency]', "numbers.thousands"),
        ("[currency]", '[numbers]\ndecimal = "0"\n[currency]', "numbers.decimal"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    refusal = _refusal(tmp_path, GOOD.replace(old, new))
    assert isinstance(refusal, MapKeyWrong)
    assert refusal.key == key


def test_what_is_no_toml_file_is_refused(tmp_path: Path) -> None:
    assert isinstance(_refusal(tmp_path, "kind = "), MapUnreadable)
    with pytest.raises(MapUnreadable, match="absent"):
        load_map(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1.234,50", "1234.50"),
        ("1234,5", "1234.5"),
        ("-0,001", "-0.001"),
        ("1.5", None),
        ("1.2345", None),
        ("12.34,5", None),
        ("+1", None),
        ("1,", None),
        (",5", None),
        ("1 000", None),
        ("1,2345678", None),
        ("12345678901234", None),
        ("\u0661", None),
        ("NaN", None),
        ("1e3", None),
    ],
)
def test_numbers_have_the_form_of_the_map_or_none(text: str, plain: str | None) -> None:
    """A mark in the wrong place is not read over: 1.5 could be one and a half, or fifteen."""
    assert NumberForm(",", ".").plain(text) == plain
