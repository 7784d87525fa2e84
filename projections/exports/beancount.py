"""The journal as a Beancount file, with a balance assertion for every account and month.

Beancount verifies the assertions of a month on the first day of the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from ledger.books.accounts import Account, Chart
from ledger.envelope import iso_moment
from projections.exports.account_names import AccountNames, account_name
from projections.exports.plain_text import Amounts, MonthEnd, one_line, with_month_ends
from projections.rows import EntryRow, PostingRow


def lines(
    chart: Chart, entries: Iterable[EntryRow], title: str, currencies: Mapping[str, int]
) -> Iterator[str]:
    """Yield the lines of the file, without line ends; `entries` are read once and never held.

    `entries` are those of one book, sorted by (posted_on, position); `currencies` gives each
    currency in them the largest number of decimals in use. Raises ExportError and ChartError.
    """
    names, amounts = AccountNames(chart), Amounts(currencies)
    yield f'option "title" {_quoted(title)}'
    yield 'option "tolerance_multiplier" "0"'
    opened = False
    for item in with_month_ends(entries, amounts):
        if isinstance(item, MonthEnd):
            yield from _assertions(item, names)
            continue
        if not opened:
            yield from _declarations(chart, currencies, item.posted_on)
            opened = True
        for account in names.new_in(item):
            yield from _open(account, item.posted_on)
        yield from _transaction(item, names, amounts)


def _declarations(chart: Chart, currencies: Mapping[str, int], first_day: date) -> Iterator[str]:
    yield ""
    for currency, decimals in sorted(currencies.items()):
        yield f"{first_day} commodity {currency}"
        yield f"  decimals: {decimals}"
    for account in chart.accounts:
        yield from _open(account, first_day)


def _open(account: Account, day: date) -> Iterator[str]:
    yield f"{day} open {account_name(account)}"
    strings = {"number": account.account, "role": account.role, "name": account.name}
    yield from _metadata("  ", strings)


def _transaction(entry: EntryRow, names: AccountNames, amounts: Amounts) -> Iterator[str]:
    yield ""
    yield f"{entry.posted_on} * {_quoted(entry.narration)}"
    yield f"  position: {entry.position}"
    yield f"  effective_on: {entry.effective_on}"
    strings = {
        "recorded_at": iso_moment(entry.recorded_at_us),
        "event": entry.event,
        "stream": entry.stream,
        "journal": entry.journal,
        "document": entry.document,
    }
    yield from _metadata("  ", strings)
    for posting in entry.postings:
        amount = amounts.text(amounts.minor(entry, posting), posting.currency)
        yield f"  {names[posting.account]}  {amount} {posting.currency}"
        yield from _metadata("    ", _parties(posting))


def _parties(posting: PostingRow) -> dict[str, str | None]:
    return {"customer": posting.customer, "plan": posting.plan, "charge": posting.charge}


def _assertions(month_end: MonthEnd, names: AccountNames) -> Iterator[str]:
    if month_end.last_day == date.max:  # Beancount asserts on the day after, and there is none.
        return
    day_after = month_end.last_day + timedelta(days=1)
    yield ""
    for balance in month_end.balances:
        yield f"{day_after} balance {names[balance.account]}  {balance.amount} {balance.currency}"


def _metadata(indent: str, values: Mapping[str, str | None]) -> Iterator[str]:
    for key, value in values.items():
        if value is not None:
            yield f"{indent}{key}: {_quoted(value)}"


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
