"""Foreign currencies: what events are worth in the ledger's own, and what is carried at what."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.functional import FOLLOWED, values_of
from ledger.books.posting import Of, Posting
from ledger.draft import Stream
from ledger.events import (
    LEDGER_STREAM,
    Fact,
    Functional,
    FunctionalPart,
    PaymentReversed,
    Revalued,
)
from ledger.held import functional_of
from ledger.ledger_state import LedgerState
from ledger.rates import Rates
from ledger.refusals import (
    BalancesDoNotAddUp,
    CurrencyWasOpened,
    DatedBefore,
    RateMissing,
    RuleMissing,
)
from ledger.terms.money import at_rate
from tests.domain.conftest import Life as NewLife
from tests.domain.conftest import worth_of

if TYPE_CHECKING:
    from tests.domain.conftest import Life

DOLLARS = {"currency": "USD"}
DAYS = ["2026-01-05", "2026-01-15", "2026-02-01", "2026-02-15", "2026-03-01", "2026-03-15"]


def sold(life: Life, rate: str = "0.90", **fields: Any) -> None:
    """Sell for 100.00 dollars, billed on 2026-01-15, at a rate."""
    life.do("set_rate", "2026-01-01", rate=rate)
    rows = [{"due": "2026-01-15", "amount": "100.00"}]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2026-01-01", schedule=schedule, **DOLLARS, **fields)
    life.do("charge_due", "2026-01-15")


@pytest.mark.parametrize(
    ("paid_at", "difference"), [("0.95", {"fx_gain": "-5.00"}), ("0.80", {"fx_loss": "10.00"})]
)
def test_a_difference_is_realised_when_a_charge_is_paid(
    life: Life, paid_at: str, difference: dict[str, str]
) -> None:
    """100.00 dollars billed at 0.90 and paid at another rate: revenue stays, the rest is exchange.

    IAS 21.28: differences on settling monetary items are income or expense of the period.
    """
    sold(life)
    life.do("set_rate", "2026-02-01", rate=paid_at)
    life.do("receive_payment", "2026-02-05", payment="pay", amount="100.00", **DOLLARS)
    cash = str(Decimal(paid_at) * 100)
    assert life.worth() == {"clearing": cash, "revenue": "-90.00", **difference}
    assert life.balances() == {"clearing": "100.00", "revenue": "-100.00"}
    life.check()


def test_without_rates_a_currency_has_no_worth(life: Life) -> None:
    """As long as nobody sets a rate, events carry no amounts in the ledger's own currency."""
    life.do("open_plan", "2026-01-01", schedule=_one("100.00"), **DOLLARS)
    life.do("charge_due", "2026-01-15")
    assert all(functional_of(event.fact) is None for event in life.events)


def test_the_own_currency_needs_none(life: Life) -> None:
    """Events in the ledger's own currency carry none either, rates or not."""
    life.do("set_rate", "2026-01-01", rate="0.90")
    life.do("open_plan", "2026-01-01", schedule=_one("100.00"))
    life.do("charge_due", "2026-01-15")
    assert all(functional_of(event.fact) is None for event in life.events)


def _one(amount: str) -> dict[str, Any]:
    return {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": amount}]}


@pytest.mark.parametrize(
    ("currency", "amount", "rate", "worth"),
    [("JPY", "10000", "0.0061", "61.00"), ("KWD", "10.000", "2.9875", "29.88")],
)
def test_currencies_with_other_decimals(
    life: Life, currency: str, amount: str, rate: str, worth: str
) -> None:
    """A rate is for a unit of the currency, whatever its decimals; half a cent is rounded up."""
    life.do("set_rate", "2026-01-01", currency=currency, rate=rate)
    life.do("open_plan", "2026-01-01", schedule=_one(amount), currency=currency)
    life.do("charge_due", "2026-01-15")
    assert life.worth() == {"receivable": worth, "revenue": f"-{worth}"}


def test_rates_hold_until_the_next_one(life: Life) -> None:
    """The rate of a day is the last one set for or before it; a second one corrects the first."""
    for day, rate in (("2026-02-01", "0.92"), ("2026-01-01", "0.90"), ("2026-02-01", "0.93")):
        life.do("set_rate", day, rate=rate)
    rates = life.streams["exchange:USD"].state
    assert isinstance(rates, Rates)
    found = [rates.on(date.fromisoformat(f"2026-{day}")) for day in ("01-31", "02-01", "12-31")]
    assert [str(quote.rate) for quote in found] == ["0.90", "0.93", "0.93"]
    with pytest.raises(RateMissing):
        rates.on(date(2025, 12, 31))


def test_a_credit_note_takes_back_what_was_billed(life: Life) -> None:
    """Annulled at another rate, a charge leaves nothing behind: no revenue, no difference."""
    sold(life, tax=[{"code": "T", "rate": "20", "category": "S", "due": "invoice"}])
    life.do("set_rate", "2026-02-01", rate="0.80")
    life.do("credit", "2026-02-05", amount="100.00", kind="annulled")
    assert life.worth() == {}


def test_a_change_of_account_changes_no_worth(life: Life) -> None:
    """Doubtful and cured again at other rates, a charge is carried at what it was."""
    sold(life)
    life.do("set_rate", "2026-02-01", rate="0.80")
    life.do("mark_doubtful", "2026-02-05")
    assert life.worth() == {"doubtful": "90.00", "revenue": "-90.00"}
    life.do("set_rate", "2026-03-01", rate="0.99")
    life.do("cure", "2026-03-05")
    assert life.worth() == {"receivable": "90.00", "revenue": "-90.00"}


def test_part_payments_leave_no_cent(life: Life) -> None:
    """Paid in three parts that do not divide, what is carried goes to nothing with the charge."""
    sold(life, rate="0.9137")
    for number, amount in enumerate(("33.33", "33.33", "33.34"), 1):
        day = f"2026-02-0{number}"
        life.do("set_rate", day, rate=f"0.9{number}")
        life.do("receive_payment", day, payment=f"pay-{number}", amount=amount, **DOLLARS)
    assert "receivable" not in life.worth()
    held = life.streams["plan:P"].held or {}
    assert not [key for key in held if key[0] in FOLLOWED]


def test_what_was_earned_before_its_bill_is_money_to_come(life: Life) -> None:
    """A contract asset of 0.90 that is billed at 0.80 is a loss on exchange, not less revenue.

    What is deferred by the same bill is worth the rate of its day.
    """
    life.do("set_rate", "2026-01-01", rate="0.90")
    rows = [{"due": "2026-02-15", "amount": "200.00"}]
    schedule = {"kind": "custom", "instalments": rows}
    service = {"from": "2026-01-01", "to": "2026-04-10"}
    terms = {"revenue": "over_service", "service": service, **DOLLARS}
    life.do("open_plan", "2026-01-01", schedule=schedule, **terms)
    life.do("day", "2026-01-31")
    assert life.worth() == {"contract_asset": "55.80", "revenue": "-55.80"}
    life.do("set_rate", "2026-02-01", rate="0.80")
    life.do("day", "2026-02-15")
    assert life.worth() == {
        "receivable": "160.00",
        "deferred_revenue": "-110.40",
        "revenue": "-55.80",
        "fx_loss": "6.20",
    }


def test_a_closing_rate_holds_for_its_day(life: Life) -> None:
    """What is open is valued at the closing rate and taken back on the next day; cash stays.

    What is left on an account that holds no dollar any more stays, too.
    """
    sold(life)
    life.do("set_rate", "2026-01-31", rate="0.95")
    rows = [
        {"role": "receivable", "amount": "100.00", "carried": "90.00"},
        {"role": "clearing", "amount": "10.00", "carried": "9.00"},
        {"role": "allowance", "amount": "0.00", "carried": "1.00"},
    ]
    life.do("revalue", "2026-01-31", balances=rows)
    closed = life.worth("2026-01-31")
    assert (closed["receivable"], closed["clearing"]) == ("95.00", "0.50")
    assert closed["allowance"] == "-1.00"
    assert (closed["fx_gain"], closed["fx_loss"]) == ("-5.50", "1.00")
    after = life.worth("2026-02-01")
    assert (after["receivable"], after["fx_gain"]) == ("90.00", "-0.50")
    assert (after["clearing"], after["allowance"]) == ("0.50", "-1.00")
    assert life.balances() == {"receivable": "100.00", "revenue": "-100.00"}
    life.check()


def test_a_book_takes_a_currency_over_once(life: Life) -> None:
    """What moved before the first rate is taken over once in each book."""
    life.do("set_rate", "2026-02-01", rate="0.90")
    rows = [{"role": "clearing", "amount": "1.00"}, {"role": "unapplied", "amount": "-1.00"}]
    with pytest.raises(BalancesDoNotAddUp, match="must add up to zero"):
        life.do("open_currency", "2026-02-01", balances=rows[:1])
    with pytest.raises(DatedBefore, match="dated 2026-01-31, before the first rate of 2026-02-01"):
        life.do("open_currency", "2026-01-31", balances=rows)
    life.do("open_currency", "2026-02-01", balances=rows)
    life.do("open_currency", "2026-02-01", book="pcg", balances=rows)
    with pytest.raises(CurrencyWasOpened, match="took over what had moved in USD"):
        life.do("open_currency", "2026-02-02", balances=rows)


def test_a_book_without_the_rule_is_told_to_adopt_it(life: Life) -> None:
    """A book that was adopted before there was a rule for it cannot post a revaluation."""
    adopt_without(life, Revalued, "generic", "pcg")
    life.do("set_rate", "2026-01-01", rate="0.90")
    rows = [{"role": "clearing", "amount": "1.00", "carried": "0.80"}]
    with pytest.raises(RuleMissing, match="has no rule for Revalued: adopt its rules anew"):
        life.do("revalue", "2026-01-31", balances=rows)


def test_an_event_that_one_book_cannot_post_is_refused(life: Life) -> None:
    """One older book is enough: what the other alone would post is refused whole."""
    adopt_without(life, PaymentReversed, "pcg")
    life.do("open_plan", "2026-01-01", schedule=_one("100.00"))
    life.do("charge_due", "2026-01-15")
    life.do("receive_payment", "2026-01-16", payment="pay", amount="100.00")
    before = list(life.events)
    with pytest.raises(RuleMissing, match="book 'pcg' has no rule for PaymentReversed: adopt"):
        life.do("reverse_payment", "2026-01-20", payment="pay")
    assert life.events == before


def adopt_without(life: Life, event: type[Fact], *books: str) -> None:
    """Let books have been adopted before there was a rule for an event."""
    state = life.streams[LEDGER_STREAM].state
    assert isinstance(state, LedgerState)
    adopted = tuple(
        replace(book, content=_without(book.content, event)) if book.book in books else book
        for book in state.adopted
    )
    life.streams[LEDGER_STREAM] = Stream(1, replace(state, adopted=adopted))


def _without(content: Any, event: type[Fact]) -> Any:
    rules = [rule for rule in content["rules"] if rule["event"] != event.TOPIC]
    return {**content, "rules": rules}


amounts = st.integers(1, 700).map(lambda minor: f"{minor // 100}.{minor % 100:02}")


@given(
    rates=st.lists(st.decimals("0.0001", "9", places=4), min_size=len(DAYS), max_size=len(DAYS)),
    paid=st.lists(st.tuples(st.sampled_from(DAYS[1:]), amounts), min_size=1, max_size=6),
    due=st.sampled_from(["receipt", "invoice"]),
)
def test_what_is_paid_is_carried_at_nothing(
    rates: list[Decimal], paid: list[tuple[str, str]], due: str
) -> None:
    """Whatever the rates: every entry balances, and what holds no dollar is carried at no euro."""
    life = NewLife()
    for day, rate in zip(DAYS, rates, strict=True):
        life.do("set_rate", day, rate=f"{rate:f}")
    tax = [{"code": "T", "rate": "20", "category": "S", "due": due}]
    rows = [{"due": day, "amount": "7.01"} for day in DAYS[1:4]]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", DAYS[0], schedule=schedule, tax=tax, **DOLLARS)
    life.do("charge_due", DAYS[3])
    for number, (day, amount) in enumerate(paid):
        life.do("receive_payment", day, payment=f"pay-{number}", amount=amount, **DOLLARS)
    held: Counter[tuple[str, str | None]] = Counter()
    worth: Counter[tuple[str, str | None]] = Counter()
    for event in life.events:
        entry = life.entry(event)
        legs = worth_of(event, entry)
        assert sum(leg.amount_minor for leg in legs) == 0
        for leg in entry.postings if entry else ():
            held[leg.role, leg.charge] += leg.amount_minor
        for leg in legs:
            worth[leg.role, leg.charge] += leg.amount_minor
    for key, minor in held.items():
        if key[0] in {"receivable", "tax_pending", "unapplied"} and not minor:
            assert worth[key] == 0
    life.check()


@given(
    cuts=st.lists(st.integers(-500, 500).filter(bool), min_size=1, max_size=6),
    functional_minor=st.integers(-2000, 2000),
    rate=st.decimals("0.01", "9", places=2),
)
def test_legs_of_a_followed_account_add_up_to_its_part(
    cuts: list[int], functional_minor: int, rate: Decimal
) -> None:
    """However many legs move an account, their worth is what the event's part says."""
    amount_minor = sum(cuts)
    part = FunctionalPart(
        role="unapplied", charge=None, amount_minor=amount_minor, functional_minor=functional_minor
    )
    functional = Functional(
        currency="EUR", exponent=2, rate=f"{rate:f}", source="test", parts=(part,)
    )
    legs = [Posting.debit("unapplied", minor, Of()) for minor in cuts]
    values = values_of(legs, 2, functional)
    if amount_minor:
        assert sum(values) == functional_minor
    else:
        assert values == [at_rate(minor, 2, rate, 2) for minor in cuts]
