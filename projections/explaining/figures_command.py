"""The option --explain of reports: what stands behind one of their figures, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from projections.explaining.figure_printing import Form, print_lines

if TYPE_CHECKING:
    from projections.journal_report import JournalFilter
    from projections.reporting import Report


def print_account(
    form: str, stamp: str, report: Report, wanted: JournalFilter, account: str
) -> None:
    """Print the postings behind an account of the balances. Raises AccountUnknownError."""
    from projections.explaining.account_explained import (
        COLUMNS,
        FIGURE,
        account_lines,
        require_account,
    )

    name = require_account(report.books, wanted.book, account)
    lines = account_lines(report.connection, report.at, wanted, name)
    shown = ("position", "posted_on", "event", "plan", "charge", "debit", "credit", "balance")
    print_lines(form, stamp, lines, Form(COLUMNS, FIGURE, "balance", shown))


def print_items(form: str, stamp: str, report: Report, edges: Sequence[int], name: str) -> None:
    """Print the movements behind the open items of a name. Raises ItemUnknownError."""
    from projections.explaining.item_explained import COLUMNS, ITEM, item_lines, named

    lines = item_lines(report.connection, report.at, named(report.connection, name), edges)
    shown = ("position", "posted_on", "event", "payment", "due_on", "bucket", "amount")
    print_lines(form, stamp, lines, Form(COLUMNS, ITEM, "outstanding", (*shown, "outstanding")))
