"""The field `tax`: what taxes are included in an amount, at one rate or at several."""

from __future__ import annotations

from ledger.events import TaxDue, TaxTerm
from ledger.fields import Fields
from ledger.money_fields import MoneyFields, percentage
from ledger.refusals import TaxedPartsDiffer
from ledger.terms.money import plain

MOST_TAX_PERCENT = 100


def read_tax(fields: Fields, whole_minor: int, money: MoneyFields) -> tuple[TaxTerm, ...]:
    """Return the taxes in an amount of `whole_minor`, which is all taxed where one is given.

    With several, each says in `gross` how much of the amount, tax included, it taxes; together
    they are the amount. Raises FieldMissing, FieldUnknown, FieldWrong, TaxedPartsDiffer.
    """
    if not fields.has("tax") or fields.values["tax"] == []:
        return ()
    nested = fields.objects("tax")
    several = len(nested) > 1
    terms = tuple(_term(one, money, several=several) for one in nested)
    gross_minor = sum(term.gross_minor or 0 for term in terms)
    if any(term.gross_minor is not None for term in terms) and gross_minor != whole_minor:
        raise TaxedPartsDiffer(stated=money.text(gross_minor), whole=money.text(whole_minor))
    return terms if several else (_whole(terms[0]),)


def _term(fields: Fields, money: MoneyFields, *, several: bool) -> TaxTerm:
    rate = percentage(fields, "rate", MOST_TAX_PERCENT)
    due: TaxDue = (
        "invoice" if fields.choice("due", "receipt", "invoice") == "invoice" else "receipt"
    )
    stated = several or fields.has("gross")
    term = TaxTerm(
        code=fields.text("code"),
        rate=plain(rate),
        category=fields.text("category"),
        due=due,
        gross_minor=money.positive(fields, "gross") if stated else None,
    )
    fields.done()
    return term


def _whole(term: TaxTerm) -> TaxTerm:
    """Return a single term without its part: it taxes everything."""
    return TaxTerm(code=term.code, rate=term.rate, category=term.category, due=term.due)
