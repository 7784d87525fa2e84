"""Claim by claim: each doubtful plan with what is expected to be lost of it, without tax.

A claim is what a plan owes on the account of doubtful claims; the tax inside is not lost with it,
so the base leaves it out (plan comptable général, accounts 416 and 491). Its rate is the one that
the policy names for the plan, else the one for the age of its oldest charge. A plan that is no
longer doubtful needs nothing: what is still held for it is released.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from ledger.policies.provision import ClaimsPolicy
from ledger.terms.provision import matrix_allowance
from projections.aging import bucket, bucket_names
from projections.amounts import byte_order
from projections.provisioning.allowances import Allowances, Held
from projections.provisioning.exposure import Exposed
from projections.provisioning.lines import Assessed, Line, Place, total_of

DOUBTFUL = "doubtful"


def assess_claims(
    place: Place,
    policy: ClaimsPolicy,
    as_of: date,
    open_charges: Sequence[Exposed],
    held: Allowances,
) -> Assessed | None:
    """Return the claims of a book in one currency; None if there are none.

    Raises RatesNotInForce.
    """
    doubtful: dict[str, list[Exposed]] = {}
    for charge in open_charges:
        if charge.state == DOUBTFUL:
            doubtful.setdefault(charge.plan, []).append(charge)
    own = held.claims_in(place.currency)
    lines = [
        _claim(place, policy, as_of, doubtful[plan], own.get(plan))
        if plan in doubtful
        else _over(place, plan, own[plan])
        for plan in sorted(doubtful.keys() | own.keys(), key=byte_order)
    ]
    if not lines:
        return None
    required_minor = sum(line.required_minor for line in lines)
    held_minor = sum(line.held_minor or 0 for line in lines)
    return Assessed(tuple(lines), total_of(lines, required_minor, held_minor))


def _claim(
    place: Place,
    policy: ClaimsPolicy,
    as_of: date,
    open_charges: Sequence[Exposed],
    held: Held | None,
) -> Line:
    plan, customer = open_charges[0].plan, open_charges[0].customer
    age = max(charge.days_overdue for charge in open_charges)
    band = bucket(age, policy.edges)
    gross_minor = sum(charge.gross_minor for charge in open_charges)
    tax_minor = sum(charge.tax_minor for charge in open_charges)
    rate = _rate(policy, as_of, plan, band)
    return Line(
        book=place.book,
        impairment="claims",
        currency=place.currency,
        exponent=place.exponent,
        bucket=band,
        customer=customer,
        plan=plan,
        days_overdue=age,
        gross_minor=gross_minor,
        tax_minor=tax_minor,
        rate=rate,
        required_minor=matrix_allowance([(gross_minor - tax_minor, rate)]).total_minor,
        held_minor=place.minor(held.amount) if held else 0,
    )


def _rate(policy: ClaimsPolicy, as_of: date, plan: str, band: str) -> Fraction:
    named = policy.plans.get(plan)
    if named is not None:
        return named
    return policy.rates.on(as_of)[bucket_names(policy.edges).index(band)]


def _over(place: Place, plan: str, held: Held) -> Line:
    return Line(
        book=place.book,
        impairment="claims",
        currency=place.currency,
        exponent=place.exponent,
        bucket=None,
        customer=held.customer,
        plan=plan,
        gross_minor=0,
        tax_minor=0,
        rate=None,
        required_minor=0,
        held_minor=place.minor(held.amount),
    )
