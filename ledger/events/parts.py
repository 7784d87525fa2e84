"""Parts of which events are made: taxes, parts of charges, money that lies somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Carrying = Literal["receivable", "doubtful", "disputed"]
TaxDue = Literal["receipt", "invoice"]
HeldIn = Literal["unapplied", "customer_credit"]
Use = Literal["allocation", "recovery"]
Income = Literal["revenue", "late_fee_income", "interest_income", "opening"]
TaxTreatment = Literal["exempt", "reverse_charge", "charged"]
Reduces = Literal["revenue", "discounts", "deferred_revenue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAmount:
    """Tax of one code inside an amount."""

    code: str
    rate: str
    category: str
    due: TaxDue
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much of one charge an event moves, the account that carries it, and the tax inside."""

    charge: str
    amount_minor: int
    carrying: Carrying
    tax: tuple[TaxAmount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostponedPart:
    """How much leaves a charge (`source`) and becomes another one, carried as it says."""

    source: str
    charge: str
    kind: str
    amount_minor: int
    carrying: Carrying
    tax: tuple[TaxAmount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Money of a payment that pays no charge: where it lies, and for whom (None: not known)."""

    held_in: HeldIn
    customer: str | None
    plan: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPart:
    """One charge of a document: an instalment that it bills, with the tax inside."""

    charge: str
    instalment: int
    due_on: date
    amount_minor: int
    tax: tuple[TaxAmount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueChange:
    """A charge is due on another day than it was."""

    charge: str
    before: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """What a document or a return says of one rate: the base without tax, and the tax."""

    code: str
    rate: str
    category: str
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Money in the currency in which it was paid, and the rate at which it was taken."""

    currency: str
    exponent: int
    amount_minor: int
    rate: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedUse:
    """How much of a disputed payment a plan had used, and since when."""

    plan: str
    amount_minor: int
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionalPart:
    """What an event moves on an account that is followed in both currencies, debit positive.

    `charge` names the charge on accounts that carry charges or their tax; elsewhere it is None.
    """

    role: str
    charge: str | None
    amount_minor: int
    functional_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Functional:
    """An event in the ledger's own currency: the rate of its day, and what it carried before.

    The rate is the functional currency for one unit of the event's. Parts are the accounts whose
    functional amount is followed; all others are valued at the rate, and what does not add up is
    a difference on exchange (ledger/books/functional.py).
    """

    currency: str
    exponent: int
    rate: str
    source: str
    parts: tuple[FunctionalPart, ...] = ()
