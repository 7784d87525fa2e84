"""A proposal as people and programs read it: amounts and percentages as decimal strings."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from ledger.terms.money import amount_text, plain
from projections.aging import bucket_names
from projections.provisioning.history import LossHistory
from projections.provisioning.lines import Line, Total
from projections.provisioning.proposal import Proposal

_PERCENT_DECIMALS = Decimal("0.000001")
_PRECISION = 40
_KEY = ("book", "impairment", "currency")
_WHOSE = ("bucket", "customer", "plan", "days_overdue")
_FIGURES = ("gross", "tax", "base")
_MOVED = ("required", "held", "movement")
ROW_KEYS = (*_KEY, *_WHOSE, *_FIGURES, "rate_percent", *_MOVED)
TOTAL_KEYS = (*_KEY, *_FIGURES, *_MOVED)


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal in the form of the contract."""
    at, policy = proposal.at, proposal.policy
    return {
        "as_of": at.as_of.isoformat(),
        "known_at": at.known_at,
        "position": at.position,
        "policy": {"name": policy.name, "digest": policy.digest},
        "rows": [_row(line) for line in proposal.lines],
        "totals": [_total(total) for total in proposal.totals],
        "history": [_history(proposal, found) for found in proposal.histories],
    }


def percent_text(rate: Fraction) -> str:
    """Write a rate as a percentage: exact up to six decimals, else rounded half up to six."""
    with localcontext() as context:
        context.prec = _PRECISION
        percent = Decimal(100 * rate.numerator) / rate.denominator
        rounded = percent.quantize(_PERCENT_DECIMALS, rounding=ROUND_HALF_UP)
        return plain(rounded.normalize())


def _row(line: Line) -> dict[str, Any]:
    return {
        **{name: getattr(line, name) for name in (*_KEY, *_WHOSE)},
        **_amounts(line, _FIGURES),
        "rate_percent": None if line.rate is None else percent_text(line.rate),
        **_amounts(line, _MOVED),
    }


def _total(total: Total) -> dict[str, Any]:
    whose = {name: getattr(total, name) for name in _KEY}
    return {**whose, **_amounts(total, (*_FIGURES, *_MOVED))}


def _amounts(of: Line | Total, names: tuple[str, ...]) -> dict[str, str | None]:
    minor = {name: getattr(of, f"{name}_minor") for name in names}
    return {
        name: None if amount is None else amount_text(amount, of.exponent)
        for name, amount in minor.items()
    }


def _history(proposal: Proposal, history: LossHistory) -> dict[str, Any]:
    matrix = proposal.policy.matrix
    bands = bucket_names(matrix.edges) if matrix else []
    finest = history.sold.exponent
    return {
        "currency": history.currency,
        "from": history.since.isoformat(),
        "to": history.until.isoformat(),
        "sold": history.sold.text,
        "paid": {
            band: paid.plus(0, finest).text for band, paid in zip(bands, history.paid, strict=True)
        },
        "never_paid": history.never_paid.text,
        "rates_percent": {
            band: percent_text(rate) for band, rate in zip(bands, history.rates, strict=True)
        },
    }
