"""All claims of a book together: age bands of what is owed, each with its loss rate.

A plan with an allowance of its own in the book is provided for by itself and stays out of the bands
(ASC 326-20-30-2: what is evaluated individually is not in a collective evaluation); such plans are
one line more, with what is held for them, so that the totals are those of aging and account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ledger.policies.provision import MatrixPolicy
from ledger.terms.provision import matrix_allowance
from projections.aging import bucket, bucket_names
from projections.amounts import Sum
from projections.provisioning.allowances import Allowances
from projections.provisioning.exposure import Exposed
from projections.provisioning.lines import OWN, Assessed, Line, Place, total_of


def assess_matrix(
    place: Place,
    policy: MatrixPolicy,
    rates: Sequence[Fraction] | None,
    open_charges: Sequence[Exposed],
    held: Allowances,
) -> Assessed:
    """Return the bands of a book in one currency and what its allowance account needs.

    `rates` is None only where nothing is open.
    """
    own = held.claims_in(place.currency)
    pooled = [charge for charge in open_charges if charge.plan not in own]
    bands = _bands(place, policy, rates, pooled)
    unit_minor = 1 if policy.unit is None else policy.unit * 10**place.exponent
    exact = [(band.base_minor, band.rate or Fraction()) for band in bands]
    needed = matrix_allowance(exact, policy.rounding, unit_minor)
    lines = [
        replace(band, required_minor=required_minor)
        for band, required_minor in zip(bands, needed.rows_minor, strict=True)
    ]
    required_minor = needed.total_minor
    if own:
        own_minor = sum(place.minor(claim.amount) for claim in own.values())
        apart = [charge for charge in open_charges if charge.plan in own]
        line = _line(place, policy, OWN, apart)
        lines.append(replace(line, required_minor=own_minor, held_minor=own_minor))
        required_minor += own_minor
    account_minor = place.minor(held.account.get(place.currency, Sum()))
    return Assessed(tuple(lines), total_of(lines, required_minor, account_minor))


def _bands(
    place: Place,
    policy: MatrixPolicy,
    rates: Sequence[Fraction] | None,
    open_charges: Sequence[Exposed],
) -> list[Line]:
    """Return a line for each age band, empty ones too, nothing required yet."""
    names = bucket_names(policy.edges)
    inside: dict[str, list[Exposed]] = {name: [] for name in names}
    for charge in open_charges:
        inside[bucket(charge.days_overdue, policy.edges)].append(charge)
    return [
        replace(_line(place, policy, name, inside[name]), rate=rates[index] if rates else None)
        for index, name in enumerate(names)
    ]


def _line(place: Place, policy: MatrixPolicy, name: str, open_charges: Sequence[Exposed]) -> Line:
    taxed = policy.base == "net"
    return Line(
        book=place.book,
        impairment="matrix",
        currency=place.currency,
        exponent=place.exponent,
        bucket=name,
        gross_minor=sum(charge.gross_minor for charge in open_charges),
        tax_minor=sum(charge.tax_minor for charge in open_charges) if taxed else None,
        rate=None,
        required_minor=0,
    )
