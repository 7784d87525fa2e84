"""Instalments and their payments, one payment a row: all rows of one plan make one agreement.

An instalment paid in several rows repeats its amount due, which counts once; of several versions of
the schedule the highest replaces the others, instalment by instalment. Days are counted from the
map's epoch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.imports.cells import Row
from ledger.imports.refusals import Contradiction, PaidNegative, PaidWithoutDay, RowTwice, few
from ledger.imports.result import Sourced, Taken
from ledger.imports.shapes import ImportMap, Shape
from ledger.terms.money import positive_minor_units
from ledger.terms.refusals import Refusal

SHAPE = Shape(
    required=frozenset(
        {
            "plan",
            "customer",
            "number",
            "version",
            "due_day",
            "paid_day",
            "amount_due",
            "amount_paid",
        }
    ),
    optional=frozenset({"currency"}),
    amount=("amount_paid",),
    settings=frozenset({"epoch"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A readable row: an instalment of a plan in one version, and what was paid for it, or not.

    `paid_on` is None where nothing was paid. Amounts due and paid are decimal strings; `worth` is
    the amount paid as the file has it.
    """

    line: int
    worth: Decimal
    plan: str
    customer: str
    currency: str
    number: int
    version: int
    due_on: date
    due: str
    paid_on: date | None
    paid: str


def take(import_map: ImportMap, rows: Sequence[Row]) -> Taken:
    """Make a plan of the rows of each plan, charged on its due days, and a payment of each row."""
    taken = Taken()
    plans: defaultdict[str, list[Part]] = defaultdict(list)
    first_lines: dict[tuple[object, ...], int] = {}
    for row in rows:
        try:
            part = _read(import_map, row)
            same = first_lines.setdefault(_identity(part), row.line)
            if same != row.line:
                raise RowTwice(line=same)
        except Refusal as reason:
            taken.refuse([(row.line, row.worth())], reason)
            continue
        plans[part.plan].append(part)
    for parts in plans.values():
        _take_plan(parts, taken)
    return taken


def _read(import_map: ImportMap, row: Row) -> Part:
    """Return the row as a part. Raises Refusal."""
    paid = row.amount()
    if paid < 0:
        raise PaidNegative(amount=str(paid))
    if paid and row.find("paid_day") is None:
        raise PaidWithoutDay(column=row.column("paid_day"))
    return Part(
        line=row.line,
        worth=paid,
        plan=f"{import_map.prefix}{row.text('plan')}",
        customer=row.text("customer"),
        currency=row.currency(),
        number=row.whole("number"),
        version=row.whole("version"),
        due_on=row.day_since_epoch("due_day"),
        due=row.money(row.minor(row.number("amount_due"), positive_minor_units)),
        paid_on=row.day_since_epoch("paid_day") if paid else None,
        paid=row.money(row.minor(paid)),
    )


def _identity(part: Part) -> tuple[object, ...]:
    return (
        *(part.plan, part.customer, part.currency, part.number, part.version),
        *(part.due_on, part.due, part.paid_on, part.paid),
    )


def _take_plan(parts: list[Part], taken: Taken) -> None:
    for what in ("customer", "currency"):
        if len({getattr(part, what) for part in parts}) > 1:
            _refuse(parts, f"plan {parts[0].plan}", what, taken)
            return
    good = _without_contradictions(parts, taken)
    if good:
        taken.commands.extend(_agreement(good))
        taken.commands.extend(_payment(part) for part in good if part.paid_on is not None)


def _without_contradictions(parts: list[Part], taken: Taken) -> list[Part]:
    """Return the parts of instalments whose versions each say one due day and one amount due.

    All rows of another instalment are listed: an older version is no way out of a newer one.
    """
    good = []
    for number, same in _grouped(parts).items():
        said = {(part.version, part.due_on, part.due) for part in same}
        if len(said) == len({part.version for part in same}):
            good.extend(same)
        else:
            thing = f"instalment {number} of plan {same[0].plan}"
            _refuse(same, thing, "due days or amounts due within one version", taken)
    return good


def _grouped(parts: Iterable[Part]) -> Mapping[int, list[Part]]:
    by_number: defaultdict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_number[part.number].append(part)
    return by_number


def _refuse(parts: Sequence[Part], thing: str, what: str, taken: Taken) -> None:
    reason = Contradiction(thing=thing, what=what, lines=few([part.line for part in parts]))
    taken.refuse(((part.line, part.worth) for part in parts), reason)


def _agreement(parts: list[Part]) -> list[Sourced]:
    """Return the plan's opening, on the first day that its rows know of, and its charges.

    A row that paid nothing is carried by the opening: all that it tells is an instalment.
    """
    plan = parts[0].plan
    current = sorted(
        (_newest(same) for same in _grouped(parts).values()),
        key=lambda same: (same[0].due_on, same[0].number),
    )
    days = {part.due_on for part in parts} | {part.paid_on for part in parts if part.paid_on}
    schedule = [{"due": same[0].due_on.isoformat(), "amount": same[0].due} for same in current]
    opening = {
        "command": "open_plan",
        "id": f"{plan}-open",
        "on": min(days).isoformat(),
        "plan": plan,
        "customer": parts[0].customer,
        "currency": parts[0].currency,
        "schedule": {"kind": "custom", "instalments": schedule},
    }
    unpaid = tuple((part.line, part.worth) for part in parts if part.paid_on is None)
    lines = tuple(part.line for part in parts)
    return [Sourced(opening, unpaid, lines), *_charges(plan, current)]


def _newest(same: Sequence[Part]) -> list[Part]:
    """Return the rows of an instalment's highest version; they agree on what is due, and when."""
    version = max(part.version for part in same)
    return [part for part in same if part.version == version]


def _charges(plan: str, current: Iterable[Sequence[Part]]) -> list[Sourced]:
    by_day: defaultdict[str, list[int]] = defaultdict(list)
    for same in current:
        by_day[same[0].due_on.isoformat()].extend(part.line for part in same)
    return [
        Sourced(
            {"command": "charge_due", "id": f"{plan}-charge-{day}", "on": day, "plan": plan},
            (),
            tuple(lines),
        )
        for day, lines in by_day.items()
    ]


def _payment(part: Part) -> Sourced:
    """Return the payment of a row. Its id tells all that distinguishes the row, not its place."""
    day = part.paid_on.isoformat() if part.paid_on else ""
    payment = f"{part.plan}-{part.number}-v{part.version}-{day}-{part.paid}"
    command: dict[str, Any] = {
        "command": "receive_payment",
        "id": f"{payment}-receive",
        "on": day,
        "payment": payment,
        "plan": part.plan,
        "amount": part.paid,
        "currency": part.currency,
    }
    return Sourced(command, ((part.line, part.worth),), (part.line,))
