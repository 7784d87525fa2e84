"""Streams `series:NAME`: invoices and credit notes, numbered without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.events.base import Fact, event
from ledger.events.parts import TaxTotal


@event("InvoiceIssued")
@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Fact):
    """A document was issued for charges of a plan; the number is its place in the series."""

    series: str
    number: int
    document: str
    kind: Literal["invoice", "credit_note"]
    plan: str
    customer: str
    currency: str
    exponent: int
    issued_on: date
    charges: tuple[str, ...]
    gross_minor: int
    totals: tuple[TaxTotal, ...]
