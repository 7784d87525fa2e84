"""How a customer meets one instalment: a habit is a story of what happens, and when.

A story yields the moment to go on at (an int), then what is recorded at that moment. It returns
whether the plan goes on with its next part. Whatever happens to a part is over 22 days after its
due day, before the next part can be paid, so that money always meets the part it is meant for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final

from ledger.simulation.offers import EXPONENT
from ledger.simulation.sale import Command, Sale
from ledger.terms.money import amount_text

Story = Generator[int | Command, None, bool]

LATE_FEE_MINOR: Final = 500
GOODWILL_MINOR: Final = 200
_PAID_AGAIN = 0.8
_FEE_WAIVED = 0.5
_FEE_ON_DEFAULT = 0.5
_RECOVERED = 0.45


def on_time(sale: Sale, part: int) -> Story:
    """Paid on the due day or the day after."""
    day = sale.due(part) + sale.rng.randint(0, 1)
    yield sale.moment(day)
    yield sale.receive(day, sale.offer.amounts_minor[part])
    return True


def recorded_late(sale: Sale, part: int) -> Story:
    """Paid in time, by what we learn days later."""
    day = sale.due(part) + sale.rng.randint(0, 1)
    yield sale.moment(day + sale.rng.randint(2, 6))
    yield sale.receive(day, sale.offer.amounts_minor[part])
    return True


def early(sale: Sale, part: int) -> Story:
    """Paid before it was charged; the money waits for the charge."""
    day = max(sale.due(part) - sale.rng.randint(1, 5), sale.opened + 3)
    yield sale.moment(day)
    yield sale.receive(day, sale.offer.amounts_minor[part])
    return True


def late(sale: Sale, part: int) -> Story:
    """Paid days or weeks late, without a fee."""
    day = sale.due(part) + sale.rng.choice((2, 3, 4, 6, 9, 14, 20))
    yield sale.moment(day)
    yield sale.receive(day, sale.offer.amounts_minor[part])
    return True


def late_with_fee(sale: Sale, part: int) -> Story:
    """Charged a late fee, which is paid with the instalment or forgiven after it."""
    rng, amount_minor = sale.rng, sale.offer.amounts_minor[part]
    fee = yield from _fee(sale, part)
    paid = sale.due(part) + rng.randint(11, 17)
    yield sale.moment(paid)
    if rng.random() >= _FEE_WAIVED:
        yield sale.receive(paid, amount_minor + LATE_FEE_MINOR)
        return True
    yield sale.receive(paid, amount_minor)
    waived = paid + rng.randint(1, 3)
    yield sale.moment(waived)
    amount = amount_text(LATE_FEE_MINOR, EXPONENT)
    yield sale.on_plan("waive", waived, charge=fee, amount=amount, reason="first delay")
    return True


def short(sale: Sale, part: int) -> Story:
    """Paid in part, the rest later."""
    rng, amount_minor = sale.rng, sale.offer.amounts_minor[part]
    first_minor = amount_minor * rng.randint(20, 80) // 100
    day = sale.due(part) + rng.randint(0, 2)
    yield sale.moment(day)
    yield sale.receive(day, first_minor)
    rest = sale.due(part) + rng.randint(5, 20)
    yield sale.moment(rest)
    yield sale.receive(rest, amount_minor - first_minor)
    return True


def double(sale: Sale, part: int) -> Story:
    """Paid twice by mistake; the second payment goes back."""
    amount_minor = sale.offer.amounts_minor[part]
    day = sale.due(part)
    yield sale.moment(day)
    yield sale.receive(day, amount_minor)
    yield sale.moment(day + 1)
    second = sale.receive(day + 1, amount_minor)
    yield second
    refunded = day + sale.rng.randint(2, 8)
    yield sale.moment(refunded)
    yield sale.command(
        "refund",
        refunded,
        payment=second["payment"],
        amount=second["amount"],
        reason="paid twice",
    )
    return True


def bounced(sale: Sale, part: int) -> Story:
    """Paid, taken back by the bank a few days later; most pay again, the others never do."""
    rng, amount_minor = sale.rng, sale.offer.amounts_minor[part]
    day = sale.due(part)
    yield sale.moment(day)
    payment = sale.receive(day, amount_minor)
    yield payment
    back = day + rng.randint(2, 5)
    yield sale.moment(back)
    yield sale.command("reverse_payment", back, payment=payment["payment"], reason="bounced")
    if rng.random() >= _PAID_AGAIN:
        return (yield from never(sale, part))
    again = day + rng.randint(7, 18)
    yield sale.moment(again)
    yield sale.receive(again, amount_minor)
    return True


def unnamed(sale: Sale, part: int) -> Story:
    """Paid without saying for what; somebody finds the plan days later."""
    day = sale.due(part) + sale.rng.randint(0, 3)
    yield sale.moment(day)
    payment = sale.receive(day, sale.offer.amounts_minor[part], named=False)
    yield payment
    found = day + sale.rng.randint(1, 6)
    yield sale.moment(found)
    yield sale.on_plan("allocate", found, payment=payment["payment"])
    return True


def goodwill(sale: Sale, part: int) -> Story:
    """Reduced after a complaint; the rest is paid."""
    day = sale.due(part) + sale.rng.randint(1, 3)
    yield sale.moment(day)
    amount = amount_text(GOODWILL_MINOR, EXPONENT)
    yield sale.on_plan("credit", day, amount=amount, kind="discount", reason="goodwill")
    paid = day + sale.rng.randint(1, 5)
    yield sale.moment(paid)
    yield sale.receive(paid, sale.offer.amounts_minor[part] - GOODWILL_MINOR)
    return True


def leaving(sale: Sale, part: int) -> Story:
    """Paid, then the plan is cancelled, if anything of it is left."""
    yield from on_time(sale, part)
    if part + 1 == len(sale.offer.amounts_minor):
        return True
    day = sale.due(part) + sale.rng.randint(3, 18)
    yield sale.moment(day)
    yield sale.on_plan("cancel_plan", day, reason="asked by the customer")
    return False


def never(sale: Sale, part: int) -> Story:
    """Not paid, nor any later part; given up after about 100 days, and sometimes found again."""
    rng = sale.rng
    if rng.random() < _FEE_ON_DEFAULT:
        yield from _fee(sale, part)
    given_up = sale.due(part) + rng.randint(95, 110)
    yield sale.moment(given_up)
    yield sale.on_plan("write_off", given_up, reason="no payment, no answer")
    if rng.random() < _RECOVERED:
        found = given_up + rng.randint(20, 90)
        yield sale.moment(found)
        yield sale.recover(found, sale.offer.amounts_minor[part] * rng.randint(30, 100) // 100)
    return False


def _fee(sale: Sale, part: int) -> Generator[int | Command, None, str]:
    """Charge a late fee; return the id of its charge."""
    day = sale.due(part) + sale.rng.randint(7, 10)
    yield sale.moment(day)
    command = sale.on_plan(
        "charge_fee",
        day,
        kind="late_fee",
        amount=amount_text(LATE_FEE_MINOR, EXPONENT),
        due=sale.date(day + 10),
    )
    yield command
    return f"{sale.plan}/{command['id']}"


HABITS: tuple[tuple[Callable[[Sale, int], Story], int], ...] = (
    (on_time, 780),
    (recorded_late, 30),
    (early, 30),
    (late, 60),
    (late_with_fee, 28),
    (short, 20),
    (double, 10),
    (bounced, 15),
    (unnamed, 15),
    (goodwill, 10),
    (leaving, 5),
    (never, 5),
)
"""Each habit and how often it is met, in thousandths of all instalments (about)."""
