"""Documents: invoices and credit notes, numbered without gaps in their series.

A plan that names a series gets its invoices with its charges and its credit notes with its credits;
any charges can be invoiced by command. The number is the place in the series' own stream, so that
two writers can never take the same one, nor leave one out. A document is never dated before the one
in front of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from ledger.charge import cut, joined
from ledger.draft import Draft
from ledger.events import (
    InvoiceIssued,
    Part,
    TaxAmount,
    TaxTotal,
    plan_stream,
    series_stream,
)
from ledger.intentions import IssueInvoice
from ledger.plan import Plan
from ledger.refusals import ChargeUnknown, InvoicedAlready, NothingToInvoice
from ledger.series import Series
from ledger.tax_base import bases

UNTAXED = TaxTotal(code="none", rate="0", category="O", base_minor=0, tax_minor=0)
_WIDTH = 6


def issue_invoice(command: IssueInvoice, draft: Draft) -> None:
    """Issue an invoice over charges of a plan, by default all that have none.

    Raises PlanUnknown, ChargeUnknown, InvoicedAlready, NothingToInvoice.
    """
    plan = draft.plan(command.plan)
    for name in command.charges:
        if name not in plan.charges:
            raise ChargeUnknown(charge=name, plan=plan.id)
        if name in plan.invoiced:
            raise InvoicedAlready(charge=name, document=plan.invoiced[name])
    charges = command.charges or tuple(name for name in plan.charges if name not in plan.invoiced)
    if not charges:
        raise NothingToInvoice(plan=plan.id)
    invoice(plan.id, command.series, charges, command.on, draft)


def next_document(series: str, draft: Draft) -> str:
    """Return the name that the next document of a series will have."""
    known = draft.find(series_stream(series), Series)
    return f"{series}-{(known.count if known else 0) + 1:0{_WIDTH}d}"


def invoice(plan_id: str, series: str, charges: Iterable[str], on: date, draft: Draft) -> None:
    """Issue an invoice over charges of a plan."""
    plan, names = draft.plan(plan_id), tuple(charges)
    gross_minor = sum(plan.charges[name].amount_minor for name in names)
    taxes: tuple[TaxAmount, ...] = ()
    for name in names:
        taxes = joined(taxes, _taxes(plan, name), 1)
    _issue(plan, series, "invoice", names, gross_minor, taxes, on, draft)


def credit_note(plan_id: str, series: str, parts: Sequence[Part], on: date, draft: Draft) -> None:
    """Issue a credit note over parts of charges; its amounts are what is taken off."""
    taxes: tuple[TaxAmount, ...] = ()
    for part in parts:
        taxes = joined(taxes, part.tax, 1)
    names = tuple(dict.fromkeys(part.charge for part in parts))
    gross_minor = sum(part.amount_minor for part in parts)
    _issue(draft.plan(plan_id), series, "credit_note", names, gross_minor, taxes, on, draft)


def _taxes(plan: Plan, name: str) -> tuple[TaxAmount, ...]:
    """Return the tax inside a charge, as its document holds it: by its place in the document."""
    charge = plan.charges[name]
    document = plan.documents[charge.document]
    before = [
        other.amount_minor
        for other in plan.charges.values()
        if other.document == charge.document and other.order < charge.order
    ]
    low = sum(before)
    return cut(document.tax, low, low + charge.amount_minor, document.amount_minor)


def _issue(
    plan: Plan,
    series: str,
    kind: Literal["invoice", "credit_note"],
    charges: tuple[str, ...],
    gross_minor: int,
    taxes: tuple[TaxAmount, ...],
    on: date,
    draft: Draft,
) -> None:
    known = draft.find(series_stream(series), Series)
    issued = InvoiceIssued(
        **plan.fields,
        series=series,
        number=(known.count if known else 0) + 1,
        document=next_document(series, draft),
        kind=kind,
        issued_on=max(on, known.last_on) if known else on,
        charges=charges,
        gross_minor=gross_minor,
        totals=totals_by_rate(gross_minor, taxes),
    )
    draft.record(series_stream(series), issued.issued_on, issued)
    draft.record(plan_stream(plan.id), issued.issued_on, issued)


def totals_by_rate(gross_minor: int, taxes: Sequence[TaxAmount]) -> tuple[TaxTotal, ...]:
    """Return base and tax by rate (see `tax_base`), and what is untaxed; all are the gross."""
    totals = [
        TaxTotal(
            code=tax.code,
            rate=tax.rate,
            category=tax.category,
            base_minor=base_minor,
            tax_minor=tax.amount_minor,
        )
        for tax, base_minor in zip(taxes, bases(gross_minor, taxes), strict=True)
    ]
    rest_minor = gross_minor - sum(total.base_minor + total.tax_minor for total in totals)
    return (*totals, *([replace(UNTAXED, base_minor=rest_minor)] if rest_minor else []))
