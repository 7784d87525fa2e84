"""Parts of which events are made: taxes, parts of charges, money that lies somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Carrying = Literal["receivable", "doubtful", "disputed"]
TaxDue = Literal["receipt", "invoice"]
HeldIn = Literal["unapplied", "customer_credit"]
Use = Literal["allocation", "recovery"]
Income = Literal["revenue", "late_fee_income", "opening"]
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
class Holding:
    """Money of a payment that pays no charge: where it lies, and for whom (None: not known)."""

    held_in: HeldIn
    customer: str | None
    plan: str | None
    amount_minor: int
