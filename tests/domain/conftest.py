"""A life in plain text: what was asked, and every event and posting that must come of it.

The docstring of a test holds its claim and then the life, which `follow` reads and checks. A line
`> DAY COMMAND NAME=VALUE ...` is a command; the lines behind it are all that it leads to, in order:
`DAY STREAM EVENT`, with what matters of an event that posts nothing, and one line for each posting,
`ROLE AMOUNT WHOSE` (debit positive; charge, else plan, else customer). `! SENTENCE` is a refusal,
`? DAY ROLE AMOUNT ...` are all balances of that day. Blanks are free.

Where a command leaves them out: plan P, customer C, currency EUR, the reason "because". How nested
fields are written is in `short_form`.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import pytest

from ledger import events as facts
from ledger.books.accounts import Chart, chart_of, packaged_books, packaged_chart
from ledger.books.functional import functional_postings
from ledger.books.posting import JournalEntry, Posting
from ledger.books.rules import entry_of
from ledger.commands import read_command
from ledger.draft import Draft, Stream, replayed
from ledger.envelope import Event, RecordedEvent
from ledger.handlers import decide
from ledger.held import functional_of
from ledger.store import codec
from ledger.terms.money import amount_text
from ledger.terms.refusals import Refusal
from tests.domain.short_form import read_short

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "open_plan": {"plan": "P", "customer": "C", "currency": "EUR"},
    "open_balance": {"plan": "P", "customer": "C", "currency": "EUR"},
    "charge_due": {"plan": "P"},
    "day": {"plan": "P"},
    "charge_fee": {"plan": "P", "kind": "late_fee"},
    "waive": {"plan": "P", "reason": "because"},
    "receive_payment": {"plan": "P", "currency": "EUR"},
    "recover": {"plan": "P", "currency": "EUR"},
    "allocate": {"plan": "P"},
    "refund": {"reason": "because"},
    "reverse_payment": {"reason": "because"},
    "mark_doubtful": {"plan": "P"},
    "cure": {"plan": "P"},
    "provision": {"plan": "P", "book": "pcg"},
    "reschedule": {"plan": "P"},
    "pause_plan": {"plan": "P"},
    "settle_plan": {"plan": "P"},
    "amend_plan": {"plan": "P"},
    "claim_tax_relief": {"plan": "P", "reason": "because"},
    "issue_invoice": {"plan": "P", "series": "INV"},
    "set_rate": {"currency": "USD", "source": "ECB"},
    "revalue": {"currency": "USD", "book": "generic"},
    "open_currency": {"currency": "USD", "book": "generic"},
    "transfer": {"plan": "P", "reason": "because"},
    "fail_refund": {"reason": "because"},
    "send_payout": {"currency": "EUR"},
    "land_payout": {},
    "fail_payout": {},
    "open_dispute": {},
    "close_dispute": {},
    "credit": {"plan": "P", "kind": "discount", "reason": "because"},
    "write_off": {"plan": "P", "reason": "because"},
    "cancel_plan": {"plan": "P", "reason": "because"},
}


@cache
def chart_named(book: str) -> Chart:
    """Return a chart that comes with the package."""
    return chart_of(packaged_chart(book))


@cache
def opened() -> Stream:
    """Return the stream of a ledger in euros that keeps both packaged books."""
    facts_of_it: list[facts.Fact] = [
        facts.LedgerOpened(
            ledger_id="L",
            entity="E",
            functional_currency="EUR",
            timezone="UTC",
            fiscal_year_start="01-01",
            simulated=True,
            hash_version=1,
            format_version=1,
        )
    ]
    for book in packaged_books():
        content = packaged_chart(book)
        facts_of_it.append(facts.RulesAdopted(book=book, digest="", content=content))
    events = [
        Event(facts.LEDGER_STREAM, number, date.min, fact)
        for number, fact in enumerate(facts_of_it, 1)
    ]
    return replayed(None, events) or Stream()


class Life:
    """A ledger without a store: commands are decided on drafts, events kept in a list."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {facts.LEDGER_STREAM: opened()}
        self.events: list[Event] = []
        self.count = 0
        self.book = "generic"

    @property
    def chart(self) -> Chart:
        """The chart of the book that entries are asked for."""
        return chart_named(self.book)

    def do(self, command: str, on: str, **fields: Any) -> list[Event]:
        """Carry out a command, its fields completed from DEFAULTS; return its events."""
        self.count += 1
        line = {"command": command, "id": f"c{self.count}", "on": on}
        given = {**line, **DEFAULTS[command], **fields}
        draft = Draft(lambda name: self.streams.get(name, Stream()))
        decide(read_command({name: value for name, value in given.items() if value != ""}), draft)
        self.streams.update(draft.streams)
        self.events += draft.events()
        return draft.events()

    def run(self, text: str) -> list[Event]:
        """Carry out a command written as `DAY COMMAND NAME=VALUE ...`; return its events."""
        day, command, fields = read_short(text)
        return self.do(command, day, **fields)

    def entry(self, event: Event) -> JournalEntry | None:
        """Return the journal entry of an event in the packaged book."""
        recorded = RecordedEvent(
            position=1,
            stream=event.originator_id,
            version=event.originator_version,
            type=event.fact.TOPIC,
            schema_version=event.fact.SCHEMA_VERSION,
            effective_on=event.effective_on,
            posted_on=event.effective_on,
            recorded_at_us=0,
            actor="tests",
            command_id="c",
            fact=event.fact,
        )
        return entry_of(recorded, self.chart.book, self.chart.rules)

    def balances(self, through: str = "9999-12-31") -> dict[str, str]:
        """Return the balances by role, those that are zero left out."""
        sums: Counter[str] = Counter()
        exponents = {0}
        for event in self.events:
            entry = self.entry(event)
            if entry is None or entry.functional:
                continue
            if event.effective_on <= date.fromisoformat(through):
                exponents.add(entry.exponent)
                for posting in entry.postings:
                    sums[posting.role] += posting.amount_minor
        return {
            role: amount_text(sums[role], max(exponents)) for role in sorted(sums) if sums[role]
        }

    def worth(self, through: str = "9999-12-31") -> dict[str, str]:
        """Return the balances in the ledger's own currency by role, those that are zero left out.

        What has no amount in it is left out too.
        """
        sums: Counter[str] = Counter()
        for event in self.events:
            if event.effective_on <= date.fromisoformat(through):
                for posting in worth_of(event, self.entry(event)):
                    sums[posting.role] += posting.amount_minor
        return {role: amount_text(sums[role], 2) for role in sorted(sums) if sums[role]}

    def check(self) -> None:
        """Every event is readable again, and replaying them all leads to the same state."""
        for event in self.events:
            payload = codec.encode(event.fact)
            assert codec.decode(event.fact.TOPIC, event.fact.SCHEMA_VERSION, payload) == event.fact
        for name, stream in self.streams.items():
            if name == facts.LEDGER_STREAM:
                continue
            own = [event for event in self.events if event.originator_id == name]
            assert [event.originator_version for event in own] == list(range(1, len(own) + 1))
            assert (replayed(None, own) or Stream()) == stream


def worth_of(event: Event, entry: JournalEntry | None) -> Sequence[Posting]:
    """Return the legs of an event in euros, the ledger's own currency; none if it has none."""
    if entry is None:
        return ()
    functional = functional_of(event.fact)
    if functional is not None:
        return functional_postings(entry, functional)
    return entry.postings if entry.currency == "EUR" else ()


def told(life: Life, line: str) -> Iterator[str]:
    """Yield what comes of one line of a life."""
    mark, day = line.split()[:2]
    if mark == "?":
        pairs = life.balances(day).items()
        yield " ".join([mark, day, *(word for pair in pairs for word in pair)])
        return
    yield line
    try:
        events = life.run(" ".join(line.split()[1:]))
    except Refusal as refusal:
        yield f"! {refusal}"
        return
    for event in events:
        yield from _lines(life, event)


def _lines(life: Life, event: Event) -> Iterator[str]:
    told_more = more_of(event.fact)
    yield " ".join([str(event.effective_on), event.originator_id, event.fact.TOPIC, *told_more])
    entry = life.entry(event)
    for posting in entry.postings if entry else ():
        amount = amount_text(posting.amount_minor, entry.exponent if entry else 0)
        yield f"{posting.role} {amount} {whose(posting)}"


def whose(posting: Posting) -> str:
    """Name whose a posting is: the charge, else the plan, else the customer."""
    if posting.charge is not None:
        assert posting.charge.startswith(f"{posting.plan}/")
        assert posting.customer is not None
    return posting.charge or posting.plan or posting.customer or "nobody"


def more_of(fact: facts.Fact) -> list[str]:
    """Return what matters of an event that posts nothing."""
    match fact:
        case facts.PaymentEarmarked() | facts.EarmarkReleased():
            return [fact.plan, fact.payment, amount_text(fact.amount_minor, fact.exponent)]
        case facts.PaymentApplied(source=held) | facts.PaymentReleased(target=held):
            return [
                fact.plan,
                fact.use,
                held.held_in,
                amount_text(held.amount_minor, fact.exponent),
            ]
        case facts.PlanCancelled() | facts.WrittenOff():
            return ["ends", *map(str, fact.ended)]
        case _:
            return []


Follow = Callable[[], Life]


@pytest.fixture
def life() -> Life:
    """Give a ledger without a store."""
    return Life()


@pytest.fixture
def follow(request: pytest.FixtureRequest, life: Life) -> Follow:
    """Give a function that carries out and checks the life in the test's docstring."""

    def followed() -> Life:
        text = inspect.cleandoc(request.function.__doc__)
        wanted = [" ".join(line.split()) for line in text.splitlines()[1:] if line.strip()]
        found = [
            " ".join(line.split())
            for asked in wanted
            if asked[0] in ">?"
            for line in told(life, asked)
        ]
        assert found == wanted
        life.check()
        return life

    return followed
