"""`acquit import fec`: what customers owe at the end of a FEC, opened in a ledger."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.fec.columns import COLUMNS, SIGNED_COLUMNS
from ledger.fec.open_items import Opening, open_lines, openings
from ledger.fec.postings import FecPosting
from tests.command_line.conftest import Shell

ZERO = Decimal(0)
NAME = "123456789FEC20261231.txt"
DAY = date(2026, 1, 15)

REAL = [
    ("0000000001FEC20220831.txt", "utf-8-sig", "\t", "411000", "2022-08-31", "-79.13"),
    ("111111111FEC20221231.TXT", "iso8859-15", "|", "41100000", "2023-07-31", "-56.03"),
]


def counted(path: Path, encoding: str, separator: str) -> list[dict[str, str]]:
    """Read a file with nothing of ours: cells without blanks, by the names of the statute."""
    lines = path.read_text(encoding).splitlines()[1:]
    return [
        dict(zip(COLUMNS, (cell.strip() for cell in line.split(separator)), strict=False))
        for line in lines
    ]


def worth(row: dict[str, str]) -> Decimal:
    """Return debit less credit."""
    return Decimal(row["Debit"].replace(",", ".")) - Decimal(row["Credit"].replace(",", "."))


@pytest.mark.parametrize("real", REAL, ids=lambda real: real[0])
def test_a_real_file_opens_what_customers_owe(
    each_shell: Shell, shared: Path, real: tuple[str, ...]
) -> None:
    """Two published files, with all their traps: totals are theirs, customer by customer.

    One has a mark of byte order, a SIREN of ten digits, numbers that stand in nine journals and
    letters without dates; one is filled up with blanks, has a column too many, documents of one
    name, and entries after the day in its name. Each has one customer who is owed something: that
    is listed, and what is taken and what is listed come to what the account stands at.
    """
    name, encoding, separator, account, on, owed = real
    path = shared / "data" / "fec" / name
    if not path.exists():
        pytest.skip(f"{name} is not in {path.parent}: set ACQUIT_SHARED")
    lines = counted(path, encoding, separator)
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    customers: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in lines:
        balances[row["CompteNum"]] += worth(row)
        if row["CompteNum"] == account:
            customers[row["CompAuxNum"]] += worth(row)
    told = each_shell.on_ledger("import", "fec", str(path), "--format", "json")
    summary = told.json()
    assert (told.status, summary["on"], summary["sum_not_taken"]) == (1, on, owed)
    assert {row["account"]: Decimal(row["balance"]) for row in summary["accounts"]} == balances
    assert sum(Decimal(row["debit"]) for row in summary["accounts"]) == sum(
        Decimal(row["Debit"].replace(",", ".")) for row in lines
    )
    taken = {row["account"]: Decimal(row["taken"]) for row in summary["accounts"]}
    assert {number for number, amount in taken.items() if amount} == {account}
    assert taken[account] + Decimal(owed) == balances[account]
    options = ("--as-of", on, "--by", "customer", "--format", "json")
    aging = each_shell.on_ledger("aging", *options).json()
    opened: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in aging["rows"]:
        opened[row["customer"]] += Decimal(row["outstanding"])
    assert opened == {who: amount for who, amount in customers.items() if amount > 0}
    assert [row["total"] for row in aging["totals"]] == [str(taken[account])]
    again = each_shell.on_ledger("import", "fec", str(path), "--format", "json").json()
    assert (again["commands_accepted"], again["sum_taken"]) == (0, summary["sum_taken"])
    assert each_shell.on_ledger("check").status == 0


def made(rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    """Write a file; what a row does not say stands as in an invoice of 120.00 to C-1."""
    usual = {"JournalCode": "VE", "JournalLib": "Ventes", "EcritureNum": "1", "CompteNum": "411"}
    usual |= {"EcritureDate": "20260115", "PieceDate": "20260115", "ValidDate": "20260115"}
    usual |= {"CompAuxNum": "C-1", "PieceRef": "F-1", "EcritureLib": "Vente", "CompteLib": "x"}
    usual |= {"Debit": "120,00", "Credit": "0,00"}
    lines = ["\t".join((usual | row).get(column, "") for column in columns) for row in rows]
    return "\n".join(["\t".join(columns), *lines, ""])


INVOICE: dict[str, str] = {}
SALE = {"CompteNum": "706", "CompAuxNum": "", "Debit": "0,00", "Credit": "120,00"}


def imported(shell: Shell, content: str, *options: str, name: str = NAME) -> Any:
    """Import a file and return what was said."""
    (shell.folder / name).write_text(content, encoding="utf-8")
    return shell.on_ledger("import", "fec", name, *options)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"Debit": "120.00"}, SALE], "line 2, column Debit: '120.00' is not an amount"),
        ([INVOICE, SALE | {"Credit": "1 20"}], "line 3, column Credit: '1 20' is not an amount"),
        ([INVOICE, SALE | {"PieceDate": "soon"}], "line 3, column PieceDate: 'soon' is no day"),
        ([{"EcritureDate": "20260230"}, SALE], "line 2, column EcritureDate: '20260230' is no"),
        ([{"CompteNum": ""}, SALE], "line 2, column CompteNum: it is empty"),
        ([INVOICE, SALE | {"EcritureNum": ""}], "line 3, column EcritureNum: it is empty"),
        ([INVOICE], "debits come to 120.00, credits to 0.00: it is not whole"),
        ([], "the file holds no entries"),
        ([INVOICE, SALE | {"EcritureLib": "a\tb"}], "line 3: it has 19 fields, the header 18"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(
    shell: Shell, rows: list[dict[str, str]], said: str
) -> None:
    """A file that cannot be read whole is not taken at all: its balances would be doubtful."""
    stored = shell.stored()
    told = imported(shell, made(rows))
    assert (told.status, told.out) == (1, "")
    assert told.err.startswith(f"{NAME}: {said}")
    assert told.err.endswith("Nothing was taken: every balance would be doubtful.\n")
    assert shell.stored() == stored


def test_faults_are_told_together(shell: Shell) -> None:
    """The first ten are said, and how many more there are; a column may be missing altogether."""
    told = imported(shell, made([{"Debit": "x"}] * 12))
    assert told.err.count("column Debit: 'x'") == 10
    assert "and 2 more" in told.err
    columns = tuple(column for column in COLUMNS if column != "Credit")
    told = imported(shell, made([INVOICE], columns))
    assert "line 1, column Credit: the header does not have it" in told.err
    signed = made([{"Montant": "1,00", "Sens": "X"}], SIGNED_COLUMNS)
    assert "line 2, column Sens: 'X' is neither D nor C" in imported(shell, signed).err


def test_payments_pay_what_they_are_lettered_with_and_then_the_oldest(shell: Shell) -> None:
    """What stays open keeps its document and day; documents of one name are told apart."""
    paid = {"Debit": "0,00", "Credit": "120,00", "PieceRef": "P"}
    rows = [
        INVOICE | {"EcritureLet": "A"},
        INVOICE | {"EcritureLet": "A", "Debit": "0,00", "Credit": "120,00"},
        INVOICE | {"PieceRef": "F-2", "PieceDate": "20260301"},
        INVOICE | {"PieceRef": "F-3", "PieceDate": "20260401", "EcritureLet": "B"},
        INVOICE | {"PieceRef": "F-3", "PieceDate": "20260501"},
        INVOICE | {"PieceRef": "F-3", "PieceDate": "20260501"},
        paid | {"EcritureLet": "B", "Credit": "150,00"},
        paid | {"Credit": "100,00"},
        SALE | {"Credit": "230,00"},
    ]
    told = imported(shell, made(rows), "--due-days", "30", "--format", "json")
    assert (told.status, told.json()["sum_taken"]) == (0, "230.00")
    aging = shell.on_ledger("aging", "--as-of", "2026-12-31", "--format", "json").json()
    assert [(row["document"], row["due_on"], row["outstanding"]) for row in aging["rows"]] == [
        ("F-3 (1, line 6)", "2026-05-31", "110.00"),
        ("F-3 (1, line 7)", "2026-05-31", "120.00"),
    ]


def test_what_cannot_be_opened_is_listed(shell: Shell) -> None:
    """Lines without a customer, of a customer who is owed, or after the day are not taken."""
    rows = [
        {"CompAuxNum": ""},
        {"CompAuxNum": "C-2", "Debit": "0,00", "Credit": "20,00"},
        {"CompAuxNum": "C-3", "EcritureDate": "20260701"},
        {"CompAuxNum": "C-4", "Debit": "1,005"},
        INVOICE,
        SALE | {"Credit": "341,005"},
    ]
    told = imported(shell, made(rows), "--on", "2026-06-30", "--format", "json")
    assert told.status == 1
    assert told.json()["sum_taken"] == "120.00"
    with (shell.folder / f"{NAME}.findings.csv").open(encoding="utf-8", newline="") as file:
        listed = [(row["line"], row["amount"], row["reason"]) for row in csv.DictReader(file)]
    assert listed == [
        ("2", "120.00", "column CompAuxNum is empty: it is not said who owes it"),
        (
            *("3", "-20.00"),
            "customer C-2 is owed 20.00: record the payment that it comes from, or its refund",
        ),
        ("4", "120.00", "line 4 is of 2026-07-01, after 2026-06-30"),
        ("5", "1.005", "line 5 has more decimals than EUR has"),
    ]


def test_the_command_finds_its_way(shell: Shell) -> None:
    """`--ledger` may stand before the word; without it the file is rows and wants a map."""
    (shell.folder / NAME).write_text(made([INVOICE, SALE]), encoding="utf-8")
    told = shell.run(
        "import", "--ledger", shell.url, "fec", NAME, "--accounts", "41", "--format=csv"
    )
    assert told.status == 0
    assert told.out.splitlines()[1] == "411,x,120.00,0.00,120.00,120.00"
    table = shell.on_ledger("import", "fec", NAME)
    assert (table.status, "Accounts of the file" in table.out) == (0, True)
    assert "Missing option '--map'" in shell.on_ledger("import", NAME).err
    own = shell.on_ledger("import", "fec", NAME, "--findings", NAME)
    assert "would overwrite the file" in own.err
    exported = shell.on_ledger("export", "fec", "987654321FEC20261231.txt")
    assert exported.status == 0
    again = shell.on_ledger("import", "fec", "987654321FEC20261231.txt", "--prefix", "again-")
    assert "120.00" in again.out


def posting(line: int, amount: int, days: int, letter: str, customer: str = "C") -> FecPosting:
    """Return a line of a customer."""
    value = Decimal(amount).scaleb(-2)
    debit, credit = max(value, ZERO), max(-value, ZERO)
    on = DAY + timedelta(days=days)
    number = str(line)
    return FecPosting(line, "411", "", customer, number, "F", on, on, letter, debit, credit)


@given(
    st.lists(
        st.tuples(
            st.integers(-5000, 5000),
            st.integers(0, 90),
            st.sampled_from(["", "A", "B"]),
            st.sampled_from(["C", "D", ""]),
        ),
        max_size=12,
    )
)
def test_open_items_come_to_the_balance(drawn: list[tuple[int, int, str, str]]) -> None:
    """Of any lines: nothing is open above its line; items come to the balance where it is owed.

    Commands and findings come to what the account stands at.
    """
    lines = [posting(number, *one) for number, one in enumerate(drawn, 2)]
    for customer in ("C", "D", ""):
        own = [one for one in lines if one.customer == customer]
        left = open_lines(own)
        assert all(ZERO < amount <= one.debit for one, amount in left)
        balance = sum((one.amount for one in own), ZERO)
        assert sum((amount for _, amount in left), ZERO) == max(balance, ZERO)
    last = DAY + timedelta(days=90)
    taken = openings(lines, Opening(("411",), last, "EUR", 2, "FEC-"))
    carried = sum((amount for one in taken.commands for _, amount in one.carries), ZERO)
    found = sum((finding.amount for finding in taken.findings), ZERO)
    assert carried + found == taken.total == sum((one.amount for one in lines), ZERO)
    for sourced in taken.commands:
        items = sum(Decimal(item["amount"]) for item in sourced.command["items"])
        assert items == sum(amount for _, amount in sourced.carries)
        assert len({item["document"] for item in sourced.command["items"]}) == len(
            sourced.command["items"]
        )
