"""Why a map, a file or a row is refused; each rule is a class of its own.

A refused map or file is raised and nothing is read. A refused row becomes a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.terms.refusals import Refusal

_MOST_LISTED = 10


def few(things: Sequence[object]) -> str:
    """List things in a sentence, the first ten by name."""
    listed = ", ".join(str(thing) for thing in things[:_MOST_LISTED])
    more = len(things) - _MOST_LISTED
    return f"{listed} and {more} more" if more > 0 else listed


# The map ----------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class MapUnreadable(Refusal):
    """A map is a TOML file."""

    file: str
    problem: str
    sentence = "{file}: the map cannot be read: {problem}"


@dataclass(eq=False, kw_only=True)
class MapKeyMissing(Refusal):
    """A map has the keys that its kind needs."""

    file: str
    key: str
    sentence = "{file}: key {key!r} is missing"


@dataclass(eq=False, kw_only=True)
class MapKeyUnknown(Refusal):
    """A map has no keys that nobody reads."""

    file: str
    key: str
    known: str
    sentence = "{file}: key {key!r} means nothing here: known are {known}"


@dataclass(eq=False, kw_only=True)
class MapKeyWrong(Refusal):
    """A key of the map has the right type and form."""

    file: str
    key: str
    problem: str
    sentence = "{file}: key {key!r}: {problem}"


# The file ---------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class FileUnreadable(Refusal):
    """A file is CSV in UTF-8, plain or compressed with gzip."""

    file: str
    problem: str
    sentence = "{file}: the file cannot be read: {problem}"


@dataclass(eq=False, kw_only=True)
class ColumnMissing(Refusal):
    """The file's header has the columns that the map names."""

    file: str
    column: str
    key: str
    sentence = "{file}: the header has no column {column!r}, which the map names as {key!r}"


@dataclass(eq=False, kw_only=True)
class ColumnTwice(Refusal):
    """A column that the map names stands in the header once."""

    file: str
    column: str
    sentence = "{file}: the header has column {column!r} more than once"


@dataclass(eq=False, kw_only=True)
class ControlTotalDiffers(Refusal):
    """Commands and findings add up to the file's total. If not, it is our fault, not the file's."""

    file: str
    total: str
    accounted: str
    sentence = (
        "{file}: the rows add up to {total}, commands and findings to {accounted}: "
        "nothing was taken; please report this"
    )


# A row ------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class ColumnCountDiffers(Refusal):
    """A row has as many columns as the header."""

    count: int
    expected: int
    sentence = "the row has {count} columns, the header {expected}"


@dataclass(eq=False, kw_only=True)
class CellEmpty(Refusal):
    """A row has what the map needs."""

    column: str
    sentence = "column {column!r} is empty"


@dataclass(eq=False, kw_only=True)
class NumberUnreadable(Refusal):
    """A number has the form that the map says, and a bounded length."""

    column: str
    text: str
    sentence = "column {column!r}: {text!r} is not a number of the form that the map gives"


@dataclass(eq=False, kw_only=True)
class WholeNumberExpected(Refusal):
    """Counts and days are whole numbers."""

    column: str
    text: str
    sentence = "column {column!r}: {text!r} is not a whole number"


@dataclass(eq=False, kw_only=True)
class DateUnreadable(Refusal):
    """A date has the format that the map says."""

    column: str
    text: str
    form: str
    sentence = "column {column!r}: {text!r} is not a date of the format {form}"


@dataclass(eq=False, kw_only=True)
class DateOffCalendar(Refusal):
    """A counted date stays within the calendar."""

    text: str
    sentence = "a date counted from {text} falls outside the calendar"


@dataclass(eq=False, kw_only=True)
class CurrencyNotInMap(Refusal):
    """The map says how many decimals each currency has."""

    currency: str
    sentence = "the map gives no decimals for currency {currency!r}"


@dataclass(eq=False, kw_only=True)
class IdTwice(Refusal):
    """An id stands in the file once; the first row with it is the one that is taken."""

    identity: str
    line: int
    sentence = "{identity!r} stands in line {line} already"


@dataclass(eq=False, kw_only=True)
class RowTwice(Refusal):
    """Two equal payments may be one, written twice; the file cannot tell."""

    line: int
    sentence = "the row equals line {line}: one payment written twice, or two; the file cannot tell"


@dataclass(eq=False, kw_only=True)
class SettledBeforeBilled(Refusal):
    """An invoice is settled on the day it is billed or later."""

    settled_on: str
    billed_on: str
    sentence = "settled on {settled_on}, before it was billed on {billed_on}"


@dataclass(eq=False, kw_only=True)
class PaidWithoutDay(Refusal):
    """Money that came in came in on a day."""

    column: str
    sentence = "an amount was paid, but column {column!r} is empty"


@dataclass(eq=False, kw_only=True)
class PaidNegative(Refusal):
    """Money that came in is not below zero."""

    amount: str
    sentence = "the amount paid, {amount}, is below zero: a refund has a command of its own"


@dataclass(eq=False, kw_only=True)
class Contradiction(Refusal):
    """Rows about one thing agree."""

    thing: str
    what: str
    lines: str
    sentence = "the rows of {thing} give different {what} (lines {lines})"


@dataclass(eq=False, kw_only=True)
class NothingOpen(Refusal):
    """An open item is above zero."""

    amount: str
    sentence = "nothing is open: the balance is {amount}"


@dataclass(eq=False, kw_only=True)
class NegativeWithoutPrefix(Refusal):
    """A negative quantity belongs to a cancellation."""

    quantity: str
    prefix: str
    sentence = (
        "quantity {quantity} is below zero, but the invoice number has no {prefix!r} in front"
    )


@dataclass(eq=False, kw_only=True)
class PositiveCancellation(Refusal):
    """A cancellation takes back a quantity, written below zero."""

    quantity: str
    sentence = "a cancelled quantity is written below zero, this one is {quantity}"


@dataclass(eq=False, kw_only=True)
class NothingToCancel(Refusal):
    """A cancelled line was sold before, to the same customer at the same price."""

    sentence = (
        "no invoice of this customer up to that day has the same article at the same price "
        "with this quantity left"
    )


@dataclass(eq=False, kw_only=True)
class CancelsSeveral(Refusal):
    """A cancelled line belongs to exactly one invoice."""

    invoices: str
    sentence = "several invoices fit this cancellation, and the file does not say which: {invoices}"
