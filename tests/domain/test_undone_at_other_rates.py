"""Foreign currencies: what is undone, refunded or annulled at other rates leaves no income or tax.

A charge keeps the rate of its bill and tax the rate at which it fell due (IAS 21.21: the rate of
the transaction); what exchange rates did meanwhile is gain or loss on exchange, and nothing else.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.rates import Rates
from ledger.terms.refusals import Refusal
from tests.domain.conftest import Life as NewLife

if TYPE_CHECKING:
    from tests.domain.conftest import Life

DOLLARS = {"currency": "USD"}


def taxed(due: str, rate: str = "20") -> list[dict[str, str]]:
    """Return the tax of a plan."""
    return [{"code": f"T{rate}", "rate": rate, "category": "S", "due": due}]


def billed(life: Life, rate: str, amount: str = "120.00", due: str = "receipt") -> None:
    """Bill one instalment on 2026-01-15 at a rate."""
    life.do("set_rate", "2026-01-01", rate=rate)
    rows = [{"due": "2026-01-15", "amount": amount}]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=taxed(due), **DOLLARS)
    life.do("charge_due", "2026-01-15")


def test_a_refund_and_an_annulment_leave_what_the_rate_did(life: Life) -> None:
    """120.00 dollars come in at 0.90 and go back at 0.50: 48.00 euros of gain, no sale, no tax."""
    billed(life, "0.90")
    life.do("receive_payment", "2026-01-16", payment="pay", amount="120.00", **DOLLARS)
    life.do("set_rate", "2026-02-01", rate="0.50")
    life.do("refund", "2026-02-05", payment="pay", amount="120.00")
    assert life.worth() == {
        "receivable": "108.00",
        "tax_pending": "-18.00",
        "revenue": "-90.00",
        "clearing": "48.00",
        "fx_gain": "-48.00",
    }
    life.do("credit", "2026-02-06", amount="120.00", kind="annulled")
    assert life.worth() == {"clearing": "48.00", "fx_gain": "-48.00"}
    life.check()


def test_a_lost_dispute_and_an_annulment_leave_what_the_rate_did(life: Life) -> None:
    """The same, where the payer's bank takes the money back."""
    billed(life, "0.90")
    life.do("receive_payment", "2026-01-16", payment="pay", amount="120.00", **DOLLARS)
    life.do("set_rate", "2026-02-01", rate="0.50")
    life.do("open_dispute", "2026-02-05", payment="pay", amount="120.00")
    life.do("close_dispute", "2026-02-06", payment="pay", outcome="lost")
    life.do("credit", "2026-02-07", amount="120.00", kind="annulled")
    assert life.worth() == {"clearing": "48.00", "fx_gain": "-48.00"}
    life.check()


def test_tax_on_an_advance_goes_back_at_its_own_rate(life: Life) -> None:
    """Taxed at 0.90 when it came in, applied at 0.80, bounced at 0.50: all tax is taken back."""
    life.do("set_rate", "2026-01-01", rate="0.90")
    rows = [{"due": "2026-02-15", "amount": "120.00"}]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=taxed("receipt"), **DOLLARS)
    life.do("receive_payment", "2026-01-16", payment="pay", plan="P", amount="120.00", **DOLLARS)
    assert life.worth()["tax_payable"] == "-18.00"
    life.do("set_rate", "2026-02-01", rate="0.80")
    life.do("charge_due", "2026-02-15")
    assert life.worth()["tax_payable"] == "-18.00"
    life.do("set_rate", "2026-03-01", rate="0.50")
    life.do("reverse_payment", "2026-03-01", payment="pay")
    life.do("credit", "2026-03-02", amount="120.00", kind="annulled")
    assert life.worth() == {"clearing": "48.00", "fx_gain": "-58.00", "fx_loss": "10.00"}
    life.check()


def test_a_credit_note_goes_by_charge(life: Life) -> None:
    """One note over charges of different rates and tax takes each back at its own."""
    billed(life, "0.90", due="invoice")
    life.do("set_rate", "2026-02-01", rate="0.45")
    rows = [{"due": "2026-02-15", "amount": "105.50"}]
    life.do(
        "amend_plan",
        "2026-02-02",
        plan="P",
        schedule={"kind": "custom", "instalments": rows},
        tax=taxed("invoice", "5.5"),
        reason="because",
    )
    life.do("charge_due", "2026-02-15")
    assert life.worth()["tax_payable"] == "-20.48"
    life.do("credit", "2026-02-16", amount="225.50", kind="annulled")
    assert life.worth() == {}


def test_no_cent_of_tax_is_left(life: Life) -> None:
    """0.17 of tax at 0.9137 is billed as 0.16, and taken back as that."""
    billed(life, "0.9137", amount="1.00", due="invoice")
    assert life.worth()["tax_payable"] == "-0.16"
    life.do("credit", "2026-02-06", amount="1.00", kind="annulled")
    assert life.worth() == {}


def test_an_earlier_rate_changes_nothing_that_was_taken_over(life: Life) -> None:
    """What was taken over at 0.90 leaves at 0.90, whatever rate is set for an earlier day."""
    rows = [{"due": "2026-01-15", "amount": "100.00"}]
    life.do("open_plan", "2026-01-01", schedule={"kind": "custom", "instalments": rows}, **DOLLARS)
    life.do("charge_due", "2026-01-15")
    life.do("set_rate", "2026-02-10", rate="0.90")
    lines = [{"role": "receivable", "amount": "100"}, {"role": "revenue", "amount": "-100"}]
    life.do("open_currency", "2026-02-10", balances=lines)
    life.do("set_rate", "2026-01-01", rate="0.50")
    life.do("receive_payment", "2026-02-11", payment="pay", amount="100.00", **DOLLARS)
    assert life.worth() == {"clearing": "90.00", "revenue": "-90.00"}
    rates = life.streams["exchange:USD"].state
    assert isinstance(rates, Rates)
    assert (str(rates.before.rate), str(rates.first.rate)) == ("0.90", "0.50")
    life.do("open_currency", "2026-02-10", book="pcg", balances=lines)
    life.book = "pcg"
    assert life.worth() == {"clearing": "90.00", "revenue": "-90.00"}


DAYS = [f"2026-0{month}-{day}" for month in (2, 3, 4) for day in ("05", "15", "25")]
_cents = st.integers(1, 900).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
_steps = st.lists(
    st.tuples(
        st.sampled_from(["receive", "reverse", "refund", "dispute", "win", "lose", "credit"]),
        st.integers(0, 3),
        _cents,
    ),
    min_size=1,
    max_size=len(DAYS),
)


def step(life: Life, day: str, number: int, what: tuple[str, int, str]) -> None:
    """Do one thing to the sale or to one of its payments."""
    kind, which, amount = what
    of: dict[str, Any] = {"payment": f"pay-{which}"}
    match kind:
        case "receive":
            life.do("receive_payment", day, payment=f"pay-{number}", amount=amount, **DOLLARS)
        case "reverse":
            life.do("reverse_payment", day, **of)
        case "refund":
            life.do("refund", day, amount=amount, **of)
        case "dispute":
            life.do("open_dispute", day, amount=amount, **of)
        case "win" | "lose":
            life.do("close_dispute", day, outcome="won" if kind == "win" else "lost", **of)
        case "credit":
            life.do("credit", day, amount=amount, kind="annulled")


@given(
    rates=st.lists(st.decimals("0.0001", "9", places=4), min_size=9, max_size=9),
    steps=_steps,
    due=st.sampled_from(["receipt", "invoice"]),
    chargeback=st.sampled_from(["", "next_instalment"]),
)
def test_whatever_happened_an_annulled_sale_is_nothing(
    rates: list[Decimal], steps: list[tuple[str, int, str]], due: str, chargeback: str
) -> None:
    """After any uses and their undoing at any rates, what is annulled in full leaves exchange only.

    All money goes back first. A payment that is refunded and then bounces is owed by its payer.
    """
    life = NewLife()
    for day, rate in zip(DAYS, rates, strict=True):
        life.do("set_rate", day, rate=f"{rate:f}")
    rows = [{"due": day, "amount": amount} for day, amount in zip(DAYS[:6:2], "735", strict=True)]
    schedule = {"kind": "custom", "instalments": rows}
    terms = {"schedule": schedule, "tax": taxed(due), "chargeback": chargeback, **DOLLARS}
    life.do("open_plan", DAYS[0], **terms)
    for number, (day, what) in enumerate(zip(DAYS, steps, strict=False)):
        life.do("charge_due", day)
        try:
            step(life, day, number, what)
        except Refusal:
            continue
    life.do("charge_due", "2026-05-01")
    for number in range(len(steps)):
        for step_back in (("lose", number, ""), ("reverse", number, "")):
            try:
                step(life, "2026-05-02", number, step_back)
            except Refusal:
                continue
    open_ = life.balances()
    owed = sum(Decimal(open_.get(role, "0")) for role in ("receivable", "disputed"))
    if owed:
        life.do("credit", "2026-05-03", amount=str(owed), kind="annulled")
    assert set(life.worth()) <= {"clearing", "unapplied", "fx_gain", "fx_loss"}
    life.check()


def test_what_leaves_an_overdrawn_payment_is_owed_at_the_rate_of_the_day(life: Life) -> None:
    """Refunded and then bounced at one rate, the payer owes the money at that rate: no exchange."""
    life.do("set_rate", "2026-01-01", rate="2.00")
    life.do("set_rate", "2026-02-01", rate="0.50")
    life.do("receive_payment", "2026-02-02", payment="pay", plan="", amount="100.00", **DOLLARS)
    life.do("refund", "2026-02-03", payment="pay", amount="100.00")
    life.do("reverse_payment", "2026-02-04", payment="pay")
    assert life.worth() == {"clearing": "-50.00", "unapplied": "50.00"}
    life.check()


def test_money_from_before_the_first_rate_leaves_at_it(life: Life) -> None:
    """What lay unapplied before there was a rate is carried at the first one, to the last cent."""
    life.do("receive_payment", "2026-01-02", payment="pay", plan="", amount="100.00", **DOLLARS)
    life.do("set_rate", "2026-02-01", rate="2.00")
    life.do("set_rate", "2026-03-01", rate="0.50")
    life.do("refund", "2026-03-03", payment="pay", amount="100.00")
    assert life.worth() == {"unapplied": "200.00", "clearing": "-50.00", "fx_gain": "-150.00"}


def test_tax_on_advances_is_that_of_their_payment(life: Life) -> None:
    """Of two advances at 0.90 and 0.50 the first bounces: tax at 0.50 stays, as was declared."""
    life.do("set_rate", "2026-01-01", rate="0.90")
    rows = [{"due": "2026-03-15", "amount": "240.00"}]
    schedule = {"kind": "custom", "instalments": rows}
    life.do("open_plan", "2026-01-01", schedule=schedule, tax=taxed("receipt"), **DOLLARS)
    life.do("receive_payment", "2026-01-16", payment="one", plan="P", amount="120.00", **DOLLARS)
    life.do("set_rate", "2026-02-01", rate="0.50")
    life.do("receive_payment", "2026-02-16", payment="two", plan="P", amount="120.00", **DOLLARS)
    assert life.worth()["tax_payable"] == "-28.00"
    life.do("reverse_payment", "2026-02-20", payment="one")
    assert life.worth()["tax_payable"] == "-10.00"
    life.do("charge_due", "2026-03-15")
    assert life.worth()["tax_payable"] == "-10.00"


def deferred(life: Life) -> None:
    """Bill 120.00 at 0.90 and 120.00 at 0.50 for a service of three months, all of it deferred."""
    life.do("set_rate", "2026-01-01", rate="0.90")
    life.do("set_rate", "2026-02-01", rate="0.50")
    rows = [{"due": f"2026-0{month}-15", "amount": "120.00"} for month in (1, 2)]
    life.do(
        "open_plan",
        "2026-01-01",
        schedule={"kind": "custom", "instalments": rows},
        revenue="over_service",
        service={"from": "2026-01-01", "to": "2026-03-31"},
        **DOLLARS,
    )
    life.do("charge_due", "2026-02-15")


def test_what_is_credited_out_of_what_is_deferred_makes_no_exchange(life: Life) -> None:
    """The first bill is annulled: what is earned in the end is what the other is carried at."""
    deferred(life)
    life.do("credit", "2026-02-20", amount="120.00", kind="annulled")
    life.do("day", "2026-03-31")
    assert life.worth() == {"receivable": "60.00", "revenue": "-60.00"}


def test_a_cancelled_service_makes_no_exchange(life: Life) -> None:
    """Cancelled on the last day of February, 157.33 of 240.00 were delivered, and are earned."""
    deferred(life)
    life.do("cancel_plan", "2026-02-28")
    assert life.balances() == {"receivable": "157.33", "revenue": "-157.33"}
    assert life.worth() == {"receivable": "126.66", "revenue": "-126.66"}
