"""The legs of an event in a foreign currency, valued in the ledger's own: the functional amounts.

An event is valued at the rate of its day, but what leaves an account whose functional amount is
followed leaves it at what it is carried at there (IAS 21.21-28: monetary items at the closing
rate, income at the rate of its day; what was received or billed before keeps the rate that it came
in at). Such accounts are those of open charges, of money that pays nothing yet, of tax that is
pending or was paid on an advance, and of what is deferred or earned ahead of its bill. What legs of
income add up to closes the entry; where there are none, the difference is a gain or a loss on
exchange, realised with the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ledger.books.posting import JournalEntry, Of, Posting
from ledger.events import Functional, FunctionalPart
from ledger.terms.money import at_rate, share

CARRYING = frozenset({"receivable", "doubtful", "disputed"})
DEBIT_SIDE = CARRYING | {"contract_asset", "tax_on_advances"}
CREDIT_SIDE = frozenset(
    {"unapplied", "customer_credit", "tax_pending", "tax_payable", "deferred_revenue"}
)
FOLLOWED = DEBIT_SIDE | CREDIT_SIDE
"""Roles whose functional amount is followed; each has a side on which it stands."""

BY_CHARGE = CARRYING | {"tax_pending", "tax_payable"}
OF_PAYMENTS = frozenset({"unapplied", "customer_credit"})
CASH = frozenset({"clearing", "in_transit", "bank"})
_INCOME = frozenset(
    {
        "revenue",
        "discounts",
        "late_fee_income",
        "interest_income",
        "recoveries",
        "opening",
        "bad_debt",
        "credit_loss",
        "credit_loss_release",
        "allowance",
        "gateway_fees",
        "deferred_revenue",
    }
)
"""Roles that take what the other legs add up to."""

EXCHANGE_ROLES = frozenset({"fx_gain", "fx_loss"})
"""A book without accounts for them is not kept in the ledger's own currency."""

Key = tuple[str, str | None]


def key_of(posting: Posting) -> Key:
    """Return how an account is followed: charges and their tax one by one, others whole."""
    return posting.role, posting.charge if posting.role in BY_CHARGE else None


def totals(postings: Iterable[Posting]) -> dict[Key, int]:
    """Return what legs move on each followed account, debit positive, in minor units."""
    moved: dict[Key, int] = {}
    for posting in postings:
        if posting.role in FOLLOWED:
            key = key_of(posting)
            moved[key] = moved.get(key, 0) + posting.amount_minor
    return moved


def functional_postings(entry: JournalEntry, functional: Functional) -> list[Posting]:
    """Return the legs of an entry in the functional currency, debit positive in its minor units.

    They add up to zero: a difference on exchange is a leg of its own, at the end. A leg too small
    to be worth anything is worth zero.
    """
    values = values_of(entry.postings, entry.exponent, functional)
    legs = [_worth(posting, value) for posting, value in zip(entry.postings, values, strict=True)]
    difference_minor = sum(values)
    if difference_minor:
        first = entry.postings[0]
        of = Of(first.customer, first.plan)
        if difference_minor > 0:
            legs.append(Posting.credit("fx_gain", difference_minor, of))
        else:
            legs.append(Posting.debit("fx_loss", -difference_minor, of))
    return legs


def _worth(posting: Posting, value_minor: int) -> Posting:
    of = Of(posting.customer, posting.plan, posting.charge)
    return Posting.debit(posting.role, value_minor, of)


def values_of(postings: Sequence[Posting], exponent: int, functional: Functional) -> list[int]:
    """Return the functional amount of each leg; `exponent` is that of the foreign currency.

    First the followed accounts, as the event's parts say; then money at the rate of the day; then
    income, which takes what is left, in shares of its legs.
    """
    value = of_the_day(exponent, functional)
    values = _followed(postings, functional.parts)
    for index, posting in enumerate(postings):
        if index not in values and posting.role not in _INCOME:
            values[index] = value(posting.amount_minor)
    rest = [index for index in range(len(postings)) if index not in values]
    taken = values if not _bills(postings) else _at_the_day(postings, values, value)
    closing = _closing(postings, rest, taken)
    for index in rest:
        amount_minor = postings[index].amount_minor
        values[index] = value(amount_minor) if closing is None else closing[index]
    return [values[index] for index in range(len(postings))]


def _bills(postings: Iterable[Posting]) -> bool:
    """Tell whether an event owes a charge anew: income is then worth what its day says."""
    return any(posting.role in CARRYING and posting.amount_minor > 0 for posting in postings)


def _at_the_day(
    postings: Sequence[Posting], values: Mapping[int, int], value: Callable[[int], int]
) -> dict[int, int]:
    """Return values with the contract assets that a bill takes down at the rate of its day.

    They are money to come: what they are carried at besides is a difference on exchange.
    """
    return {
        index: value(postings[index].amount_minor)
        if postings[index].role == "contract_asset"
        else value_minor
        for index, value_minor in values.items()
    }


def of_the_day(exponent: int, functional: Functional) -> Callable[[int], int]:
    """Return what minor units are worth at an event's rate, as a function of them."""
    rate = Decimal(functional.rate)
    return lambda minor: at_rate(minor, exponent, rate, functional.exponent)


def _followed(postings: Sequence[Posting], parts: Iterable[FunctionalPart]) -> dict[int, int]:
    """Return the values of legs that parts speak of, cut so that they add up to the parts."""
    known = {(part.role, part.charge): part for part in parts}
    running: dict[Key, int] = {}
    values: dict[int, int] = {}
    for index, posting in enumerate(postings):
        key = key_of(posting)
        part = known.get(key)
        if part is None or not part.amount_minor:
            continue
        before = running.get(key, 0)
        running[key] = after = before + posting.amount_minor
        values[index] = share(part.functional_minor, after, part.amount_minor) - share(
            part.functional_minor, before, part.amount_minor
        )
    return values


def _closing(
    postings: Sequence[Posting], rest: Sequence[int], taken: Mapping[int, int]
) -> Mapping[int, int] | None:
    """Let the legs that are left close the entry; None if they stand on different sides.

    Where the legs of each charge balance among themselves, each charge closes by itself.
    """
    amounts = [postings[index].amount_minor for index in rest]
    if not amounts or (min(amounts) < 0 < max(amounts)):
        return None
    legs: dict[str | None, list[int]] = {}
    for index, posting in enumerate(postings):
        legs.setdefault(posting.charge, []).append(index)
    whole = [list(range(len(postings)))]
    by_charge = all(not sum(postings[i].amount_minor for i in own) for own in legs.values())
    closed: dict[int, int] = {}
    for own in legs.values() if by_charge else whole:
        open_ = [index for index in own if index in set(rest)]
        to_take_minor = -sum(taken[index] for index in own if index in taken)
        if open_:
            shares = _shares(to_take_minor, [postings[index].amount_minor for index in open_])
            closed |= dict(zip(open_, shares, strict=True))
    return closed


def _shares(total_minor: int, amounts: Sequence[int]) -> Iterator[int]:
    whole, running, given = sum(amounts), 0, 0
    for amount_minor in amounts:
        running += amount_minor
        upto = share(total_minor, running, whole)
        yield upto - given
        given = upto
