"""Lives of a small ledger: command lines over a few plans and payments, possible and impossible.

The profiles of Hypothesis stand here too: `default` is small and the same every time; `long`,
chosen by HYPOTHESIS_PROFILE, searches with fresh randomness.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Line = dict[str, Any]

FIRST_DAY = date(2026, 1, 1)
LAST_DAY = FIRST_DAY + timedelta(days=200)
EXPONENTS = {"EUR": 2, "JPY": 0, "BHD": 3}
PLANS = ("P-1", "P-2", "p é")
CUSTOMERS = ("C-1", "C-2")
_RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
_GAPS_SECONDS = (0, 0, 1, 3600, 86_400, 20 * 86_400)

_COMMON = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
settings.register_profile("default", _COMMON, max_examples=10, derandomize=True, database=None)
settings.register_profile("long", _COMMON, max_examples=400, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def amount_text(amount_minor: int, currency: str) -> str:
    """Write minor units as the decimal string of a command."""
    exponent = EXPONENTS[currency]
    whole, part = divmod(amount_minor, 10**exponent)
    return f"{whole}.{part:0{exponent}d}" if exponent else str(whole)


def days() -> st.SearchStrategy[str]:
    """Days back and forth, over the whole of all schedules and a little more."""
    return st.dates(FIRST_DAY, LAST_DAY).map(date.isoformat)


def amounts(currency: str) -> st.SearchStrategy[str]:
    """Small amounts, so that what is owed is met exactly now and then."""
    few = st.sampled_from([1, 50, 100, 150, 200, 333, 600])
    return (few | st.integers(1, 700)).map(lambda minor: amount_text(minor, currency))


@st.composite
def openings(draw: st.DrawFn, plan: str, currency: str) -> Line:
    """The opening of one plan: its schedule and tax."""
    total = amount_text(draw(st.sampled_from([300, 601, 1000, 1999])), currency)
    first = FIRST_DAY + timedelta(days=draw(st.sampled_from([0, 14, 30])))
    schedule: Line = {
        "kind": "equal",
        "total": total,
        "instalments": draw(st.integers(1, 4)),
        "first_due": first.isoformat(),
        "every": draw(st.sampled_from(["1 month", "2 weeks"])),
    }
    line: Line = {
        "command": "open_plan",
        "on": FIRST_DAY.isoformat(),
        "plan": plan,
        "customer": draw(st.sampled_from(CUSTOMERS)),
        "currency": currency,
        "schedule": schedule,
    }
    if draw(st.booleans()):
        line["chargeback"] = "next_instalment"
    due = draw(st.sampled_from([None, "receipt", "invoice"]))
    if due is not None:
        rate = draw(st.sampled_from(["20", "5.5", "0"]))
        line["tax"] = [{"code": "T", "rate": rate, "category": "S", "due": due}]
    return line


@st.composite
def takeovers(draw: st.DrawFn, plan: str, currency: str) -> Line:
    """Open items of another system, taken over as a plan."""
    items = []
    for number in range(draw(st.integers(1, 2))):
        item = {"document": f"D-{number}", "due": draw(days()), "amount": draw(amounts(currency))}
        items.append(item)
    return {
        "command": "open_balance",
        "on": FIRST_DAY.isoformat(),
        "plan": plan,
        "customer": draw(st.sampled_from(CUSTOMERS)),
        "currency": currency,
        "items": items,
    }


@dataclass
class Known:
    """What a life has met so far, so that most commands name what there is."""

    currencies: dict[str, str]
    payments: list[str] = field(default_factory=list)
    fees: list[tuple[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    today: date = FIRST_DAY


@st.composite
def commands(draw: st.DrawFn, known: Known, number: int) -> Line:
    """The next command: mostly of today and about what is known, sometimes of any day."""
    known.today += timedelta(days=draw(st.sampled_from([0, 0, 1, 5, 14, 30])))
    plan = draw(st.sampled_from(sorted(known.currencies)))
    name = draw(st.sampled_from(_NAMES if known.payments else _FIRST_NAMES))
    if name == "recover" and not known.lost:
        name = "write_off"
    elif name == "recover":
        plan = draw(st.sampled_from(known.lost))
    on = known.today.isoformat() if draw(st.integers(0, 3)) else draw(days())
    line: Line = {"command": name, "id": f"c-{number}", "on": on}
    if name not in _WITHOUT_PLAN and not (name in _PERHAPS_PLAN and draw(st.integers(0, 2)) == 0):
        line["plan"] = plan
    if name in _WITH_AMOUNT or (name == "write_off" and draw(st.booleans())):
        line["amount"] = draw(amounts(known.currencies[plan]))
    if name in _WITH_REASON:
        line["reason"] = "because"
    more = _MORE.get(name)
    if more is not None:
        line |= draw(more(known, plan, number))
    if name == "write_off":
        known.lost.append(plan)
    return line


@st.composite
def _money_in(draw: st.DrawFn, known: Known, plan: str, number: int) -> Line:
    again = known.payments and draw(st.integers(0, 9)) == 0
    payment = draw(st.sampled_from(known.payments)) if again else f"pay-{number}"
    known.payments.append(payment)
    currency = known.currencies[plan]
    line = {"payment": payment, "currency": currency}
    if plan in known.lost:
        line["amount"] = amount_text(draw(st.integers(1, 100)), currency)
    return line | ({"fee": amount_text(1, currency)} if draw(st.integers(0, 3)) == 0 else {})


@st.composite
def _money_there(draw: st.DrawFn, known: Known, _plan: str, _number: int) -> Line:
    return {"payment": draw(st.sampled_from(["pay-none", *known.payments * 4]))}


@st.composite
def _fee(draw: st.DrawFn, known: Known, plan: str, number: int) -> Line:
    command_id = f"c-{number if draw(st.integers(0, 5)) else number - 1}"
    known.fees.append((plan, f"{plan}/{command_id}"))
    return {"id": command_id, "kind": "late_fee"}


@st.composite
def _waived(draw: st.DrawFn, known: Known, plan: str, _number: int) -> Line:
    plan, charge = draw(st.sampled_from([(plan, f"{plan}/1"), *known.fees * 4]))
    return {"plan": plan, "charge": charge, "amount": draw(amounts(known.currencies[plan]))}


@st.composite
def _credited(draw: st.DrawFn, _known: Known, _plan: str, _number: int) -> Line:
    return {"kind": draw(st.sampled_from(["discount", "undelivered", "annulled"]))}


@st.composite
def _contested(draw: st.DrawFn, known: Known, plan: str, _number: int) -> Line:
    payment = draw(st.sampled_from(known.payments))
    known.disputed.append(payment)
    fee = {"fee": amount_text(15, known.currencies[plan])} if draw(st.booleans()) else {}
    return {"payment": payment, **fee}


@st.composite
def _closed(draw: st.DrawFn, known: Known, _plan: str, _number: int) -> Line:
    payment = draw(st.sampled_from([*known.payments, *known.disputed * 4]))
    return {"payment": payment, "outcome": draw(st.sampled_from(["won", "lost"]))}


@st.composite
def _provided(draw: st.DrawFn, known: Known, plan: str, _number: int) -> Line:
    sign = "-" if draw(st.integers(0, 3)) == 0 else ""
    return {"plan": plan, "book": "pcg", "amount": sign + draw(amounts(known.currencies[plan]))}


@st.composite
def _ended(draw: st.DrawFn, _known: Known, _plan: str, _number: int) -> Line:
    if draw(st.booleans()):
        return {}
    within = FIRST_DAY + timedelta(days=draw(st.integers(0, 15)))
    return {"kind": "withdrawal", "on": within.isoformat()}


_MORE: dict[str, Callable[[Known, str, int], st.SearchStrategy[Line]]] = {
    "receive_payment": _money_in,
    "recover": _money_in,
    "allocate": _money_there,
    "refund": _money_there,
    "reverse_payment": _money_there,
    "charge_fee": _fee,
    "waive": _waived,
    "credit": _credited,
    "open_dispute": _contested,
    "close_dispute": _closed,
    "provision": _provided,
    "cancel_plan": _ended,
}
_FIRST_NAMES = ["charge_due", "charge_due", "receive_payment", "charge_fee"]
_NAMES = [
    *("charge_due",) * 3,
    *("receive_payment",) * 4,
    *("charge_fee", "allocate", "refund", "credit", "waive", "recover") * 2,
    *("open_dispute", "close_dispute", "mark_doubtful", "provision") * 2,
    *("reverse_payment", "write_off", "cancel_plan", "cure"),
]
_WITHOUT_PLAN = {"refund", "reverse_payment", "open_dispute", "close_dispute"}
_PERHAPS_PLAN = {"charge_due", "receive_payment"}
_WITH_AMOUNT = {"receive_payment", "recover", "charge_fee", "refund", "credit", "open_dispute"}
_WITH_REASON = {"waive", "refund", "reverse_payment", "credit", "write_off", "cancel_plan"}


@st.composite
def rates(draw: st.DrawFn) -> list[Line]:
    """Rates of foreign currencies, or of none: on the first day, so that none is ever missing."""
    lines: list[Line] = []
    for currency in draw(st.sets(st.sampled_from(sorted(EXPONENTS.keys() - {"EUR"})))):
        for day in [FIRST_DAY.isoformat(), *draw(st.lists(days(), max_size=4))]:
            rate = draw(st.sampled_from(["0.0061", "0.92", "1", "2.3875", "117"]))
            line = {"command": "set_rate", "id": f"r-{currency}-{len(lines)}", "on": day}
            lines.append({**line, "currency": currency, "rate": rate})
    return lines


@st.composite
def lives(draw: st.DrawFn, most: int = 24) -> list[Line]:
    """A command file: plans opened, then anything; recording times given for all lines or none."""
    house = draw(st.sampled_from(sorted(EXPONENTS)))
    currencies = st.just(house) | st.just(house) | st.sampled_from(sorted(EXPONENTS))
    sold = PLANS[: draw(st.integers(1, 2))]
    opened = [draw(openings(plan, draw(currencies))) for plan in sold]
    opened.append(draw(takeovers(PLANS[2], draw(currencies))))
    lines = [{**line, "id": f"o-{number}"} for number, line in enumerate(opened)]
    lines += draw(rates())
    known = Known({line["plan"]: line["currency"] for line in opened})
    lines += [draw(commands(known, number)) for number in range(draw(st.integers(6, most)))]
    if draw(st.integers(0, 3)) == 0:
        lines.append({**draw(st.sampled_from(opened)), "id": "o-again"})
    if draw(st.booleans()):
        lines.sort(key=lambda line: line["command"] != "set_rate")
    if draw(st.integers(0, 3)):
        gaps = st.lists(st.sampled_from(_GAPS_SECONDS), min_size=len(lines), max_size=len(lines))
        stamped(lines, draw(gaps))
    return lines


def stamped(lines: list[Line], gaps_seconds: list[int]) -> None:
    """Give every line a recording time that never goes back."""
    moment = _RECORDED
    for line, gap in zip(lines, gaps_seconds, strict=True):
        moment += timedelta(seconds=gap)
        line["recorded"] = f"{moment:%Y-%m-%dT%H:%M:%S}Z"
