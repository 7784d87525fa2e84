"""The journal as one file that hledger and Ledger both read, with balance assertions by month.

The two programs share a syntax but not every reading of it, so the file stays within what both take
alike: one tag a line, directives on lines of their own, and assertions in order of dates, because
Ledger verifies them in the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ledger.books.accounts import Account, Chart
from ledger.envelope import iso_moment
from projections.exports.account_names import AccountNames, account_name
from projections.exports.plain_text import Amounts, MonthEnd, one_line, with_month_ends
from projections.rows import EntryRow, PostingRow

_ENTRY_TAGS = ("position", "recorded_at", "event", "stream", "journal", "document")
_POSTING_TAGS = ("customer", "plan", "charge")
_ACCOUNT_TAGS = ("number", "role", "name")
_TYPES = {"asset": "A", "liability": "L", "equity": "E", "income": "R", "expense": "X"}

# They end a description (;) or a tag's value (,) or enclose a date that would move the posting.
_SPECIAL = ";,[]"
# Ledger refuses lines above 4,095 bytes, and one character may take twelve when percent-encoded.
_LONGEST_CHARACTERS = 300


def lines(
    chart: Chart, entries: Iterable[EntryRow], title: str, currencies: Mapping[str, int]
) -> Iterator[str]:
    """Yield the lines of the file, without line ends; `entries` are read once and never held.

    `entries` are those of one book, sorted by (posted_on, position); `currencies` gives each
    currency in them the largest number of decimals in use. Raises ExportError and ChartError.
    """
    names, amounts = AccountNames(chart), Amounts(currencies)
    yield f"; {_text(title)}"
    yield from _declarations(chart, currencies)
    for item in with_month_ends(entries, amounts):
        if isinstance(item, MonthEnd):
            yield from _assertions(item, names, amounts)
            continue
        for account in names.new_in(item):
            yield from _account(account)
        yield from _transaction(item, names, amounts)


def _declarations(chart: Chart, currencies: Mapping[str, int]) -> Iterator[str]:
    yield ""
    for currency, decimals in sorted(currencies.items()):
        yield f"commodity {currency}"
        # hledger wants a decimal point even where no decimals follow.
        yield f"    format {currency} 1000.{'0' * decimals}"
    for tag in _ENTRY_TAGS + _POSTING_TAGS + _ACCOUNT_TAGS:
        yield f"tag {tag}"
    for account in chart.accounts:
        yield from _account(account)


def _account(account: Account) -> Iterator[str]:
    yield f"account {account_name(account)}"
    yield f"    ; type: {_TYPES[account.type]}"
    values = (account.account, account.role, account.name)
    yield from _tags("    ", dict(zip(_ACCOUNT_TAGS, values, strict=True)))


def _transaction(entry: EntryRow, names: AccountNames, amounts: Amounts) -> Iterator[str]:
    second = "" if entry.effective_on == entry.posted_on else f"={entry.effective_on}"
    yield ""
    # The position as code keeps a narration from being read as a mark or a code itself.
    yield f"{entry.posted_on}{second} ({entry.position}) {_text(entry.narration)}".rstrip()
    yield from _tags("    ", _origin(entry))
    for posting in entry.postings:
        amount = amounts.text(amounts.minor(entry, posting), posting.currency)
        yield f"    {names[posting.account]}  {posting.currency} {amount}"
        yield from _tags("        ", _parties(posting))


def _origin(entry: EntryRow) -> dict[str, str | None]:
    values = (
        str(entry.position),
        iso_moment(entry.recorded_at_us),
        entry.event,
        entry.stream,
        entry.journal,
        entry.document,
    )
    return dict(zip(_ENTRY_TAGS, values, strict=True))


def _parties(posting: PostingRow) -> dict[str, str | None]:
    values = (posting.customer, posting.plan, posting.charge)
    return dict(zip(_POSTING_TAGS, values, strict=True))


def _assertions(month_end: MonthEnd, names: AccountNames, amounts: Amounts) -> Iterator[str]:
    yield ""
    yield f"{month_end.last_day} Balances on {month_end.last_day}"
    for balance in month_end.balances:
        currency = balance.currency
        zero = amounts.text(0, currency)
        yield f"    {names[balance.account]}  {currency} {zero} = {currency} {balance.amount}"


def _tags(indent: str, values: Mapping[str, str | None]) -> Iterator[str]:
    for tag, value in values.items():
        if value is not None:
            yield f"{indent}; {tag}: {_text(value)}".rstrip()


def _text(text: str) -> str:
    cut = text if len(text) <= _LONGEST_CHARACTERS else text[:_LONGEST_CHARACTERS] + "…"
    return one_line(cut, _SPECIAL)
