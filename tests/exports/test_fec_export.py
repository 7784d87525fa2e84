"""The lines of an exported FEC, whatever texts stand in a ledger."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from ledger.books.accounts import chart_of, packaged_chart
from ledger.fec.names import packaged_names
from ledger.fec.years import FiscalYear
from projections.exports import fec
from projections.exports.fec_target import lawful_name
from tests.exports.fec_reading import read_back

DAY = date(2026, 1, 15)
YEAR = FiscalYear(date(2026, 1, 1), date(2026, 12, 31))
CHART = chart_of(packaged_chart("pcg"))
STYLE = fec.Style(packaged_names(), CHART.journals, fec.Accounts([CHART]), 2, lambda _us: DAY, str)


def leg(account: str, role: str, amount_minor: int, text: str) -> SimpleNamespace:
    """Return a row as the read models give it; `text` goes wherever a text can go."""
    return SimpleNamespace(
        position=7,
        posted_on=DAY,
        effective_on=DAY,
        event="InstalmentCharged",
        recorded_at=0,
        journal="sales",
        document=text,
        narration=text,
        account=account,
        role=role,
        customer=text,
        amount_minor=amount_minor,
        foreign_currency=None,
        closed_at=None,
    )


@given(st.text(min_size=1).filter(lambda text: bool(text.strip())))
def test_no_text_leaves_its_cell(text: str) -> None:
    """Tabs, line ends and blanks do no harm: the file conforms, and the text can be had back."""
    opening = fec.Opening(YEAR.first, DAY, (), 0, 0)
    legs = [leg("411", "receivable", 100, text), leg("706", "revenue", -100, text)]
    lines = list(fec.lines(opening, legs, STYLE))
    data = "\n".join(lines).encode()
    file = read_back(lawful_name("123456789", YEAR), YEAR, data)
    assert file.findings == []
    for row in file.rows:
        for column in ("PieceRef", "EcritureLib", "CompAuxNum"):
            assert unquote(row[column]).strip() == text.strip()
