"""The border: one JSON object of a command file becomes one typed command, or a refusal.

Every line has `command`, `id` (its idempotency key) and `on` (its effective day); each `_read_...`
function is the form of one command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.agreement_commands import READ as AGREEMENTS
from ledger.agreement_commands import Base
from ledger.events import TaxTreatment
from ledger.fields import Fields, currency_exponent
from ledger.intentions import (
    Allocate,
    Balance,
    ChargeDue,
    ChargeFee,
    ClaimTaxRelief,
    CloseDispute,
    Command,
    Credit,
    Cure,
    Day,
    Exchange,
    FailPayout,
    FailRefund,
    FeeTax,
    IssueInvoice,
    LandPayout,
    MarkDoubtful,
    OpenCurrency,
    OpenDispute,
    Provision,
    ReceivePayment,
    Recover,
    Refund,
    Revalue,
    ReversePayment,
    SendPayout,
    SetRate,
    Transfer,
    Waive,
    WriteOff,
)
from ledger.period_commands import read_close_period, read_reopen_period
from ledger.refusals import CardNumberGiven, CommandUnknown, EmailGiven
from ledger.register_command import read_register_customer
from ledger.revaluing import MONETARY
from ledger.subjects.names import holds_email
from ledger.terms.card_numbers import holds_card_number
from ledger.waterfalls import ORDINARY, PAYMENT_KINDS

KEYS = frozenset(
    {
        *("id", "plan", "customer", "payment", "payout", "charge", "charges", "from", "document"),
        *("series", "offer", "financed_by"),
    }
)
"""Fields that name something, and are no free text."""

AS_GIVEN = "as given"
"""Where a rate comes from, if that is not said."""

REGISTER = "register_customer"

FEE_KINDS = ("late_fee", "recovery_fee", "fee")


def read_command(line: Mapping[str, Any]) -> Command:
    """Return the typed command of one JSON object.

    Raises CardNumberGiven, CommandUnknown, FieldMissing, FieldUnknown, FieldWrong, CurrencyUnknown
    and the rules of amounts and schedules that can be checked without the ledger.
    """
    _refuse_secrets(line, "", personal=line.get("command") == REGISTER)
    fields = Fields(line)
    name = fields.text("command")
    read = _READ.get(name)
    if read is None:
        raise CommandUnknown(command=name[:40], known=", ".join(sorted(_READ)))
    base = {
        "id": fields.text("id"),
        "on": fields.day("on"),
        "recorded_us": fields.moment("recorded") if fields.has("recorded") else None,
    }
    command = read(fields, base)
    fields.done()
    return command


def _refuse_secrets(value: Any, place: str, *, personal: bool) -> None:
    """Refuse card numbers in any text of a command, names of fields included; and e-mail addresses.

    Fields of a `personal` command, which are sealed, may hold addresses, ids may not.
    """
    match value:
        case str():
            is_key = place.partition("[")[0] in KEYS
            if holds_card_number(value, is_key=is_key):
                raise CardNumberGiven(field=place or "command")
            if (is_key or not personal) and holds_email(value):
                raise EmailGiven(field=place or "command")
        case Mapping():
            for name, nested in value.items():
                if holds_card_number(name):
                    raise CardNumberGiven(field=place or "command")
                _refuse_secrets(nested, f"{place}.{name}" if place else name, personal=personal)
        case list():
            for index, nested in enumerate(value):
                _refuse_secrets(nested, f"{place}[{index}]", personal=personal)
        case _:
            return


def _read_charge_due(fields: Fields, base: Base) -> Command:
    return ChargeDue(**base, plan=fields.optional_text("plan"))


def _read_day(fields: Fields, base: Base) -> Command:
    return Day(**base, plan=fields.optional_text("plan"))


def _read_charge_fee(fields: Fields, base: Base) -> Command:
    return ChargeFee(
        **base,
        plan=fields.text("plan"),
        kind=fields.choice("kind", *FEE_KINDS),
        amount=fields.amount("amount"),
        due_on=fields.optional_day("due"),
    )


def _read_waive(fields: Fields, base: Base) -> Command:
    return Waive(
        **base,
        plan=fields.text("plan"),
        charge=fields.text("charge"),
        amount=fields.amount("amount"),
        reason=fields.reason(),
    )


def _money_in(fields: Fields, base: Base) -> dict[str, Any]:
    currency, exponent = fields.currency()
    return {
        **base,
        "payment": fields.text("payment"),
        "amount": fields.amount("amount"),
        "currency": currency,
        "exponent": exponent,
        "gateway": fields.optional_text("gateway"),
        "reference": fields.optional_text("reference"),
        "fee": _fee(fields),
        "fee_tax": _fee_tax(fields),
    }


def _fee(fields: Fields) -> Decimal | None:
    fee = fields.optional_amount("fee")
    if fee is not None and fee < 0:
        raise fields.wrong("fee", "must not be below zero")
    return fee


def _fee_tax(fields: Fields) -> FeeTax | None:
    """Read the tax on the fee: none, charged inside the fee, or under reverse charge."""
    if not fields.has("fee_tax"):
        return None
    if not fields.has("fee") or fields.has("rate") or fields.has("await"):
        raise fields.wrong("fee_tax", "goes with a fee, and neither with a rate nor with await")
    nested, fee = fields.object("fee_tax"), fields.amount("fee")
    treatments: tuple[TaxTreatment, ...] = ("exempt", "charged", "reverse_charge")
    word, tax = nested.choice("treatment", *treatments), None
    treatment = next(known for known in treatments if known == word)
    if treatment != "exempt":
        tax = FeeTax(treatment=treatment, amount=nested.amount("amount"))
        if fee <= 0 or tax.amount <= 0 or (treatment == "charged" and tax.amount >= fee):
            problem = "must be above zero, on a fee, and below the fee where it is charged"
            raise fields.wrong("fee_tax", problem)
    nested.done()
    return tax


def _read_receive_payment(fields: Fields, base: Base) -> Command:
    return ReceivePayment(
        **_money_in(fields, base),
        plan=fields.optional_text("plan"),
        kind=fields.choice("kind", *PAYMENT_KINDS, default=ORDINARY),
        exchange=_exchange(fields) if fields.has("rate") else None,
    )


def _exchange(fields: Fields) -> Exchange:
    return Exchange(
        rate=_rate(fields),
        source=fields.optional_text("rate_source") or AS_GIVEN,
        settles=fields.optional_amount("settles"),
    )


def _read_set_rate(fields: Fields, base: Base) -> Command:
    currency, _ = fields.currency()
    return SetRate(
        **base,
        currency=currency,
        rate=_rate(fields),
        source=fields.optional_text("source") or AS_GIVEN,
        exponent_of=currency_exponent,
    )


def _read_revalue(fields: Fields, base: Base) -> Command:
    if base["on"] == date.max:
        raise fields.wrong("on", "must leave a next day, on which it is taken back")
    of = _of_balances(fields, base)
    return Revalue(**of, balances=_balances(fields, carried=True, roles=sorted(MONETARY)))


def _read_open_currency(fields: Fields, base: Base) -> Command:
    if base["on"] == date.max:
        raise fields.wrong("on", "must be the last day on which the currency moved without a rate")
    return OpenCurrency(**_of_balances(fields, base), balances=_balances(fields, carried=False))


def _of_balances(fields: Fields, base: Base) -> dict[str, Any]:
    currency, exponent = fields.currency()
    return {**base, "book": fields.text("book"), "currency": currency, "exponent": exponent}


def _balances(fields: Fields, *, carried: bool, roles: Iterable[str] = ()) -> tuple[Balance, ...]:
    """Read balances by role, each role once; of the given `roles` alone, if any are."""
    found: dict[str, Balance] = {}
    for nested in fields.objects("balances"):
        role = nested.choice("role", *roles) if roles else nested.text("role")
        if role in found:
            raise nested.wrong("role", f"{role!r} is given twice")
        found[role] = Balance(
            role=role,
            amount=nested.amount("amount"),
            carried=nested.amount("carried") if carried else Decimal(0),
        )
        nested.done()
    return tuple(found.values())


def _rate(fields: Fields) -> Decimal:
    rate = fields.amount("rate")
    if rate <= 0:
        raise fields.wrong("rate", "must be above zero")
    return rate


def _read_recover(fields: Fields, base: Base) -> Command:
    return Recover(**_money_in(fields, base), plan=fields.text("plan"))


def _read_allocate(fields: Fields, base: Base) -> Command:
    return Allocate(**base, payment=fields.text("payment"), plan=fields.text("plan"))


def _read_refund(fields: Fields, base: Base) -> Command:
    return Refund(
        **base,
        payment=fields.text("payment"),
        amount=fields.amount("amount"),
        reason=fields.reason(),
        approver=fields.optional_text("approver"),
        awaits=fields.flag("await"),
    )


def _read_reverse_payment(fields: Fields, base: Base) -> Command:
    return ReversePayment(
        **base,
        payment=fields.text("payment"),
        reason=fields.reason(),
        awaits=fields.flag("await"),
    )


def _read_credit(fields: Fields, base: Base) -> Command:
    return Credit(
        **base,
        plan=fields.text("plan"),
        amount=fields.amount("amount"),
        kind=fields.choice("kind", "discount", "goodwill", "undelivered", "annulled"),
        reason=fields.reason(),
    )


def _read_write_off(fields: Fields, base: Base) -> Command:
    return WriteOff(
        **base,
        plan=fields.text("plan"),
        amount=fields.optional_amount("amount"),
        reason=fields.reason(),
        approver=fields.optional_text("approver"),
    )


def _read_transfer(fields: Fields, base: Base) -> Command:
    return Transfer(
        **base,
        payment=fields.text("payment"),
        source=fields.text("from"),
        plan=fields.text("plan"),
        amount=fields.optional_amount("amount"),
        reason=fields.reason(),
    )


def _read_fail_refund(fields: Fields, base: Base) -> Command:
    return FailRefund(
        **base,
        payment=fields.text("payment"),
        amount=fields.amount("amount"),
        reason=fields.reason(),
    )


def _read_send_payout(fields: Fields, base: Base) -> Command:
    currency, exponent = fields.currency()
    return SendPayout(
        **base,
        payout=fields.text("payout"),
        amount=fields.amount("amount"),
        currency=currency,
        exponent=exponent,
        gateway=fields.optional_text("gateway"),
    )


def _read_land_payout(fields: Fields, base: Base) -> Command:
    return LandPayout(**base, payout=fields.text("payout"))


def _read_fail_payout(fields: Fields, base: Base) -> Command:
    return FailPayout(**base, payout=fields.text("payout"))


def _read_issue_invoice(fields: Fields, base: Base) -> Command:
    return IssueInvoice(
        **base,
        plan=fields.text("plan"),
        series=fields.text("series"),
        charges=tuple(fields.text_list("charges")) if fields.has("charges") else (),
    )


def _read_claim_tax_relief(fields: Fields, base: Base) -> Command:
    return ClaimTaxRelief(
        **base,
        plan=fields.text("plan"),
        amount=fields.optional_amount("amount"),
        reason=fields.reason(),
    )


def _read_open_dispute(fields: Fields, base: Base) -> Command:
    return OpenDispute(
        **base,
        payment=fields.text("payment"),
        amount=fields.amount("amount"),
        fee=_fee(fields),
        fee_tax=_fee_tax(fields),
        awaits=fields.flag("await"),
    )


def _read_close_dispute(fields: Fields, base: Base) -> Command:
    outcome = fields.choice("outcome", "won", "lost")
    return CloseDispute(
        **base, payment=fields.text("payment"), outcome=outcome, awaits=fields.flag("await")
    )


def _read_mark_doubtful(fields: Fields, base: Base) -> Command:
    return MarkDoubtful(**base, plan=fields.text("plan"))


def _read_cure(fields: Fields, base: Base) -> Command:
    return Cure(**base, plan=fields.text("plan"))


def _read_provision(fields: Fields, base: Base) -> Command:
    plan = fields.optional_text("plan")
    known = plan is not None and not fields.has("currency")
    currency, exponent = (None, None) if known else fields.currency()
    return Provision(
        **base,
        book=fields.text("book"),
        plan=plan,
        amount=fields.amount("amount"),
        currency=currency,
        exponent=exponent,
        reason=fields.reason() if fields.has("reason") else None,
    )


_READ: dict[str, Callable[[Fields, Base], Command]] = {
    **AGREEMENTS,
    REGISTER: read_register_customer,
    "charge_due": _read_charge_due,
    "charge_fee": _read_charge_fee,
    "day": _read_day,
    "waive": _read_waive,
    "receive_payment": _read_receive_payment,
    "set_rate": _read_set_rate,
    "revalue": _read_revalue,
    "open_currency": _read_open_currency,
    "recover": _read_recover,
    "allocate": _read_allocate,
    "refund": _read_refund,
    "reverse_payment": _read_reverse_payment,
    "transfer": _read_transfer,
    "fail_refund": _read_fail_refund,
    "send_payout": _read_send_payout,
    "land_payout": _read_land_payout,
    "fail_payout": _read_fail_payout,
    "issue_invoice": _read_issue_invoice,
    "claim_tax_relief": _read_claim_tax_relief,
    "open_dispute": _read_open_dispute,
    "close_dispute": _read_close_dispute,
    "mark_doubtful": _read_mark_doubtful,
    "cure": _read_cure,
    "provision": _read_provision,
    "credit": _read_credit,
    "write_off": _read_write_off,
    "close_period": read_close_period,
    "reopen_period": read_reopen_period,
}
