"""Matching cancelled lines to what was sold.

A cancelled line may mean any invoice of the same customer, up to its moment, that has the same
article at the same price with the quantity still uncancelled. Where exactly one does, it is that
one; otherwise the file does not say, and the line is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ledger.imports.refusals import CancelsSeveral, NothingToCancel, few
from ledger.imports.result import Sourced, Taken
from ledger.terms.money import amount_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """A readable line of an invoice. Quantity and amount are above zero, also where it cancels.

    `worth` is the amount as the file has it, below zero where it cancels.
    """

    line: int
    worth: Decimal
    invoice: str
    cancels: bool
    customer: str
    currency: str
    exponent: int
    moment: datetime
    article: str
    unit_price: Decimal
    quantity: Decimal
    amount_minor: int

    @property
    def goods(self) -> tuple[str, str, str, Decimal]:
        """What a cancellation and a sale have in common."""
        return self.customer, self.currency, self.article, self.unit_price


@dataclass(slots=True)
class _Sale:
    """An article on one invoice: since when, and how much of it is not cancelled."""

    invoice: str
    since: datetime
    left: Decimal = Decimal(0)


def credits_for(
    cancelled: Sequence[SoldLine], sold: Iterable[SoldLine], prefix: str, taken: Taken
) -> list[Sourced]:
    """Return a credit for each cancelling invoice and invoice cancelled; list what fits none.

    Cancellations are matched in the order of their moments, each using up the quantity it cancels.
    """
    sales = _sales(sold)
    matched: defaultdict[tuple[str, str], list[SoldLine]] = defaultdict(list)
    for line in sorted(cancelled, key=lambda one: (one.moment, one.line)):
        fitting = [
            sale
            for sale in sales.get(line.goods, {}).values()
            if sale.since <= line.moment and sale.left >= line.quantity
        ]
        if len(fitting) == 1:
            fitting[0].left -= line.quantity
            matched[line.invoice, fitting[0].invoice].append(line)
        else:
            taken.refuse([(line.line, line.worth)], _unmatched(fitting))
    return list(_credits(matched.items(), prefix))


def _sales(
    sold: Iterable[SoldLine],
) -> dict[tuple[str, str, str, Decimal], dict[str, _Sale]]:
    """Return what was sold by goods and invoice; lines of one invoice count together."""
    sales: defaultdict[tuple[str, str, str, Decimal], dict[str, _Sale]] = defaultdict(dict)
    for line in sold:
        sale = sales[line.goods].setdefault(line.invoice, _Sale(line.invoice, line.moment))
        sale.since = min(sale.since, line.moment)
        sale.left += line.quantity
    return sales


def _unmatched(fitting: Sequence[_Sale]) -> NothingToCancel | CancelsSeveral:
    if not fitting:
        return NothingToCancel()
    return CancelsSeveral(invoices=few([sale.invoice for sale in fitting]))


def _credits(
    matched: Iterable[tuple[tuple[str, str], list[SoldLine]]], prefix: str
) -> Iterator[Sourced]:
    for (cancelling, invoice), same in matched:
        amount_minor = sum(line.amount_minor for line in same)
        command = {
            "command": "credit",
            "id": f"{prefix}{cancelling}-{invoice}-credit",
            "on": same[0].moment.date().isoformat(),
            "plan": f"{prefix}{invoice}",
            "amount": amount_text(amount_minor, same[0].exponent),
            "kind": "annulled",
            "reason": f"cancelled by invoice {cancelling}",
        }
        carries = tuple((line.line, line.worth) for line in same)
        yield Sourced(command, carries, tuple(line.line for line in same))
