"""Invoices and credit notes: numbered without gaps in their series, with totals by rate."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.events import InvoiceIssued, TaxAmount
from ledger.invoicing import totals_by_rate
from ledger.store.log import read_stream

if TYPE_CHECKING:
    from bootstrap import Acquit
    from tests.domain.conftest import Life

TAX = [{"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}]
MONTHLY = {"kind": "equal", "first_due": "2026-01-31", "every": "1 month"}


def agree(life: Life, plan: str = "P", **terms: Any) -> None:
    """Agree a plan of 48.00 in two months that names a series."""
    schedule = {**MONTHLY, "total": "48.00", "instalments": 2}
    given_terms = {"tax": TAX, "series": "INV", **terms}
    life.do("open_plan", "2026-01-01", plan=plan, schedule=schedule, **given_terms)


def issued(life: Life) -> list[InvoiceIssued]:
    """Return the documents of the series in order."""
    found = [event for event in life.events if event.originator_id == "series:INV"]
    return [event.fact for event in found if isinstance(event.fact, InvoiceIssued)]


def test_charges_and_credits_get_documents(life: Life) -> None:
    """Each instalment has its invoice, a credit its note; charges carry their document."""
    agree(life)
    life.do("charge_due", "2026-02-28")
    life.do("credit", "2026-03-05", amount="12.00")
    documents = issued(life)
    assert [(one.document, one.kind, one.gross_minor) for one in documents] == [
        ("INV-000001", "invoice", 2400),
        ("INV-000002", "invoice", 2400),
        ("INV-000003", "credit_note", 1200),
    ]
    assert [(t.base_minor, t.tax_minor) for one in documents for t in one.totals] == [
        (2000, 400),
        (2000, 400),
        (1000, 200),
    ]
    charged = [event.fact for event in life.events if event.fact.TOPIC == "InstalmentCharged"]
    assert [fact.document for fact in charged] == ["INV-000001", "INV-000002"]  # type: ignore[attr-defined] # charges
    life.check()


def test_one_document_bills_a_plan_up_front(life: Life) -> None:
    """A plan billed up front has one invoice over all its instalments."""
    agree(life, billing="upfront")
    (document,) = issued(life)
    assert (document.charges, document.gross_minor) == (("P/1", "P/2"), 4800)
    billed = next(event for event in life.events if event.fact.TOPIC == "PlanBilled")
    assert life.entry(billed).document == "INV-000001"  # type: ignore[union-attr] # it posts


def test_documents_are_never_dated_backwards(life: Life) -> None:
    """A charge recorded late gets the next number, dated no earlier than the one before it."""
    agree(life, "P")
    agree(life, "Q")
    life.do("charge_due", "2026-02-28", plan="P")
    life.do("charge_due", "2026-01-31", plan="Q")
    days = [one.issued_on for one in issued(life)]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28)]


def test_charges_are_invoiced_by_command_once(life: Life) -> None:
    """A plan without a series is invoiced by command: what has no invoice yet, or what is named."""
    agree(life, series="")
    life.do("charge_due", "2026-02-28")
    life.do("issue_invoice", "2026-03-01", charges=["P/2"])
    life.do("issue_invoice", "2026-03-02")
    assert [one.charges for one in issued(life)] == [("P/2",), ("P/1",)]


taxes = st.lists(
    st.tuples(st.sampled_from(["2.1", "5.5", "10", "20"]), st.integers(1, 10**6)),
    min_size=1,
    max_size=4,
    unique_by=lambda pair: pair[0],
)


@given(taxes, st.integers(0, 10**7))
def test_totals_add_up(found: list[tuple[str, int]], net: int) -> None:
    """Bases and taxes of all rates are the gross amount, to the cent."""
    amounts = [
        TaxAmount(code=rate, rate=rate, category="S", due="receipt", amount_minor=tax)
        for rate, tax in found
    ]
    gross = net + sum(tax for _, tax in found)
    totals = totals_by_rate(gross, amounts)
    assert sum(total.base_minor + total.tax_minor for total in totals) == gross


def test_untaxed_part_stands_apart() -> None:
    """What carries no tax swells no base: it is a total of its own."""
    tax = TaxAmount(code="fr", rate="20", category="S", due="receipt", amount_minor=2000)
    totals = totals_by_rate(22000, [tax])
    assert [(found.code, found.base_minor, found.tax_minor) for found in totals] == [
        ("fr", 10000, 2000),
        ("none", 10000, 0),
    ]


def test_writers_at_once_leave_no_gap(acquit: Acquit) -> None:
    """Plans charged at the same time from several threads share a series without gap or double."""
    plans = [f"P{number}" for number in range(8)]
    schedule = {**MONTHLY, "total": "48.00", "instalments": 2}
    for plan in plans:
        line = {"command": "open_plan", "id": f"o{plan}", "on": "2026-01-01", "plan": plan}
        line |= {"customer": "C", "currency": "EUR"}
        more: dict[str, Any] = {"schedule": schedule, "tax": TAX, "series": "INV"}
        assert acquit.application.execute({**line, **more}).refusal is None

    def charge(plan: str) -> None:
        line = {"command": "charge_due", "id": f"c{plan}", "on": "2026-02-28", "plan": plan}
        assert acquit.application.execute(line).refusal is None

    threads = [threading.Thread(target=charge, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acquit.database.reading() as connection:
        facts = [event.fact for event in read_stream(connection, "series:INV")]
    numbers = [fact.number for fact in facts if isinstance(fact, InvoiceIssued)]
    assert numbers == list(range(1, 17))
