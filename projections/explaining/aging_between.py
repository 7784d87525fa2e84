"""Why the aging differs between two coordinates: movements, due days changed, and time alone.

A movement that is in one set alone counts in the bucket its item has there. What both sets have in
common may stand in another bucket only because its due day changed or because it became older;
such an amount gives two lines, out of one bucket and into the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.terms.money import amount_text
from projections.aging import CREDIT, OpenItem, bucket, bucket_names, days_overdue
from projections.amounts import Sum
from projections.coordinates import Coordinates
from projections.explaining.between import Between, Origin, origin_values

OLDER = "became older"
YOUNGER = "was younger then"
DUE_CHANGED = "due day changed"
Due = tuple[date, Origin | None]
"""A due day, and the event that set it in place of a first one."""
Dues = Mapping[tuple[str | None, str | None], Due]


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement with the item it moves (whose amount is the movement's) and its event."""

    origin: Origin
    line: int
    item: OpenItem


@dataclass(frozen=True, slots=True)
class Stand:
    """What decides in which bucket an item stands: a coordinate, its later due days, the edges."""

    at: Coordinates
    dues: Dues
    edges: Sequence[int]

    def due(self, item: OpenItem) -> Due | None:
        """Return when an item is due here; None for a credit."""
        if item.due_on is None:
            return None
        return self.dues.get((item.plan, item.charge), (item.due_on, None))

    def bucket(self, item: OpenItem) -> str:
        """Return the bucket of an item here."""
        due = self.due(item)
        return CREDIT if due is None else bucket(days_overdue(due[0], self.at.as_of), self.edges)


def aging_lines(
    before: Stand,
    after: Stand,
    entered: Iterable[Moved],
    left: Iterable[Moved],
    common: Iterable[OpenItem],
) -> list[dict[str, Any]]:
    """Return the lines; items carry their first due days, `common` what both sets hold."""
    lines = [_moved(each, after, before.at, 1) for each in entered]
    lines += [_moved(each, before, after.at, -1) for each in left]
    for item in common:
        lines += _shifted(item, before, after)
    return sorted(lines, key=_order)


def _order(line: dict[str, Any]) -> tuple[Any, ...]:
    names = ("customer", "plan", "charge", "state", "document", "bucket", "amount")
    return (
        line["reason"],
        line["position"] or 0,
        line["line"] or 0,
        *(str(line[name] or "") for name in names),
    )


def _moved(moved: Moved, stand: Stand, other: Coordinates, sign: int) -> dict[str, Any]:
    name = stand.bucket(moved.item)
    return {
        "reason": moved.origin.reason(other),
        "change": "entered" if sign > 0 else "left",
        **origin_values(moved.origin),
        "line": moved.line,
        **_item_values(moved.item),
        "bucket": name,
        "bucket_before": None if sign > 0 else name,
        "bucket_after": name if sign > 0 else None,
        "amount": amount_text(sign * moved.item.outstanding_minor, moved.item.exponent),
    }


def _item_values(item: OpenItem) -> dict[str, Any]:
    names = ("currency", "customer", "plan", "instalment", "charge", "kind", "state", "document")
    return {name: getattr(item, name) for name in names}


def _shifted(item: OpenItem, before: Stand, after: Stand) -> Iterator[dict[str, Any]]:
    """Yield two lines for each bucket an item left, from the earlier coordinate to the later."""
    backwards = Between(before.at, after.at).is_backwards
    early, late = (after, before) if backwards else (before, after)
    between = Stand(late.at, early.dues, early.edges)  # First the time passes, then the due day.
    steps = (
        (YOUNGER if backwards else OLDER, early.bucket(item), between.bucket(item), None),
        (DUE_CHANGED, between.bucket(item), late.bucket(item), _changed_by(item, early, late)),
    )
    for reason, old, new, origin in steps:
        if old != new:
            yield from _step(item, reason, (new, old) if backwards else (old, new), origin)


def _changed_by(item: OpenItem, early: Stand, late: Stand) -> Origin | None:
    """Return the latest of the events that set the due days at two coordinates apart."""
    found = [due[1] for due in (early.due(item), late.due(item)) if due and due[1]]
    return max(found, key=lambda origin: (origin.posted_on, origin.position), default=None)


def _step(
    item: OpenItem, reason: str, names: tuple[str, str], origin: Origin | None
) -> Iterator[dict[str, Any]]:
    for name, sign in zip(names, (-1, 1), strict=True):
        moved = replace(item, outstanding_minor=sign * item.outstanding_minor)
        yield {
            "reason": reason,
            "change": "entered" if sign > 0 else "left",
            **origin_values(origin),
            "line": None,
            **_item_values(moved),
            "bucket": name,
            "bucket_before": names[0],
            "bucket_after": names[1],
            "amount": amount_text(moved.outstanding_minor, moved.exponent),
        }


def compared(
    before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]], edges: Sequence[int]
) -> list[dict[str, Any]]:
    """Return totals of two reports side by side: a row for each currency and column."""
    old = {row["currency"]: row for row in before}
    new = {row["currency"]: row for row in after}
    rows = []
    for currency in sorted(old.keys() | new.keys(), key=str.encode):
        for name in (*bucket_names(edges), CREDIT, "total"):
            first = _read(old.get(currency, {}).get(name, "0"))
            second = _read(new.get(currency, {}).get(name, "0"))
            difference = second.minus(first)
            rows.append(
                {
                    "currency": currency,
                    "bucket": name,
                    "from": first.plus(0, difference.exponent).text,
                    "to": second.plus(0, difference.exponent).text,
                    "difference": difference.text,
                }
            )
    return rows


def _read(text: str) -> Sum:
    """Read an amount that a report wrote."""
    decimals = len(text.partition(".")[2])
    return Sum(int(text.replace(".", "")), decimals)
