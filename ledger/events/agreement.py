"""What an agreement says besides its instalments, as PlanAgreed keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ledger.events.parts import TaxDue

Chargeback = Literal["charge", "next_instalment"]
FeeWhen = Literal["signature", "spread", "financed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTerm:
    """A tax included in the plan's amounts: rate in percent, as decimal text.

    `gross_minor` is the part of the total, tax included, that is taxed at this rate; None: all.
    """

    code: str
    rate: str
    category: str
    due: TaxDue
    gross_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestTerm:
    """Interest on the financed amount, as applied; rates are percent, as decimal text.

    Where the rate was given by period (`rate_per_period`), `annual_rate` is the nominal one. The
    interest runs from `starts_on` (None: the agreement); `final` names what gives way in the last
    level instalment.
    """

    annual_rate: str
    method: str
    day_count: str
    rate_per_period: str | None = None
    rounding: str = "half_up"
    starts_on: date | None = None
    final: str = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTerm:
    """A fee that is part of the agreement.

    It is billed at signature, spread over the instalments, or financed: repaid with the price, and
    bearing interest as it does.
    """

    kind: str
    amount_minor: int
    when: FeeWhen


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What was given away at the agreement, by its kind; `amount_minor` is what it is worth."""

    kind: str
    amount_minor: int
    stated: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualRate:
    """An annual percentage rate as disclosed: its method ("eu", "us") and what it was made from."""

    method: str
    percent: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed besides the instalments; defaults that were applied are written out.

    `chargeback` says what is owed again when a dispute is lost: the charge that had been paid, with
    its own due day, or the same with the next instalment that is not due yet.
    """

    schedule: Mapping[str, Any]
    billing: str
    revenue: str
    rounding: str
    remainder: str
    customer_kind: str
    tax: tuple[TaxTerm, ...] = ()
    country: str | None = None
    offer: str | None = None
    document: str | None = None
    dimensions: Mapping[str, str] | None = None
    service_from: date | None = None
    service_to: date | None = None
    supply_on: date | None = None
    interest: InterestTerm | None = None
    fees: tuple[FeeTerm, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    annual_rates: tuple[AnnualRate, ...] = ()
    allocation: Mapping[str, Any] | None = None
    late: Mapping[str, Any] | None = None
    series: str | None = None
    financed_by: str | None = None
    buyer: str | None = None
    chargeback: Chargeback = "charge"
