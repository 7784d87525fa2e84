"""Every real input, exported: three foreign programs accept it, and notice a cent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from cli import main
from ledger.books.accounts import packaged_books

ROOT = Path(__file__).parent.parent.parent
INPUTS = {
    "ibm": "ar/ibm_accounts_receivable.csv",
    "highradius": "ar/highradius_open_invoices.csv",
    "homecredit": "instalments/homecredit_installments_payments.csv",
    "lendingclub": "instalments/lendingclub_openintro.csv",
    "online_retail": "retail/online_retail_2010-12_2011-01.csv.gz",
}
POSTING = re.compile(r" +[A-Z][a-z]+:\S+  (?:[A-Z]{3} )?(-?[0-9]+\.[0-9]+)")
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}


def programs(beancount: Path, journal: Path) -> dict[str, list[str]]:
    """Return the command lines that check the two exports; a missing program is left out."""
    bean_check = Path(sys.executable).parent / "bean-check"
    found = {"bean-check": [str(bean_check), str(beancount)]}
    if shutil.which("hledger"):
        found["hledger"] = ["hledger", "-f", str(journal), "check", "--strict", "ordereddates"]
    if shutil.which("ledger"):
        found["ledger"] = ["ledger", "--pedantic", "-f", str(journal), "bal"]
    return found


def accepted(command: list[str]) -> bool:
    """Tell whether a program accepts its file."""
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=False)
    return done.returncode == 0


def changed_by_a_cent(path: Path, to: Path) -> Path:
    """Copy an export with the first posting past its middle changed by one minor unit."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    index, found = next(
        (i, match) for i in range(len(lines) // 2, len(lines)) if (match := POSTING.match(lines[i]))
    )
    step = Decimal(1).scaleb(-len(found[1].partition(".")[2]))
    start, end = found.span(1)
    lines[index] = lines[index][:start] + str(Decimal(found[1]) + step) + lines[index][end:]
    to.write_text("".join(lines), encoding="utf-8")
    return to


@pytest.mark.parametrize("name", INPUTS)
def test_foreign_programs_accept_the_books(name: str, shared: Path, tmp_path: Path) -> None:
    """Every program accepts each book of what was imported, and none a cent's change."""
    ledger = ["--ledger", f"sqlite:///{tmp_path}/ledger.db"]
    findings = str(tmp_path / "findings.csv")
    source = shared / "data" / INPUTS[name]
    map_path = str(ROOT / "examples" / "imports" / f"{name}.toml")
    assert main(["init", "--simulated", *ledger]) == 0
    done = main(["import", "--map", map_path, str(source), "--findings", findings, *ledger])
    assert done in {0, 1}
    assert main(["check", *ledger]) == 0
    for book in packaged_books():
        assert_accepted(book, ledger, tmp_path)


def assert_accepted(book: str, ledger: list[str], folder: Path) -> None:
    """Export a book; every program accepts it and refuses it with one cent changed."""
    beancount, journal = folder / f"{book}.beancount", folder / f"{book}.journal"
    assert main(["export", "beancount", str(beancount), "--book", book, *ledger]) == 0
    assert main(["export", "hledger", str(journal), "--book", book, *ledger]) == 0
    assert "balance" in beancount.read_text(encoding="utf-8")
    forged = programs(
        changed_by_a_cent(beancount, folder / f"{book}-forged.beancount"),
        changed_by_a_cent(journal, folder / f"{book}-forged.journal"),
    )
    for program, command in programs(beancount, journal).items():
        assert accepted(command), f"{program}, {book}"
        assert not accepted(forged[program]), f"{program} accepted a cent too much in {book}"
