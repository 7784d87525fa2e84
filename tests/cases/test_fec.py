"""Family `fec`: files that conform to LPF A47 A-1 or do not, and two real ones.

A verdict is a sentence: what the statute says, what the tax office's own tool does, what our export
must never do. `wanted` reads it; no case is known by name.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ledger.fec.columns import parse_name
from ledger.fec.reading import read_text
from projections.exports.fec_check import check_fec, conforms

FAMILY = "fec"
PASSES, FOUND, FAILS = "conforms", "something is found", "does not conform"
GOOD = ("conform", "valid", "pass")
AGAINST_THE_LAW = (
    *("refuse", "error", "reject", "unbalanced", "requires", "forbid"),
    *("not conform", "invalid", "fail", "missing"),
)
SAID_OF = {
    "comma expected": "amount",
    "field count": "line",
    "unbalanced": "balance",
    "idem_debcre": "balance",
    "idem_codejrnal": "number",
    "idem_datecpt": "number",
    "tab or |": "separator",
    "aaaammjj": "date",
}
"""Words of a verdict, and the rule under which we find what they speak of."""


def wanted(verdict: str) -> str:
    """Return what a verdict asks of a strict reader."""
    said = verdict.lower()
    if said.startswith(GOOD):
        return PASSES
    if said.startswith("accepted"):
        return wanted(said.partition(" but ")[2]) if " but " in said else PASSES
    if any(word in said for word in AGAINST_THE_LAW):
        return FAILS
    return FOUND


def content_of(given: Mapping[str, Any]) -> bytes:
    """Return the bytes of a case's file."""
    if "content_base64" in given:
        return base64.b64decode(given["content_base64"])
    return str(given["content"]).encode(given.get("encoding", "utf-8"))


def test_case(case: Mapping[str, Any]) -> None:
    """The verdict is the published one, and what it speaks of is what is found."""
    given, verdict = case["input"], case["expected"]["verdict"]
    found = check_fec(given["file_name"], content_of(given))
    want = wanted(verdict)
    assert conforms(found) or want != PASSES, found
    assert not conforms(found) or want != FAILS
    assert found or want == PASSES
    rules = {rule for words, rule in SAID_OF.items() if words in verdict.lower()}
    assert rules <= {one.rule for one in found} or want == PASSES
    if "tool tolerates" in verdict.lower():
        assert all(one.tolerated for one in found)


def real(shared: Path, name: str) -> tuple[str, bytes]:
    """Return a real file's name and bytes."""
    path = shared / "data" / "fec" / name
    if not path.exists():
        pytest.skip(f"{name} is not in {path.parent}: set ACQUIT_SHARED")
    return name, path.read_bytes()


def test_a_file_numbered_by_journal_does_not_conform(shared: Path) -> None:
    """A TAB file of 5,422 lines with a mark of byte order and a SIREN of ten digits.

    Every journal counts from 1, so 413 of its 875 numbers stand in several: each is an error, since
    a number is of one entry in the whole file. Those entries balance, within each journal too.
    """
    name, data = real(shared, "0000000001FEC20220831.txt")
    found = check_fec(name, data)
    errors = Counter((one.rule, one.field) for one in found if one.grade == "error")
    assert errors == {("name", None): 1, ("number", "JournalCode"): 413}
    remarks = {(one.rule, one.field, one.line): one.times for one in found if one.grade != "error"}
    assert remarks["encoding", None, 1] == 1
    assert remarks["letter", "DateLet", 79] == 2035
    assert not conforms(found)


def test_a_padded_file_with_a_column_too_many_conforms_but_for_its_year(shared: Path) -> None:
    """A file of 934 lines parted by |, filled up with blanks, each with an empty 19th cell.

    All that is remarked on and no error. Under the name that it has, that of a year which ended
    before its first entry, it does not conform; under that of its own year it does.
    """
    name, data = real(shared, "111111111FEC20221231.TXT")
    found = check_fec(name, data)
    assert [(one.rule, one.times) for one in found if one.grade == "error"] == [("year", 934)]
    renamed = check_fec("111111111FEC20231231.TXT", data)
    assert conforms(renamed)
    kinds = {(one.rule, one.field) for one in renamed}
    assert {("separator", None), ("padding", "CompAuxNum"), ("header", "Montantdevise")} <= kinds


@pytest.mark.parametrize("name", ["0000000001FEC20220831.txt", "111111111FEC20221231.TXT"])
def test_a_real_file_is_read_whole(shared: Path, name: str) -> None:
    """Each line has all its cells, and both sides come to the same sum."""
    fec = read_text(real(shared, name)[1])
    amounts = [fec.debit_and_credit(line) for line in fec.lines]
    assert all(len(line.cells) == fec.columns for line in fec.lines)
    assert sum(pair[0] - pair[1] for pair in amounts if pair) == 0
    assert None not in amounts
    assert parse_name(name) is not None
