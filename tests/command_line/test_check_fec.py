"""`acquit check fec FILE`: a verdict on a file, without any ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.fec.columns import COLUMNS
from tests.command_line.conftest import Shell

NAME = "123456789FEC20261231.txt"
HEADER = "|".join(COLUMNS) + "\n"
DAY = "20260115"
SALE = f"VE|Ventes|1|{DAY}|411000|Clients|C-1|C-1|F-1|{DAY}|Vente|120,00|0,00|||{DAY}||\n"
REVENUE = f"VE|Ventes|1|{DAY}|706000|Services|||F-1|{DAY}|Vente|0,00|120,00|||{DAY}||\n"


@pytest.fixture
def fec_file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes((HEADER + SALE + REVENUE).encode())
    return path


def test_the_command_says_whether_a_file_conforms(shell: Shell, fec_file: Path) -> None:
    """Exit status 0 or 1; JSON lists all; a table lists a few of a kind; no ledger is needed."""
    said = shell.run("check", "fec", str(fec_file), "--ledger", "sqlite:////nowhere/x.db")
    assert (said.status, "conforms: 0 errors" in said.out) == (0, True)
    sale = SALE.replace("120,00", "1.00")
    fec_file.write_bytes((HEADER + sale * 9).encode())
    told = shell.run("check", "fec", str(fec_file))
    assert (told.status, "and 4 more of this kind" in told.out) == (1, True)
    listed = json.loads(shell.run("check", "fec", str(fec_file), "--format", "json").out)
    assert (listed[0]["conforms"], len(listed[0]["findings"])) == (False, 9)


def test_the_command_says_what_it_lacks(shell: Shell) -> None:
    """Without a file, or with one that is not there, it is a sentence; other checks go on."""
    assert "name the file" in shell.run("check", "fec").err
    assert shell.run("check", "fec", "nowhere.txt").status == 2
    assert shell.on_ledger("check", "aging", "debits").status == 0
