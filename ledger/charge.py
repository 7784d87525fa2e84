"""A charge and its document: what was billed, what is left of it, and the tax inside.

Tax moves by document, cumulatively: of a document of gross g with tax t, what lies between x0 and
x1 holds `share(t, x1, g) - share(t, x0, g)`, whoever moves it. Money fills a document from the
bottom, reductions (credit, waiver, write-off) take it down from the top, so nothing is left over. A
document is an instalment's own, or the one that billed a whole plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.events import Carrying, Income, TaxAmount
from ledger.terms.money import share


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a document billed, what reductions have left of it, and how much of it is paid."""

    amount_minor: int
    gross_minor: int
    tax: tuple[TaxAmount, ...]
    allocated_minor: int = 0

    def tax_between(self, low_minor: int, high_minor: int) -> tuple[TaxAmount, ...]:
        """Return the tax inside the part of the document from `low_minor` to `high_minor`."""
        return cut(self.tax, low_minor, high_minor, self.amount_minor)

    def tax_at(self, minor: int) -> int:
        """Return all the tax inside the lowest part of the document."""
        return sum(tax.amount_minor for tax in self.tax_between(0, minor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """An amount billed. `gross_minor` is what credits, waivers and write-offs have left of it.

    What is open is carried as receivable, but for the parts that are doubtful or disputed.
    `open_since` is the day of the charge, or of the last application that was undone: before it,
    what is open now was paid, so nothing else may move it.
    """

    id: str
    document: str
    kind: str
    instalment: int | None
    due_on: date
    charged_on: date
    order: int
    amount_minor: int
    gross_minor: int
    income: Income
    open_since: date
    allocated_minor: int = 0
    doubtful_minor: int = 0
    disputed_minor: int = 0
    written_off_minor: int = 0
    written_off_on: date | None = None
    written_off_tax: tuple[TaxAmount, ...] = ()
    recovered_minor: int = 0
    recovered_tax: tuple[TaxAmount, ...] = ()
    relieved_tax: tuple[TaxAmount, ...] = ()

    @property
    def owed_minor(self) -> int:
        """What is still owed, disputed or not."""
        return self.gross_minor - self.allocated_minor

    @property
    def open_minor(self) -> int:
        """What money and reductions can still move: what is owed and not disputed."""
        return self.owed_minor - self.disputed_minor

    @property
    def is_fee(self) -> bool:
        """Whether the charge is a fee or interest, which is waived and never credited."""
        return self.income in {"late_fee_income", "interest_income"}

    @property
    def lost_minor(self) -> int:
        """What was written off and not recovered."""
        return self.written_off_minor - self.recovered_minor

    def carried(self, amount_minor: int) -> list[tuple[Carrying, int]]:
        """Divide an amount that moves by what carries it: receivable first, then doubtful."""
        receivable_minor = min(amount_minor, self.open_minor - self.doubtful_minor)
        divided: list[tuple[Carrying, int]] = [
            ("receivable", receivable_minor),
            ("doubtful", amount_minor - receivable_minor),
        ]
        return [(carrying, part) for carrying, part in divided if part]

    def recovered_tax_at(self, recovered_minor: int) -> tuple[TaxAmount, ...]:
        """Return the tax owed again once so much of what was written off has come in.

        It is the tax due on receipt, and what was claimed back of the tax due on invoice.
        """
        receipt = on_receipt(self.written_off_tax)
        owed = cut(receipt, 0, recovered_minor, self.written_off_minor)
        return (*owed, *self._relief_owed_at(recovered_minor))

    def _relief_owed_at(self, recovered_minor: int) -> tuple[TaxAmount, ...]:
        """Return what was claimed back and is owed again once so much has come in.

        Cash that comes in owes its share of the relief that stands, over what is still lost; cash
        that leaves again takes its share of what was owed again. So neither moves tax the wrong
        way, whatever was written off or claimed in between, and nothing is left over at the end.
        """
        again = on_invoice(self.recovered_tax)
        more_minor = recovered_minor - self.recovered_minor
        if not more_minor:
            return again
        if more_minor < 0:
            return cut(again, 0, recovered_minor, self.recovered_minor)
        return joined(again, cut(self.relief, 0, more_minor, self.lost_minor), 1)

    @property
    def relief(self) -> tuple[TaxAmount, ...]:
        """What was claimed back of the tax due on invoice, and is not owed again."""
        return joined(self.relieved_tax, on_invoice(self.recovered_tax), -1)

    @property
    def claimable(self) -> tuple[int, tuple[TaxAmount, ...]]:
        """The tax due on invoice that can still be claimed back, behind the amount that holds it.

        It is the tax in what is still lost, less the relief that stands.
        """
        invoiced = on_invoice(self.written_off_tax)
        whole = cut(invoiced, self.recovered_minor, self.written_off_minor, self.written_off_minor)
        left = tuple(tax for tax in joined(whole, self.relief, -1) if tax.amount_minor > 0)
        if not left:
            return 0, ()
        return share(self.lost_minor, _sum(left), _sum(whole)), left


def cut(
    taxes: Iterable[TaxAmount], low_minor: int, high_minor: int, whole_minor: int
) -> tuple[TaxAmount, ...]:
    """Return the taxes inside the part from low to high of a whole that holds `taxes`."""
    parts = (
        replace(
            tax,
            amount_minor=share(tax.amount_minor, high_minor, whole_minor)
            - share(tax.amount_minor, low_minor, whole_minor),
        )
        for tax in taxes
    )
    return tuple(tax for tax in parts if tax.amount_minor)


def on_receipt(taxes: Iterable[TaxAmount]) -> tuple[TaxAmount, ...]:
    """Return the taxes that fall due when money comes in."""
    return tuple(tax for tax in taxes if tax.due == "receipt")


def on_invoice(taxes: Iterable[TaxAmount]) -> tuple[TaxAmount, ...]:
    """Return the taxes that were due on the invoice."""
    return tuple(tax for tax in taxes if tax.due == "invoice")


def joined(
    first: tuple[TaxAmount, ...], second: tuple[TaxAmount, ...], sign: int
) -> tuple[TaxAmount, ...]:
    """Add (or with sign -1 take) taxes of the same code, rate, category and due; zeros are gone."""
    total = {_tax_key(tax): tax for tax in first}
    for tax in second:
        known = total.get(_tax_key(tax))
        before = known.amount_minor if known else 0
        total[_tax_key(tax)] = replace(tax, amount_minor=before + sign * tax.amount_minor)
    return tuple(tax for tax in total.values() if tax.amount_minor)


def _tax_key(tax: TaxAmount) -> tuple[str, str, str, str]:
    return (tax.code, tax.rate, tax.category, tax.due)


def _sum(taxes: Iterable[TaxAmount]) -> int:
    return sum(tax.amount_minor for tax in taxes)
