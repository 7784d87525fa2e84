"""The plain-text exports, judged by the three programs that they are for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from beancount import loader
from beancount.core import data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.books.accounts import Account, Chart, ChartError, chart_of, packaged_chart
from ledger.terms.money import amount_text
from projections.exports import beancount, hledger
from projections.exports.account_names import account_name
from projections.exports.plain_text import ExportError, one_line
from projections.rows import EntryRow, PostingRow

CHART = chart_of(packaged_chart("generic"))
CURRENCIES = {"EUR": 2, "JPY": 0, "BHD": 3, "UYW": 4}
FIRST_MOMENT_US = int(datetime(2026, 1, 15, 9, 30, tzinfo=UTC).timestamp()) * 1_000_000


@dataclass(frozen=True)
class Program:
    """A program that judges a file; `posting` and `assertion` match the lines with amounts."""

    name: str
    lines: Callable[[Chart, Iterable[EntryRow], str, Mapping[str, int]], Iterator[str]]
    arguments: tuple[str, ...]
    posting: str
    assertion: str

    def refusal(self, text: str, folder: Path) -> str:
        """Return what the program says against the file, or nothing if it accepts it."""
        file = folder / f"journal.{self.name}"
        file.write_text(text, encoding="utf-8")
        beside_python = Path(sys.executable).parent / self.name
        program = str(beside_python) if beside_python.exists() else shutil.which(self.name)
        if program is None:
            pytest.skip(f"{self.name} is not installed")
        command = [program, *(str(file) if part == "FILE" else part for part in self.arguments)]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        run = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        return (run.stderr or f"exit {run.returncode}") if run.returncode else ""


NUMBER = r"-?\d+(?:\.\d+)?"
BEAN_CHECK = Program(
    "bean-check",
    beancount.lines,
    ("--no-cache", "FILE"),
    rf"  [A-Z]\w+:\S+  {NUMBER} [A-Z]+",
    r"\S+ balance .*",
)
HLEDGER = Program(
    "hledger",
    hledger.lines,
    ("-f", "FILE", "check", "--strict", "ordereddates"),
    rf"    [A-Z]\w+:\S+  [A-Z]+ {NUMBER}",
    rf"    [A-Z]\w+:\S+  .* = [A-Z]+ {NUMBER}",
)
LEDGER = replace(HLEDGER, name="ledger", arguments=("--pedantic", "-f", "FILE", "bal"))
PROGRAMS = (BEAN_CHECK, HLEDGER, LEDGER)
every_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
slow = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def entry(
    position: int,
    posted_on: str,
    amount_minor: int,
    currency: str = "EUR",
    *,
    debit: str = "receivable",
    credit: str = "revenue",
    effective_on: str | None = None,
    text: str | None = None,
) -> EntryRow:
    """Return a balanced entry of two legs; `text` goes wherever a text can go."""
    legs = ((debit, amount_minor), (credit, -amount_minor))
    return EntryRow(
        position=position,
        book="generic",
        posted_on=date.fromisoformat(posted_on),
        effective_on=date.fromisoformat(effective_on or posted_on),
        recorded_at_us=FIRST_MOMENT_US + position,
        event=text or "InstalmentCharged",
        stream=text or "plan:P-1",
        journal=text or "sales",
        document=text,
        narration=text or "Instalment charged",
        postings=tuple(leg(role, amount, currency, text) for role, amount in legs),
    )


def leg(role: str, amount_minor: int, currency: str, text: str | None) -> PostingRow:
    return PostingRow(
        account=CHART.by_role[role].account,
        role=role,
        currency=currency,
        exponent=CURRENCIES[currency],
        amount_minor=amount_minor,
        customer=text or "C-1",
        plan=text or "P-1",
        charge=text or "P-1/1",
    )


def export(program: Program, entries: Iterable[EntryRow], title: str = "Acquit") -> str:
    return "\n".join(program.lines(CHART, entries, title, CURRENCIES)) + "\n"


def places(program: Program, kind: str, text: str) -> list[int]:
    """Return the indices of the lines that hold a posting or an assertion."""
    pattern = re.compile(getattr(program, kind))
    return [index for index, line in enumerate(text.split("\n")) if pattern.fullmatch(line)]


def with_one_more(text: str, *indices: int, by: int = 1) -> str:
    """Return the text with the last amount of each of these lines larger by `by` minor units."""
    lines = text.split("\n")
    for index in indices:
        found = list(re.finditer(NUMBER, lines[index]))[-1]
        exponent = len(found[0].partition(".")[2])
        changed = amount_text(int(found[0].replace(".", "")) + by, exponent)
        lines[index] = lines[index][: found.start()] + changed + lines[index][found.end() :]
        by = -by
    return "\n".join(lines)


# The year changes, months are left out, dates differ, balances return to zero and below it.
SAMPLE = [
    entry(1, "2025-11-15", 2000),
    entry(2, "2025-11-30", 2000, debit="clearing", credit="receivable"),
    entry(3, "2025-12-31", 5, "JPY", effective_on="2025-10-02"),
    entry(4, "2026-01-01", 1_234, "BHD", effective_on="2025-12-31"),
    entry(5, "2026-01-01", 10_001, "UYW"),
    entry(6, "2026-06-30", 1, debit="deferred_revenue", credit="receivable"),
    entry(7, "2028-02-29", 999_999_999_999_999),
    entry(8, "2028-02-29", -7, "JPY"),
]

NASTY = [
    "plain",
    '"quoted" \\ back\\',
    '\\"',
    '"\n2026-01-01 open Assets:Injected\n',
    "\n\n2026-01-01 injected\n    Assets:Injected  EUR 1.00\n    Income:Injected\n",
    "\r\ninclude /dev/zero\r",
    "a;b  ; date:2020-01-01",
    "a, date:2020-01-01, date2:2020-01-02",
    "[2020-01-01] [=2020-01-02] [99] [2020-99-99" + "9" * 280,
    ":one:two: Payee:: (1/0)",
    "* (code) ! | payee = @ {1} ~ #tag ^link",
    "(code",
    "\u2028line\u2029paragraph\x85next\x0bvertical\x0cfeed\x00nul\x1aend\ttab",
    "\ud800 alone",
    "5 % of 100%25 %zz %",
    "Prélèvement à échéance : 20 € 🙂 👩‍💻 \u202eright to left",
    "\u00a0no-break\u00a0",
    "x" * 5000,
    "\U0001f642" * 5000,
    "\U000e0001" * 5000,
    "  edges  ",
    " ",
]


@every_program
def test_accepts(program: Program, tmp_path: Path) -> None:
    """All three programs accept several months, years and currencies, and second dates."""
    assert program.refusal(export(program, SAMPLE), tmp_path) == ""


@every_program
def test_accepts_an_empty_journal(program: Program, tmp_path: Path) -> None:
    """A journal without entries is a file that the programs accept."""
    assert program.refusal(export(program, []), tmp_path) == ""


@every_program
@pytest.mark.parametrize("kind", ["posting", "assertion"])
@pytest.mark.parametrize("by", [1, -1])
def test_one_minor_unit(program: Program, kind: str, by: int, tmp_path: Path) -> None:
    """One minor unit more or less in any posting or assertion, in any currency, is found."""
    text = export(program, SAMPLE)
    found = places(program, kind, text)
    assert len(found) == (2 * len(SAMPLE) if kind == "posting" else 3 + 5 + 9 + 10 + 10)
    for index in found:
        line = text.split("\n")[index]
        assert "alance" in program.refusal(with_one_more(text, index, by=by), tmp_path), line


@every_program
def test_one_minor_unit_moved(program: Program, tmp_path: Path) -> None:
    """A change that leaves an entry balanced breaks the assertions at the end of its month."""
    text = export(program, SAMPLE)
    postings = places(program, "posting", text)
    for debit, credit in zip(postings[::2], postings[1::2], strict=True):
        assert "alance" in program.refusal(with_one_more(text, debit, credit), tmp_path)


@every_program
@slow
@given(st.data())
def test_any_journal(program: Program, tmp_path: Path, data: st.DataObject) -> None:
    """Any journal is accepted; with any of its amounts off by one minor unit it is refused."""
    entries = data.draw(journals())
    text = export(program, entries)
    assert program.refusal(text, tmp_path) == ""
    for kind in ("posting", "assertion"):
        index = data.draw(st.sampled_from(places(program, kind, text)))
        assert "alance" in program.refusal(with_one_more(text, index), tmp_path)


@st.composite
def journals(draw: st.DrawFn) -> list[EntryRow]:
    """Draw entries in order, of up to four years, with all currencies and any texts."""
    days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
    roles = st.sampled_from(sorted(CHART.by_role))
    return [
        entry(
            position,
            str(day),
            draw(st.integers(-(10**15) + 1, 10**15 - 1)),
            draw(st.sampled_from(sorted(CURRENCIES))),
            debit=draw(roles),
            credit=draw(roles),
            effective_on=str(draw(st.just(day) | days)),
            text=draw(st.none() | st.text()),
        )
        for position, day in enumerate(sorted(draw(st.lists(days, min_size=1, max_size=20))))
    ]


@every_program
def test_nasty_texts(program: Program, tmp_path: Path) -> None:
    """No text, wherever it stands, can break the file or add a directive to it."""
    entries = [entry(n, "2026-01-15", 100, text=text) for n, text in enumerate(NASTY)]
    for title in (NASTY[3], NASTY[4]):
        assert program.refusal(export(program, entries, title), tmp_path) == ""


def test_nasty_texts_read_by_beancount(tmp_path: Path) -> None:
    """Beancount reads every text back, percent-encoded at most, and nothing else."""
    entries = [entry(n, "2026-01-15", 100, text=text) for n, text in enumerate(NASTY)]
    file = tmp_path / "journal.beancount"
    file.write_text(export(BEAN_CHECK, entries), encoding="utf-8")
    directives, errors, _ = loader.load_file(str(file))
    assert errors == []
    transactions = [item for item in directives if isinstance(item, data.Transaction)]
    assert sum(isinstance(item, data.Open) for item in directives) == len(CHART.accounts)
    for transaction, text in zip(transactions, NASTY, strict=True):
        meta = transaction.postings[0].meta or {}
        texts = [transaction.narration, transaction.meta["stream"], meta["customer"]]
        assert [unquote(str(read), errors="surrogatepass") for read in texts] == [text] * 3


def read_by_hledger(text: str, folder: Path) -> list[dict[str, object]]:
    """Return the transactions as hledger prints them in JSON, those of assertions left out."""
    assert HLEDGER.refusal(text, folder) == ""
    command = ["hledger", "-f", str(folder / "journal.hledger"), "print", "-O", "json"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    run = subprocess.run(command, check=True, capture_output=True, env=environment)
    return [item for item in json.loads(run.stdout) if item["tcode"]]


def test_nasty_texts_read_by_hledger(tmp_path: Path) -> None:
    """The tags that hledger reads are those written, each with its first 300 characters."""
    entries = [entry(n, "2026-01-15", 100, text=text) for n, text in enumerate(NASTY)]
    for item, text in zip(read_by_hledger(export(HLEDGER, entries), tmp_path), NASTY, strict=True):
        tags = dict(item["ttags"])  # type: ignore[call-overload]
        assert list(tags) == ["position", "recorded_at", "event", "stream", "journal", "document"]
        assert item["tdate2"] is None
        expected = text if len(text) <= 300 else text[:300] + "…"
        assert unquote(tags["stream"], errors="surrogatepass") == expected.strip(" ")


def test_second_dates(tmp_path: Path) -> None:
    """The hledger file carries effective_on as the second date where it differs from posted_on."""
    found = read_by_hledger(export(HLEDGER, SAMPLE), tmp_path)
    assert [item["tdate2"] for item in found][:5] == [None, None, "2025-10-02", "2025-12-31", None]


def test_beancount_dates_and_marks() -> None:
    """A Beancount entry carries its dates, its event and its parties as metadata."""
    text = export(BEAN_CHECK, [entry(4, "2026-01-01", 1_234, "BHD", effective_on="2025-12-31")])
    assert text.split("\n\n")[2:] == [
        """\
2026-01-01 * "Instalment charged"
  position: 4
  effective_on: 2025-12-31
  recorded_at: "2026-01-15T09:30:00.000004Z"
  event: "InstalmentCharged"
  stream: "plan:P-1"
  journal: "sales"
  Assets:1200-Instalments-Receivable  1.234 BHD
    customer: "C-1"
    plan: "P-1"
    charge: "P-1/1"
  Income:4000-Revenue  -1.234 BHD
    customer: "C-1"
    plan: "P-1"
    charge: "P-1/1\"""",
        """\
2026-02-01 balance Assets:1200-Instalments-Receivable  1.234 BHD
2026-02-01 balance Income:4000-Revenue  -1.234 BHD
""",
    ]


def test_assertion_days() -> None:
    """Months without entries have no assertions; those of a month stand after its last entry."""
    text = export(HLEDGER, SAMPLE)
    days = re.findall(r"^(\S+) Balances", text, re.MULTILINE)
    assert days == ["2025-11-30", "2025-12-31", "2026-01-31", "2026-06-30", "2028-02-29"]
    text = export(BEAN_CHECK, SAMPLE)
    days = sorted(set(re.findall(r"^(\S+) balance", text, re.MULTILINE)))
    assert days == ["2025-12-01", "2026-01-01", "2026-02-01", "2026-07-01", "2028-03-01"]


@every_program
def test_exponents_differ(program: Program, tmp_path: Path) -> None:
    """Plans that froze different decimals of one currency share the larger number of them."""
    older = entry(1, "2026-01-01", 25)
    legs = tuple(replace(posting, exponent=0) for posting in older.postings)
    text = export(program, [replace(older, postings=legs), entry(2, "2026-01-02", 25)])
    assert "25.00" in text
    assert "25.25" in text
    assert program.refusal(text, tmp_path) == ""


@every_program
def test_renumbered_account(program: Program, tmp_path: Path) -> None:
    """An account of an earlier chart is declared where it first occurs, and named by its role."""
    older = entry(1, "2026-01-01", 25)
    legs = (replace(older.postings[0], account="411"), older.postings[1])
    text = export(program, [replace(older, postings=legs), SAMPLE[6]])
    assert text.count("Assets:411-Instalments-Receivable") == 4
    assert program.refusal(text, tmp_path) == ""


@every_program
def test_accents(program: Program, tmp_path: Path) -> None:
    """A chart with accents, ligatures and other scripts gives names that the programs accept."""
    names = {"411": "Créances - cœur d'activité (échéances)", "4.1b": "Αγορές", "é": "à l'état"}
    accounts = tuple(Account(number, number, name, "asset") for number, name in names.items())
    assert [account_name(account) for account in accounts] == [
        "Assets:411-Creances-Coeur-D-Activite-Echeances",
        "Assets:4-1b",
        "Assets:E-A-L-Etat",
    ]
    sample = entry(1, "2026-01-01", 25)
    legs = tuple(
        replace(posting, account=account.account, role=account.role)
        for posting, account in zip(sample.postings, accounts[1:], strict=True)
    )
    chart = replace(CHART, accounts=accounts)
    written = program.lines(chart, [replace(sample, postings=legs)], "Été", CURRENCIES)
    assert program.refusal("\n".join(written) + "\n", tmp_path) == ""


@every_program
def test_refusals(program: Program) -> None:
    """Entries out of order, finer amounts and accounts that nothing names are refused."""
    with pytest.raises(ExportError, match="position 1 is of 2025-11-15, after one of 2025-11-30"):
        export(program, [SAMPLE[1], SAMPLE[0]])
    with pytest.raises(ExportError, match="position 4 has an amount in BHD with 3 decimals"):
        list(program.lines(CHART, SAMPLE, "", {"EUR": 2, "JPY": 0, "BHD": 2}))
    with pytest.raises(ChartError, match=r"position 1 posts to '1200' \(receivable\), which"):
        list(program.lines(replace(CHART, accounts=()), SAMPLE, "", CURRENCIES))
    twins = tuple(Account(number, number, "x", "asset") for number in ("4-1", "4.1"))
    with pytest.raises(ChartError, match=r"'4-1' and '4\.1' would both be named Assets:4-1-X"):
        list(program.lines(replace(CHART, accounts=twins), [], "", CURRENCIES))


@every_program
def test_entries_are_not_held(program: Program) -> None:
    """The first entry is written before the second is read, whatever the months."""
    taken: list[int] = []

    def source() -> Iterator[EntryRow]:
        for n in range(100):
            taken.append(n)
            day = date(2026, 1, 1) + timedelta(days=n * 10)
            yield entry(n, str(day), 100, text=f"entry {n}")

    for line in program.lines(CHART, source(), "", CURRENCIES):
        if found := re.search(r"entry (\d+)", line):
            assert len(taken) == int(found[1]) + 1


@given(st.text())
def test_one_line(text: str) -> None:
    """What is percent-encoded is printable, free of special characters, and can be read back."""
    written = one_line(text, ";,[]")
    assert written.isprintable()
    assert not set(written) & set(";,[]")
    assert unquote(written) == text
