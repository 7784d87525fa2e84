"""Writes docs/posting-rules.md: `python -m tests.docs.posting_rules > docs/posting-rules.md`.

The page is made from the charts that come with the package and from what events measure, so that a
book that is added, a file more, is a column more.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence

from ledger.books.accounts import Chart, chart_of, packaged_books, packaged_chart
from ledger.books.measures import MEASURES, Measure
from ledger.books.rules import Leg
from ledger.events import EVENT_TYPES, Fact

HEAD = """# Posting rules

What each event means in money, in every book that comes with the package. Written by
`python -m tests.docs.posting_rules` from `ledger/books/charts/*.toml` (the rules) and
`ledger/books/measures.py` (the amounts). A ledger posts by the rules that it has adopted: a change
here reaches it only by adopting them anew.

How to read a table: one line is one leg, debits (Dr) first; a book's column has the account, or
nothing where the book has no such leg. **An amount is also the condition: a leg whose amount is
zero is left out**, so only the legs that apply to an event are posted. Every entry balances. A role
in braces is one that the event itself chooses. Tax "on receipt" falls due when money comes in, tax
"on invoice" when it is billed. In the ledger's own currency an entry in another one may have one
leg more, `fx_gain` or `fx_loss`: docs/currencies.md.
"""


def packaged() -> list[Chart]:
    """Return the charts that come with the package, by the name of their book."""
    return [chart_of(packaged_chart(book)) for book in packaged_books()]


def text(charts: Sequence[Chart]) -> str:
    """Return the whole page."""
    posted = list(dict.fromkeys(topic for chart in charts for topic in chart.rules))
    silent = [topic for topic in EVENT_TYPES if topic not in posted]
    blocks = [
        HEAD.rstrip(),
        _books(charts),
        _differences(charts, posted),
        *(block for topics in _by_stream(posted) for block in _stream(charts, topics)),
        "## Events that post nothing",
        *(_silent(topics) for topics in _by_stream(silent)),
        _accounts(charts),
    ]
    return "\n\n".join(blocks) + "\n"


def _table(*rows: Iterable[str]) -> str:
    """Write rows of cells, the first one as the head."""
    head, *lines = (list(row) for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *lines))


def _books(charts: Sequence[Chart]) -> str:
    rows = ((f"`{chart.book}`", chart.title, _IMPAIRMENT[chart.impairment]) for chart in charts)
    return _table(("book", "title", "expects losses"), *rows)


_IMPAIRMENT = {"matrix": "on all claims together, by a matrix", "claims": "claim by claim"}


def _differences(charts: Sequence[Chart], posted: Iterable[str]) -> str:
    found = [f"[{topic}](#{topic.lower()})" for topic in posted if _differ(charts, topic)]
    return f"The books differ, account numbers aside, in: {', '.join(found) or 'nothing'}."


def _differ(charts: Sequence[Chart], topic: str) -> bool:
    return len({frozenset(leg.text for leg in _legs(chart, topic)) for chart in charts}) > 1


def _legs(chart: Chart, topic: str) -> tuple[Leg, ...]:
    rule = chart.rules.get(topic)
    return rule.legs if rule else ()


def _by_stream(topics: Iterable[str]) -> Iterator[list[str]]:
    """Divide events by the stream that they are in, each in the place of its first event."""
    streams: dict[str, list[str]] = {}
    for topic in topics:
        streams.setdefault(EVENT_TYPES[topic].__module__, []).append(topic)
    yield from streams.values()


def _stream_title(topic: str) -> str:
    title = _sentence(sys.modules[EVENT_TYPES[topic].__module__].__doc__).rstrip(".")
    return title[0].upper() + title[1:]


def _sentence(told: str | None) -> str:
    """Return the first line of a docstring."""
    return (told or "").strip().partition("\n")[0]


def _stream(charts: Sequence[Chart], topics: Sequence[str]) -> Iterator[str]:
    yield f"## {_stream_title(topics[0])}"
    for topic in topics:
        yield f"### {topic}"
        yield " ".join(_about(charts, topic))
        yield _rule_table(charts, topic)


def _about(charts: Sequence[Chart], topic: str) -> Iterator[str]:
    kind = EVENT_TYPES[topic]
    yield _sentence(kind.__doc__)
    journals = dict.fromkeys(chart.rules[topic].journal for chart in charts if topic in chart.rules)
    yield f"Journal: {' or '.join(journals)}."
    if "book" in kind.__dataclass_fields__:
        yield "It posts in the book that it names, and in no other."
    silent = [f"`{chart.book}`" for chart in charts if topic not in chart.rules]
    if silent:
        yield f"It posts nothing in {', '.join(silent)}."
    if _differ(charts, topic):
        yield "**The books differ.**"


def _rule_table(charts: Sequence[Chart], topic: str) -> str:
    kind = EVENT_TYPES[topic]
    head = ("", "role", *(chart.book for chart in charts), "amount", "which is")
    return _table(head, *(_leg_row(charts, kind, leg) for leg in _all_legs(charts, kind)))


def _all_legs(charts: Sequence[Chart], kind: type[Fact]) -> list[Leg]:
    """Return the legs of all books, each once: debits first, in the order of the amounts."""
    amounts = list(MEASURES[kind].amounts)
    legs = dict.fromkeys(leg for chart in charts for leg in _legs(chart, kind.TOPIC))
    return sorted(legs, key=lambda leg: (leg.side == "credit", amounts.index(leg.amount)))


def _leg_row(charts: Sequence[Chart], kind: type[Fact], leg: Leg) -> Iterator[str]:
    measure = MEASURES[kind]
    yield "Dr" if leg.side == "debit" else "Cr"
    yield f"{{{leg.role}}}: {measure.roles[leg.role]}" if leg.chosen else leg.role
    for chart in charts:
        yield _account(chart, measure, leg) if leg in _legs(chart, kind.TOPIC) else ""
    yield leg.amount
    yield measure.amounts[leg.amount]


def _account(chart: Chart, measure: Measure, leg: Leg) -> str:
    """Return the account of a leg; of one whose role the event chooses, all that it may be."""
    roles = re.findall(r"\w+", measure.roles[leg.role]) if leg.chosen else [leg.role]
    return " / ".join(chart.by_role[role].account for role in roles if role in chart.by_role)


def _silent(topics: Sequence[str]) -> str:
    rows = ((topic, _sentence(EVENT_TYPES[topic].__doc__)) for topic in topics)
    return f"{_stream_title(topics[0])}:\n\n{_table(('event', 'what it tells'), *rows)}"


def _accounts(charts: Sequence[Chart]) -> str:
    roles = dict.fromkeys(account.role for chart in charts for account in chart.accounts)
    rows = ((role, *(_named(chart, role) for chart in charts)) for role in roles)
    return f"## Accounts by role\n\n{_table(('role', *(chart.book for chart in charts)), *rows)}"


def _named(chart: Chart, role: str) -> str:
    account = chart.by_role.get(role)
    return f"{account.account} {account.name} ({account.type})" if account else ""


if __name__ == "__main__":
    sys.stdout.write(text(packaged()))
