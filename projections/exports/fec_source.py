"""A fiscal year put together as a FEC: from a view of the read models to the lines of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.books.accounts import Chart
from ledger.fec.names import packaged_names
from ledger.fec.years import FiscalYear, year_before
from ledger.opening import LedgerIdentity
from ledger.progress import Progress, counted
from projections.exports import fec, fec_query
from projections.exports.fec_query import Wanted
from projections.exports.plain_text import ExportError
from projections.journal_report import JournalFilter, exponents
from projections.projection import Books


@dataclass(frozen=True, slots=True)
class FecSource:
    """What FECs are made from: one view, what was known at a position.

    `customer_name` says what a customer is called; by default by its id, as in the events.
    """

    connection: Connection
    books: Books
    identity: LedgerIdentity
    position: int
    customer_name: Callable[[str], str] = str

    def wanted(self, book: str, year: FiscalYear) -> Wanted:
        """Say what is exported. Raises ExportError where something has no functional amount."""
        currency = self.identity.opened.functional_currency
        finest = exponents(self.connection, JournalFilter(book, functional=currency))
        wanted = Wanted(book, year, self.position, currency, finest.get(currency, 0))
        unknown = fec_query.without_rate(self.connection, wanted)
        if unknown:
            message = (
                f"amounts in {', '.join(unknown)} have no worth in {currency} by {year.last}: "
                "record a rate (set_rate), then what had none (acquit revalue --as-of D --book)"
            )
            raise ExportError(message)
        return wanted

    def lines(self, wanted: Wanted, progress: Progress) -> Iterator[str]:
        """Yield the lines of the file. Raises ExportError where the year has no entries."""
        accounts = fec.Accounts(self._charts(wanted.book))
        count, recorded_us = fec_query.extent(self.connection, wanted)
        opening = self._opening(wanted, accounts, recorded_us)
        legs = fec_query.lines(self.connection, wanted)
        seen = counted(legs, lambda done: progress(done, count))
        yield from fec.lines(opening, seen, self._style(wanted, accounts))

    def _charts(self, book: str) -> list[Chart]:
        return [chart for _, _, chart in self.books.adopted if chart.book == book]

    def _style(self, wanted: Wanted, accounts: fec.Accounts) -> fec.Style:
        journals = {
            journal: name
            for chart in self._charts(wanted.book)
            for journal, name in chart.journals.items()
        }
        return fec.Style(
            names=packaged_names(),
            journals=journals,
            accounts=accounts,
            exponent=wanted.exponent,
            local_day=self.identity.local_day,
            customer_name=self.customer_name,
        )

    def _opening(
        self, wanted: Wanted, accounts: fec.Accounts, recorded_us: int | None
    ) -> fec.Opening:
        """Ask for the opening; it is validated before the first entry, at the latest on day one."""
        first = wanted.year.first
        before = year_before(wanted.year, self.identity.opened.fiscal_year_start)
        results = fec_query.results_before(
            self.connection, wanted, accounts.closing(), before.first if before else first
        )
        rows = fec_query.openings(self.connection, wanted, accounts.lasting())
        recorded_on = first if recorded_us is None else self.identity.local_day(recorded_us)
        return fec.Opening(first, min(first, recorded_on), rows, *results)
