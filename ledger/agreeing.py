"""Making an agreement of what was asked: its instalments, and what the credit costs a year.

Used by what records a plan and by what only quotes it, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from ledger.events import AnnualRate, InterestTerm, PlanAgreed, Terms
from ledger.intentions import OpenPlan
from ledger.terms.day_counts import DayCount
from ledger.terms.instalments import instalments
from ledger.terms.interest import Final, Interest, Method
from ledger.terms.money import amount_text
from ledger.terms.rounding import Rounding
from ledger.terms.schedule import Custom, Instalment, Schedule

FREE = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Credit:
    """What the customer is advanced on a day, and the payments by which it is paid back.

    What is paid on the day itself (a deposit, a fee at signature) lessens the advance.
    """

    advanced_on: date
    advanced_minor: int
    payments: tuple[tuple[date, int], ...]

    @property
    def cost_minor(self) -> int:
        """All interest and fees."""
        return sum(amount for _, amount in self.payments) - self.advanced_minor


def agreed_plan(command: OpenPlan) -> PlanAgreed:
    """Return the event that agrees a plan.

    Annual rates are worked out where interest or fees make the credit cost something; a credit
    without cost has none to record. Raises the rules of `ledger.terms.instalments`.
    """
    rows = instalments(command.schedule, command.on, command.conditions)
    credit = credit_of(command, rows)
    rates = annual_rates(credit, command.exponent) if credit.cost_minor else ()
    return PlanAgreed(
        plan=command.plan,
        customer=command.customer,
        currency=command.currency,
        exponent=command.exponent,
        instalments=rows,
        terms=replace(command.terms, annual_rates=tuple(rates)),
    )


def sold_minor(command: OpenPlan) -> int:
    """Return the price less the promotions."""
    return command.schedule.total_minor - sum(
        promotion.amount_minor for promotion in command.terms.promotions
    )


def signature_fees_minor(terms: Terms) -> int:
    """Return the fees that are paid when the agreement is signed."""
    return sum(fee.amount_minor for fee in terms.fees if fee.when == "signature")


def credit_of(command: OpenPlan, rows: Sequence[Instalment]) -> Credit:
    """Return the credit that a plan gives, from its instalments and its fees at signature."""
    at_once = sum(row.amount_minor for row in rows if row.due_on == command.on)
    return Credit(
        advanced_on=command.on,
        advanced_minor=sold_minor(command) - at_once - signature_fees_minor(command.terms),
        payments=tuple((row.due_on, row.amount_minor) for row in rows if row.due_on != command.on),
    )


def annual_rates(credit: Credit, exponent: int) -> Iterator[AnnualRate]:
    """Yield the annual percentage rates that there are, with all that they were made from.

    "eu" is the effective rate of directive 2023/2225, "us" the nominal one of regulation Z.
    """
    from ledger.terms.apr import eu_apr_of, us_apr_of  # noqa: PLC0415 - only credits at a cost

    inputs = _inputs(credit, exponent)
    for method, apr_of in (("eu", eu_apr_of), ("us", us_apr_of)):
        if credit.advanced_minor <= 0 or not credit.payments:
            return
        percent = apr_of(credit.advanced_on, credit.advanced_minor, credit.payments)
        if percent is not None:
            yield AnnualRate(method=method, percent=str(percent), inputs=inputs)


def _inputs(credit: Credit, exponent: int) -> dict[str, Any]:
    return {
        "advanced_on": credit.advanced_on.isoformat(),
        "advanced": amount_text(credit.advanced_minor, exponent),
        "payments": [
            [day.isoformat(), amount_text(amount, exponent)] for day, amount in credit.payments
        ],
    }


def interest_again(term: InterestTerm, schedule: Schedule, starts_on: date) -> Interest:
    """Return the interest that was agreed, to be charged on another schedule from a day on."""
    per_year = Fraction(1) if isinstance(schedule, Custom) else schedule.every.per_year
    annual = Fraction(Decimal(term.annual_rate)) / 100
    return Interest(
        annual_rate=annual,
        period_rate=annual / per_year,
        method=cast("Method", term.method),
        day_count=cast("DayCount", term.day_count),
        starts_on=starts_on,
        rounding=cast("Rounding", term.rounding),
        final=cast("Final", term.final),
    )
