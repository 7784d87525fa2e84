"""`acquit export fec`: a fiscal year under its name, which `acquit check fec` passes."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.fec.letters import letters
from ledger.fec.years import FiscalYear, fiscal_year, year_before
from ledger.simulation import commands
from tests.command_line.conftest import Shell
from tests.exports.fec_reading import (
    SIREN,
    Written,
    balance_of,
    read_back,
    turnovers,
    unmatched,
)
from tests.exports.test_whole_lives import life, with_ids

RESULTS = {"110", "119", "120", "129"}
OPEN_STATES = {"receivable", "doubtful", "disputed"}


@pytest.fixture
def sold(each_shell: Shell) -> Shell:
    """Give a ledger with a year of sales, which are paid until the year after the next."""
    assert each_shell.record(commands(20, 5, date(2025, 1, 1))).status == 0
    return each_shell


def exported(shell: Shell, last: str, *options: str, start: str = "01-01") -> Written:
    """Export a fiscal year by its last day, have it checked by the command, and read it."""
    day = date.fromisoformat(last)
    name = f"{SIREN}FEC{day:%Y%m%d}.txt"
    said = shell.on_ledger("export", "fec", name, *options)
    assert (said.status, said.err) == (0, ""), said.err
    assert shell.run("check", "fec", name).status == 0
    data = (shell.folder / name).read_bytes()
    assert said.out == f"Wrote {len(data.splitlines())} lines to {name}\n"
    return read_back(name, fiscal_year(day, start), data)


def trial_balance(shell: Shell, *options: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Return debit and credit by account, as the report says."""
    said = shell.on_ledger(
        "balances", "--book", "pcg", "--functional", *options, "--format", "json"
    )
    rows: list[dict[str, str]] = said.json()
    return {row["account"]: (Decimal(row["debit"]), Decimal(row["credit"])) for row in rows}


def test_the_totals_of_each_year_are_those_of_the_trial_balance(sold: Shell) -> None:
    """Nothing is found in the files; accounts move in a year, and stand at its end, as reported."""
    for year in (2025, 2026, 2027):
        file = exported(sold, f"{year}-12-31")
        assert file.findings == []
        period = ("--from", f"{year}-01-01", "--as-of", f"{year}-12-31")
        assert turnovers(file.moved) == trial_balance(sold, *period)
        stands = trial_balance(sold, "--as-of", f"{year}-12-31")
        balances = {number: row[0] - row[1] for number, row in stands.items() if number[0] in "45"}
        kept = {number: total for number, total in balances.items() if total}
        lasting = balance_of(file.rows)
        assert {number: lasting[number] for number in lasting if number[0] in "45"} == kept


def test_a_year_begins_where_the_last_one_ended(sold: Shell) -> None:
    """By the files alone: accounts of the balance sheet go on, and the result stands in 120 or 129.

    In the year after, it stands with the results before it, in 110 or 119.
    """
    first, second, third = (exported(sold, f"{year}-12-31") for year in (2025, 2026, 2027))
    assert first.opening == []
    for before, after in ((first, second), (second, third)):
        ended, begun = balance_of(before.rows), balance_of(after.opening)
        assert {number: begun[number] for number in begun.keys() - RESULTS} == {
            number: ended[number] for number in ended if number[0] in "45"
        }
        results = (balance_of(before.moved)[number] for number in ended if number[0] in "67")
        assert begun.get("120", 0) + begun.get("129", 0) == sum(results)
    opened, carried = balance_of(second.opening), balance_of(third.opening)
    assert "110" not in opened
    assert "119" not in opened
    assert carried["110"] == opened["120"]


def test_letters_say_what_was_allocated(sold: Shell) -> None:
    """What is open at the year's end has no letter; all else of customers has one that balances.

    What was open is taken over one by one, so that it has a letter in the year in which it is paid.
    """
    first, second = exported(sold, "2025-12-31"), exported(sold, "2026-12-31")
    for file, as_of in ((first, "2025-12-31"), (second, "2026-12-31")):
        assert unmatched(file.rows) == {}
        aging = sold.on_ledger("aging", "--as-of", as_of, "--format", "json").json()
        open_ones = [row for row in aging["rows"] if row["state"] in OPEN_STATES]
        without = [row for row in file.rows if row["CompteNum"] == "411" and not row["EcritureLet"]]
        by_customer: dict[str, Decimal] = {}
        for row in open_ones:
            before = by_customer.get(row["customer"], Decimal(0))
            by_customer[row["customer"]] = before + Decimal(row["outstanding"])
        assert {row["CompAuxNum"] for row in without} == by_customer.keys()
        for customer, outstanding in by_customer.items():
            own = [row for row in without if row["CompAuxNum"] == customer]
            assert balance_of(own) == {"411": outstanding}
    assert any(row["EcritureLet"] and row["CompteNum"] == "411" for row in second.opening)


def test_a_late_entry_takes_the_next_number(each_shell: Shell) -> None:
    """What was exported keeps its numbers and order when more of the year becomes known."""
    lines = list(commands(10, 5, date(2025, 1, 1)))
    half = len(lines) // 2
    assert each_shell.record(lines[:half]).status == 0
    columns = ("EcritureNum", "EcritureDate", "CompteNum", "Debit", "Credit", "PieceRef")
    early = exported(each_shell, "2025-12-31").rows
    assert each_shell.record(lines).status == 0
    late = {"command": "receive_payment", "id": "late", "on": "2025-03-01", "payment": "late"}
    late |= {"amount": "7.00", "currency": "EUR", "recorded": "2028-01-01T00:00:00Z"}
    assert each_shell.record([late]).status == 0
    rows = exported(each_shell, "2025-12-31").rows
    kept = [[row[column] for column in columns] for row in rows]
    assert kept[: len(early)] == [[row[column] for column in columns] for row in early]
    last = int(rows[-1]["EcritureNum"])
    assert (rows[-1]["PieceRef"], rows[-1]["EcritureDate"], rows[-1]["ValidDate"]) == (
        *("late", "20250301"),
        "20280101",
    )
    assert last == len({row["EcritureNum"] for row in rows})
    before = exported(each_shell, "2025-12-31", "--known-at", "2027-12-31")
    assert "late" not in {row["PieceRef"] for row in before.rows}


@pytest.fixture
def whole(each_shell: Shell) -> Shell:
    """Give a ledger with a life of every kind of event, some in dollars, some at a closing rate."""
    assert each_shell.record(with_ids(life()).encode()).status == 0
    for _ in ("what had no rate", "closing rates"):
        revalued = each_shell.on_ledger("revalue", "--as-of", "2026-07-03", "--book")
        assert revalued.status == 0, revalued.err
    return each_shell


@pytest.mark.parametrize("book", ["pcg", "generic"])
def test_every_event_is_in_the_ledgers_currency(whole: Shell, book: str) -> None:
    """Amounts are in euros; those in dollars stand beside, signed, as the journal has them."""
    file = exported(whole, "2026-12-31", "--book", book)
    assert file.findings == []
    journal = whole.on_ledger("journal", "--book", book, "--format", "json").json()
    dollars = [
        Decimal(leg["amount"])
        for entry in journal
        for leg in entry["postings"]
        if leg["currency"] == "USD" and entry["posted_on"] >= "2026-02-01"
    ]
    beside = [row for row in file.rows if row["Idevise"]]
    assert {row["Idevise"] for row in beside} == {"USD"}
    assert [Decimal(row["Montantdevise"].replace(",", ".")) for row in beside] == dollars
    names = {row["JournalLib"] for row in file.rows}
    assert names == (
        {"Ventes", "Trésorerie", "Opérations diverses"}
        if book == "pcg"
        else {"Sales", "Cash", "General"}
    )


def test_money_without_a_rate_is_refused(each_shell: Shell) -> None:
    """A FEC has one currency: what has no worth in it is named, with what to do."""
    payment = {"command": "receive_payment", "id": "p", "on": "2026-02-01", "payment": "pay"}
    assert each_shell.record([{**payment, "amount": "5", "currency": "JPY"}]).status == 0
    said = each_shell.on_ledger("export", "fec", "-")
    assert (said.status, said.out.count("\n")) == (2, 0)
    assert "amounts in JPY have no worth in EUR by 2026-12-31: record a rate" in said.err


def test_a_fiscal_year_begins_when_the_ledger_says(
    new_shell: Any, sqlite_url: str, tmp_path: Path
) -> None:
    """From July on: the file ends in June, holds those twelve months, and has their name."""
    shell = new_shell(sqlite_url)
    assert shell.on_ledger("init", "--simulated", "--fiscal-year-start", "07-01").status == 0
    assert shell.record(commands(10, 5, date(2025, 1, 1))).status == 0
    file = exported(shell, "2026-06-30", start="07-01")
    assert {row["EcritureDate"] for row in file.opening} == {"20250701"}
    days = sorted(row["EcritureDate"] for row in file.moved)
    assert "20250701" <= days[0] < days[-1] <= "20260630"
    assert file.findings == []
    told = shell.on_ledger("export", "fec", ".", "--siren", SIREN, "--year-end", "2026-06-29")
    assert told.status == 2
    assert "no last day of a fiscal year of this ledger: 2026-06-30 is" in told.err
    folder = shell.on_ledger("export", "fec", ".", "--siren", SIREN, "--year-end", "2026-06-30")
    assert folder.out.endswith(f"{SIREN}FEC20260630.txt\n")
    assert (tmp_path / f"{SIREN}FEC20260630.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([".", "--year-end", "2026-12-31"], "say whose file it is, with --siren"),
        ([".", "--siren", "12345678"], "'12345678' is no SIREN: it has 9 digits"),
        (["1234567890FEC20261231.txt"], "'1234567890' is no SIREN"),
        (["123456789FEC20261231.txt", "--siren", "987654321"], "says 123456789 and 2026-12-31"),
        (["123456789FEC20261231.txt", "--year-end", "2025-12-31"], "name the file so"),
        (["-", "--year-end", "soon"], "'soon' is not a day"),
        (["-", "--year-end", "2001-12-31"], "nothing was posted in the fiscal year"),
        (["-", "--book", "ifrs"], "there is no book 'ifrs'"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    shown: Shell, arguments: list[str], said: str
) -> None:
    """Nothing is written where the name, the year or the book cannot be."""
    before = sorted(path.name for path in shown.folder.iterdir())
    told = shown.on_ledger("export", "fec", *arguments)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert said in told.err
    assert sorted(path.name for path in shown.folder.iterdir()) == before


def test_another_name_is_told(shell: Shell) -> None:
    """The file is written as asked, and the name that the law wants is said."""
    payment = {"command": "receive_payment", "id": "p", "on": "2026-02-01", "payment": "pay"}
    assert shell.record([{**payment, "amount": "5", "currency": "EUR"}]).status == 0
    said = shell.on_ledger("export", "fec", "books.txt")
    assert (said.status, said.out) == (0, "Wrote 3 lines to books.txt\n")
    assert said.err == "The law wants it named SirenFEC20261231.txt\n"
    piped = shell.on_ledger("export", "fec", "-")
    assert piped.out == (shell.folder / "books.txt").read_text(encoding="utf-8")
    assert json.dumps(piped.err) == '""'


def test_letters_and_years() -> None:
    """Letters go on after Z as bookkeepers write them; years stay within the calendar."""
    assert [letters(number) for number in (1, 26, 27, 52, 702, 703)] == [
        *("A", "Z", "AA", "AZ", "ZZ", "AAA")
    ]
    assert fiscal_year(date(2026, 6, 30), "07-01") == FiscalYear(
        date(2025, 7, 1), date(2026, 6, 30)
    )
    leap = fiscal_year(date(2024, 2, 29), "03-01")
    assert leap == FiscalYear(date(2023, 3, 1), date(2024, 2, 29))
    assert fiscal_year(date.max, "07-01").last == date.max
    start = fiscal_year(date.min, "07-01")
    assert (start.first, year_before(start, "07-01")) == (date.min, None)
