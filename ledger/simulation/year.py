"""The year: plans start one after the other, and everybody's stories are told in order.

Memory holds one small story for each plan that has not ended, never the commands: a story decides
what comes next only when its moment has come.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Generator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ledger.simulation.habits import HABITS, Story
from ledger.simulation.offers import OFFERS
from ledger.simulation.sale import DAY_SECONDS, Command, Sale

_YEAR_DAYS = 365
_CHARGING_SECONDS = 4 * 3600
_FIRST_HOUR, _LAST_HOUR = 7, 19
_NEW_CUSTOMER = 0.9
_OPENED_LATE = 0.03
_STORIES, _STORY_WEIGHTS = zip(*HABITS, strict=True)
_OFFER_WEIGHTS = tuple(offer.weight for offer in OFFERS)
_CHARGING = 0
_Pending = list[tuple[int, int, Generator[int | Command, None, Any]]]


def commands(plans: int, seed: int, start: date = date(2025, 1, 1)) -> Iterator[dict[str, Any]]:
    """Stream the commands of `plans` plans sold within a year from `start`, until all have ended.

    They come in the order of `recorded` (UTC), the same for the same arguments. Amounts are decimal
    strings in EUR. About 15 commands a plan; memory grows with the plans open at one time only.
    """
    rng = random.Random(seed)  # noqa: S311 - a game of chance, not a secret
    midnight = datetime.combine(start, time(), UTC)
    due_days: set[int] = set()
    pending: _Pending = [(0, _CHARGING, _charging(start, due_days))]
    for number in range(1, plans + 1):
        opened = _opening_moment(number, plans)
        yield from _until(opened, pending, midnight)
        heapq.heappush(
            pending, (opened, number, _life(_sale(number, opened, start, rng), due_days))
        )
    yield from _until(None, pending, midnight)


def _until(moment: int | None, pending: _Pending, midnight: datetime) -> Iterator[Command]:
    """Tell the stories up to a moment; None: until only the daily charging is left."""
    while pending[0][0] < moment if moment is not None else len(pending) > 1:
        now, number, story = heapq.heappop(pending)
        for step in story:
            if isinstance(step, int):
                heapq.heappush(pending, (max(step, now), number, story))
                break
            recorded = midnight + timedelta(seconds=now)
            step["recorded"] = f"{recorded:%Y-%m-%dT%H:%M:%S}Z"
            yield step


def _charging(start: date, due_days: set[int]) -> Generator[int | Command, None, None]:
    """Charge what falls due, early each day on which something does."""
    day = 0
    while True:
        yield day * DAY_SECONDS + _CHARGING_SECONDS
        if day in due_days:
            due_days.remove(day)
            on = (start + timedelta(days=day)).isoformat()
            yield {"command": "charge_due", "id": f"SIM-due-{on}", "on": on}
        day += 1


def _opening_moment(number: int, plans: int) -> int:
    """Return when plan `number` of `plans` is sold: evenly over the year, in business hours."""
    day, rest = divmod((number - 1) * _YEAR_DAYS, plans)
    hours = _LAST_HOUR - _FIRST_HOUR
    return day * DAY_SECONDS + _FIRST_HOUR * 3600 + rest * hours * 3600 // plans


def _sale(number: int, opened: int, start: date, rng: random.Random) -> Sale:
    """Draw a plan: its offer, a new or a known customer, its first due day 4 to 20 days later."""
    day = opened // DAY_SECONDS
    return Sale(
        number=number,
        customer=number if rng.random() < _NEW_CUSTOMER else rng.randint(1, number),
        offer=rng.choices(OFFERS, _OFFER_WEIGHTS)[0],
        start=start,
        opened=day,
        first_due=start + timedelta(days=day + rng.randint(4, 20)),
        rng=rng,
    )


def _life(sale: Sale, due_days: set[int]) -> Story:
    """Tell a plan's story: opened, sometimes recorded days late, then part after part."""
    if sale.rng.random() < _OPENED_LATE:
        yield sale.moment(sale.opened + sale.rng.randint(1, 3))
    yield sale.open_plan()
    parts = range(len(sale.offer.amounts_minor))
    due_days.update(sale.due(part) for part in parts)
    for part in parts:
        habit = sale.rng.choices(_STORIES, _STORY_WEIGHTS)[0]
        if not (yield from habit(sale, part)):
            return False
    return True
