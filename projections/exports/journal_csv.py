"""The journal as CSV: one line a leg, with both dates, the event, and the account's name.

The columns are those of `acquit journal --format csv`, and `name`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO

from ledger.books.accounts import Chart
from projections.journal_report import entry_json
from projections.rows import EntryRow

_ENTRY_COLUMNS = (
    *("position", "book", "posted_on", "effective_on", "recorded_at"),
    *("event", "stream", "journal", "document", "narration"),
)
_LEG_COLUMNS = ("account", "role", "currency", "amount", "customer", "plan", "charge")
COLUMNS = (*_ENTRY_COLUMNS, *_LEG_COLUMNS, "name")


def lines(
    chart: Chart, entries: Iterable[EntryRow], _title: str, _currencies: Mapping[str, int]
) -> Iterator[str]:
    """Yield the lines of the file, without line ends; `entries` are read once and never held.

    An account that only an earlier chart had goes by the present name of its role.
    """
    by_number = {account.account: account.name for account in chart.accounts}
    by_role = {role: account.name for role, account in chart.by_role.items()}
    yield _line(COLUMNS)
    for entry in entries:
        content = entry_json(entry)
        own = [content[column] for column in _ENTRY_COLUMNS]
        for leg in content["postings"]:
            name = by_number.get(leg["account"]) or by_role.get(leg["role"], "")
            yield _line([*own, *(leg[column] for column in _LEG_COLUMNS), name])


def _line(cells: Sequence[object]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
