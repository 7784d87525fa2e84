"""One plan that was sold: its ids, its days, and the commands that concern it.

Days are counted from the first day of the simulation, moments in seconds from its midnight (UTC).
A command is built without its recording time, which `year` stamps.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ledger.simulation.offers import CURRENCY, EXPONENT, Offer
from ledger.terms.money import amount_text

Command = dict[str, Any]

DAY_SECONDS = 24 * 3600
_OPENING_SECONDS = 7 * 3600
_CLOSING_SECONDS = 20 * 3600
_FEE_RATE = Decimal("0.015")
_FEE_FIXED = Decimal("0.25")
_STRIPE_SHARE = 0.7
_VAT = {"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}


@dataclass(slots=True)
class Sale:
    """A plan of `offer`, opened on day `opened` and first due on `first_due`.

    `steps` and `payments` count what was made of it so far, so that every id is its own.
    """

    number: int
    customer: int
    offer: Offer
    start: date
    opened: int
    first_due: date
    rng: random.Random
    steps: int = 0
    payments: int = 0

    @property
    def plan(self) -> str:
        """The plan's id."""
        return f"SIM-P-{self.number:06d}"

    def due(self, part: int) -> int:
        """Return the day on which a part falls due; parts count from 0."""
        return (self.offer.due(self.first_due, part) - self.start).days

    def date(self, day: int) -> str:
        """Write a day as ISO date."""
        return (self.start + timedelta(days=day)).isoformat()

    def moment(self, day: int) -> int:
        """Return some moment of a day's business hours."""
        return day * DAY_SECONDS + self.rng.randint(_OPENING_SECONDS, _CLOSING_SECONDS)

    def command(self, name: str, day: int, **fields: object) -> Command:
        """Return a command with an id of its own, effective on a day."""
        self.steps += 1
        identity = f"SIM-{self.number:06d}-{self.steps:03d}"
        return {"command": name, "id": identity, "on": self.date(day), **fields}

    def on_plan(self, name: str, day: int, **fields: object) -> Command:
        """Return a command that names the plan."""
        return self.command(name, day, plan=self.plan, **fields)

    def open_plan(self) -> Command:
        """Return the command that opens the plan: some with tax, some of business customers."""
        command = self.on_plan(
            "open_plan",
            self.opened,
            customer=f"SIM-C-{self.customer:06d}",
            currency=CURRENCY,
            schedule=self.offer.schedule(self.first_due),
            offer=self.offer.name,
        )
        country = self.rng.choices(("FR", "BE", "DE", None), (70, 10, 8, 12))[0]
        if country is not None:
            command["country"] = country
        if country == "FR":
            command["tax"] = [dict(_VAT)]
        if self.rng.random() < 0.4:  # noqa: PLR2004 - a share of sales
            command["customer_kind"] = self.rng.choice(("business", "consumer"))
        return command

    def receive(self, day: int, amount_minor: int, *, named: bool = True) -> Command:
        """Return a payment with a new id; the plan is left out where it is not `named`."""
        plan = {"plan": self.plan} if named else {}
        return self.command("receive_payment", day, **self._money(amount_minor), **plan)

    def recover(self, day: int, amount_minor: int) -> Command:
        """Return cash for what was written off."""
        return self.on_plan("recover", day, **self._money(amount_minor))

    def _money(self, amount_minor: int) -> dict[str, str]:
        self.payments += 1
        suffix = f"{self.number:06d}-{self.payments:03d}"
        money = {
            "payment": f"SIM-pay-{suffix}",
            "amount": amount_text(amount_minor, EXPONENT),
            "currency": CURRENCY,
        }
        if self.rng.random() >= _STRIPE_SHARE:
            return {**money, "gateway": "bank", "reference": f"SIM-transfer-{suffix}"}
        fee = gateway_fee(amount_minor)
        return {**money, "gateway": "stripe", "reference": f"SIM-txn-{suffix}", "fee": fee}


def gateway_fee(amount_minor: int) -> str:
    """Return the gateway's fee, 1.5 % + 0.25, rounded half up to the cent, as a decimal string."""
    fee = Decimal(amount_minor).scaleb(-EXPONENT) * _FEE_RATE + _FEE_FIXED
    return str(fee.quantize(Decimal("0.01"), ROUND_HALF_UP))
