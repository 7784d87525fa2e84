"""Golden lives: a plan's life told in a few sentences and command lines, and all that it leads to.

To add one, write a file of a title, sentences and command lines into tests/golden/lives (how a line
is written: tests/domain/conftest.py and short_form.py; it may go on in lines that begin with a
blank); to bring all of them up to date run `python -m tests.golden.lived` and review the difference
as an accountant would. The books stand side by side: a leg that a book does not have has no account
there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import TextWrapper

from ledger.books.accounts import Account, packaged_books
from ledger.books.posting import Posting
from ledger.envelope import Event
from ledger.held import functional_of
from ledger.terms.money import amount_text
from ledger.terms.refusals import Refusal
from tests.domain.conftest import Life, chart_named, more_of, whose, worth_of
from tests.golden.pages import rewrite

FOLDER = Path(__file__).parent / "lives"
BOOKS = tuple(packaged_books())
_WIDTH = 12
_FOLDED = TextWrapper(98, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)

Sums = Counter[tuple[str, str]]
"""Minor units by currency and role."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of an event, in the books that have it; an amount in minor units, debit positive."""

    role: str
    amount_minor: int
    whose: str
    exponent: int
    books: tuple[str, ...]


class Lived:
    """A life, and the sums of its postings in every book."""

    def __init__(self) -> None:
        self.life = Life()
        self.sums: dict[str, Sums] = {book: Counter() for book in BOOKS}
        self.worth: dict[str, Counter[str]] = {book: Counter() for book in BOOKS}
        self.exponents: dict[str, int] = {}

    def told(self, line: str) -> Iterator[str]:
        """Carry out a command line; yield it with its events and their legs."""
        yield from (*_FOLDED.wrap(f"> {line}"), "")
        try:
            events = self.life.run(line)
        except Refusal as refusal:
            yield from (f"  refused: {refusal}", "")
            return
        for event in events:
            yield from self._event(event)
        yield ""

    def _event(self, event: Event) -> Iterator[str]:
        more = "".join(f"  {word}" for word in more_of(event.fact))
        yield f"  {event.effective_on}  {event.originator_id}  {event.fact.TOPIC}{more}"
        for leg in self._legs(event):
            yield f"      {_accounts(leg.role, leg.books)} {_sides(leg)}  {leg.whose}"
        functional = functional_of(event.fact)
        if functional is not None and (legs := self._worth(event)):
            yield f"    in {functional.currency} at {functional.rate} ({functional.source}):"
            for leg in legs:
                yield f"      {_accounts(leg.role, leg.books)} {_sides(leg)}  {leg.whose}"

    def _legs(self, event: Event) -> list[Leg]:
        """Return the legs of an event, those that books share once; count them."""
        legs: list[Leg] = []
        for book in BOOKS:
            self.life.book = book
            entry = self.life.entry(event)
            if entry is None:
                continue
            self.exponents[entry.currency] = entry.exponent
            for posting in entry.postings:
                if entry.functional:
                    self.worth[book][posting.role] += posting.amount_minor
                else:
                    self.sums[book][entry.currency, posting.role] += posting.amount_minor
                _add(legs, book, posting, entry.exponent)
        return legs

    def _worth(self, event: Event) -> list[Leg]:
        """Return the legs of an event in the ledger's own currency; count them."""
        legs: list[Leg] = []
        for book in BOOKS:
            self.life.book = book
            for posting in worth_of(event, self.life.entry(event)):
                self.worth[book][posting.role] += posting.amount_minor
                _add(legs, book, posting, 2)
        return legs

    def balances(self) -> Iterator[str]:
        """Yield what is left in the end, by role, in every book."""
        moved = {key for sums in self.sums.values() for key, minor in sums.items() if minor}
        if not moved:
            yield "In the end no account has a balance."
        for currency in sorted({currency for currency, _ in moved}):
            yield f"In the end, {currency} (debit positive):"
            yield "  " + " " * 40 + "".join(book.rjust(_WIDTH) for book in BOOKS)
            for role in (account.role for account in chart_named(BOOKS[0]).accounts):
                if (currency, role) in moved:
                    yield f"  {_accounts(role, BOOKS)}{self._amounts(currency, role)}"
            yield ""
        yield from self._all_worth()

    def _all_worth(self) -> Iterator[str]:
        """Yield what is left in the end in euros, where other currencies have their worth."""
        roles = list(dict.fromkeys(role for book in BOOKS for role in _roles(book)))
        if any(self.worth.values()):
            yield "In the end, all in EUR (debit positive):"
            yield "  " + " " * 40 + "".join(book.rjust(_WIDTH) for book in BOOKS)
            for role in roles:
                sums = [self.worth[book][role] + self.sums[book]["EUR", role] for book in BOOKS]
                if any(sums):
                    texts = (amount_text(minor, 2) if minor else "" for minor in sums)
                    amounts = "".join(text.rjust(_WIDTH) for text in texts)
                    yield f"  {_accounts(role, BOOKS)}{amounts}"
            yield ""

    def _amounts(self, currency: str, role: str) -> str:
        sums = (self.sums[book][currency, role] for book in BOOKS)
        texts = (amount_text(minor, self.exponents[currency]) if minor else "" for minor in sums)
        return "".join(text.rjust(_WIDTH) for text in texts)


def _add(legs: list[Leg], book: str, posting: Posting, exponent: int) -> None:
    """Note a leg of a book: beside the same one of another book, else as one more."""
    new = Leg(posting.role, posting.amount_minor, whose(posting), exponent, ())
    for index, leg in enumerate(legs):
        same = (leg.role, leg.amount_minor, leg.whose) == (new.role, new.amount_minor, new.whose)
        if same and book not in leg.books:
            legs[index] = Leg(leg.role, leg.amount_minor, leg.whose, exponent, (*leg.books, book))
            return
    legs.append(Leg(new.role, new.amount_minor, new.whose, exponent, (book,)))


def _accounts(role: str, books: tuple[str, ...]) -> str:
    numbers: Mapping[str, str] = {
        book: chart_named(book).by_role[role].account for book in books if role in _roles(book)
    }
    return role.ljust(20) + "".join(numbers.get(book, "").ljust(10) for book in BOOKS)


def _roles(book: str) -> Mapping[str, Account]:
    return chart_named(book).by_role


def _sides(leg: Leg) -> str:
    text = amount_text(abs(leg.amount_minor), leg.exponent)
    sides = (text, "") if leg.amount_minor > 0 else ("", text)
    return "".join(side.rjust(_WIDTH) for side in sides)


def command_lines(text: str) -> list[str]:
    """Return the command lines of a page, each in one piece."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith(">"):
            found.append(line[1:].strip())
        elif found and line.startswith(" "):
            found[-1] += " " + line.strip()
    return found


def lived(text: str) -> Iterator[str]:
    """Yield all that the commands of a page lead to, and what is left in the end."""
    life = Lived()
    yield f"Legs: role, account in {' and in '.join(BOOKS)}, debit, credit, whose."
    yield ""
    for line in command_lines(text):
        yield from life.told(line)
    yield from life.balances()
    life.life.check()


if __name__ == "__main__":
    rewrite(FOLDER, lived)
