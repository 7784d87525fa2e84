"""Valuing open balances at the rate of a closing day, and taking over a currency that had no rate.

What is still to be paid or delivered is valued for the closing day alone: on the next day the
difference is taken back, so that what is realised later is measured from where it began. Money at a
gateway or bank, and what is left on an account that holds none of the currency any more, keeps its
difference (IAS 21.23 and 28; PCG art. 420-5 to 420-7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ledger.books.functional import CASH
from ledger.dating import require_not_before
from ledger.draft import Draft
from ledger.events import (
    CurrencyOpened,
    OpenedLine,
    Revalued,
    RevaluedLine,
    exchange_stream,
)
from ledger.intentions import Balance, OpenCurrency, Revalue
from ledger.rates import Quote, Rates
from ledger.refusals import (
    BalancesDoNotAddUp,
    BookUnknown,
    CurrencyHasNoRate,
    CurrencyWasOpened,
    NothingToRevalue,
    RoleUnknown,
    RuleMissing,
)
from ledger.terms.money import amount_text, at_rate, minor_units

MONETARY = CASH | {
    "receivable",
    "doubtful",
    "disputed",
    "contract_asset",
    "unapplied",
    "customer_credit",
    "tax_pending",
    "allowance",
}
"""Accounts that are valued at the closing rate. What is deferred, income, and tax that is owed stay
at the rates at which they came about: the tax office is owed an amount of its own currency."""


def revalue(command: Revalue, draft: Draft) -> None:
    """Value balances at the rate of the day, in one book; take back on the next day what is open.

    Raises BookUnknown, RuleMissing, RoleUnknown, CurrencyHasNoRate, RateMissing, NothingToRevalue,
    and the rules of amounts.
    """
    rates = _rates(command.currency, draft)
    quote = rates.on(command.on)
    _require_book(command, Revalued.TOPIC, draft)
    lines = [_line(balance, command, quote, rates) for balance in command.balances]
    moved = [line for line in lines if line.worth_minor != line.carried_minor]
    if not moved:
        raise NothingToRevalue(currency=command.currency, on=command.on.isoformat())
    _record(command, moved, quote, rates, draft)


def _record(
    command: Revalue, lines: Sequence[RevaluedLine], quote: Quote, rates: Rates, draft: Draft
) -> None:
    passing = tuple(line for line in lines if not line.lasting)
    next_day = command.on + timedelta(days=1)
    for day, chosen, undone in ((command.on, tuple(lines), False), (next_day, passing, True)):
        if chosen:
            revalued = Revalued(
                book=command.book,
                foreign=command.currency,
                foreign_exponent=command.exponent,
                as_of=command.on,
                rate=f"{quote.rate:f}",
                source=quote.source,
                currency=rates.functional_currency,
                exponent=rates.functional_exponent,
                lines=chosen,
                undone=undone,
            )
            draft.record(exchange_stream(command.currency), day, revalued)


def _line(balance: Balance, command: Revalue, quote: Quote, rates: Rates) -> RevaluedLine:
    amount_minor = minor_units(balance.amount, command.currency, command.exponent)
    carried_minor = minor_units(
        balance.carried, rates.functional_currency, rates.functional_exponent
    )
    worth_minor = at_rate(amount_minor, command.exponent, quote.rate, rates.functional_exponent)
    return RevaluedLine(
        role=balance.role,
        amount_minor=amount_minor,
        carried_minor=carried_minor,
        worth_minor=worth_minor,
        lasting=is_lasting(balance.role, amount_minor),
    )


def is_lasting(role: str, amount_minor: int) -> bool:
    """Tell whether the difference on an account stays: it is money, or none of it is left."""
    return role in CASH or not amount_minor


def open_currency(command: OpenCurrency, draft: Draft) -> None:
    """Take what moved before a currency had a rate into the functional amounts, at its first rate.

    Raises BookUnknown, RuleMissing, RoleUnknown, CurrencyHasNoRate, CurrencyWasOpened,
    DatedBefore, BalancesDoNotAddUp, and the rules of amounts.
    """
    rates = _rates(command.currency, draft)
    require_not_before(command.on, "the first rate", rates.first.on)
    if command.book in rates.opened:
        raise CurrencyWasOpened(currency=command.currency, book=command.book)
    _require_book(command, CurrencyOpened.TOPIC, draft)
    lines = []
    for balance in command.balances:
        amount_minor = minor_units(balance.amount, command.currency, command.exponent)
        worth_minor = at_rate(
            amount_minor, command.exponent, rates.before.rate, rates.functional_exponent
        )
        lines.append(
            OpenedLine(role=balance.role, amount_minor=amount_minor, worth_minor=worth_minor)
        )
    total_minor = sum(line.amount_minor for line in lines)
    if total_minor:
        total = amount_text(total_minor, command.exponent)
        raise BalancesDoNotAddUp(currency=command.currency, total=total)
    opened = CurrencyOpened(
        book=command.book,
        foreign=command.currency,
        foreign_exponent=command.exponent,
        rate=f"{rates.before.rate:f}",
        source=rates.before.source,
        currency=rates.functional_currency,
        exponent=rates.functional_exponent,
        lines=tuple(lines),
    )
    draft.record(exchange_stream(command.currency), command.on, opened)


def _rates(currency: str, draft: Draft) -> Rates:
    rates = draft.find(exchange_stream(currency), Rates)
    if rates is None:
        raise CurrencyHasNoRate(currency=currency)
    return rates


def _require_book(command: Revalue | OpenCurrency, event: str, draft: Draft) -> None:
    """Refuse a book that is not kept, has no rule for the event, or lacks an account for a line."""
    ledger = draft.ledger
    book = ledger.book(command.book, command.on)
    if book is None:
        raise BookUnknown(book=command.book[:40], known=", ".join(sorted(ledger.books)))
    if event not in book.rules:
        raise RuleMissing(book=command.book, event=event)
    for balance in command.balances:
        if balance.role not in book.roles:
            raise RoleUnknown(role=balance.role[:40], book=command.book)
