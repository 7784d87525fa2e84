"""Whether rules balance: found for every leg that is missing, and true of every event's amounts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from ledger.books.accounts import chart_of, packaged_books, packaged_chart
from ledger.books.balancing import KINDS, kinds_of, require_whole
from ledger.books.measures import MEASURES
from ledger.books.rules import RuleError
from ledger.events import EVENT_TYPES, Fact
from ledger.store.codec import decode

FACTS = [
    decode(golden["type"], golden["version"], golden["payload"].encode())
    for golden in json.loads(
        (Path(__file__).parent / "golden_events.json").read_text(encoding="utf-8")
    )
]


@pytest.mark.parametrize("book", packaged_books())
def test_packaged_rules_are_whole_and_no_leg_is_too_many(book: str) -> None:
    """The packaged rules are whole; without any one of their legs they are refused."""
    rules = dict(chart_of(packaged_chart(book)).rules)
    require_whole(rules)
    for event, rule in rules.items():
        for leg in rule.legs:
            less = replace(rule, legs=tuple(other for other in rule.legs if other is not leg))
            with pytest.raises(RuleError, match=f"{event}: debits and credits differ"):
                require_whole({**rules, event: less})


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TOPIC)
def test_amounts_are_sums_of_their_kinds(fact: Fact) -> None:
    """What an event measures is made of the kinds that are told of it, and of nothing else."""
    if type(fact) not in MEASURES:
        return
    amounts: Counter[str] = Counter()
    for measured in MEASURES[type(fact)].take(fact):
        amounts.update(measured.amounts)
    assert _is_sum(amounts, kinds_of(type(fact)))


def test_every_kind_names_amounts_of_its_event() -> None:
    """A kind speaks of amounts that the event has, and leaves none out that a rule can name."""
    for event in KINDS:
        named = {name for kind in kinds_of(event) for name in kind}
        assert named <= MEASURES[event].amounts.keys()
        assert EVENT_TYPES[event.TOPIC] is event


def _is_sum(amounts: Counter[str], kinds: list[list[str]]) -> bool:
    """Tell whether amounts are a sum of multiples of kinds: by elimination, in exact fractions."""
    names = sorted(amounts.keys() | {name for kind in kinds for name in kind})
    rows = [
        [Fraction(name in kind) for kind in kinds] + [Fraction(amounts[name])] for name in names
    ]
    reached = 0
    for column in range(len(kinds)):
        pivot = next((n for n in range(reached, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[reached], rows[pivot] = rows[pivot], rows[reached]
        for number, row in enumerate(rows):
            if number != reached and row[column]:
                factor = row[column] / rows[reached][column]
                pairs = zip(row, rows[reached], strict=True)
                rows[number] = [value - factor * other for value, other in pairs]
        reached += 1
    return all(any(row[:-1]) or not row[-1] for row in rows)
