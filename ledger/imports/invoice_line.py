"""Lines of invoices: the lines of one number make one plan, and cancelled lines reduce it.

An invoice number with the map's prefix in front cancels lines of other invoices, which it does not
name; `cancellation` finds the one it can mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from ledger.imports.cancellation import SoldLine, credits_for
from ledger.imports.cells import Row, days_after
from ledger.imports.invoice import Invoice, billing
from ledger.imports.refusals import Contradiction, NegativeWithoutPrefix, PositiveCancellation, few
from ledger.imports.result import Sourced, Taken
from ledger.imports.shapes import ImportMap, Shape
from ledger.terms.money import amount_text, positive_minor_units
from ledger.terms.refusals import Refusal

SHAPE = Shape(
    required=frozenset({"invoice", "article", "quantity", "unit_price", "billed_on", "customer"}),
    optional=frozenset({"currency"}),
    dates=frozenset({"billed_on"}),
    amount=("quantity", "unit_price"),
    settings=frozenset({"due_days", "cancellation_prefix"}),
)


def take(import_map: ImportMap, rows: Sequence[Row]) -> Taken:
    """Make a plan of each invoice and credits of the lines that cancel some of it."""
    taken = Taken()
    good = []
    for row in rows:
        try:
            good.append(_read(import_map, row))
        except Refusal as reason:
            taken.refuse([(row.line, row.worth())], reason)
    agreeing = _without_contradictions(good, taken)
    sold = [line for line in agreeing if not line.cancels]
    for same in _by_invoice(sold).values():
        _take_invoice(import_map, same, taken)
    taken.commands.extend(
        credits_for([line for line in agreeing if line.cancels], sold, import_map.prefix, taken)
    )
    return taken


def _read(import_map: ImportMap, row: Row) -> SoldLine:
    """Return the row as a line, sold or cancelled. Raises Refusal."""
    invoice, prefix = row.text("invoice"), import_map.cancellation_prefix
    cancels = invoice.startswith(prefix)
    customer, quantity = row.text("customer"), row.number("quantity")
    if quantity < 0 and not cancels:
        raise NegativeWithoutPrefix(quantity=str(quantity), prefix=prefix)
    if quantity > 0 and cancels:
        raise PositiveCancellation(quantity=str(quantity))
    amount = row.amount()
    moment = row.moment("billed_on")
    days_after(moment.date(), import_map.due_days)
    return SoldLine(
        line=row.line,
        worth=amount,
        invoice=invoice,
        cancels=cancels,
        customer=customer,
        currency=row.currency(),
        exponent=row.exponent(),
        moment=moment,
        article=row.text("article"),
        unit_price=row.number("unit_price"),
        quantity=abs(quantity),
        amount_minor=row.minor(-amount if cancels else amount, positive_minor_units),
    )


def _without_contradictions(lines: Sequence[SoldLine], taken: Taken) -> list[SoldLine]:
    """Return the lines of invoices that have one customer, one currency and one day."""
    good = []
    for invoice, same in _by_invoice(lines).items():
        if len({(line.customer, line.currency, line.moment.date()) for line in same}) == 1:
            good.extend(same)
            continue
        reason = Contradiction(
            thing=f"invoice {invoice}",
            what="customers, currencies or days",
            lines=few([line.line for line in same]),
        )
        taken.refuse(((line.line, line.worth) for line in same), reason)
    return good


def _by_invoice(lines: Iterable[SoldLine]) -> dict[str, list[SoldLine]]:
    by_invoice: defaultdict[str, list[SoldLine]] = defaultdict(list)
    for line in lines:
        by_invoice[line.invoice].append(line)
    return by_invoice


def _take_invoice(import_map: ImportMap, same: Sequence[SoldLine], taken: Taken) -> None:
    first = same[0]
    billed_on: date = first.moment.date()
    invoice = Invoice(
        plan=f"{import_map.prefix}{first.invoice}",
        customer=first.customer,
        currency=first.currency,
        document=first.invoice,
        billed_on=billed_on,
        due_on=days_after(billed_on, import_map.due_days),
        amount=amount_text(sum(line.amount_minor for line in same), first.exponent),
    )
    opening, charging = billing(invoice)
    lines = tuple(line.line for line in same)
    taken.commands.append(Sourced(opening, tuple((one.line, one.worth) for one in same), lines))
    taken.commands.append(Sourced(charging, (), lines))
